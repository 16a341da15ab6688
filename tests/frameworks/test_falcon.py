"""Falcon: the headers go into the responder's response."""

from typing import Any

import falcon
import pytest

from tests.frameworks.conftest import Ask
from tests.frameworks.contract import NAME, Contract
from tests.support.remote import StubRemote
from tests.support.site import TOKEN
from xaccel_wsgi import OriginError, RemoteFile, XAccelMiddleware


class Resource:
    """A responder for GET, for HEAD (which Falcon has no default for) and for POST."""

    def __init__(self, remote: RemoteFile) -> None:
        self.remote = remote

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.set_headers(self.remote.response_headers(req.env))
        resp.set_cookie("seen", "1")
        resp.append_header("Vary", "Cookie")

    on_head = on_get
    on_post = on_get


class Text:
    """The special header alone."""

    def __init__(self, url: str) -> None:
        self.url = url

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.set_header("X-Remote-File", self.url)
        resp.content_type = falcon.MEDIA_HTML


class Page:
    """A page of its own."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.status = falcon.HTTP_201
        resp.text = "a page"
        resp.set_cookie("seen", "1")


class Poweredby:
    """A component that sees every response."""

    def process_response(self, req: Any, resp: Any, resource: Any, req_succeeded: bool) -> None:
        resp.set_header("Content-Security-Policy", "sandbox")


@pytest.fixture(scope="module")
def app(session_remote: StubRemote) -> XAccelMiddleware:
    """An application with a component, CORS and an error handler."""
    app = falcon.App(cors_enable=True, middleware=[Poweredby()])
    url = session_remote.url("/k")
    app.add_route("/file", Resource(RemoteFile(url, filename=NAME)))
    app.add_route("/versioned", Resource(RemoteFile(url, etag="v1")))
    app.add_route("/outside", Resource(RemoteFile("https://elsewhere.example/k?secret")))
    app.add_route("/export", Resource(RemoteFile(url)))
    app.add_route("/text", Text(url))
    app.add_route("/page", Page())

    def explain(req: Any, resp: falcon.Response, error: OriginError, params: Any) -> None:
        resp.status = falcon.HTTP_500
        resp.text = error.problem

    app.add_error_handler(OriginError, explain)
    return XAccelMiddleware(app, origins=[f"http://{session_remote.address}"], token=TOKEN)


class TestFalcon(Contract):
    """What every framework does."""


def test_components_and_cors_have_the_last_word(ask: Ask) -> None:
    """Their headers arrive beside the file."""
    got = ask("/file", ("Origin", "https://other.example"))
    assert got.body == b"the file"
    assert got.value("Content-Security-Policy") == "sandbox"
    assert got.value("Access-Control-Allow-Origin") == "*"


def test_an_error_handler_sees_a_forbidden_origin(ask: Ask) -> None:
    """With the URL's query redacted."""
    assert b"elsewhere.example/k?[redacted]" in ask("/outside").body
