"""Remotes whose answer breaks: its head, what lies between, its body, its chunks, its redirects."""

import time
from collections.abc import Mapping

import pytest

from tests.support.remote import Close, HalfClose, Hang, Pause, Request, Reset, Step, answer, chunk
from tests.support.site import Carrier

from .ends import READ_TIMEOUT_S, SLACK_S, End, Fault, cases, end_of
from .grounds import Grounds
from .sent import BODY, CHUNKED, HALF, OK, SIZED, TAKEN_AT_MOST, Flood, drip, to

IN_THE_HEAD = cases(
    Fault(kind="a remote that resets instead of answering", remote=[Reset()], ends=End.BAD_GATEWAY),
    Fault(kind="a remote that closes instead of answering", remote=[Close()], ends=End.BAD_GATEWAY),
    Fault(
        kind="a remote that is silent",
        remote=[Hang()],
        ends=End.TIMEOUT,
        after_s=READ_TIMEOUT_S,
    ),
    Fault(
        kind="a remote that closes its side and waits",
        remote=[HalfClose()],
        ends=End.BAD_GATEWAY,
    ),
    Fault(
        kind="a status line that breaks off",
        remote=[b"HTTP/1.1 20", Close()],
        ends=End.BAD_GATEWAY,
    ),
    Fault(kind="a head that breaks off", remote=[OK + b"X-Own:", Close()], ends=End.BAD_GATEWAY),
    Fault(
        kind="a reset within the head",
        remote=[OK + b"X-Own:", Pause(0.02), Reset()],
        ends=End.BAD_GATEWAY,
    ),
    Fault(
        kind="a head that stops",
        remote=[OK + b"X-Own:", Hang()],
        ends=End.TIMEOUT,
        after_s=READ_TIMEOUT_S,
    ),
    Fault(
        kind="a head that comes a byte at a time, for ever",
        remote=lambda _: drip(OK + b"X-Own: " + b"a" * 10000, READ_TIMEOUT_S / 20),
        ends=End.TIMEOUT,
        after_s=READ_TIMEOUT_S,
    ),
    Fault(
        kind="fields that come one at a time, for ever",
        remote=lambda _: drip(OK + b"X: yy\r\n" * 1000, READ_TIMEOUT_S / 20, pieces=1001),
        ends=End.TIMEOUT,
        after_s=READ_TIMEOUT_S,
    ),
    Fault(
        kind="interim answers one at a time, for ever",
        remote=lambda _: drip(
            b"HTTP/1.1 102 Processing\r\n\r\n" * 1000, READ_TIMEOUT_S / 20, pieces=1000
        ),
        # NGINX takes the first for the final answer.
        ends=(End.WAITING, End.TIMEOUT),
        after_s=READ_TIMEOUT_S,
    ),
    Fault(
        kind="a head with a NUL",
        remote=[OK + b"X-Own: a\x00b\r\n\r\n", Close()],
        ends=End.BAD_GATEWAY,
    ),
    Fault(
        kind="a remote that speaks another protocol",
        # Its words aren't taken for ours. For NGINX this is HTTP/0.9.
        remote=[b"SSH-2.0-timed out\r\n", Close()],
        ends=(End.RAW, End.BAD_GATEWAY),
    ),
    Fault(
        kind="a 408 or 444, on which NGINX closes by itself",
        remote=answer(408),
        ends=(End.UNANSWERED, End.BAD_GATEWAY),
    ),
)
BETWEEN = cases(
    # NGINX has sent the head by then; the streamer sends it with the first byte of the body.
    Fault(
        kind="a reset between head and body",
        remote=[SIZED, Pause(0.05), Reset()],
        ends=(End.BROKEN, End.BAD_GATEWAY),
    ),
    Fault(
        kind="a close between head and body",
        remote=[SIZED, Pause(0.05), Close()],
        ends=(End.BROKEN, End.BAD_GATEWAY),
    ),
    Fault(
        kind="silence between head and body",
        remote=[SIZED, Hang()],
        ends=(End.BROKEN, End.TIMEOUT),
        after_s=READ_TIMEOUT_S,
    ),
)
IN_THE_BODY = cases(
    Fault(
        kind="a reset within the body", remote=[SIZED + HALF, Pause(0.05), Reset()], ends=End.BROKEN
    ),
    Fault(
        kind="a body shorter than its length", remote=[SIZED + BODY[:-1], Close()], ends=End.BROKEN
    ),
    Fault(
        kind="a remote that half-closes within the body",
        remote=[SIZED + HALF, HalfClose()],
        ends=End.BROKEN,
    ),
    Fault(
        kind="a body that stops",
        remote=[SIZED + HALF, Hang()],
        ends=End.BROKEN,
        after_s=READ_TIMEOUT_S,
    ),
    Fault(
        kind="a body that comes slowly, longer than any deadline",
        remote=lambda _: drip(SIZED + BODY, READ_TIMEOUT_S / 8, pieces=20),
        ends=End.WHOLE,
        after_s=20 * READ_TIMEOUT_S / 8,
    ),
    Fault(
        kind="a late head, and a late body behind it",
        # NGINX moves a deadline by 300 ms or not at all (NGX_TIMER_LAZY_DELAY).
        remote=[Pause(0.75 * READ_TIMEOUT_S), SIZED, Pause(0.75 * READ_TIMEOUT_S), BODY],
        ends=End.WHOLE,
        after_s=1.5 * READ_TIMEOUT_S,
    ),
    Fault(
        kind="a body without a length that is reset",
        remote=[OK + b"Connection: close\r\n\r\n" + HALF, Pause(0.05), Reset()],
        ends=End.BROKEN,
    ),
)
IN_THE_CHUNKS = cases(
    Fault(
        kind="a first chunk whose size is no number",
        remote=[CHUNKED + b"zz\r\nabc\r\n0\r\n\r\n", Close()],
        # NGINX still has the head in its buffer.
        ends=(End.UNANSWERED, End.BAD_GATEWAY),
    ),
    Fault(
        kind="a later chunk whose size is no number",
        remote=[CHUNKED + chunk(HALF), Pause(0.05), b"-5\r\nabc\r\n0\r\n\r\n", Close()],
        ends=End.BROKEN,
    ),
    Fault(
        kind="a chunk whose size is beyond all bounds",
        remote=[CHUNKED + chunk(HALF), Pause(0.05), b"f" * 40 + b"\r\nabc", Close()],
        ends=End.BROKEN,
    ),
    Fault(
        kind="a chunk longer than its size",
        remote=[CHUNKED + chunk(HALF), Pause(0.05), b"3\r\n\x00\x01\x02345\r\n0\r\n\r\n", Close()],
        ends=End.BROKEN,
    ),
    Fault(
        kind="a chunk that breaks off",
        remote=[CHUNKED + chunk(HALF)[:-1000], Close()],
        ends=End.BROKEN,
    ),
    Fault(
        kind="chunks without the last one", remote=[CHUNKED + chunk(BODY), Close()], ends=End.BROKEN
    ),
    Fault(
        kind="chunks that stop",
        remote=[CHUNKED + chunk(HALF), Hang()],
        ends=End.BROKEN,
        after_s=READ_TIMEOUT_S,
    ),
    Fault(
        kind="a reset between chunks",
        remote=[CHUNKED + chunk(HALF), Pause(0.05), Reset()],
        ends=End.BROKEN,
    ),
    Fault(
        kind="trailers that break off",
        remote=[CHUNKED + chunk(BODY) + b"0\r\nX-Own: 1\r\n", Close()],
        ends=End.BROKEN,
    ),
)
IN_REDIRECTS = cases(
    Fault(
        kind="a redirect to itself",
        remote={"/k": to("/k")},
        ends=End.BAD_GATEWAY,
    ),
    Fault(
        kind="redirects in a circle",
        remote={"/k": to("/l"), "/l": to("/m"), "/m": to("/k")},
        ends=End.BAD_GATEWAY,
    ),
    Fault(
        kind="a redirect that leads nowhere",
        remote={"/k": b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"},
        ends=End.BAD_GATEWAY,
    ),
    Fault(
        kind="a redirect to where the answer is silence",
        remote={"/k": to("/l"), "/l": [Hang()]},
        ends=End.TIMEOUT,
        after_s=READ_TIMEOUT_S,
    ),
    Fault(
        kind="a redirect to where the answer is a reset",
        remote={"/k": to("/l"), "/l": [Reset()]},
        ends=End.BAD_GATEWAY,
    ),
    Fault(
        kind="a redirect to what breaks off",
        remote={"/k": to("/l"), "/l": [SIZED + HALF, Close()]},
        ends=End.BROKEN,
    ),
)


def check(fault: Fault, carrier: Carrier, grounds: Grounds) -> None:
    """It ends as it should, and when."""
    grounds.remote.script = (
        fault.remote if isinstance(fault.remote, Mapping) else {"/k": fault.remote}
    )
    expected = fault.end(carrier)
    waits = expected is End.WAITING
    patience_s = 4 * READ_TIMEOUT_S if waits else fault.after_s + SLACK_S + 1
    began = time.monotonic()
    try:
        got = grounds.ask(carrier, grounds.remote.url("/k"), timeout_s=patience_s)
    except TimeoutError:
        end = End.WAITING
    else:
        end = end_of(got)
    took_s = time.monotonic() - began
    assert end == expected
    if not waits:
        assert 0.9 * fault.after_s <= took_s <= fault.after_s + SLACK_S


@IN_THE_HEAD
def test_a_head_that_breaks(fault: Fault, carrier: Carrier, grounds: Grounds) -> None:
    """Nothing has been sent yet: an error of ours."""
    check(fault, carrier, grounds)


@BETWEEN
def test_a_break_between_head_and_body(fault: Fault, carrier: Carrier, grounds: Grounds) -> None:
    """No empty file is made of it."""
    check(fault, carrier, grounds)


@IN_THE_BODY
def test_a_body_that_breaks(fault: Fault, carrier: Carrier, grounds: Grounds) -> None:
    """A part is never passed off as the whole."""
    check(fault, carrier, grounds)


@IN_THE_CHUNKS
def test_chunks_that_break(fault: Fault, carrier: Carrier, grounds: Grounds) -> None:
    """Not one byte of what isn't a chunk is passed on."""
    check(fault, carrier, grounds)


@IN_REDIRECTS
def test_redirects_that_break(fault: Fault, carrier: Carrier, grounds: Grounds) -> None:
    """They end, and where they lead counts."""
    check(fault, carrier, grounds)


@cases(
    Fault(
        kind="fields without end",
        remote=Flood(OK, b"X-Own: " + b"a" * 1000 + b"\r\n"),
        ends=End.BAD_GATEWAY,
    ),
    Fault(kind="a field without end", remote=Flood(OK + b"X-Own: ", b"a"), ends=End.BAD_GATEWAY),
    Fault(
        kind="a reason phrase without end",
        remote=Flood(b"HTTP/1.1 200 ", b"O"),
        ends=End.BAD_GATEWAY,
    ),
    Fault(
        kind="an error page without end",
        remote=Flood(b"HTTP/1.1 500 Oh\r\nContent-Length: 1073741824\r\n\r\n", b"<br>"),
        ends=End.BAD_GATEWAY,
    ),
    Fault(
        kind="a chunk extension without end",
        remote=Flood(CHUNKED + b"3;", b"a"),
        # NGINX passes over it, without a limit.
        ends=(End.WAITING, End.BAD_GATEWAY),
    ),
    Fault(
        kind="trailers without end",
        remote=Flood(CHUNKED + chunk(BODY) + b"0\r\n", b"X-Own: " + b"a" * 1000 + b"\r\n"),
        ends=(End.WAITING, End.BROKEN),
    ),
    Fault(
        kind="a redirect with a body without end",
        remote={
            "/k": Flood(to("/l").replace(b"Length: 0", b"Length: 1073741824"), b"a"),
            "/l": SIZED + BODY,
        },
        ends=End.WHOLE,
    ),
)
def test_a_flood_is_left(fault: Fault, carrier: Carrier, grounds: Grounds) -> None:
    """The remote offers without end, and is told early that nobody listens."""
    check(fault, carrier, grounds)
    remote = fault.remote["/k"] if isinstance(fault.remote, Mapping) else fault.remote
    assert isinstance(remote, Flood)
    assert fault.end(carrier) == End.WAITING or remote.taken_bytes < TAKEN_AT_MOST


@pytest.mark.parametrize("body", [BODY, b"short"], ids=["long", "short"])
@pytest.mark.fault("a body longer than its length", "200, whole; the rest is dropped")
def test_what_follows_a_body_is_no_answer(body: bytes, carrier: Carrier, grounds: Grounds) -> None:
    """Neither part of this file, nor the beginning of the next."""
    forged = OK + b"Content-Length: 6\r\n\r\nforged"
    whole = OK + b"Content-Length: %d\r\n\r\n" % len(body) + body
    grounds.remote.script = {"/k": whole + forged}
    for _ in range(3):
        assert end_of(grounds.ask(carrier, grounds.remote.url("/k")), body) == End.WHOLE
    # More of it may still be on the way, so none of these is used again.
    assert grounds.remote.connections == 3


@pytest.mark.fault("kept connections that die", "200, whole; asked once more")
def test_a_kept_connection_that_died(carrier: Carrier, grounds: Grounds) -> None:
    """The remote may close what nobody uses; the client doesn't learn of it."""

    def dies_when_used_again(request: Request) -> list[Step]:
        used = [each.connection for each in grounds.remote.requests].count(request.connection)
        return [SIZED + BODY] if used == 1 else [Reset()]

    grounds.remote.script = dies_when_used_again
    for _ in range(5):
        assert end_of(grounds.ask(carrier, grounds.remote.url("/k"))) == End.WHOLE
    assert len(grounds.remote.requests) > 5
