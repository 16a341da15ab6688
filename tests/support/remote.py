"""A remote that can answer anything: a raw socket server that plays a script.

It parses no more of a request than it must to find its end, records it as it came, and sends the
script's bytes as they are. So it can be a good store, a broken one, and an attacker.
"""

import contextlib
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from tests.support.closing import Closing

Fields = Sequence[tuple[str, str]]
Framing = Literal["length", "chunked", "until-close", "none"]

_REQUEST_TIMEOUT_S = 10.0
_DRAIN_S = 1.0


# --- What a script is made of ---


@dataclass(frozen=True, slots=True)
class Request:
    """One request, as it came.

    Attributes:
        method, target, version: The parts of the request line.
        fields: Names and values in order, repeats and letter case kept.
        body: What followed, chunked coding removed.
        head: The bytes from the request line up to and with the empty line.
        connection: Which connection it came on, counted from 1.
    """

    method: str
    target: str
    version: str
    fields: tuple[tuple[str, str], ...]
    body: bytes
    head: bytes
    connection: int

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def wants_close(self) -> bool:
        """Whether the connection is to end with the answer (RFC 9112 section 9.6)."""
        said = {value.lower() for value in self.values("Connection")}
        return "close" in said or (self.version == "HTTP/1.0" and "keep-alive" not in said)

    def values(self, name: str) -> list[str]:
        """Returns every value of a field."""
        return [v for n, v in self.fields if n.lower() == name.lower()]

    def value(self, name: str) -> str | None:
        """Returns a field's only value, or None; two are an error."""
        values = self.values(name)
        if len(values) > 1:
            raise AssertionError(f"{name} came {len(values)} times: {values}")
        return values[0] if values else None


@dataclass(frozen=True, slots=True)
class Pause:
    """Says nothing for a while."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Reset:
    """Ends the connection with a TCP reset."""


@dataclass(frozen=True, slots=True)
class Close:
    """Ends the connection in order."""


@dataclass(frozen=True, slots=True)
class HalfClose:
    """Says that nothing more will come, and then does nothing until the peer goes."""


@dataclass(frozen=True, slots=True)
class Hang:
    """Says nothing more until the peer goes or the server stops."""


Step = bytes | Pause | Reset | Close | HalfClose | Hang
Answer = bytes | Iterable[Step]
Script = Callable[[Request], Answer]
Routes = Mapping[str, Answer | Script]


def answer(
    status: int = 200,
    fields: Fields = (),
    body: bytes = b"",
    *,
    framing: Framing = "length",
    declared_length: int | None = None,
    broken_after: int | None = None,
    version: str = "HTTP/1.1",
    reason: str | None = None,
    early_hints: Fields | None = None,
    ending: Reset | Close | Hang | None = None,
) -> list[Step]:
    """Builds an answer.

    Args:
        status: Any number; written as it is.
        fields: Written verbatim, in order, beside what `framing` adds.
        body: The whole body.
        framing: How the body's end is marked. "none" adds nothing and keeps the connection: for
            bodies that are empty by status, or for a Content-Length among `fields`.
        declared_length: What Content-Length says where that isn't the body's length.
        broken_after: How many bytes of the body are sent before the connection ends.
        version: Of the status line.
        reason: Of the status line; the standard one if None.
        early_hints: If given, a 103 with these fields goes before.
        ending: What follows the answer; by default the connection is closed where the framing, the
            version or a broken body demands it, and kept elsewhere.
    """
    if reason is None:
        known = {each.value: each.phrase for each in HTTPStatus}
        reason = known.get(status, "Unknown")
    lines = [f"{version} {status} {reason}", *(f"{name}: {value}" for name, value in fields)]
    if framing == "length":
        lines.append(f"Content-Length: {len(body) if declared_length is None else declared_length}")
    elif framing == "chunked":
        lines.append("Transfer-Encoding: chunked")
    steps: list[Step] = []
    if early_hints is not None:
        hints = [f"{version} 103 Early Hints", *(f"{name}: {value}" for name, value in early_hints)]
        steps.append("\r\n".join([*hints, "", ""]).encode("latin-1"))
    sent = body if broken_after is None else body[:broken_after]
    if framing == "chunked":
        sent = b"".join(chunk(sent[at : at + 4096]) for at in range(0, len(sent), 4096))
        if broken_after is None:
            sent += b"0\r\n\r\n"
    steps.append("\r\n".join([*lines, "", ""]).encode("latin-1") + sent)
    short = declared_length is not None and declared_length > len(body)
    said = {(n.lower(), v.lower()) for n, v in fields}
    if ending is None and (
        framing == "until-close"
        or version == "HTTP/1.0"
        or broken_after is not None
        or short
        or ("connection", "close") in said
    ):
        ending = Close()
    if ending is not None:
        steps.append(ending)
    return steps


def chunk(data: bytes) -> bytes:
    """Returns one chunk of a chunked body; of no data none."""
    return b"%x\r\n%s\r\n" % (len(data), data) if data else b""


# --- The server ---


class StubRemote(Closing):
    """Answers on 127.0.0.1 by a script, and records what it was asked.

    Attributes:
        script: What answers: a callable, or a mapping from paths (or whole targets) to answers,
            each of them plain or a callable. An unknown path is answered 404.
        greeting: What is played to each connection before anything else, TLS included.
        tls: The server's side of TLS, if it speaks any.
        requests: Every request so far, oldest first.
        connections: How many connections were accepted so far.
        resumed: How many of them went on with the TLS session of an earlier one.
        failures: What went wrong on the way to a request: failed TLS handshakes, broken heads.
    """

    def __init__(
        self,
        script: Script | Routes | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        """Listens at once, on a port that is free unless told; `tls` is a server context."""
        self.script: Script | Routes = {} if script is None else script
        self.greeting: Answer = ()
        self.tls = tls
        self.requests: list[Request] = []
        self.connections = 0
        self.resumed = 0
        self.failures: list[str] = []
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._open: dict[threading.Thread, _Connection] = {}
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, port), family=family, backlog=256)
        self._wake, self._woken = socket.socketpair()
        self.port: int = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, daemon=True, name="stub-remote")
        self._acceptor.start()

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def open_connections(self) -> int:
        """How many connections have not ended yet."""
        with self._lock:
            return len(self._open)

    def url(self, target: str = "/", host: str | None = None) -> str:
        """Returns the URL of a target here, by the address or by another name for it."""
        scheme = "http" if self.tls is None else "https"
        return f"{scheme}://{host or '127.0.0.1'}:{self.port}{target}"

    def asked(self, path: str) -> list[Request]:
        """Returns the requests for one path, oldest first."""
        with self._lock:
            return [request for request in self.requests if request.path == path]

    def reset(self) -> None:
        """Forgets script and records, and drops every connection: for the next test."""
        self.drop()
        with self._lock:
            self.script = {}
            self.greeting = ()
            self.requests = []
            self.failures = []
            self.connections = self.resumed = 0

    def drop(self) -> None:
        """Ends every connection, also those that hang, and waits until they have ended."""
        with self._lock:
            ending = dict(self._open)
        for connection in ending.values():
            connection.abandon()
        for thread in ending:
            thread.join(5)
            if thread.is_alive():
                raise RuntimeError("a connection of the stub remote did not end")

    def close(self) -> None:
        """Stops; nothing is left behind."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._wake.send(b"x")
        self._acceptor.join(5)
        for each in (self._listener, self._wake, self._woken):
            each.close()
        self.drop()

    def _accept(self) -> None:
        while True:
            ready, _, _ = select.select([self._listener, self._woken], [], [])
            if self._stopping.is_set():
                return
            if self._listener not in ready:
                continue
            try:
                peer, _ = self._listener.accept()
            except OSError:
                continue
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self.connections += 1
                connection = _Connection(peer, self.connections)
                thread = threading.Thread(target=self._serve, args=[connection], daemon=True)
                self._open[thread] = connection
                thread.start()

    def _serve(self, connection: "_Connection") -> None:
        try:
            if not connection.play(_steps(self.greeting), last=False):
                return
            if self.tls is not None:
                resumed = connection.start_tls(self.tls)
                with self._lock:
                    self.resumed += resumed
            while (request := connection.read_request()) is not None:
                with self._lock:
                    self.requests.append(request)
                    script = self.script
                if not connection.play(_play(script, request), request.wants_close):
                    break
        except _BrokenRequestError as error:
            self._note(str(error))
        except ssl.SSLError as error:
            self._note(f"TLS: {error}")
        except OSError:
            pass  # The peer went; that is its right.
        finally:
            connection.close()
            with self._lock:
                self._open.pop(threading.current_thread(), None)

    def _note(self, failure: str) -> None:
        with self._lock:
            self.failures.append(failure)


def _play(script: Script | Routes, request: Request) -> Iterable[Step]:
    if callable(script):
        played = script(request)
    else:
        unknown = answer(404, body=b"the stub remote knows no such path")
        found = script.get(request.target, script.get(request.path, unknown))
        played = found(request) if callable(found) else found
    return _steps(played)


def _steps(played: Answer) -> Iterable[Step]:
    return [played] if isinstance(played, bytes) else played


class _BrokenRequestError(Exception):
    """What came isn't a request."""


class _Connection:
    """One connection, served by one thread; others may only `abandon` it."""

    def __init__(self, peer: socket.socket, number: int) -> None:
        self._socket = peer
        self._number = number
        self._abandoned = threading.Event()
        self._read_ahead = b""

    def start_tls(self, context: ssl.SSLContext) -> bool:
        """Tells whether the peer resumed a session."""
        self._socket.settimeout(_REQUEST_TIMEOUT_S)
        # Not a handshake within wrap_socket: that closes the socket on failure, unread.
        self._socket = context.wrap_socket(
            self._socket, server_side=True, do_handshake_on_connect=False
        )
        self._socket.do_handshake()
        return bool(self._socket.session_reused)

    def abandon(self) -> None:
        """Makes the serving thread end soon."""
        self._abandoned.set()
        with contextlib.suppress(OSError):
            # The plain method: the one of an SSLSocket would pull the rug from under the reader.
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.close()

    def read_request(self) -> Request | None:
        """Returns the next request, or None where the peer has ended the connection."""
        self._socket.settimeout(None)
        while b"\r\n\r\n" not in self._read_ahead:
            if not self._receive():
                if self._read_ahead:
                    raise _BrokenRequestError(f"the head broke off: {self._read_ahead!r}")
                return None
        self._socket.settimeout(_REQUEST_TIMEOUT_S)
        text, _, self._read_ahead = self._read_ahead.partition(b"\r\n\r\n")
        head = text + b"\r\n\r\n"
        first, *rest = text.decode("latin-1").split("\r\n")
        if first.count(" ") != 2:
            raise _BrokenRequestError(f"no request line: {first!r}")
        method, target, version = first.split(" ")
        fields = []
        for line in rest:
            name, colon, value = line.partition(":")
            if not colon:
                raise _BrokenRequestError(f"no field: {line!r}")
            fields.append((name, value.strip(" \t")))
        body = self._read_body({name.lower(): value for name, value in fields})
        return Request(method, target, version, tuple(fields), body, head, self._number)

    def play(self, steps: Iterable[Step], last: bool) -> bool:
        """Plays an answer and tells whether the connection goes on."""
        for step in steps:
            match step:
                case bytes():
                    self._socket.sendall(step)
                case Pause(seconds):
                    if self._abandoned.wait(seconds):
                        return False
                case Reset():
                    self._socket.setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                    )
                    return False
                case Close():
                    self._end_in_order()
                    return False
                case HalfClose() | Hang():
                    if isinstance(step, HalfClose):
                        self._socket.shutdown(socket.SHUT_WR)
                    self._socket.settimeout(None)
                    while self._receive():
                        pass
                    return False
        if last:
            self._end_in_order()
        return not last and not self._abandoned.is_set()

    def _end_in_order(self) -> None:
        """Closes so that what was sent arrives: unread input would turn the close into a reset."""
        self._socket.settimeout(_DRAIN_S)
        with contextlib.suppress(OSError, ValueError):
            if isinstance(self._socket, ssl.SSLSocket):
                self._socket = self._socket.unwrap()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
            began = time.monotonic()
            while self._socket.recv(65536) and time.monotonic() - began < _DRAIN_S:
                pass

    def _receive(self) -> bool:
        data = self._socket.recv(65536)
        self._read_ahead += data
        return bool(data)

    def _read_body(self, fields: Mapping[str, str]) -> bytes:
        if "chunked" in fields.get("transfer-encoding", "").lower():
            body = b""
            while size := int(self._take_line().partition(b";")[0], 16):
                body += self._take(size)
                self._take_line()
            while self._take_line():
                pass
            return body
        return self._take(int(fields.get("content-length", "0")))

    def _take(self, size: int) -> bytes:
        while len(self._read_ahead) < size:
            if not self._receive():
                raise _BrokenRequestError(f"the body broke off: {len(self._read_ahead)} of {size}")
        taken, self._read_ahead = self._read_ahead[:size], self._read_ahead[size:]
        return taken

    def _take_line(self) -> bytes:
        while b"\r\n" not in self._read_ahead:
            if not self._receive():
                raise _BrokenRequestError("the body broke off")
        line, _, self._read_ahead = self._read_ahead.partition(b"\r\n")
        return line
