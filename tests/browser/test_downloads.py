"""Downloads: what they are called, and that they are whole."""

import random
import re
import unicodedata
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Download, Page

from tests.conftest import Views
from tests.support.remote import Answer, Request, StubRemote, answer
from tests.support.site import Carrier, Site
from tests.support.store import store
from xaccel_wsgi import RemoteFile

ETAG = '"one-version"'
FIELDS = (("Content-Type", "application/octet-stream"), ("ETag", ETAG))
NAMES = {
    "plain": "report.pdf",
    "spaces": "my quarterly report.pdf",
    "accents": "Q3 résumé.pdf",
    "accents, decomposed": "re\u0301sume\u0301.pdf",
    "Japanese": "日本語 報告.txt",
    "Arabic": "تقرير.txt",
    "an emoji": "🚀 launch.txt",
    "an emoji of several": "👩\u200d🚀.txt",
    "looks escaped": "a%20b.txt",
    "a percent sign": "100%.txt",
    "quotes": 'the "final" one.txt',
    "an apostrophe": "it's.txt",
    "a semicolon": "a; filename=b.txt",
    "a comma and an equals sign": "a,b=c.txt",
    "what a URL would lose": "a#b?c&d+e.txt",
    "a euro sign": "5 € rates.csv",
    "brackets": "[1] {2} (3).txt",
    "a tilde inside": "a~b.txt",
    "looks like an encoded word": "=?utf-8?q?a?=.txt",
    "no extension": "README",
    "two extensions": "backup.tar.gz",
    "long": "a" * 180 + ".txt",
}


def _on_disk(name: str) -> str:
    """Returns what Chromium makes of a name, for the sake of file systems that know fewer.

    Characters of form (Cf, the joiner of two emojis among them) and some of ASCII's, by
    ReplaceIllegalCharactersInPath in Chromium's base/i18n/file_util_icu.cc.
    """
    composed = unicodedata.normalize("NFC", name)
    illegal = {c for c in composed if c in '"*/:<>?\\|' or unicodedata.category(c) == "Cf"}
    return composed.translate(dict.fromkeys(map(ord, illegal), "_"))


def _download(page: Page, url: str) -> Download:
    page.set_content(f'<a href="{url}">it</a>')
    with page.expect_download() as download:
        page.click("a")
    return download.value


@pytest.fixture(scope="module")
def same_page(browser: Browser) -> Iterator[Page]:
    """One page for all names: no download leaves a trace in it."""
    with browser.new_context() as context:
        yield context.new_page()


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_download_has_its_name(
    name: str, carrier: Carrier, same_page: Page, site: Site, views: Views, remote: StubRemote
) -> None:
    """The one that the application gave it."""
    remote.script = store(b"content", FIELDS)
    views.view = lambda _: RemoteFile(remote.url("/key"), filename=name)
    got = _download(same_page, f"http://{site.address(carrier)}/f")
    assert got.suggested_filename == _on_disk(name)
    assert got.path().read_bytes() == b"content"


def test_a_download_that_broke_off_is_resumed_and_whole(
    carrier: Carrier, page: Page, site: Site, views: Views, remote: StubRemote
) -> None:
    """By Range, on the condition (If-Range) that the file is still the same."""
    body = random.Random(7).randbytes(3_000_000)
    serve = store(body, FIELDS)

    def breaks_once(request: Request) -> Answer:
        if request.value("Range"):
            return serve(request)
        return answer(
            fields=[("ETag", ETAG), ("Accept-Ranges", "bytes")],
            body=body,
            broken_after=len(body) // 2,
        )

    remote.script = breaks_once
    views.view = lambda _: RemoteFile(remote.url("/key"), filename="readings.bin")
    got = _download(page, f"http://{site.address(carrier)}/f")
    assert got.path().read_bytes() == body
    assert [request.value("If-Range") for request in remote.requests] == [None, ETAG]
    assert re.fullmatch(r"bytes=\d+-", remote.requests[1].value("Range") or "")


@pytest.mark.parametrize("status", [403, 404, 500, 503])
def test_an_error_is_shown_and_not_saved(
    status: int, carrier: Carrier, page: Page, site: Site, views: Views, remote: StubRemote
) -> None:
    """No file of that name that holds an error message."""
    remote.script = lambda _: answer(
        status, [("Content-Disposition", "attachment; filename=secret.pdf")], b"<Error>"
    )
    views.view = lambda _: RemoteFile(remote.url("/key"), filename="report.pdf")
    saved: list[Download] = []
    page.on("download", lambda download: saved.append(download))
    answered = page.goto(f"http://{site.address(carrier)}/f")
    assert answered is not None
    assert answered.status == {403: 502, 404: 404, 500: 502, 503: 503}[status]
    assert "<Error>" not in page.content()
    assert page.inner_text("body").strip() != ""
    assert saved == []
