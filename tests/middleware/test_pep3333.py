"""The middleware as PEP 3333 demands it, checked by two validators around every request.

`webtest.lint` and `wsgiref.validate` stand on both sides: between server and middleware, and
between middleware and application.
"""

import gc
from collections.abc import Callable, Iterable
from pathlib import Path
from wsgiref.validate import validator

import pytest
import webtest
from webtest import lint
from werkzeug.test import create_environ

from tests.support.remote import StubRemote, answer
from tests.support.waiting import wait_until
from xaccel_wsgi import RemoteFile, XAccelMiddleware

TEXT = [("Content-Type", "text/plain")]


def call(middleware: XAccelMiddleware, start_response: Callable | None = None) -> Iterable[bytes]:
    """Makes one request, two validators looking on, and returns the body that the server has."""
    app = validator(lint.middleware(middleware))
    return app(create_environ(), start_response or (lambda s, h, e=None: lambda _: None))


class Body:
    """An iterable that counts how often it is closed and how much of it is taken."""

    def __init__(self, *blocks: bytes) -> None:
        self.blocks = iter(blocks)
        self.closed = 0
        self.taken = 0

    def __iter__(self) -> "Body":
        return self

    def __next__(self) -> bytes:
        block = next(self.blocks)
        self.taken += 1
        return block

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def client(remote: StubRemote):
    """Wraps an application between the validators; gives a WebTest client."""
    remote.script = {"/k": answer(200, [("Content-Type", "text/x-file")], b"file")}
    made = []

    def client(app: Callable, **options: object) -> webtest.TestApp:
        inner = lint.middleware(validator(app))
        wrapped = XAccelMiddleware(inner, origins=[f"http://{remote.address}"], **options)
        made.append(wrapped)
        return webtest.TestApp(validator(lint.middleware(wrapped)), lint=False)

    yield client
    for middleware in made:
        middleware.close()


def test_a_list_application_passes_untouched(client) -> None:
    """What isn't ours arrives as it was."""

    def app(environ, start_response) -> Iterable[bytes]:
        start_response("201 Created", [*TEXT, ("X-A", "1"), ("X-A", "2")])
        return [b"a", b"b"]

    got = client(app).get("/")
    assert (got.status, got.body, got.headers.getall("X-A")) == ("201 Created", b"ab", ["1", "2"])


def test_a_passing_body_is_the_applications_own_object() -> None:
    """Nothing is wrapped or buffered around a response that isn't ours."""
    body = Body(b"a")

    def app(environ, start_response) -> Iterable[bytes]:
        start_response("200 OK", TEXT)
        return body

    middleware = XAccelMiddleware(app, origins=["https://files.example"])
    assert middleware({"REQUEST_METHOD": "GET"}, lambda *_: lambda _: None) is body
    assert (body.taken, body.closed) == (0, 0)


def test_a_generator_application_passes(client) -> None:
    """start_response is called at the first item only, and nothing is read ahead of that."""
    progress = []

    def app(environ, start_response):
        start_response("200 OK", TEXT)
        for block in (b"a", b"b"):
            progress.append(block)
            yield block

    assert client(app).get("/").body == b"ab"
    progress.clear()
    middleware = XAccelMiddleware(app, origins=["https://files.example"])
    body = call(middleware)
    assert next(iter(body)) == b"a"
    assert progress == [b"a"]
    body.close()


def test_a_generator_application_sends_a_file(client, remote: StubRemote) -> None:
    """The special header is found when it comes late; the rest is never asked for."""
    ended = []

    def app(environ, start_response):
        try:
            start_response("200 OK", [*TEXT, ("X-Remote-File", remote.url("/k"))])
            yield b""
            yield b"never sent"
        finally:
            ended.append(True)

    assert client(app).get("/").body == b"file"
    assert ended == [True]


def test_an_empty_generator_passes(client) -> None:
    """No item at all, but a response."""

    def app(environ, start_response):
        start_response("204 No Content", [])
        return
        yield

    assert client(app).get("/").status_int == 204


def test_write_passes_and_is_discarded_beside_a_file(client, remote: StubRemote) -> None:
    """write() works for other responses; for ours what it writes is the discarded body."""

    def app(environ, start_response) -> Iterable[bytes]:
        field = [("X-Remote-File", remote.url("/k"))] if environ["PATH_INFO"] == "/file" else []
        write = start_response("200 OK", [*TEXT, *field])
        write(b"written")
        return [b" and returned"]

    assert client(app).get("/").body == b"written and returned"
    assert client(app).get("/file").body == b"file"


def test_exc_info_replaces_a_held_file(client, remote: StubRemote) -> None:
    """An application that fails after naming a file answers with its error."""

    def app(environ, start_response) -> Iterable[bytes]:
        start_response("200 OK", [*TEXT, ("X-Remote-File", remote.url("/k"))])
        try:
            raise ValueError
        except ValueError as error:
            start_response("500 Oops", TEXT, (ValueError, error, error.__traceback__))
        return [b"error"]

    got = client(app).get("/", status=500)
    assert (got.body, remote.requests) == (b"error", [])
    assert "X-Remote-File" not in got.headers


def test_exc_info_reaches_the_server() -> None:
    """The server decides whether it is too late."""
    seen = []

    def app(environ, start_response) -> Iterable[bytes]:
        start_response("200 OK", TEXT)
        error = ValueError()
        start_response("500 Oops", TEXT, (ValueError, error, None))
        return []

    def start_response(*arguments: object) -> Callable[[bytes], object]:
        seen.append(arguments)
        return lambda _: None

    call(XAccelMiddleware(app, origins=["https://files.example"]), start_response).close()
    assert len(seen[0]) == 2
    assert seen[1][2][0] is ValueError


def test_start_response_twice_without_exc_info_is_an_error(remote: StubRemote) -> None:
    """PEP 3333: calling it again without exc_info is fatal, beside a file as well."""

    def app(environ, start_response) -> Iterable[bytes]:
        start_response("200 OK", [("X-Remote-File", remote.url("/k"))])
        start_response("200 OK", TEXT)
        return []

    middleware = XAccelMiddleware(app, origins=[f"http://{remote.address}"])
    with pytest.raises(AssertionError, match="twice"):
        call(middleware)


def test_head_has_no_body(client, remote: StubRemote) -> None:
    """Servers that would send a HEAD's body get none."""
    got = client(lambda e, s: RemoteFile(remote.url("/k"))(e, s)).head("/")
    assert (got.body, got.headers["Content-Length"]) == (b"", "4")


def test_head_of_an_error_has_no_body(client, remote: StubRemote) -> None:
    """Nor for an error of ours."""
    got = client(lambda e, s: RemoteFile(remote.url("/missing"))(e, s)).head("/", status=404)
    assert got.body == b""


def test_the_discarded_body_is_closed_exactly_once(remote: StubRemote) -> None:
    """Whatever the application holds open is released, and no item is taken."""
    body = Body(b"a", b"b")
    remote.script = {"/k": answer(200, [], b"file")}

    def app(environ, start_response) -> Iterable[bytes]:
        start_response("200 OK", [("X-Remote-File", remote.url("/k"))])
        return body

    middleware = XAccelMiddleware(app, origins=[f"http://{remote.address}"])
    answered = call(middleware)
    assert (body.taken, body.closed) == (0, 1)
    assert b"".join(answered) == b"file"
    answered.close()
    assert body.closed == 1
    middleware.close()


def test_a_client_that_leaves_closes_the_connection_to_the_remote(remote: StubRemote) -> None:
    """close() before the end gives up the rest, and the connection isn't reused."""
    remote.script = {"/k": answer(200, [], b"x" * 10_000_000)}
    middleware = XAccelMiddleware(
        lambda e, s: RemoteFile(remote.url("/k"))(e, s), origins=[f"http://{remote.address}"]
    )
    body = call(middleware)
    next(iter(body))
    body.close()
    body = call(middleware)
    assert sum(len(block) for block in body) == 10_000_000
    body.close()
    assert remote.connections == 2
    middleware.close()


def test_a_body_that_is_never_iterated_is_closed(remote: StubRemote) -> None:
    """A server that only closes releases the connection as well."""
    remote.script = {"/k": answer(200, [], b"x" * 10_000_000)}
    middleware = XAccelMiddleware(
        lambda e, s: RemoteFile(remote.url("/k"))(e, s), origins=[f"http://{remote.address}"]
    )
    body = call(middleware)
    body.close()
    wait_until(lambda: remote.open_connections == 0)
    middleware.close()


@pytest.mark.parametrize("where", ["remote", "local"])
def test_a_server_that_refuses_the_headers(where: str, remote: StubRemote, tmp_path: Path) -> None:
    """What was opened for the body is closed: the server gets none to close."""
    remote.script = {"/k": answer(200, [], b"x" * 10_000_000)}
    (tmp_path / "k").write_bytes(b"x" * 10)

    def app(environ, start_response) -> Iterable[bytes]:
        if where == "remote":
            return RemoteFile(remote.url("/k"))(environ, start_response)
        start_response("200 OK", [*TEXT, ("X-Accel-Redirect", "/files/k")])
        return [b""]

    def refuse(status: str, headers: list, exc_info: object = None) -> Callable:
        raise ValueError("a header that this server doesn't send")

    middleware = XAccelMiddleware(
        app, origins=[f"http://{remote.address}"], internal_locations={"/files/": tmp_path}
    )
    with pytest.raises(ValueError, match="doesn't send"):
        middleware(create_environ(), refuse)
    # What is left to the garbage collector warns, and a warning is an error here.
    gc.collect()
    middleware.close()


@pytest.mark.parametrize("status", ["206 Partial Content", "302 Found", "404 Not Found"])
def test_the_special_header_is_stripped_on_every_status(client, status, remote) -> None:
    """Only a 200 sends the file; the header shows on no response."""

    def app(environ, start_response) -> Iterable[bytes]:
        start_response(status, [*TEXT, ("x-remote-FILE", remote.url("/k?signature"))])
        return [b"page"]

    got = client(app).get("/", status=int(status[:3]))
    assert got.body == b"page"
    assert "X-Remote-File" not in got.headers
    assert remote.requests == []


def test_an_application_that_fails_early_is_closed() -> None:
    """An exception on the way to the first item closes the body and goes on up."""
    body = Body()

    def fail() -> bytes:
        raise RuntimeError("no")

    body.__class__ = type("Failing", (Body,), {"__next__": lambda self: fail()})
    middleware = XAccelMiddleware(lambda e, s: body, origins=["https://files.example"])
    with pytest.raises(RuntimeError, match="no"):
        call(middleware)
    assert body.closed == 1


def test_wrapping_twice_is_wrapping_once(client, remote: StubRemote) -> None:
    """The outer middleware acts; the file is fetched once."""
    origins = [f"http://{remote.address}"]
    inner = XAccelMiddleware(lambda e, s: RemoteFile(remote.url("/k"))(e, s), origins=origins)
    assert client(inner).get("/").body == b"file"
    assert len(remote.requests) == 1


def test_the_text_form_takes_type_and_disposition_of_the_response(client, remote) -> None:
    """X-Remote-File by hand, in one line of any application."""

    def app(environ, start_response) -> Iterable[bytes]:
        fields = [("X-Remote-File", remote.url("/k")), ("Content-Type", environ["QUERY_STRING"])]
        start_response("200 OK", [*fields, ("Content-Disposition", "inline")])
        return []

    got = client(app).get("/?image/png")
    assert (got.headers["Content-Type"], got.headers["Content-Disposition"]) == (
        "image/png",
        "inline",
    )
    assert client(app).get("/?text/html").headers["Content-Type"] == "text/x-file"
