"""Flask: a view returns a RemoteFile, and it is a response like any other."""

from collections.abc import Iterator

import flask
import pytest

from tests.frameworks.conftest import Ask
from tests.frameworks.contract import NAME, Contract
from tests.support.remote import StubRemote
from tests.support.site import TOKEN
from xaccel_wsgi import OriginError, RemoteFile, XAccelMiddleware


@pytest.fixture(scope="module")
def app(session_remote: StubRemote) -> flask.Flask:
    """An application with all that people put around views."""
    app = flask.Flask(__name__)
    app.secret_key = "for the tests"
    app.config.update(XACCEL_ORIGINS=[f"http://{session_remote.address}"], XACCEL_TOKEN=TOKEN)
    app.wsgi_app = XAccelMiddleware(app.wsgi_app, app.config)  # type: ignore[method-assign]
    url = session_remote.url("/k")

    @app.get("/file")
    def file() -> flask.Response:
        response = flask.make_response(RemoteFile(url, filename=NAME))
        response.set_cookie("seen", "1")
        response.vary.add("Cookie")
        return response

    @app.get("/versioned")
    def versioned() -> RemoteFile:
        return RemoteFile(url, etag="v1")

    @app.get("/outside")
    def outside() -> RemoteFile:
        return RemoteFile("https://elsewhere.example/k?secret")

    @app.get("/text")
    def text() -> tuple[str, dict[str, str]]:
        return "", {"X-Remote-File": url}

    @app.get("/page")
    def page() -> tuple[str, int, dict[str, str]]:
        return "a page", 201, {"Set-Cookie": "seen=1"}

    @app.post("/export")
    def export() -> RemoteFile:
        return RemoteFile(url)

    @app.get("/headers")
    def headers() -> tuple[RemoteFile, dict[str, str]]:
        return RemoteFile(url), {"Cache-Control": "public, max-age=60"}

    @app.get("/async")
    async def later() -> RemoteFile:
        return RemoteFile(url, filename=NAME)

    @app.get("/session")
    def session() -> RemoteFile:
        flask.session["downloads"] = flask.session.get("downloads", 0) + 1
        return RemoteFile(url)

    @app.get("/streaming")
    def streaming() -> flask.Response:
        @flask.stream_with_context
        def rows() -> Iterator[str]:
            yield flask.request.args["name"]
            yield ", streamed"

        return flask.Response(rows())

    @app.get("/streaming-file")
    def streaming_file() -> flask.Response:
        @flask.stream_with_context
        def rows() -> Iterator[str]:
            sent.append("a row")
            yield "a row"

        response = flask.Response(rows(), headers={"X-Remote-File": url})
        response.call_on_close(lambda: sent.append("closed"))
        return response

    app.register_blueprint(_blueprint(url), url_prefix="/blueprint")
    return app


sent: list[str] = []


def _blueprint(url: str) -> flask.Blueprint:
    blueprint = flask.Blueprint("files", __name__)

    @blueprint.get("/file")
    def file() -> RemoteFile:
        return RemoteFile(url, filename=NAME)

    @blueprint.get("/outside/<how>")
    def outside(how: str) -> RemoteFile | flask.Response:
        remote = RemoteFile("https://elsewhere.example/k?secret")
        return flask.make_response(remote) if how == "made" else remote

    @blueprint.after_request
    def show_it(response: flask.Response) -> flask.Response:
        response.headers["Content-Disposition"] = "inline"
        response.headers["Content-Security-Policy"] = "sandbox"
        return response

    @blueprint.errorhandler(OriginError)
    def explain(error: OriginError) -> tuple[str, int]:
        return error.problem, 503

    return blueprint


class TestFlask(Contract):
    """What every framework does."""


def test_headers_beside_the_return_value(ask: Ask) -> None:
    """Flask's tuple form."""
    got = ask("/headers")
    assert (got.body, got.value("Cache-Control")) == (b"the file", "public, max-age=60")


def test_an_async_view(ask: Ask) -> None:
    """It returns a RemoteFile as well."""
    assert ask("/async").body == b"the file"


def test_hooks_of_a_blueprint_have_the_last_word(ask: Ask) -> None:
    """After the view, on a normal response."""
    got = ask("/blueprint/file")
    assert (got.body, got.value("Content-Disposition")) == (b"the file", "inline")
    assert got.value("Content-Security-Policy") == "sandbox"


def test_a_forbidden_origin_is_the_blueprints_to_handle(ask: Ask) -> None:
    """Where the view makes its response itself; what the error shows has no query."""
    got = ask("/blueprint/outside/made")
    assert got.status == 503
    assert b"elsewhere.example/k?[redacted]" in got.body


def test_flask_handles_no_error_of_what_a_view_returned(ask: Ask) -> None:
    """A limit of Flask's: of a RemoteFile that is returned as it is, its 500 handler learns."""
    assert ask("/blueprint/outside/returned").status == 500


def test_the_session_is_saved(ask: Ask) -> None:
    """Its cookie and the Vary that belongs to it arrive beside the file."""
    got = ask("/session")
    assert got.value("Set-Cookie").startswith("session=")
    assert got.value("Vary") == "Cookie"
    cookie = got.value("Set-Cookie").partition(";")[0]
    assert ask("/session", ("Cookie", cookie)).value("Set-Cookie") != got.value("Set-Cookie")


def test_streaming_views_keep_their_context(ask: Ask) -> None:
    """The middleware takes nothing of a stream that isn't its own."""
    assert ask("/streaming?name=Ada").body == b"Ada, streamed"


def test_a_stream_that_becomes_a_file_is_closed(ask: Ask) -> None:
    """Its response ends, and none of its rows is asked for."""
    sent.clear()
    assert ask("/streaming-file").body == b"the file"
    assert sent == ["closed"]
