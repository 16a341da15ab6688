"""Bottle: the headers go into a response of its own."""

from typing import Any

import bottle
import pytest

from tests.frameworks.conftest import Ask
from tests.frameworks.contract import NAME, Contract
from tests.support.remote import StubRemote
from tests.support.site import TOKEN
from xaccel_wsgi import RemoteFile, XAccelMiddleware


@pytest.fixture(scope="module")
def app(session_remote: StubRemote) -> XAccelMiddleware:
    """An application with a hook."""
    app = bottle.Bottle()
    url = session_remote.url("/k")

    def send(remote: RemoteFile) -> bottle.HTTPResponse:
        return bottle.HTTPResponse(headers=remote.response_headers(bottle.request.environ))

    @app.get("/file")
    def file() -> bottle.HTTPResponse:
        response = send(RemoteFile(url, filename=NAME, headers={"Vary": "Cookie"}))
        response.set_cookie("seen", "1")
        return response

    @app.get("/versioned")
    def versioned() -> bottle.HTTPResponse:
        return send(RemoteFile(url, etag="v1"))

    @app.get("/outside")
    def outside() -> bottle.HTTPResponse:
        return send(RemoteFile("https://elsewhere.example/k?secret"))

    @app.get("/text")
    def text() -> str:
        bottle.response.set_header("X-Remote-File", url)
        return ""

    @app.get("/page")
    def page() -> str:
        bottle.response.status = 201
        bottle.response.set_cookie("seen", "1")
        return "a page"

    @app.post("/export")
    def export() -> bottle.HTTPResponse:
        return send(RemoteFile(url))

    @app.get("/global")
    def on_the_global_response() -> str:
        headers = RemoteFile(url, filename=NAME).response_headers(bottle.request.environ)
        bottle.response.headers.update(headers)
        return ""

    @app.hook("after_request")
    def protect() -> None:
        bottle.response.headers["Content-Security-Policy"] = "sandbox"

    return XAccelMiddleware(app, origins=[f"http://{session_remote.address}"], token=TOKEN)


class TestBottle(Contract):
    """What every framework does."""


def test_the_global_response_does_as_well(ask: Ask) -> None:
    """As Bottle's people mostly write."""
    got = ask("/global")
    assert (got.body, got.value("Content-Type")) == (b"the file", "image/png")


def test_a_hook_adds_headers(ask: Ask) -> None:
    """To a file like to a page."""
    values: list[Any] = [ask(path).value("Content-Security-Policy") for path in ("/file", "/page")]
    assert values == ["sandbox", "sandbox"]
