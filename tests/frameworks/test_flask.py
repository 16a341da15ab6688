"""Flask: a view's RemoteFile is a response like any other, up to the middleware."""

import pytest
from flask import Flask

from tests.support.remote import StubRemote, answer
from xaccel_wsgi import OriginError, RemoteFile, XAccelMiddleware


@pytest.fixture
def app(remote: StubRemote):
    """A Flask application with the middleware, as the README has it."""
    remote.script = {"/k": answer(200, [("Content-Type", "image/png")], b"file")}
    app = Flask(__name__)
    app.config["XACCEL_ORIGINS"] = [f"http://{remote.address}"]
    app.testing = True
    app.wsgi_app = middleware = XAccelMiddleware(app.wsgi_app, app.config)

    @app.get("/file")
    def file() -> RemoteFile:
        return RemoteFile(remote.url("/k"), filename="é.png")

    @app.get("/outside")
    def outside() -> RemoteFile:
        return RemoteFile("https://elsewhere.example/k?secret")

    yield app
    middleware.close()


def test_a_view_returns_a_remote_file(app: Flask) -> None:
    """The remote's type and bytes, our name."""
    got = app.test_client().get("/file")
    assert (got.data, got.content_type) == (b"file", "image/png")
    assert "filename*=UTF-8''%C3%A9.png" in got.headers["Content-Disposition"]


def test_after_request_hooks_see_a_response_they_can_change(app: Flask) -> None:
    """Headers and cookies of a hook reach the client."""

    @app.after_request
    def change(response):
        response.headers["Content-Disposition"] = "inline"
        response.set_cookie("seen", "1")
        return response

    with app.test_client().get("/file") as got:
        assert got.headers["Content-Disposition"] == "inline"
        assert got.headers["Set-Cookie"].startswith("seen=1")


def test_a_forbidden_origin_raises_inside_the_view(app: Flask) -> None:
    """So that Flask's error handling sees it, with the URL's query redacted."""
    with pytest.raises(OriginError) as caught:
        app.test_client().get("/outside")
    assert "secret" not in str(caught.value)
