"""Reading an answer of the remote's so that nobody could see another one in the same bytes.

The standard library's class knows what a head means for the body; this one reads the head, bounded
in bytes and in time, and refuses what another reader would take differently.
"""

import re
import socket
import time
from collections.abc import Iterator
from http.client import (
    BadStatusLine,
    HTTPException,
    HTTPResponse,
    IncompleteRead,
    RemoteDisconnected,
)
from io import BufferedReader, BytesIO

from ...rules.fields import Fields

_BLOCK_BYTES = 65536

# Nothing after another line is a head, and waiting for its end would be in vain.
_STATUS_LINE = re.compile(rb"HTTP/[0-9]+\.[0-9]+ +[0-9]{3}(?:[ \r][^\n]*)?\n")
# RFC 9110 section 15.2; 101 would end the talk.
_INTERIM = re.compile(rb"\S+ +1(?!01)[0-9]{2}")
# What another reader would take for a name, too.
_NAME = re.compile(rb"[!-9;-~]*")
_SPLITTING = re.compile(r"[\x00\r\n]")
# What the body's length and the connection's end depend on.
_FRAMING = ("connection", "content-length", "keep-alive", "proxy-connection", "transfer-encoding")
_LENGTH = re.compile(r"[0-9]{1,18}")
# RFC 9112 section 7.1, chunk-size with any chunk-ext; line ends as NGINX takes them.
_CHUNK_LINE = re.compile(rb"0*([0-9A-Fa-f]{1,15})(?:[ \t;][^\r\n]*)?\r?\n")
_LINE_ENDS = (b"\r\n", b"\n")
_CHUNK_LINE_BYTES = 4096


class _Lines:
    """A response's stream while lines are read of it; `max_bytes` and `timeout_s` hold for all."""

    def __init__(
        self, stream: BufferedReader, sock: socket.socket, max_bytes: int, timeout_s: float
    ) -> None:
        self._stream = stream
        self._sock = sock
        self._bytes_left = max_bytes
        self._deadline = time.monotonic() + timeout_s

    def readline(self) -> bytes:
        """Returns the next line, or what there is of it where the connection ends.

        Raises:
            TimeoutError: The time for all lines is over.
            http.client.HTTPException: There is no room for this one.
        """
        line = b""
        while not line.endswith(b"\n"):
            left_s = self._deadline - time.monotonic()
            if left_s <= 0:
                raise TimeoutError("the lines came too slowly")
            # For one `recv`; a line may need many.
            self._sock.settimeout(left_s)
            waiting = self._stream.peek(1)
            if not waiting:
                break
            line += self._stream.read(waiting.find(b"\n") + 1 or len(waiting))
            if len(line) > self._bytes_left:
                raise HTTPException("the head of the answer is larger than buffer_bytes")
        self._bytes_left -= len(line)
        return line


class StrictResponse(HTTPResponse):
    """A response whose bytes leave no doubt about where its head and its body end.

    The standard one takes the end of the connection for the end of the head, and so an answer that
    broke off for an empty file; it reads a head as that of a mail, which may have parts; of
    contradicting lengths it takes one; it reads a chunk's size as Python reads a number; and its
    time limit is one for each read, so that a head of single bytes may last for ever.

    Attributes:
        fields: Of the final head, in order, repeats kept.
    """

    fields: Fields = ()

    def __init__(
        self,
        sock: socket.socket,
        debuglevel: int = 0,
        method: str | None = None,
        *,
        timeout_s: float,
        max_head_bytes: int,
    ) -> None:
        """Prepares to read from `sock`.

        Args:
            sock: A connection on which the request was sent.
            debuglevel: The standard class's.
            method: The request's.
            timeout_s: Seconds for the whole head; later for each read.
            max_head_bytes: Of the head, interim answers included, and of the trailers.
        """
        super().__init__(sock, debuglevel, method)
        self._sock = sock
        self._timeout_s = timeout_s
        self._max_head_bytes = max_head_bytes

    def begin(self) -> None:
        """Reads the head.

        Raises:
            http.client.HTTPException: It is malformed or too large, or the connection ended in it.
            TimeoutError: It wasn't complete in time.
        """
        stream, lines = self.fp, self._lines()
        status_line, self.fields = _read_head(lines)
        while _INTERIM.match(status_line):
            status_line, self.fields = _read_head(lines)
        self._sock.settimeout(self._timeout_s)
        self.fp = _framing(status_line, self.fields)  # type: ignore[assignment]
        try:
            super().begin()
        finally:
            self.fp = stream

    def blocks(self) -> Iterator[bytes]:
        """Yields the body as it arrives.

        Raises:
            http.client.HTTPException: It broke off, or its chunks are malformed.
            OSError: The connection broke, or fell silent.
        """
        if self.length == 0:
            # A 204 or 304 has no body, whatever Transfer-Encoding it names (RFC 9112 section 6.3).
            return
        if self.chunked:
            yield from self._chunks()
        else:
            yield from self._part(self.length)

    def _part(self, length: int | None) -> Iterator[bytes]:
        """Yields the next bytes as they arrive: so many, or all until the connection ends."""
        while length != 0:
            # Not the class's own read1: from Python 3.13 on it closes the stream at the body's end,
            # and nobody could tell any more that something follows.
            block = self.fp.read1(_BLOCK_BYTES if length is None else min(length, _BLOCK_BYTES))
            if not block:
                break
            if length is not None:
                length -= len(block)
            yield block
        if length:
            raise IncompleteRead(b"", length)

    def _chunks(self) -> Iterator[bytes]:
        stream = self.fp
        while True:
            line = _CHUNK_LINE.fullmatch(stream.readline(_CHUNK_LINE_BYTES))
            if line is None:
                raise HTTPException("a chunk has no size, or none that can be read")
            size = int(line[1], 16)
            if size == 0:
                break
            yield from self._part(size)
            if stream.readline(2) not in _LINE_ENDS:
                raise HTTPException("a chunk is longer than its size")
        # The trailer section (RFC 9112 section 7.1.2); nothing of it is passed on.
        trailers = self._lines()
        while (trailer := trailers.readline()) not in _LINE_ENDS:
            if not trailer.endswith(b"\n"):
                raise RemoteDisconnected("the connection ended within the trailers")
        self._sock.settimeout(self._timeout_s)

    def _lines(self) -> _Lines:
        return _Lines(self.fp, self._sock, self._max_head_bytes, self._timeout_s)


def _read_head(lines: _Lines) -> tuple[bytes, Fields]:
    status_line = lines.readline()
    if not status_line.endswith(b"\n"):
        raise RemoteDisconnected("the connection ended before the answer")
    if not _STATUS_LINE.fullmatch(status_line):
        raise BadStatusLine("no status line")
    fields = []
    while (line := lines.readline()) not in _LINE_ENDS:
        if not line.endswith(b"\n"):
            raise RemoteDisconnected("the connection ended within the head of the answer")
        name, colon, value = line.rstrip(b"\r\n").partition(b":")
        # Not tabs, which NGINX doesn't take from a length either.
        text = value.strip(b" ").decode("latin-1")
        # Folded lines (RFC 9112 section 5.2) have no name.
        if not (colon and _NAME.fullmatch(name)) or _SPLITTING.search(text):
            raise HTTPException("the head of the answer has a malformed field")
        fields.append((name.decode("latin-1"), text))
    return status_line, tuple(fields)


def _framing(status_line: bytes, fields: Fields) -> BytesIO:
    """Returns the head again, with nothing but what the standard class has to know of it."""
    framing: dict[str, list[str]] = {name: [] for name in _FRAMING}
    for name, value in fields:
        if name.lower() in framing:
            framing[name.lower()].append(value)
    lengths, codings = framing["content-length"], framing["transfer-encoding"]
    # RFC 9112 section 6.3: whoever reads them differently sees another body.
    if (
        len(lengths) + len(codings) > 1
        or not all(_LENGTH.fullmatch(length) for length in lengths)
        or not all(coding.lower() == "chunked" for coding in codings)
    ):
        raise HTTPException("the answer's length is ambiguous")
    lines = [f"{name}: {', '.join(values)}\r\n" for name, values in framing.items() if values]
    return BytesIO(status_line + "".join(lines).encode("latin-1") + b"\r\n")
