"""The head of an answer has one deadline, however it comes; the trailers have another."""

import io
from http.client import HTTPException

import pytest

from xaccel_wsgi.carriers.stream.response import StrictResponse

TIMEOUT_S = 10.0
HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


class Clock:
    """A clock that passes only while a socket is waited for."""

    def __init__(self) -> None:
        """Starts at an arbitrary time."""
        self.now_s = 1000.0

    def __call__(self) -> float:
        """Returns the time."""
        return self.now_s


class Pieces(io.RawIOBase):
    """A connection: each piece comes some seconds after the one before, or not in time."""

    def __init__(self, clock: Clock, *pieces: tuple[float, bytes]) -> None:
        """Takes the pieces in order; after them the connection ends."""
        self._clock = clock
        self._pieces = list(pieces)
        self._timeout_s: float | None = TIMEOUT_S
        self.timeouts_s: list[float | None] = []

    def makefile(self, _mode: str) -> io.BufferedReader:
        """As a socket does."""
        return io.BufferedReader(self)

    def settimeout(self, timeout_s: float | None) -> None:
        """As a socket does."""
        assert timeout_s is None or timeout_s > 0
        self._timeout_s = timeout_s

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Waits for the next piece, which must fit."""
        self.timeouts_s.append(self._timeout_s)
        if not self._pieces:
            return 0
        after_s, piece = self._pieces.pop(0)
        if self._timeout_s is not None and after_s > self._timeout_s:
            self._clock.now_s += self._timeout_s
            raise TimeoutError("timed out")
        self._clock.now_s += after_s
        buffer[: len(piece)] = piece
        return len(piece)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time that the response goes by."""
    clock = Clock()
    monkeypatch.setattr("time.monotonic", clock)
    return clock


def answered(pieces: Pieces) -> StrictResponse:
    """Returns an answer whose head was read."""
    response = StrictResponse(
        pieces,  # type: ignore[arg-type]
        timeout_s=TIMEOUT_S,
        max_head_bytes=4096,
    )
    response.begin()
    return response


def test_every_wait_is_for_what_is_left(clock: Clock) -> None:
    """And after the head, for each read the whole time again."""
    pieces = Pieces(clock, (4, HEAD[:10]), (4, HEAD[10:20]), (1, HEAD[20:]), (9, b"0\r\n\r\n"))
    response = answered(pieces)
    assert b"".join(response.blocks()) == b""
    assert pieces.timeouts_s == [10, 6, 2, 10]
    response.close()


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([(9, HEAD[:10]), (9, HEAD[10:])], id="in two pieces"),
        pytest.param([(10, HEAD[:10]), (0, HEAD[10:])], id="at the last moment"),
        pytest.param([(3, b"HTTP/1.1 103 Hi\r\n\r\n")] * 4 + [(0, HEAD)], id="behind 1xx"),
    ],
)
def test_a_head_that_takes_longer(pieces: list[tuple[float, bytes]], clock: Clock) -> None:
    """No piece is late by itself."""
    with pytest.raises(TimeoutError):
        answered(Pieces(clock, *pieces))
    assert clock.now_s - 1000 <= TIMEOUT_S


def test_trailers_that_take_longer(clock: Clock) -> None:
    """The body came, and its end doesn't."""
    lines = [(3.0, b"X-Own: 1\r\n")] * 5
    response = answered(Pieces(clock, (0, HEAD), (9, b"1\r\na\r\n0\r\n"), *lines))
    blocks = response.blocks()
    assert next(blocks) == b"a"
    with pytest.raises(TimeoutError):
        next(blocks)
    response.close()


def test_a_head_and_its_interim_answers_have_one_size(clock: Clock) -> None:
    """Else they could be sent without end."""
    interim = b"HTTP/1.1 103 Hi\r\nX-Own: " + b"a" * 1000 + b"\r\n\r\n"
    assert answered(Pieces(clock, *[(0, interim)] * 3, (0, HEAD))).status == 200
    with pytest.raises(HTTPException, match="buffer_bytes"):
        answered(Pieces(clock, *[(0, interim)] * 4, (0, HEAD)))
