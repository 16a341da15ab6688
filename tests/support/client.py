"""An exact HTTP/1.1 client: sends what it is told and nothing else, hides nothing of the answer."""

import contextlib
import io
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection

Fields = Sequence[tuple[str, str]]

_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([0-9]{3})(?: ([^\r\n]*))?\r\n")


@dataclass(frozen=True, slots=True)
class Received:
    """An answer, whole or not.

    Attributes:
        status: 0 where no HTTP status line came.
        reason: The reason phrase.
        fields: Names and values in order, repeats and letter case kept.
        body: Content, chunked coding removed; with status 0 the raw bytes.
        broken_off: Whether it ended short of its Content-Length, within its chunks, with a reset,
            or before a head was complete.
        excess: Bytes after the answer's end, if the server closed: a HEAD's body, a second answer.
        interim: Status and fields of the 1xx answers before.
    """

    status: int
    reason: str
    fields: tuple[tuple[str, str], ...]
    body: bytes
    broken_off: bool
    excess: bytes = b""
    interim: tuple[tuple[int, tuple[tuple[str, str], ...]], ...] = ()

    def values(self, name: str) -> list[str]:
        """Returns every value of a field."""
        return [v for n, v in self.fields if n.lower() == name.lower()]

    def value(self, name: str) -> str | None:
        """Returns a field's only value, or None; two are an error."""
        values = self.values(name)
        if len(values) > 1:
            raise AssertionError(f"{name} came {len(values)} times: {values}")
        return values[0] if values else None


def send(
    address: str,
    target: str = "/",
    fields: Fields = (),
    *,
    method: str = "GET",
    body: bytes | None = None,
    host: str | None = None,
    version: str = "HTTP/1.1",
    timeout_s: float = 10.0,
) -> Received:
    """Sends one request on a connection of its own and reads until the server closes it.

    Beside `fields` only Host (the address, if None; none, if empty) and `Connection: close` are
    sent; a Content-Length must be among `fields` where it is wanted.

    Raises:
        TimeoutError: The server said nothing for `timeout_s`.
    """
    name, _, port = address.rpartition(":")
    with socket.create_connection((name, int(port)), timeout_s) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        writer = HTTPConnection(name, int(port))
        writer.sock = connection
        # http.client's own way to speak HTTP/1.0.
        writer._http_vsn_str = version  # type: ignore[attr-defined]
        writer.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        if host != "":
            writer.putheader("Host", host or address)
        for field_name, value in fields:
            writer.putheader(field_name, value)
        writer.putheader("Connection", "close")
        with contextlib.suppress(ConnectionError):
            # A server may answer and close before the body's end; the answer counts.
            writer.endheaders(body)
        with connection.makefile("rb") as file:
            return receive(file, method)


def receive(stream: io.BufferedReader, method: str = "GET") -> Received:
    """Reads the answer to a request with that method, until the server closes."""
    interim: list[tuple[int, tuple[tuple[str, str], ...]]] = []
    while True:
        head, whole = _read_head(stream)
        match = _STATUS_LINE.match(head)
        if match is None:
            # Nothing, the beginning of something, or no HTTP: all of it is kept.
            body = head + _read_rest(stream)[0]
            return Received(0, "", (), body, not whole, interim=tuple(interim))
        fields = tuple(map(_field, head[match.end() :].split(b"\r\n")[:-2])) if whole else ()
        status, reason = int(match[1]), match[2].decode("latin-1")
        if not whole:
            return Received(0, "", (), b"", broken_off=True, interim=tuple(interim))
        if not 100 <= status < 200:
            break
        interim.append((status, fields))
    said = {name.lower(): value for name, value in reversed(fields)}
    if method == "HEAD" or status in (204, 304):
        body, broken_off = b"", False
    elif said.get("transfer-encoding", "").lower() == "chunked":
        body, broken_off = _read_chunks(stream)
    elif said.get("content-length", "").isdigit():
        body, broken_off = _read_exactly(stream, int(said["content-length"]))
    else:
        body, broken_off = _read_rest(stream)
    excess = b"" if broken_off else _read_rest(stream)[0]
    return Received(status, reason, fields, body, broken_off, excess, tuple(interim))


def _field(line: bytes) -> tuple[str, str]:
    name, _, value = line.decode("latin-1").partition(":")
    return name, value.strip(" \t")


def _read_head(stream: io.BufferedReader) -> tuple[bytes, bool]:
    """Returns the bytes up to and with an empty line, and whether there was one."""
    head = b""
    try:
        while line := stream.readline():
            head += line
            if line == b"\r\n" or not head.startswith(b"HTTP/"[: len(head)]):
                return head, True
    except ConnectionError:
        pass
    return head, False


def _read_exactly(stream: io.BufferedReader, size: int) -> tuple[bytes, bool]:
    """Returns that many bytes, and whether they broke off."""
    body = b""
    with contextlib.suppress(ConnectionError):
        while len(body) < size and (block := stream.read1(min(size - len(body), 65536))):
            body += block
    return body, len(body) < size


def _read_chunks(stream: io.BufferedReader) -> tuple[bytes, bool]:
    """Returns the content of chunks, and whether they broke off."""
    body = b""
    with contextlib.suppress(ConnectionError, ValueError):
        while True:
            size = int(stream.readline().partition(b";")[0], 16)
            if size == 0:
                while (line := stream.readline()) not in (b"\r\n", b""):
                    pass
                return body, line == b""
            block, short = _read_exactly(stream, size)
            body += block
            if short or stream.readline() != b"\r\n":
                break
    return body, True


def _read_rest(stream: io.BufferedReader) -> tuple[bytes, bool]:
    """Returns everything up to the end of the connection, and whether that was a reset."""
    data = b""
    try:
        while block := stream.read1(65536):
            data += block
    except ConnectionError:
        return data, True
    return data, False
