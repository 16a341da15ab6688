"""What is shown in place: sound that one seeks in, pictures, PDF documents."""

import io
import re
import wave
from functools import cache

import pytest
from playwright.sync_api import Page

from examples.flask_app.contents.picture import sunrise
from examples.flask_app.contents.report import report
from tests.conftest import Views
from tests.support.remote import StubRemote
from tests.support.site import Carrier, Site
from tests.support.store import store
from xaccel_wsgi import RemoteFile

BYTES, ETAG = ("Content-Type", "binary/octet-stream"), ("ETag", '"one-version"')

_SECONDS = 200
_BYTES_PER_S = 192_000
_VIEWER = "chrome-extension://"


@cache
def _silence() -> bytes:
    """Returns a WAV longer than what a browser reads ahead."""
    target = io.BytesIO()
    with wave.open(target, "wb") as output:
        output.setnchannels(2)
        output.setsampwidth(2)
        output.setframerate(_BYTES_PER_S // 4)
        output.writeframes(bytes(_SECONDS * _BYTES_PER_S))
    return target.getvalue()


def test_seeking_asks_for_a_range(
    carrier: Carrier, page: Page, site: Site, views: Views, remote: StubRemote
) -> None:
    """The sound goes on from there, and the remote is asked for no byte between."""
    remote.script = store(_silence(), (("Content-Type", "audio/wav"), ETAG))
    # As slow as a network: on loopback all of it is there before anyone can seek.
    views.view = lambda _: RemoteFile(
        remote.url("/key"), disposition="inline", limit_rate=4 * _BYTES_PER_S
    )
    page.goto(f"http://{site.address(carrier)}/f")
    place_s = _SECONDS * 0.75
    page.evaluate("document.querySelector('video, audio').play()")
    page.evaluate(f"document.querySelector('video, audio').currentTime = {place_s}")
    page.wait_for_function(
        "place => document.querySelector('video, audio').currentTime > place", arg=place_s
    )
    duration_s, reached_s = page.evaluate(
        "(({duration, currentTime}) => [duration, currentTime])"
        "(document.querySelector('video, audio'))"
    )
    assert duration_s == pytest.approx(_SECONDS, abs=0.1)
    assert reached_s < place_s + 10
    ranges = [re.match(r"bytes=(\d+)-", r.value("Range") or "") for r in remote.requests]
    starts = [int(match[1]) for match in ranges if match]
    sought_byte = place_s * _BYTES_PER_S
    assert any(sought_byte * 0.9 < start <= sought_byte + 44 for start in starts), starts


def test_a_picture_shows(
    carrier: Carrier, page: Page, site: Site, views: Views, remote: StubRemote
) -> None:
    """In a page that embeds it, though the remote calls it something else."""
    remote.script = store(sunrise(), (BYTES, ETAG))
    views.view = lambda _: RemoteFile(
        remote.url("/key"), filename="é.png", disposition="inline", content_type="image/png"
    )
    page.set_content(f'<img src="http://{site.address(carrier)}/f">')
    page.wait_for_function("document.images[0].complete")
    assert page.evaluate("document.images[0].naturalWidth") == 1200


def test_a_pdf_document_shows(
    carrier: Carrier, page: Page, site: Site, views: Views, remote: StubRemote
) -> None:
    """In the browser's own viewer, rather than as a download."""
    remote.script = store(report("Q3", ("One line.",), ()), (BYTES, ETAG))
    views.view = lambda _: RemoteFile(
        remote.url("/key"), filename="Q3.pdf", disposition="inline", content_type="application/pdf"
    )
    # The viewer is an extension of the browser's, in a frame of the page.
    with page.expect_event("framenavigated", lambda frame: frame.url.startswith(_VIEWER)):
        page.goto(f"http://{site.address(carrier)}/f")
    assert page.evaluate("document.contentType") == "application/pdf"
