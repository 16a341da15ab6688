"""No framework: a WSGI function, and one that is a generator."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest

from tests.frameworks.contract import NAME, Contract
from tests.support.remote import StubRemote
from tests.support.site import TOKEN
from xaccel_wsgi import RemoteFile, XAccelError, XAccelMiddleware

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

COOKIE = ("Set-Cookie", "seen=1")
HTML = ("Content-Type", "text/html; charset=utf-8")


def function(url: str) -> "WSGIApplication":
    """An application that returns lists."""
    files = {
        "/file": RemoteFile(url, filename=NAME, headers={"Vary": "Cookie"}),
        "/versioned": RemoteFile(url, etag="v1"),
        "/outside": RemoteFile("https://elsewhere.example/k?secret"),
        "/export": RemoteFile(url),
    }

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/page":
            start_response("201 Created", [HTML, COOKIE])
            return [b"a page"]
        if path == "/text":
            start_response("200 OK", [HTML, ("X-Remote-File", url)])
            return [b""]
        try:
            headers = files[path].response_headers(environ)
        except XAccelError:
            start_response("500 Internal Server Error", [HTML])
            return [b"an error"]
        start_response("200 OK", [*headers.items(), COOKIE])
        return []

    return app


def generator(url: str) -> "WSGIApplication":
    """The same, but start_response is called when the first item is asked for."""
    inner = function(url)

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        yield from inner(environ, start_response)

    return app


@pytest.fixture(scope="module", params=[function, generator])
def app(request: pytest.FixtureRequest, session_remote: StubRemote) -> XAccelMiddleware:
    """Each, wrapped."""
    app = request.param(session_remote.url("/k"))
    return XAccelMiddleware(app, origins=[f"http://{session_remote.address}"], token=TOKEN)


class TestWsgi(Contract):
    """What every framework does."""
