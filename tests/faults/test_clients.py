"""Clients that leave at each stage, that hardly read, that send nonsense."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.support.client import send
from tests.support.remote import Answer, Hang, Script, answer
from tests.support.site import Carrier
from tests.support.waiting import wait_until

from .ends import READ_TIMEOUT_S, SLACK_S, End, end_of
from .grounds import Grounds
from .sent import BODY, CHUNKED, HALF, OK, SIZED, TAKEN_AT_MOST, Flood, to

HUGE = OK + b"Content-Length: 1073741824\r\n\r\n"
REQUEST = b"GET /f HTTP/1.1\r\nHost: app.example\r\nConnection: close\r\n\r\n"
SMALL = 16384


@contextmanager
def client(
    carrier: Carrier, grounds: Grounds, *, request: bytes = REQUEST, buffer_bytes: int = 0
) -> Iterator[socket.socket]:
    """Connects and sends a request; the kernel takes `buffer_bytes` of the answer at once."""
    grounds.url = grounds.remote.url("/k")
    host, _, port = grounds.site.address(carrier).partition(":")
    with socket.socket() as connection:
        if buffer_bytes:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
        connection.settimeout(10)
        connection.connect((host, int(port)))
        connection.sendall(request)
        yield connection


def reset(connection: socket.socket) -> None:
    """Makes the coming close a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def close(connection: socket.socket) -> None:
    """Leaves the coming close as it is."""


def still_serves(carrier: Carrier, grounds: Grounds) -> None:
    """The next client is none the worse for it."""
    grounds.remote.script = {"/k": SIZED + BODY}
    assert end_of(grounds.ask(carrier, grounds.remote.url("/k"))) == End.WHOLE


@pytest.mark.parametrize("leave", [reset, close])
@pytest.mark.parametrize(
    ("remote", "asked", "received"),
    [
        pytest.param(
            *({"/k": [Hang()]}, 1, 0),
            marks=pytest.mark.fault("a client that leaves before the remote answers", "let go"),
            id="before the answer",
        ),
        pytest.param(
            *({"/k": to("/l"), "/l": [Hang()]}, 2, 0),
            marks=pytest.mark.fault("a client that leaves during a redirect", "let go"),
            id="during a redirect",
        ),
        pytest.param(
            *({"/k": [SIZED, Hang()]}, 1, 0),
            marks=pytest.mark.fault("a client that leaves between head and body", "let go"),
            id="between head and body",
        ),
        pytest.param(
            *({"/k": Flood(HUGE, BODY)}, 1, 100_000),
            marks=pytest.mark.fault("a client that leaves within the body", "let go"),
            id="within the body",
        ),
        pytest.param(
            *({"/k": Flood(CHUNKED, b"%x\r\n%s\r\n" % (len(BODY), BODY))}, 1, 100_000),
            marks=pytest.mark.fault("a client that leaves within chunks", "let go"),
            id="within chunks",
        ),
        pytest.param(
            *({"/k": [SIZED + HALF, Hang()]}, 1, 20_000),
            marks=pytest.mark.fault("a client that leaves while the body is silent", "let go"),
            id="while the body is silent",
        ),
    ],
)
def test_a_client_that_leaves(
    remote: dict[str, Answer | Script],
    asked: int,
    received: int,
    leave: Callable[[socket.socket], None],
    carrier: Carrier,
    grounds: Grounds,
) -> None:
    """NGINX notices at once; the streamer when it sends, or when the remote's time is over."""
    grounds.remote.script = remote
    with client(carrier, grounds) as connection:
        wait_until(lambda: len(grounds.remote.requests) == asked)
        while received > 0:
            block = connection.recv(received)
            assert block
            received -= len(block)
        leave(connection)
    wait_until(lambda: grounds.remote.open_connections == 0, READ_TIMEOUT_S + SLACK_S)
    if carrier == "nginx" and isinstance(remote["/k"], list):
        # A remote that is silent didn't end it, as it would with a 504.
        wait_until(lambda: '"GET /f HTTP/1.1" 499 ' in grounds.site.nginx.access_log())
    still_serves(carrier, grounds)


@pytest.mark.fault("fifty clients that leave at once", "let go")
def test_many_clients_that_leave(
    carrier: Carrier, grounds: Grounds, tries: Callable[[int], None]
) -> None:
    """More than there are workers."""
    tries(50)
    grounds.remote.script = {"/k": Flood(HUGE, BODY)}

    def come_and_go() -> None:
        with client(carrier, grounds) as connection:
            connection.recv(1)
            reset(connection)

    clients = [threading.Thread(target=come_and_go) for _ in range(50)]
    for each in clients:
        each.start()
    for each in clients:
        each.join(10)
    wait_until(lambda: grounds.remote.open_connections == 0, READ_TIMEOUT_S + SLACK_S)
    still_serves(carrier, grounds)


@pytest.mark.fault("a client that reads a byte at a time", "200, whole")
def test_a_client_that_hardly_reads(carrier: Carrier, grounds: Grounds) -> None:
    """For longer than any deadline; then it wants the rest."""
    body = BODY * 40
    grounds.remote.script = {"/k": answer(200, body=body)}
    with client(carrier, grounds, buffer_bytes=SMALL) as connection:
        received = bytearray()
        until = time.monotonic() + 2 * READ_TIMEOUT_S
        while time.monotonic() < until:
            received += connection.recv(1)
            time.sleep(READ_TIMEOUT_S / 20)
        while block := connection.recv(65536):
            received += block
    assert received.partition(b"\r\n\r\n")[2] == body


@pytest.mark.fault("a client that never reads", "the remote is held back; let go")
def test_a_client_that_never_reads(carrier: Carrier, grounds: Grounds) -> None:
    """It leaves in the end, and all that waited for it goes."""
    flood = Flood(HUGE, BODY)
    grounds.remote.script = {"/k": flood}
    with client(carrier, grounds, buffer_bytes=SMALL):
        wait_until(lambda: flood.taken_bytes > 0)
        time.sleep(READ_TIMEOUT_S)
        assert flood.taken_bytes < TAKEN_AT_MOST
    wait_until(lambda: grounds.remote.open_connections == 0)
    still_serves(carrier, grounds)


@pytest.mark.fault("a HEAD of a file without end", "200, no body; the remote is let go")
def test_a_head_of_a_flood(carrier: Carrier, grounds: Grounds) -> None:
    """The remote is asked with GET, and its body isn't read."""
    flood = Flood(HUGE, BODY)
    grounds.remote.script = {"/k": flood}
    grounds.url = grounds.remote.url("/k")
    got = send(grounds.site.address(carrier), "/f", method="HEAD")
    assert (got.status, got.value("Content-Length"), got.excess) == (200, "1073741824", b"")
    assert flood.taken_bytes < TAKEN_AT_MOST
    wait_until(lambda: grounds.remote.open_connections == 0)


@pytest.mark.parametrize(
    "request_bytes",
    [
        pytest.param(
            b"GET /f HTTP/1.1\r\nHost: app.exa",
            marks=pytest.mark.fault("a client that leaves within its request", "nothing asked"),
            id="half a request",
        ),
        pytest.param(
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 512,
            marks=pytest.mark.fault("a client that speaks TLS to a plain port", "nothing asked"),
            id="TLS",
        ),
    ],
)
def test_a_client_that_asks_nothing(
    request_bytes: bytes, carrier: Carrier, grounds: Grounds
) -> None:
    """The remote never hears of it."""
    with client(carrier, grounds, request=request_bytes) as connection:
        connection.shutdown(socket.SHUT_WR)
        connection.recv(65536)
    assert grounds.remote.requests == []
    grounds.remote.script = {"/k": answer(200, body=BODY)}
    still_serves(carrier, grounds)
