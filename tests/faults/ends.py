"""How an exchange ends, as the client sees it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import pytest

from tests.support.client import Received
from tests.support.remote import Answer, Pause, Request, Script, Step
from xaccel_wsgi.answer import ERROR_BODIES

# What the remotes would send, if nothing broke.
BODY = bytes(range(256)) * 400
# What the site in these tests is told; and what a busy machine may add.
CONNECT_TIMEOUT_S = READ_TIMEOUT_S = 0.4
SLACK_S = 2.0
# What is offered without end must be refused long before that much was taken: what the kernel
# holds for a connection, and room to spare.
TAKEN_AT_MOST = 32 << 20


class End(StrEnum):
    """The ends that there are."""

    WHOLE = "200, whole"
    BROKEN = "200, broken off"
    BAD_GATEWAY = "502"
    TIMEOUT = "504"
    UNANSWERED = "closed without an answer"
    RAW = "passed on as it came"
    WAITING = "no answer for as long as the client stays"


def end_of(received: Received, body: bytes = BODY) -> End:
    """Returns how it ended; what comes must be the beginning of `body`, or a clean error page."""
    if received.status == 0:
        return End.RAW if received.body else End.UNANSWERED
    if received.status in ERROR_BODIES:
        assert received.body.decode() == ERROR_BODIES[received.status]
        assert not received.broken_off
        assert received.values("Content-Disposition") == []
        return End(str(received.status))
    assert received.status == 200
    assert received.excess == b""
    if received.broken_off:
        assert body.startswith(received.body)
        return End.BROKEN
    assert received.body == body
    return End.WHOLE


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A remote that breaks.

    Attributes:
        kind: What it does.
        remote: What it answers; by path, where the answers are several.
        ends: How that ends; where there are two, in front of NGINX and of the streamer.
        after_s: What is waited for first: a deadline of the settings.
    """

    kind: str
    remote: Answer | Script | dict[str, Answer | Script]
    ends: End | tuple[End, End]
    after_s: float = 0

    def end(self, carrier: str) -> End:
        """Returns how it ends in front of a carrier."""
        if isinstance(self.ends, tuple):
            return self.ends[carrier == "stream"]
        return self.ends

    @property
    def outcome(self) -> str:
        """Both ends, for the table."""
        nginx, stream = self.end("nginx"), self.end("stream")
        return str(stream) if nginx == stream else f"{stream}; NGINX: {nginx}"


def cases(*faults: Fault) -> pytest.MarkDecorator:
    """A test for each of them, counted in the table."""
    return pytest.mark.parametrize(
        "fault",
        [
            pytest.param(fault, marks=pytest.mark.fault(fault.kind, fault.outcome), id=fault.kind)
            for fault in faults
        ],
    )


class Flood:
    """A script that goes on and on, and counts what was taken of it."""

    def __init__(self, beginning: bytes, block: bytes, total_bytes: int = 1 << 30) -> None:
        """Offers `beginning`, and then as many blocks as make up `total_bytes`."""
        self._beginning = beginning
        self._block = block * (65536 // len(block) or 1)
        self._total_bytes = total_bytes
        self.taken_bytes = 0

    def __call__(self, _: Request) -> Iterator[Step]:
        """Plays it once; what is taken ends where the other side ends."""
        self.taken_bytes = 0
        yield self._beginning
        while self.taken_bytes < self._total_bytes:
            yield self._block
            self.taken_bytes += len(self._block)


def drip(data: bytes, seconds: float, *, pieces: int | None = None) -> Iterator[Step]:
    """Yields `data` a byte, or a piece, at a time."""
    size = 1 if pieces is None else -(-len(data) // pieces)
    for at in range(0, len(data), size):
        yield data[at : at + size]
        yield Pause(seconds)
