"""The exact client: what it sends, and what it makes of each answer."""

from collections.abc import Iterator

import pytest

from .client import send
from .remote import Close, Hang, Reset, Step, StubRemote, answer


@pytest.fixture(scope="module")
def remote() -> Iterator[StubRemote]:
    """One server for the module; each test has its own script."""
    with StubRemote() as stub:
        yield stub


def test_sends_what_it_is_told(remote: StubRemote) -> None:
    """Nothing added but Host and Connection, nothing made canonical."""
    remote.reset()
    fields = [("x-a", "1"), ("X-A", "2"), ("Content-Length", "4")]
    send(remote.address, "/a/../b//?%zz", fields, method="BREW", body=b"body", host="x:1")
    (request,) = remote.requests
    assert request.head == (
        b"BREW /a/../b//?%zz HTTP/1.1\r\nHost: x:1\r\nx-a: 1\r\nX-A: 2\r\nContent-Length: 4\r\n"
        b"Connection: close\r\n\r\n"
    )
    assert request.body == b"body"


def test_reads_fields_as_they_come(remote: StubRemote) -> None:
    """Order, repeats, letter case, reason."""
    fields = [("x-B", "1"), ("Set-Cookie", "a"), ("set-cookie", "b"), ("X-b", "")]
    remote.script = {"/": answer(200, fields, b"ab", reason="Fine", ending=Close())}
    received = send(remote.address)
    assert received.fields == (*fields, ("Content-Length", "2"))
    assert (received.status, received.reason, received.body) == (200, "Fine", b"ab")
    assert received.values("SET-COOKIE") == ["a", "b"]
    assert not received.broken_off


BODY = bytes(range(256)) * 64


@pytest.mark.parametrize(
    ("steps", "body", "broken_off"),
    [
        pytest.param(answer(body=BODY, ending=Close()), BODY, False, id="whole"),
        pytest.param(
            answer(body=BODY, framing="chunked", ending=Close()), BODY, False, id="whole, chunked"
        ),
        pytest.param(answer(body=BODY, framing="until-close"), BODY, False, id="until close"),
        pytest.param(answer(body=BODY, broken_after=5000), BODY[:5000], True, id="short"),
        pytest.param(
            answer(body=BODY, broken_after=5000, framing="chunked"),
            BODY[:5000],
            True,
            id="chunks without an end",
        ),
        pytest.param(
            [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nabc", Close()],
            b"abc",
            True,
            id="within a chunk",
        ),
        pytest.param(answer(body=b"", declared_length=1), b"", True, id="nothing of one byte"),
        pytest.param(answer(204, framing="none", ending=Close()), b"", False, id="204"),
    ],
)
def test_tells_whole_from_broken(
    remote: StubRemote, steps: list[Step], body: bytes, broken_off: bool
) -> None:
    """What arrived is kept either way."""
    remote.script = {"/": steps}
    received = send(remote.address)
    assert (received.body, received.broken_off, received.excess) == (body, broken_off, b"")


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([Close()], id="closed"),
        pytest.param([Reset()], id="reset"),
        pytest.param([b"HTTP/1.1 2", Close()], id="within the status line"),
    ],
)
def test_no_answer_has_status_0(remote: StubRemote, steps: list[Step]) -> None:
    """Status 0, broken off."""
    remote.script = {"/": steps}
    received = send(remote.address)
    assert (received.status, received.broken_off) == (0, True)


def test_what_is_not_http_is_shown_as_it_came(remote: StubRemote) -> None:
    """The bytes are there to be seen."""
    remote.script = {"/": [b"\x00 what is this", Close()]}
    received = send(remote.address)
    assert (received.status, received.body, received.broken_off) == (0, b"\x00 what is this", False)


def test_silence_is_an_error(remote: StubRemote) -> None:
    """Rather than a test run that never ends."""
    remote.script = {"/": [Hang()]}
    with pytest.raises(TimeoutError):
        send(remote.address, timeout_s=0.1)


def test_the_answer_to_a_head_has_no_body(remote: StubRemote) -> None:
    """Has no body; one that comes all the same is seen."""
    remote.script = {
        "/good": answer(200, [("Content-Length", "5")], framing="none", ending=Close()),
        "/bad": answer(200, body=b"12345", ending=Close()),
    }
    good = send(remote.address, "/good", method="HEAD")
    bad = send(remote.address, "/bad", method="HEAD")
    assert (good.body, good.excess, good.value("content-length")) == (b"", b"", "5")
    assert (bad.body, bad.excess) == (b"", b"12345")
    assert not good.broken_off


def test_interim_answers_are_kept_apart(remote: StubRemote) -> None:
    """A 103 is not the answer."""
    remote.script = {
        "/": answer(200, body=b"ab", early_hints=[("Link", "</s>")], ending=Close()),
        "/only": [b"HTTP/1.1 103 Early Hints\r\n\r\n", Close()],
    }
    received = send(remote.address)
    assert (received.status, received.body) == (200, b"ab")
    assert received.interim == ((103, (("Link", "</s>"),)),)
    only = send(remote.address, "/only")
    assert (only.status, only.broken_off, only.interim) == (0, True, ((103, ()),))


def test_second_answer_is_excess(remote: StubRemote) -> None:
    """As after a split response."""
    remote.script = {"/": [*answer(body=b"ab"), b"HTTP/1.1 200 OK\r\n", Close()]}
    assert send(remote.address).excess == b"HTTP/1.1 200 OK\r\n"
