"""The stub remote: it sends what the script says, and records what came."""

import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .certificates import HOST_NAME, Certificates
from .client import send
from .remote import Close, Hang, Pause, Request, Reset, StubRemote, answer
from .waiting import wait_until


@pytest.fixture(scope="module")
def running() -> Iterator[StubRemote]:
    """One server for the module."""
    with StubRemote() as stub:
        yield stub


@pytest.fixture
def remote(running: StubRemote) -> StubRemote:
    """The server, knowing nothing of the test before."""
    running.reset()
    return running


def exchange(remote: StubRemote, data: bytes) -> bytes:
    """Sends bytes and returns all that comes until the server closes."""
    with socket.create_connection(("127.0.0.1", remote.port), 5) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while block := connection.recv(65536):
            received += block
        return received


def test_request_is_recorded_as_it_came(remote: StubRemote) -> None:
    """Line, field order, repeats, letter case and odd bytes."""
    remote.script = {"/a//../%2e?q=%zz": answer(200, body=b"yes")}
    head = (
        b"PUT /a//../%2e?q=%zz HTTP/1.1\r\nhost: H\r\nX-B: 1\r\nx-b:2 \r\nX-\xe9: \xff\r\n"
        b"Content-Length: 3\r\n\r\n"
    )
    assert exchange(remote, head + b"abc") == b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes"
    (request,) = remote.requests
    assert request.head == head
    assert (request.method, request.target, request.body) == ("PUT", "/a//../%2e?q=%zz", b"abc")
    assert request.fields[:3] == (("host", "H"), ("X-B", "1"), ("x-b", "2"))
    assert request.values("X-B") == ["1", "2"]
    assert remote.asked("/a//../%2e") == [request]


def test_chunked_request_body(remote: StubRemote) -> None:
    """Its coding is removed."""
    exchange(
        remote,
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3;x=y\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
    )
    assert remote.requests[0].body == b"abcde"


def test_connection_is_kept_and_counted(remote: StubRemote) -> None:
    """Three requests at once, in one connection, each answered in turn."""
    remote.script = lambda request: answer(200, body=request.target.encode())
    requests = b"".join(b"GET /%d HTTP/1.1\r\nHost: h\r\n\r\n" % n for n in range(3))
    received = exchange(remote, requests)
    assert [received.count(b"\r\n\r\n/%d" % n) for n in range(3)] == [1, 1, 1]
    assert (remote.connections, {r.connection for r in remote.requests}) == (1, {1})


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(answer(200, body=b"12", version="HTTP/1.0"), id="HTTP/1.0"),
        pytest.param(answer(200, body=b"12", framing="until-close"), id="no length"),
        pytest.param(answer(200, [("Connection", "close")], b"12"), id="Connection: close"),
        pytest.param(answer(200, body=b"12", ending=Close()), id="Close"),
    ],
)
def test_connection_is_closed_after_the_answer(remote: StubRemote, steps: list[bytes]) -> None:
    """The second request gets nothing."""
    remote.script = {"/": steps}
    request = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
    assert exchange(remote, request * 2).endswith(b"\r\n\r\n12")
    assert len(remote.requests) == 1


def test_answers_are_verbatim(remote: StubRemote) -> None:
    """Each framing, to the byte."""
    fields = [("X-a", "1"), ("x-A", " 2")]
    remote.script = {
        "/chunked": answer(200, fields, b"ab", framing="chunked"),
        "/none": answer(304, fields, framing="none"),
        "/odd": answer(799, reason="Odd"),
        "/early": answer(200, body=b"ab", early_hints=[("Link", "</s>")]),
        "/raw": b"garbage\n",
    }
    expected = {
        "/chunked": b"HTTP/1.1 200 OK\r\nX-a: 1\r\nx-A:  2\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"2\r\nab\r\n0\r\n\r\n",
        "/none": b"HTTP/1.1 304 Not Modified\r\nX-a: 1\r\nx-A:  2\r\n\r\n",
        "/odd": b"HTTP/1.1 799 Odd\r\nContent-Length: 0\r\n\r\n",
        "/early": b"HTTP/1.1 103 Early Hints\r\nLink: </s>\r\n\r\n"
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab",
        "/raw": b"garbage\n",
    }
    for path, data in expected.items():
        assert exchange(remote, b"GET %s HTTP/1.1\r\n\r\n" % path.encode()) == data, path


def test_script_may_be_a_callable_and_pauses(remote: StubRemote) -> None:
    """A generator is played as it goes."""

    def script(request: Request) -> Iterator[bytes | Pause]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na"
        yield Pause(0.1)
        yield b"b"

    remote.script = script
    began = time.monotonic()
    assert send(remote.address).body == b"ab"
    assert time.monotonic() - began >= 0.1


def test_reset_reaches_the_peer(remote: StubRemote) -> None:
    """Not an end of file, a reset."""
    remote.script = {"/": [Reset()]}
    with socket.create_connection(("127.0.0.1", remote.port), 5) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            connection.recv(1)


def test_hanging_ends_with_reset_and_close(remote: StubRemote) -> None:
    """The fixture stays usable, and nothing waits for a timeout."""
    remote.script = {"/": [Hang()]}
    with socket.create_connection(("127.0.0.1", remote.port), 5) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        wait_until(lambda: remote.requests)
        began = time.monotonic()
        remote.reset()
        assert connection.recv(1) == b""
    assert time.monotonic() - began < 1
    remote.script = {"/": b"x"}
    assert exchange(remote, b"GET / HTTP/1.1\r\n\r\n") == b"x"


def test_broken_requests_are_noted(remote: StubRemote) -> None:
    """They are failures, not requests."""
    exchange(remote, b"GET / HT")
    exchange(remote, b"what\r\n\r\n")
    exchange(remote, b"PUT / HTTP/1.1\r\nContent-Length: 9\r\n\r\nshort")
    assert [failure.split(":")[0] for failure in remote.failures] == [
        "the head broke off",
        "no request line",
        "the body broke off",
    ]
    assert remote.requests == []


def test_tls_holds_for_the_names_of_the_certificate(tmp_path: Path) -> None:
    """The certificate holds for its names; who doesn't trust it is noted."""
    certificates = Certificates(tmp_path)
    with StubRemote({"/": answer(200, body=b"ok")}, tls=certificates.server_context()) as remote:
        assert remote.url("/x", "localhost") == f"https://localhost:{remote.port}/x"
        for name in ("localhost", "127.0.0.1", HOST_NAME):
            with (
                socket.create_connection(("127.0.0.1", remote.port), 5) as plain,
                certificates.client_context().wrap_socket(plain, server_hostname=name) as secure,
            ):
                secure.sendall(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
                assert secure.recv(1000).endswith(b"ok")
        with (
            socket.create_connection(("127.0.0.1", remote.port), 5) as plain,
            pytest.raises(ssl.SSLCertVerificationError),
        ):
            ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")
        wait_until(lambda: remote.failures)
        assert remote.failures[0].startswith("TLS: ")
        assert len(remote.requests) == 3
