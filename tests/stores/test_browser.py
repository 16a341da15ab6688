"""One view, three ways to the client: a redirect gives Chromium what the other carriers give it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Download

from tests.conftest import Views
from tests.stores.conftest import OpenSite
from tests.stores.uploads import Container
from tests.support.wsgi import serve
from xaccel_wsgi import RemoteFile, XAccelMiddleware
from xaccel_wsgi.s3 import S3Bucket

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

View = Callable[["WSGIEnvironment"], RemoteFile]

KEY = "a+b&c=d;e,f.txt"
NAMES = {
    "plain": "report.txt",
    "accents": "Q3 résumé.txt",
    "Japanese": "日本語 報告.txt",
    "looks escaped": "a%20b.txt",
    "what a URL would lose": "100% of a#b; c&d + e.txt",
    "an emoji": "🚀 launch.txt",
}


@dataclass(frozen=True)
class Store:
    """A store, as this module asks for it: where it is, and a view for each name of a file."""

    origin: str
    view: Callable[[str], View]


@pytest.fixture(scope="module", params=["Swift", "Azure"])
def store(request: pytest.FixtureRequest) -> Store:
    """Each store in turn."""
    if request.param == "Swift":
        bucket: S3Bucket = request.getfixturevalue("swift_bucket")
        return Store(bucket.origin, lambda name: lambda _: bucket.remote_file(KEY, filename=name))
    container: Container = request.getfixturevalue("container")
    return Store(
        f"{container.client.url}/",
        lambda name: lambda _: RemoteFile(container.signed(KEY, name), filename=name),
    )


@pytest.fixture(scope="module")
def address(store: Store, views: Views, open_site: OpenSite) -> Iterator[Callable[[str], str]]:
    """Tells where the application answers in each way: the two carriers, and redirecting."""
    site = open_site(store.origin)
    app = XAccelMiddleware(views, origins=[store.origin], mode="redirect")  # type: ignore[arg-type]
    with serve(app) as platform:
        yield lambda way: platform.address if way == "redirect" else site.address(way)


def _download(browser: Browser, url: str) -> Download:
    with browser.new_context() as context:
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.set_content(f'<a href="{url}">it</a>')
        with page.expect_download() as download:
            page.click("a")
        assert download.value.path().read_bytes() == KEY.encode()
        return download.value


WAYS = [
    *(pytest.param("redirect", name, id=f"redirect, {kind}") for kind, name in NAMES.items()),
    pytest.param("nginx", NAMES["accents"], id="nginx"),
    pytest.param("stream", NAMES["accents"], id="stream"),
]


@pytest.mark.parametrize(("way", "name"), WAYS)
def test_a_download_is_whole_and_has_its_name(
    way: str, name: str, store: Store, address: Callable[[str], str], views: Views, browser: Browser
) -> None:
    """From the store itself as from us."""
    views.view = store.view(name)
    download = _download(browser, f"http://{address(way)}/f")
    assert download.suggested_filename == name
    # Nothing but the redirect led elsewhere.
    assert (address(way) not in download.url) == (way == "redirect")


def test_a_page_shows_a_file_with_its_type(
    swift_bucket: S3Bucket, views: Views, browser: Browser
) -> None:
    """Inline, with a type that the store doesn't know of."""
    app = XAccelMiddleware(views, origins=[swift_bucket.origin], mode="redirect")  # type: ignore[arg-type]
    views.view = lambda _: swift_bucket.remote_file(
        "plain.txt", disposition="inline", content_type="text/plain; charset=utf-8"
    )
    with serve(app) as platform, browser.new_context() as context:
        page = context.new_page()
        response = page.goto(f"http://{platform.address}/f")
        assert response is not None
        assert response.header_value("Content-Type") == "text/plain; charset=utf-8"
        assert page.inner_text("body") == "plain.txt"
