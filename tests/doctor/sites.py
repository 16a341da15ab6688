"""A site whose downloads are right, and layers in front of it that spoil them."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Request, Response

from tests.support.remote import StubRemote
from tests.support.store import store
from tests.support.wsgi import serve
from xaccel_wsgi import RemoteFile, XAccelMiddleware
from xaccel_wsgi.carriers.inquiry import Carrier, Shown, is_inquiry, tell
from xaccel_wsgi.doctor.finding import Finding
from xaccel_wsgi.doctor.site import Site, check_site

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

TOKEN = "a-token-for-the-doctor-0123"
COOKIE = "Cookie: session=s3ss10n"
NAME = "résumé.pdf"
FILE = bytes(range(256)) * 20
STORE = store(
    FILE,
    [
        ("Content-Type", "application/pdf"),
        ("ETag", '"v1"'),
        ("Last-Modified", "Thu, 29 Feb 2024 00:00:00 GMT"),
        ("x-amz-request-id", "1"),
    ],
)

# Gets a request and what the site would answer; returns what the client gets.
Layer = Callable[[Request, Response], Response]


def told(carrier: Carrier, shown: Shown, request: Request) -> Response:
    """What an application says when it is asked who sends the file."""
    return Response.from_app(lambda *wsgi: tell(carrier, shown, *wsgi), request.environ)


class RightSite:
    """Streams a file; claims that NGINX does; sends who isn't signed in away."""

    def __init__(self, layer: Layer, middleware: XAccelMiddleware) -> None:
        """Puts the layer in front."""
        self._layer = layer
        self._middleware = middleware

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterator[bytes]:
        """Answers."""
        body, status, headers = run_wsgi_app(self._inner, environ, buffered=True)
        # A list keeps the Content-Length of an answer to HEAD.
        response = Response(list(body), status, list(headers))
        answer = self._layer(Request(environ), response)
        return answer(environ, start_response)  # type: ignore[return-value]

    def _inner(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> object:
        if environ["PATH_INFO"] != "/files/7":
            return Response("No such page", 404)(environ, start_response)
        if "session=" not in environ.get("HTTP_COOKIE", ""):
            return Response(status=302, headers={"Location": "/login"})(environ, start_response)
        if is_inquiry(environ, TOKEN, time.time()):
            return tell("nginx", "current", environ, start_response)
        return self._middleware(environ, start_response)


@contextmanager
def served(layer: Layer, remote: StubRemote) -> Iterator[str]:
    """Serves the site behind a layer; gives the download's URL."""

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> object:
        return RemoteFile(remote.url("/k?X-Amz-Signature=1"), filename=NAME)(
            environ, start_response
        )

    middleware = XAccelMiddleware(
        app, origins=[f"http://{remote.address}"], token=TOKEN, mode="stream"
    )
    with serve(RightSite(layer, middleware)) as server:
        yield f"http://{server.address}/files/7?page=1"
    middleware.close()


def check(url: str, *, token: str | None = TOKEN) -> list[Finding]:
    """Checks a site, signed in."""
    said: list[str] = []
    findings = list(check_site(Site(url, [COOKIE]), said.append, token=token, filename=NAME))
    assert "s3ss10n" not in str(findings) + str(said)
    assert TOKEN not in str(findings)
    return findings
