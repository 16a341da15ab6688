"""The same client over HTTP/2, without TLS and without asking first (RFC 9113 section 3.3)."""

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    InformationalResponseReceived,
    ResponseReceived,
    StreamEnded,
    StreamReset,
)
from h2.exceptions import ProtocolError

from tests.support.client import Fields, Received

# Of a connection, and so none of HTTP/2's (RFC 9113 section 8.2.2).
NOT_IN_HTTP2 = {
    "connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade",
}  # fmt: skip


def send(
    address: str,
    target: str = "/",
    fields: Fields = (),
    *,
    method: str = "GET",
    body: bytes | None = None,
    host: str | None = None,
    timeout_s: float = 10.0,
) -> Received:
    """Sends one request on a connection of its own and reads until its stream ends.

    What an HTTP/2 answer has no place for is empty: the reason, and bytes after its end.

    Raises:
        TimeoutError: The server said nothing for `timeout_s`.
    """
    name, _, port = address.rpartition(":")
    with socket.create_connection((name, int(port)), timeout_s) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # What is sent is the test's affair.
        speaker = H2Connection(
            H2Configuration(
                header_encoding="latin-1",
                validate_outbound_headers=False,
                normalize_outbound_headers=False,
            )
        )
        speaker.initiate_connection()
        speaker.send_headers(
            1,
            [
                (":method", method),
                (":scheme", "http"),
                (":authority", host or address),
                (":path", target),
                *((n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in fields),
            ],
            end_stream=not body,
        )
        answer = _Answer()
        for event in _events(connection, speaker, body or b""):
            if answer.takes(event):
                break
        return answer.received()


def _events(connection: socket.socket, speaker: H2Connection, body: bytes) -> Iterator[Event]:
    """Sends the body as fast as the server wants it; yields what happens until it closes."""
    with contextlib.suppress(ConnectionError, ProtocolError):
        while True:
            while body and (room := speaker.local_flow_control_window(1)):
                size = min(room, speaker.max_outbound_frame_size)
                speaker.send_data(1, body[:size], end_stream=len(body) <= size)
                body = body[size:]
            connection.sendall(speaker.data_to_send())
            data = connection.recv(65536)
            if not data:
                return
            for event in speaker.receive_data(data):
                if isinstance(event, DataReceived):
                    speaker.acknowledge_received_data(event.flow_controlled_length, 1)
                yield event


@dataclass
class _Answer:
    """An answer as it comes."""

    head: list[tuple[str, str]] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)
    interim: list[tuple[int, tuple[tuple[str, str], ...]]] = field(default_factory=list)
    is_whole: bool = False

    def takes(self, event: Event) -> bool:
        """Adds what an event brings; tells whether it is the last one."""
        match event:
            case InformationalResponseReceived():
                status, *fields = _texts(event.headers)
                self.interim.append((int(status[1]), tuple(fields)))
            case ResponseReceived():
                self.head = _texts(event.headers)
            case DataReceived():
                self.body += event.data
            case StreamEnded():
                self.is_whole = True
        return isinstance(event, StreamEnded | StreamReset | ConnectionTerminated)

    def received(self) -> Received:
        """Returns it in the form that HTTP/1.1's has too."""
        status = int(self.head[0][1]) if self.head else 0
        return Received(
            status,
            "",
            tuple(self.head[1:]),
            bytes(self.body),
            broken_off=not self.is_whole,
            interim=tuple(self.interim),
        )


def _texts(headers: object) -> list[tuple[str, str]]:
    return [(str(name), str(value)) for name, value in headers]  # type: ignore[attr-defined]
