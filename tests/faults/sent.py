"""What the remotes send: one file, whole or in parts, redirects, and what has no end."""

from collections.abc import Iterator

from tests.support.remote import Pause, Request, Step

BODY = bytes(range(256)) * 400
HALF = BODY[: len(BODY) // 2]
OK = b"HTTP/1.1 200 OK\r\n"
SIZED = OK + b"Content-Length: %d\r\n\r\n" % len(BODY)
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
# What is offered without end must be refused long before that much was taken: what the kernel
# holds for a connection, and room to spare.
TAKEN_AT_MOST = 32 << 20


def to(target: str) -> bytes:
    """Returns a redirect."""
    return b"HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % target.encode()


class Flood:
    """A script that goes on and on, and counts what was taken of it."""

    def __init__(self, beginning: bytes, block: bytes) -> None:
        """Offers `beginning`, and then one block after the other, without end."""
        self._beginning = beginning
        self._block = block * (65536 // len(block) or 1)
        self.taken_bytes = 0

    def __call__(self, _: Request) -> Iterator[Step]:
        """Plays it; it ends where the other side ends."""
        self.taken_bytes = 0
        yield self._beginning
        while True:
            yield self._block
            self.taken_bytes += len(self._block)


def drip(data: bytes, seconds: float, *, pieces: int | None = None) -> Iterator[Step]:
    """Yields `data` a byte, or a piece, at a time."""
    size = 1 if pieces is None else -(-len(data) // pieces)
    for at in range(0, len(data), size):
        yield data[at : at + size]
        yield Pause(seconds)
