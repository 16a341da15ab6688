"""What somebody uploaded, shown by a real browser: it doesn't run as the site, and it shows."""

import io
import wave
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from examples.png import COLOUR, png
from tests.conftest import Views
from tests.support.remote import StubRemote, answer
from tests.support.site import Carrier, Site
from xaccel_wsgi import RemoteFile

# What an attacker would do: read the visitor's cookie, and ask the site in the visitor's name.
SCRIPT = "document.title = 'ran ' + document.cookie; fetch('/stolen')"
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
    f'<rect width="9" height="9"/><script>{SCRIPT}</script></svg>'
)
XHTML = (
    '<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head>'
    f"<body><script>{SCRIPT}</script></body></html>"
)
HTML = f"<!doctype html><title>quiet</title><p>shown</p><script>{SCRIPT}</script>"

PICTURE = png(4, 4, COLOUR, (b"\0" + b"\xff\0\0" * 4) * 4)
ACTIVE = {
    "HTML": ("text/html", HTML),
    "HTML by an event": ("text/html", f'<title>quiet</title><img src="x:" onerror="{SCRIPT}">'),
    "HTML behind a picture's type": ("image/png, text/html", HTML),
    "SVG": ("image/svg+xml", SVG),
    "SVG by an event": ("image/svg+xml", SVG.replace("<rect", f'<rect onload="{SCRIPT}"')),
    "XHTML": ("application/xhtml+xml", XHTML),
    "XML": ("text/xml", XHTML),
}


def _sound() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16000))
    return file.getvalue()


PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj
trailer<</Root 1 0 R>>
%%EOF"""

Show = Callable[..., str]


@pytest.fixture
def show(site: Site, views: Views, remote: StubRemote, carrier: Carrier) -> Show:
    """Puts a file on the site, shown inline, and returns its address."""

    def show(content_type: str, content: bytes, **headers: str) -> str:
        remote.script = {"/k": answer(200, [("Content-Type", content_type)], content)}
        views.view = lambda _: RemoteFile(remote.url("/k"), disposition="inline", headers=headers)
        return f"http://{site.address(carrier)}/file"

    return show


@pytest.fixture
def page(browser: Browser, site: Site, carrier: Carrier) -> Iterator[Page]:
    """A page of a visitor who is signed in."""
    with browser.new_context() as context:
        context.add_cookies(
            [{"name": "session", "value": "abc", "url": f"http://{site.address(carrier)}/"}]
        )
        yield context.new_page()


@pytest.mark.attack("a script in an uploaded file, shown inline by Chromium", "doesn't run")
@pytest.mark.parametrize(("content_type", "text"), ACTIVE.values(), ids=ACTIVE)
def test_a_script_in_an_upload(content_type: str, text: str, show: Show, page: Page) -> None:
    """It is neither run, nor of the site's origin."""
    page.goto(show(content_type, text.encode()))
    assert not page.title().startswith("ran")
    assert page.evaluate("self.origin") == "null"


def test_a_site_wide_policy_decides_nothing_about_uploads(show: Show, page: Page) -> None:
    """`'self'` means the site's own scripts, and an upload is at the site."""
    policy = {"Content-Security-Policy": "script-src 'self' 'unsafe-inline'"}
    page.goto(show("text/html", HTML.encode(), **policy))
    assert page.title() == "quiet"


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml"], ids=["HTML", "SVG"])
def test_the_application_may_decide(content_type: str, show: Show, page: Page) -> None:
    """A policy that names sandbox is taken as it is; and so these tests can fail."""
    policy = {"Content-Security-Policy": "sandbox allow-scripts allow-same-origin"}
    page.goto(show(content_type, (HTML if "html" in content_type else SVG).encode(), **policy))
    assert page.title() == "ran session=abc"


def test_a_sandboxed_page_still_shows(show: Show, page: Page) -> None:
    """Without its scripts."""
    page.goto(show("text/html", HTML.encode()))
    assert page.inner_text("p") == "shown"


def test_a_picture_shows(show: Show, page: Page) -> None:
    """With its size known, it was decoded."""
    page.goto(show("image/png", PICTURE))
    assert page.evaluate("document.querySelector('img').naturalWidth") == 4


def test_a_drawing_shows_within_a_page(show: Show, page: Page) -> None:
    """The sandbox of an SVG doesn't keep an <img> from it."""
    url = show("image/svg+xml", SVG.encode())
    page.set_content(f'<img src="{url}">', wait_until="load")
    assert page.evaluate("document.querySelector('img').naturalWidth") == 9


def test_a_pdf_shows(show: Show, page: Page) -> None:
    """In the browser's own viewer, which is an extension."""
    url = show("application/pdf", PDF)
    with page.expect_event(
        "framenavigated", lambda frame: frame.url.startswith("chrome-extension://")
    ):
        page.goto(url)


def test_sound_plays(show: Show, page: Page) -> None:
    """A sandbox would keep the player from the file."""
    page.goto(show("audio/wav", _sound()))
    page.wait_for_function("document.querySelector('video').readyState > 0", timeout=5000)


@pytest.mark.attack("HTML that says it is plain text, shown inline by Chromium", "isn't sniffed")
def test_what_says_it_is_text_is_text(show: Show, page: Page) -> None:
    """nosniff: the type that was said is the type."""
    page.goto(show("text/plain", HTML.encode()))
    assert "<script>" in page.inner_text("pre")
