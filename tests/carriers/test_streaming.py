"""What streaming costs this process: memory, waiting, connections."""

import socket
import tracemalloc
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.conftest import Views
from tests.support.client import send
from tests.support.remote import Hang, Request, Step, StubRemote, answer
from tests.support.site import Site
from xaccel_wsgi import RemoteFile, XAccelMiddleware

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

BLOCK = bytes(1 << 20)


def _large(count: int) -> Iterator[Step]:
    yield b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (count * len(BLOCK))
    for _ in range(count):
        yield BLOCK


def _read(app: "WSGIApplication") -> int:
    """Returns how much came, without keeping any of it."""
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "SCRIPT_NAME": ""}
    body = app(environ, lambda *_: lambda _: None)  # type: ignore[arg-type]
    size = sum(map(len, body))
    body.close()  # type: ignore[attr-defined]
    return size


def test_memory_does_not_grow_with_the_file(remote: StubRemote) -> None:
    """Sixteen times the file needs no more of it at once."""
    remote.script = lambda request: _large(int(request.path[1:]))

    def peak_bytes(count: int) -> int:
        def app(environ: dict, start_response: object) -> object:
            return RemoteFile(remote.url(f"/{count}"))(environ, start_response)  # type: ignore[arg-type]

        wrapped = XAccelMiddleware(app, origins=[f"http://{remote.address}"], mode="stream")  # type: ignore[arg-type]
        tracemalloc.start()
        try:
            assert _read(wrapped) == count * len(BLOCK)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            wrapped.close()

    small, large = peak_bytes(8), peak_bytes(128)
    assert large < small + len(BLOCK)


@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_the_first_byte_waits_for_nothing(
    framing: str, site: Site, views: Views, remote: StubRemote
) -> None:
    """It is passed on when it arrives, though the rest never comes; NGINX fills a buffer first."""
    length = b"Content-Length: 99999\r\n\r\nx"
    chunks = b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"
    head = b"HTTP/1.1 200 OK\r\n" + (length if framing == "length" else chunks)
    remote.script = {"/k": [head, Hang()]}
    views.view = lambda _: RemoteFile(remote.url("/k"))
    host, _, port = site.address("stream").rpartition(":")
    # Half of the site's read_timeout_s, after which it would break off.
    with socket.create_connection((host, int(port)), timeout=1) as client:
        client.sendall(b"GET /f HTTP/1.1\r\nHost: x\r\n\r\n")
        received = b""
        while b"\r\n\r\n" not in received or b"x" not in received.partition(b"\r\n\r\n")[2]:
            block = client.recv(4096)
            assert block
            received += block


def test_a_connection_serves_many_downloads(site: Site, views: Views, remote: StubRemote) -> None:
    """Also those whose body came in chunks."""

    def script(request: Request) -> list[Step]:
        framing = "chunked" if len(remote.requests) % 2 else "length"
        return answer(200, [], b"file", framing=framing)  # type: ignore[arg-type]

    remote.script = {"/k": script}
    views.view = lambda _: RemoteFile(remote.url("/k"))
    for _ in range(10):
        assert send(site.address("stream"), "/f").body == b"file"
    assert (len(remote.requests), remote.connections) == (10, 1)
