"""The application's own error pages, for every status that a remote may answer."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from wsgiref.util import shift_path_info

import pytest

from tests.support.client import send
from tests.support.remote import StubRemote, answer
from tests.support.site import TOKEN, Carrier, Site
from xaccel_wsgi import RemoteFile, XAccelMiddleware

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

STATUSES = [status for status in range(300, 600) if status not in (304, 499)]
# NGINX closes the connection on these, without a word; a listed deviation.
UNANSWERED = {408, 444}
MEANT = {404: 404, 410: 404, 412: 412, 416: 416, 429: 503, 503: 503, 504: 504}


@pytest.fixture(scope="module", params=["plain", "own"])
def page_site(
    request: pytest.FixtureRequest,
    nginx_binary: str,
    session_remote: StubRemote,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, Site]]:
    """A site without error pages of its own, and one with them."""

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/errors/"):
            status = environ["PATH_INFO"].removeprefix("/errors/")
            start_response(f"{status} Sorry", [("Content-Type", "text/html")])
            return [b"<h1>Sorry</h1>"]
        return RemoteFile(session_remote.url("/k"), filename="ours.pdf")(environ, start_response)

    options = {"error_page": "/errors/{status}"} if request.param == "own" else {}
    origins = [f"http://{session_remote.address}"]
    folder: Path = tmp_path_factory.mktemp("pages")
    with Site(app, folder, nginx_binary, origins=origins, **options) as site:
        yield request.param, site


def test_no_error_tells_of_the_file_or_of_the_remote(
    page_site: tuple[str, Site], carrier: Carrier, remote: StubRemote
) -> None:
    """Every status from 300 to 599 but 304 and 499: ours, its page, and nothing else's."""
    kind, site = page_site
    telling = [
        ("Content-Type", "application/xml"),
        ("Content-Disposition", "attachment"),
        ("Set-Cookie", "theirs=1"),
        ("X-Amz-Request-Id", "1"),
        ("X-Unknown", "1"),
        ("WWW-Authenticate", "Basic"),
        ("ETag", '"theirs"'),
    ]
    for status in STATUSES:
        if status in UNANSWERED and carrier == "nginx":
            continue
        remote.script = {"/k": answer(status, telling, b"<Error>AKIA</Error>")}
        got = send(site.address(carrier), "/f")
        assert got.status == MEANT.get(status, 502), status
        names = {name for name, _ in got.fields} - {"Server", "Date", "Connection", "Via"}
        assert names == {
            "Content-Type", "Content-Length", "Cache-Control", "X-Content-Type-Options",
        }, status  # fmt: skip
        assert got.value("Cache-Control") == "no-store"
        assert got.value("X-Content-Type-Options") == "nosniff"
        if kind == "own" and got.status != 416:
            assert (got.value("Content-Type"), got.body) == ("text/html", b"<h1>Sorry</h1>")
        else:
            assert got.value("Content-Type") == "text/plain"
            assert b"<" not in got.body


@pytest.fixture
def mounted(nginx_binary: str, remote: StubRemote, tmp_path: Path) -> Callable[[str], Site]:
    """Makes the site of an application below /app, with a path for its error pages."""

    def make(error_page: str) -> Site:
        def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            if environ["PATH_INFO"] == "/errors/404":
                start_response("200 OK", [("Content-Type", "text/html")])
                return [b"<h1>Sorry</h1>"]
            return RemoteFile(remote.url("/missing"))(environ, start_response)

        middleware = XAccelMiddleware(
            app, origins=[f"http://{remote.address}"], token=TOKEN, error_page=error_page
        )

        def mount(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            assert shift_path_info(environ) == "app"
            return middleware(environ, start_response)

        return Site(mount, tmp_path, nginx_binary)

    return make


def test_the_page_of_an_application_below_a_path(
    mounted: Callable[[str], Site], carrier: Carrier
) -> None:
    """error_page is the whole path, as a client would ask for it."""
    with mounted("/app/errors/{status}") as site:
        got = send(site.address(carrier), "/app/f")
    assert (got.status, got.body) == (404, b"<h1>Sorry</h1>")
    assert got.value("Cache-Control") == "no-store"


def test_a_page_outside_of_the_path_of_its_application(
    mounted: Callable[[str], Site], caplog: pytest.LogCaptureFixture
) -> None:
    """It can't be asked for: the plain one is sent, and the log says why."""
    with mounted("/errors/{status}") as site:
        got = send(site.address("stream"), "/app/f")
    assert (got.status, got.body) == (404, b"Not found.\n")
    assert "/errors/404 isn't within the application's mount point" in caplog.text
