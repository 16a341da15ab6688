"""What every server does with a file, also where the remote, the client or both break off."""

import socket
import threading
from collections.abc import Iterator

from tests.servers.conftest import CONTENT, Ask, Served
from tests.support.remote import Close, Hang, Request, StubRemote, answer
from tests.support.site import Carrier

_PATIENCE_S = 15
_PNG = [("Content-Type", "image/png")]


def test_a_file_arrives_whole(ask: Ask, remote: StubRemote) -> None:
    """Bytes, length, type, name and cookie."""
    remote.script = {"/k": answer(200, _PNG, CONTENT)}
    got = ask("/k")
    assert (got.status, got.body, got.broken_off) == (200, CONTENT, False)
    assert got.value("Content-Length") == str(len(CONTENT))
    assert got.value("Content-Type") == "image/png"
    assert got.value("Content-Disposition") == (
        "attachment; filename=\"naive.png\"; filename*=UTF-8''na%C3%AFve.png"
    )
    assert got.value("Set-Cookie") == "seen=1"


def test_a_file_of_unknown_length(ask: Ask, remote: StubRemote) -> None:
    """The remote sends chunks."""
    remote.script = {"/k": answer(200, _PNG, CONTENT, framing="chunked")}
    got = ask("/k")
    assert (got.status, got.body, got.broken_off) == (200, CONTENT, False)


def test_a_head_gets_the_length_and_no_body(ask: Ask, remote: StubRemote) -> None:
    """The file's length, and not a byte after the head."""
    remote.script = {"/k": answer(200, _PNG, CONTENT)}
    got = ask("/k", method="HEAD")
    assert (got.status, got.body, got.excess) == (200, b"", b"")
    assert got.value("Content-Length") == str(len(CONTENT))


def test_a_part_is_sent_with_its_place(ask: Ask, remote: StubRemote) -> None:
    """206 with its place."""
    part = answer(206, [("Content-Range", "bytes 4-5/9")], b"ab")
    remote.script = {"/k": part}
    got = ask("/k", ("Range", "bytes=4-5"))
    assert (got.status, got.body) == (206, b"ab")
    assert got.value("Content-Range") == "bytes 4-5/9"
    assert remote.requests[0].value("Range") == "bytes=4-5"


def test_what_the_client_has_already(ask: Ask, remote: StubRemote) -> None:
    """304 without a body, by the application's version and by the remote's."""
    remote.script = {"/k": answer(304, [("ETag", '"v"')], framing="none")}
    for path, etag in (("/versioned", '"v1"'), ("/k", '"v"')):
        got = ask(path, ("If-None-Match", etag))
        assert (got.status, got.body, got.excess) == (304, b"", b"")
        assert got.value("ETag") == etag


def test_an_error_of_the_remote(ask: Ask, remote: StubRemote) -> None:
    """Ours, for GET and HEAD."""
    remote.script = {"/k": answer(404, [], b"<Error/>"), "/forbidden": answer(403)}
    for path, status in (("/k", 404), ("/forbidden", 502)):
        got = ask(path)
        assert (got.status, got.broken_off) == (status, False)
        assert b"<Error/>" not in got.body
        assert got.value("Content-Disposition") is None
        assert ask(path, method="HEAD").status == status


def test_a_form_that_ends_in_a_download(ask: Ask, remote: StubRemote) -> None:
    """The remote is asked with GET, and nothing of the body."""
    remote.script = {"/k": answer(200, _PNG, CONTENT)}
    length = ("Content-Length", "100000")
    assert ask("/k", length, method="POST", body=b"x" * 100_000).body == CONTENT
    assert (remote.requests[0].method, remote.requests[0].body) == ("GET", b"")


def test_a_remote_that_says_nothing(ask: Ask, remote: StubRemote) -> None:
    """502 where it closes, 504 where it is silent."""
    remote.script = {"/closed": [Close()], "/silent": [Hang()]}
    assert ask("/closed").status == 502
    assert ask("/silent").status == 504


def test_a_body_that_breaks_off(ask: Ask, remote: StubRemote) -> None:
    """The client sees that it isn't whole."""
    remote.script = {"/k": answer(200, _PNG, CONTENT, broken_after=500_000)}
    got = ask("/k")
    assert (got.status, got.broken_off) == (200, True)
    assert CONTENT.startswith(got.body)
    assert len(got.body) <= 500_000


def test_a_client_that_goes(ask: Ask, carrier: Carrier, served: Served, remote: StubRemote) -> None:
    """The connection to the remote ends soon, and the server serves others."""
    gone = threading.Event()

    def endless(_: Request) -> Iterator[bytes]:
        try:
            yield b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n"
            while True:
                yield CONTENT
        finally:
            # The stub's connection broke, and took this generator with it.
            gone.set()

    remote.script = {"/k": endless, "/other": answer(200, _PNG, b"other")}
    host, _, port = served.addresses[carrier].partition(":")
    with socket.create_connection((host, int(port)), _PATIENCE_S) as client:
        client.sendall(b"GET /k HTTP/1.1\r\nHost: site\r\n\r\n")
        assert client.recv(100_000).startswith(b"HTTP/1.1 200 ")
    assert gone.wait(_PATIENCE_S)
    assert ask("/other").body == b"other"


def test_a_file_of_this_machine(ask: Ask) -> None:
    """Whole, in part, and as HEAD."""
    assert ask("/local/a.txt").body == CONTENT
    got = ask("/local/a.txt", ("Range", "bytes=-2"))
    assert (got.status, got.body) == (206, b"\xfe\xff")
    got = ask("/local/a.txt", method="HEAD")
    assert (got.body, got.excess, got.value("Content-Length")) == (b"", b"", str(len(CONTENT)))
    assert ask("/local/nothing").status == 404


def test_pages_pass(ask: Ask, remote: StubRemote) -> None:
    """What names no file is the server's and the application's affair."""
    assert (ask("/page").body, remote.requests) == (b"a page", [])
