"""The demo's pages, as a person meets them: readable, reachable by keyboard, telling the truth."""

import json
import re
from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from playwright.sync_api import Locator, Page, expect

from examples.flask_app.app import create_app
from examples.flask_app.catalog import FILES
from tests.browser.faults import faults
from tests.support.remote import Answer, Request, StubRemote, answer
from tests.support.site import TOKEN, Carrier, Site
from tests.support.store import store

FIELDS = (("Content-Type", "binary/octet-stream"), ("ETag", '"one-version"'))
_SCREENS = {"phone": {"width": 375, "height": 760}, "desktop": {"width": 1200, "height": 800}}


@pytest.fixture(scope="module")
def demo(
    nginx_binary: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Site, StubRemote]]:
    """The Flask application with its files in a store that believes every signature."""
    bodies = {file.name: file for file in FILES.values() if file.kind != "Data"}

    def serve(request: Request) -> Answer:
        file = bodies.get(unquote(request.path.removeprefix("/reading-room/")))
        if file is None:
            return answer(404)
        with file.open() as content:
            return store(content.read(), FIELDS)(request)

    with StubRemote(serve) as remote, pytest.MonkeyPatch.context() as patch:
        patch.setenv("S3_ENDPOINT_URL", f"http://{remote.address}")
        patch.setenv("AWS_ACCESS_KEY_ID", "an-access-key")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret-key")
        patch.setenv("XACCEL_TOKEN", TOKEN)
        patch.delenv("S3_BUCKET", raising=False)
        app = create_app()
        with Site(app, tmp_path_factory.mktemp("demo"), nginx_binary) as site:
            yield site, remote


@pytest.fixture
def home(demo: tuple[Site, StubRemote], carrier: Carrier, page: Page) -> str:
    """Ada has signed in; returns where she is."""
    address = f"http://{demo[0].address(carrier)}/"
    page.goto(address)
    page.click("text=Sign in as Ada")
    return address


def _panel(page: Page, file_id: str) -> Locator:
    return page.locator(f"details[data-file='/files/{file_id}/']")


@pytest.mark.parametrize("carrier", ["stream"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", _SCREENS)
def test_every_page_is_readable(home: str, page: Page, scheme: str, screen: str) -> None:
    """No violation of the accessibility rules (axe), and nothing to scroll sideways for."""
    page.set_viewport_size(_SCREENS[screen])  # type: ignore[arg-type]
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    with page.expect_download():
        page.click("[href='/files/notes/download']")
    _panel(page, "notes").locator("summary").click()
    expect(_panel(page, "notes").locator("li").first).to_be_visible()
    seen = [faults(page)]
    page.goto(f"{home}files/contract/view")
    seen.append(faults(page))
    page.click("text=Sign out")
    seen.append(faults(page))
    assert seen == [[], [], []]


@pytest.mark.parametrize("carrier", ["stream"])
def test_the_panel_opens_by_keyboard_and_has_a_name(home: str, page: Page) -> None:
    """Of its own: a screen reader's list of them tells the files apart."""
    summary = _panel(page, "quarter").locator("summary")
    expect(summary).to_have_accessible_name("What happened to Q3 résumé.pdf")
    page.locator("[href='/files/quarter/download']").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(_panel(page, "quarter").get_by_role("status")).to_be_visible()


def test_the_panel_tells_who_moved_the_bytes(home: str, carrier: Carrier, page: Page) -> None:
    """And what Python said, without the signature and without the token."""
    with page.expect_download() as download:
        page.click("[href='/files/quarter/download']")
    assert download.value.suggested_filename == "Q3 résumé.pdf"
    panel = _panel(page, "quarter")
    panel.locator("summary").click()
    says = {"nginx": "NGINX moves the bytes", "stream": "This Python moved the bytes"}[carrier]
    expect(panel.get_by_role("status")).to_contain_text(says)
    row = {"nginx": "Python: 0 bytes", "stream": "Python: 1.33 kB"}[carrier]
    # The latest; others of the same second may have the same session.
    expect(panel.locator("li").first).to_contain_text(row)
    named = {"nginx": "X-Accel-Redirect", "stream": "Content-Disposition"}[carrier]
    assert named in panel.locator("dt").all_inner_texts()
    told = page.evaluate("fetch('/panel/transfers').then((answer) => answer.text())")
    assert json.loads(told) != []
    for secret in ("Signature=", "an-access-key", TOKEN):
        assert secret not in told


def test_the_panel_shows_what_seeking_asked_for(home: str, carrier: Carrier, page: Page) -> None:
    """A range of the melody for each jump."""
    page.evaluate("document.querySelector('audio').play()")
    page.evaluate("document.querySelector('audio').currentTime = 20")
    panel = _panel(page, "melody")
    panel.locator("summary").click()
    expect(panel.locator("li").last).to_contain_text("GET from the start")
    # 20 of 30 seconds, 44,100 bytes each; browsers ask for a little before.
    sought = panel.locator("li").filter(has_text=re.compile(r"GET (?:bytes|from) 8\d\d"))
    expect(sought.first).to_be_visible()


def test_nobody_is_told_of_anothers_transfers(
    demo: tuple[Site, StubRemote], carrier: Carrier, page: Page, home: str
) -> None:
    """Grace, who came later, sees none of Ada's."""
    with page.expect_download():
        page.click("[href='/files/report/download']")
    page.click("text=Sign out")
    page.click("text=Sign in as Grace")
    told = page.evaluate("fetch('/panel/transfers').then((answer) => answer.json())")
    assert [one["path"] for one in told if one["path"].startswith("/files/report/")] == []
