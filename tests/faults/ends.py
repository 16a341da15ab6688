"""How an exchange ends, as the client sees it."""

from dataclasses import dataclass
from enum import StrEnum

import pytest

from tests.support.client import Received
from tests.support.remote import Answer, Routes, Script

from .sent import BODY

# What the site in these tests is told; and what a busy machine may add.
CONNECT_TIMEOUT_S = READ_TIMEOUT_S = 0.4
SLACK_S = 2.0

_PAGES = {
    502: b"The file's server gave no usable answer.\n",
    504: b"The file's server did not answer in time.\n",
}


class End(StrEnum):
    """The ends that there are."""

    WHOLE = "200, whole"
    BROKEN = "200, broken off"
    BAD_GATEWAY = "502"
    TIMEOUT = "504"
    UNANSWERED = "closed without an answer"
    RAW = "passed on as it came"
    WAITING = "waits for as long as the client does"


def end_of(received: Received, body: bytes = BODY) -> End:
    """Returns how it ended; what comes must be the beginning of `body`, or a clean error page."""
    if received.status == 0:
        return End.RAW if received.body else End.UNANSWERED
    if received.status in _PAGES:
        assert received.body == _PAGES[received.status]
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
    remote: Answer | Script | Routes
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
