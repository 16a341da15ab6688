"""The rig: remotes, an application, and both ways to the client; plays rows and compares."""

import socket
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from tests.support.certificates import Certificates
from tests.support.client import Received, send
from tests.support.nginx import NginxServer, nginx_version
from tests.support.remote import Request, Step, StubRemote
from tests.support.site import TOKEN, nginx_in_front
from tests.support.wsgi import serve
from xaccel_wsgi import RemoteFile, XAccelMiddleware

from .kept import as_store
from .row import Row

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

READ_TIMEOUT_S = 0.7
SLICE_BYTES = 65536

# Of the connection or the server, not of the answer (RFC 9110 section 7.6.1).
_FRAMING = {"date", "server", "connection", "keep-alive", "transfer-encoding"}


@dataclass(frozen=True, slots=True)
class Seen:
    """What client and remotes saw of one exchange: all of it counts, but for order and case.

    Attributes:
        status: Of the answer. The reason phrase is each server's own, and HTTP/2 has none.
        fields: Of the answer, names in lower case, without those of the connection.
        body: What arrived of it.
        broken_off: Whether it ended short.
        excess: Bytes after the answer's end.
        interim: Statuses of 1xx answers before.
        asked: For each request to a remote: origin, request line, fields, body.
        opened: How many connections to remotes were opened; not compared.
        took_s: How long it took; not compared.
    """

    status: int
    fields: tuple[tuple[str, str], ...]
    body: bytes
    broken_off: bool
    excess: bytes
    interim: tuple[int, ...]
    asked: tuple[tuple[str, str, tuple[tuple[str, str], ...], bytes], ...]
    opened: int
    took_s: float

    def values(self, name: str) -> list[str]:
        """Returns every value of a field of the answer."""
        return [v for n, v in self.fields if n == name.lower()]

    def differences(self, other: "Seen") -> list[str]:
        """Returns what is different, a line each."""
        lines = [
            f"{name}: {getattr(self, name)!r} != {getattr(other, name)!r}"
            for name in ("status", "broken_off", "excess", "interim")
            if getattr(self, name) != getattr(other, name)
        ]
        # How much of a broken body arrives is a matter of buffers; that it broke is not.
        both_broken = self.broken_off and other.broken_off
        prefix = self.body.startswith(other.body) or other.body.startswith(self.body)
        if self.body != other.body and not (both_broken and prefix):
            lines.append(f"body: {_short(self.body)} != {_short(other.body)}")
        lines += _field_differences("", self.fields, other.fields)
        if len(self.asked) != len(other.asked):
            lines.append(f"requests to the remotes: {len(self.asked)} != {len(other.asked)}")
        for number, (mine, its) in enumerate(zip(self.asked, other.asked, strict=False), 1):
            for index, part in enumerate(("origin", "line", "fields", "body")):
                if part == "fields":
                    lines += _field_differences(f"request {number} ", mine[2], its[2])
                elif mine[index] != its[index]:
                    lines.append(f"request {number} {part}: {mine[index]!r} != {its[index]!r}")
        return lines


def _field_differences(
    where: str, mine: Iterable[tuple[str, str]], its: Iterable[tuple[str, str]]
) -> list[str]:
    ours, theirs = Counter(mine), Counter(its)
    return [f"{where}field only first: {n}: {v}" for n, v in (ours - theirs).elements()] + [
        f"{where}field only second: {n}: {v}" for n, v in (theirs - ours).elements()
    ]


def _short(body: bytes) -> str:
    return f"{len(body)} bytes {body[:60]!r}"


class Rig:
    """Everything that a row needs, started once.

    Attributes:
        version: NGINX's.
        nginx: The NGINX; its error log may explain an answer.
    """

    def __init__(self, folder: Path, binary: str) -> None:
        """Starts remotes, application servers and NGINX."""
        self._row = Row(says="nothing yet")
        self._asked: list[tuple[str, Request]] = []
        self._turn = 0
        self.version = nginx_version(binary)
        self._closing = ExitStack()
        try:
            self._start(folder, binary)
        except BaseException:
            self._closing.close()
            raise

    def _start(self, folder: Path, binary: str) -> None:
        certificates = Certificates(folder)
        self._remotes = {
            name: self._closing.enter_context(
                StubRemote(
                    lambda request, name=name: self._answer(name, request),
                    tls=certificates.server_context() if name == "secure" else None,
                )
            )
            for name in ("main", "other", "secure", "inside", "outside")
        }
        # Bound and never listening: nobody else can have the port.
        nowhere = self._closing.enter_context(socket.socket())
        nowhere.bind(("127.0.0.1", 0))
        self.places = {
            name: remote.url("", "localhost" if name == "secure" else None)
            for name, remote in self._remotes.items()
        }
        self.places["nowhere"] = f"http://127.0.0.1:{nowhere.getsockname()[1]}"
        options: dict[str, Any] = {
            "origins": [
                *(self.places[name] for name in ("main", "other", "secure", "nowhere")),
                f"{self.places['inside']}/allowed/",
            ],
            "token": TOKEN,
            "request_header_names": ["Authorization", "X-Api-Key"],
            "carried_headers": ["X-Carried"],
            "hidden_headers": ["X-Amz-Meta-Owner"],
            "ca_file": str(certificates.ca_file),
            "pin_dns": True,
            "read_timeout_s": READ_TIMEOUT_S,
            "connect_timeout_s": 2,
        }
        # Middlewares of their own, so that none can fall back to the other's way.
        alone = XAccelMiddleware(self._app, mode="stream", **options)
        self._closing.callback(alone.close)
        self._streaming = self._closing.enter_context(serve(alone))
        self.nginx = self._nginx(folder / "nginx", binary, options)
        kept = {"cache": str(folder / "kept"), "cache_slice_bytes": SLICE_BYTES}
        self._keeping = self._nginx(folder / "keeping", binary, options | kept)

    def _nginx(self, folder: Path, binary: str, options: dict[str, Any]) -> NginxServer:
        front = XAccelMiddleware(self._app, mode="nginx", **options)
        behind = self._closing.enter_context(serve(front))
        folder.mkdir()
        return self._closing.enter_context(
            nginx_in_front(behind.address, front.settings, folder, binary)
        )

    def play(self, row: Row) -> tuple[list[Seen], list[Seen]]:
        """Returns what was seen through NGINX and of the streamer, an item for each repetition."""
        return (
            list(self._through(row, self.nginx.address)),
            list(self._through(row, self._streaming.address)),
        )

    def play_kept(self, row: Row) -> tuple[Seen, Seen, Seen]:
        """Returns what was seen of a store through NGINX without a cache, with one, and again."""
        version = row.says.encode("ascii", "backslashreplace").decode()
        kept = replace(row, file={**row.file, "cache_key": version}, as_store=True)
        addresses = (self.nginx.address, self._keeping.address, self._keeping.address)
        plain, cold, warm = (next(self._through(kept, address)) for address in addresses)
        return plain, cold, warm

    def _through(self, row: Row, address: str) -> Iterator[Seen]:
        self._row = row
        # No row finds the connections of the one before.
        for remote in self._remotes.values():
            remote.drop()
        self._turn = 0
        for _ in range(row.times):
            self._asked = []
            before, began = self._connections(), time.monotonic()
            received = send(
                address,
                row.target,
                row.fields,
                method=row.method,
                body=row.body,
                host="app.example",
                version=row.version,
            )
            took_s = time.monotonic() - began
            yield self._seen(received, row.method, self._connections() - before, took_s)

    def _connections(self) -> int:
        return sum(remote.connections for remote in self._remotes.values())

    def _seen(self, received: Received, method: str, opened: int, took_s: float) -> Seen:
        # waitress ends the chunks that the answer to a HEAD doesn't have; it closes, so nobody
        # takes them for the next answer.
        excess = received.excess
        if method == "HEAD" and received.values("Transfer-Encoding") == ["chunked"]:
            excess = excess.removeprefix(b"0\r\n\r\n")
        return Seen(
            received.status,
            tuple((n.lower(), v) for n, v in received.fields if n.lower() not in _FRAMING),
            received.body,
            received.broken_off,
            excess,
            tuple(status for status, _ in received.interim),
            tuple(
                (
                    name,
                    f"{request.method} {request.target} {request.version}",
                    tuple((n.lower(), v) for n, v in request.fields),
                    request.body,
                )
                for name, request in self._asked
            ),
            opened,
            took_s,
        )

    def _answer(self, name: str, request: Request) -> Iterable[Step]:
        self._asked.append((name, request))
        turn, self._turn = self._turn, self._turn + 1
        steps = self._row.steps(name, request.path, turn)
        for step in as_store(steps, request) if self._row.as_store else steps:
            yield self._placed(step) if isinstance(step, bytes) else step

    def placed(self, text: str) -> str:
        """Returns a row's text with the places filled in."""
        return self._placed(text.encode()).decode()

    def _placed(self, data: bytes) -> bytes:
        if b"{" in data:
            for name, place in self.places.items():
                port = place.rpartition(":")[2]
                data = data.replace(b"{%s}" % name.encode(), place.encode())
                data = data.replace(b"{%s-port}" % name.encode(), port.encode())
        return data

    def _app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        row = self._row
        url = self._placed(row.url if isinstance(row.url, bytes) else row.url.encode())
        if row.text_form:
            start_response("200 OK", [("X-Remote-File", url.decode("latin-1")), *row.app_fields])
            return []
        remote = RemoteFile(url, **row.file)
        headers = [*remote.response_headers(environ).items(), *row.app_fields]
        start_response("200 OK", headers)
        return []

    def close(self) -> None:
        """Stops everything."""
        self._closing.close()

    def __enter__(self) -> Self:
        """Closes at the end of a with statement."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Closes."""
        self.close()
