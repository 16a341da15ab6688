"""An exact HTTP/1.1 client: sends what it is told and nothing else, hides nothing of the answer."""

import contextlib
import io
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import BadStatusLine, HTTPConnection, HTTPException, HTTPResponse
from typing import Any, Self, cast

Fields = Sequence[tuple[str, str]]


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
            return _receive(_Input(file), method)


class _Input:
    """The connection's input; outlives the HTTPResponse, which closes its file early."""

    def __init__(self, file: io.BufferedReader) -> None:
        self._file = file

    def makefile(self, mode: str) -> Self:
        """Stands in for the socket's method."""
        return self

    def close(self) -> None:
        """Leaves the file to its owner."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def ended(self) -> bool:
        """Tells whether nothing more comes."""
        try:
            return not self._file.peek(1)
        except ConnectionError:
            return True

    def is_http(self) -> bool:
        """Tells whether a status line follows, as far as that can be seen."""
        start = self._file.peek(5)[:5]
        return start == b"HTTP/"[: len(start)]

    def rest(self) -> bytes:
        """Returns everything up to the end of the connection."""
        data = b""
        with contextlib.suppress(ConnectionError):
            while block := self._file.read1(65536):
                data += block
        return data


def _receive(stream: _Input, method: str) -> Received:
    interim: list[tuple[int, tuple[tuple[str, str], ...]]] = []
    while True:
        if stream.ended():
            return Received(0, "", (), b"", broken_off=True, interim=tuple(interim))
        if not stream.is_http():
            return Received(0, "", (), stream.rest(), broken_off=False, interim=tuple(interim))
        response = HTTPResponse(cast(socket.socket, stream), method=method)
        try:
            response.begin()
        except (BadStatusLine, ConnectionError):
            return Received(0, "", (), b"", broken_off=True, interim=tuple(interim))
        fields = tuple(response.headers.items())
        if not 100 <= response.status < 200:
            break
        interim.append((response.status, fields))
    body, broken_off = b"", False
    try:
        while block := response.read1(65536):
            body += block
        broken_off = bool(response.length)
    except (HTTPException, ConnectionError):
        broken_off = True
    response.close()
    excess = b"" if broken_off else stream.rest()
    return Received(
        response.status, response.reason, fields, body, broken_off, excess, tuple(interim)
    )
