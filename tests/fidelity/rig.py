"""The rig: remotes, an application, and the ways to the client; plays rows."""

import pickle
import socket
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.support.closing import Closing
from tests.support.remote import Request, Step, StubRemote
from tests.support.site import TOKEN
from tests.support.uwsgi import UwsgiServer
from tests.support.wsgi import serve
from xaccel_wsgi import XAccelMiddleware

from . import app, uwsgi_app
from .front import App, Change, Front, Way, unchanged
from .kept import as_store
from .row import Kind, Row
from .seen import Seen
from .surroundings import PLAIN, Surrounding
from .tls import tls_remotes

READ_TIMEOUT_S = 0.7
SLICE_BYTES = 65536


class Rig(Closing):
    """Everything that a row needs but NGINX, started once.

    Attributes:
        places: The remotes' origins, by name.
    """

    def __init__(self, folder: Path) -> None:
        """Starts remotes and application servers."""
        self._folder = folder
        self._row = Row(says="nothing yet")
        self._part = app.Part()
        # For applications in processes of their own, if there are any.
        self._part_file: Path | None = None
        self._asked: list[tuple[str, Request]] = []
        self._turn = 0
        self._closing = ExitStack()
        try:
            self._start()
        except BaseException:
            self._closing.close()
            raise

    def _start(self) -> None:
        ca_file = self._folder / "ca.pem"
        tls = tls_remotes(ca_file)
        self._remotes = {
            name: self._closing.enter_context(
                StubRemote(
                    lambda request, name=name: self._answer(name, request), tls=tls.get(name)
                )
            )
            for name in ("main", "other", *tls, "inside", "outside")
        }
        # Bound and never listening: nobody else can have the port.
        nowhere = self._closing.enter_context(socket.socket())
        nowhere.bind(("127.0.0.1", 0))
        self.places = {
            name: remote.url("", "localhost" if name in tls else None)
            for name, remote in self._remotes.items()
        }
        self.places["nowhere"] = f"http://127.0.0.1:{nowhere.getsockname()[1]}"
        self._options: dict[str, Any] = {
            "origins": [
                *(self.places[name] for name in ("main", "other", *tls, "nowhere")),
                f"{self.places['inside']}/allowed/",
            ],
            "token": TOKEN,
            "request_header_names": ["Authorization", "X-Api-Key"],
            "carried_headers": ["X-Carried"],
            "hidden_headers": ["X-Amz-Meta-Owner"],
            "ca_file": str(ca_file),
            "pin_dns": True,
            "read_timeout_s": READ_TIMEOUT_S,
            "connect_timeout_s": 2,
        }
        # Middlewares of their own, so that none can fall back to another's way.
        self._streaming: dict[Kind, Way] = {}
        for kind in ("plain", "own pages"):
            self._streaming[kind] = Way(self._serve("stream", kind)[1])
        self._apps: dict[Kind, App] = {}
        for kind in ("plain", "own pages", "kept"):
            middleware, address = self._serve("nginx", kind)
            self._apps[kind] = App(middleware.settings, {"http": address})

    def _options_of(self, mode: str, kind: Kind) -> dict[str, Any]:
        more: dict[Kind, dict[str, Any]] = {
            "own pages": {"error_page": app.ERROR_PAGE},
            "kept": {"cache": str(self._folder / "kept"), "cache_slice_bytes": SLICE_BYTES},
        }
        return {**self._options, "mode": mode, **more.get(kind, {})}

    def _serve(self, mode: str, kind: Kind) -> tuple[XAccelMiddleware, str]:
        middleware = XAccelMiddleware(app.App(lambda: self._part), **self._options_of(mode, kind))
        self._closing.callback(middleware.close)
        return middleware, self._closing.enter_context(serve(middleware)).address

    def _start_uwsgi(self) -> None:
        """Starts the same applications in processes of their own."""
        self._part_file = self._folder / "part"
        for kind, behind in self._apps.items():
            options = self._folder / f"options of {kind}"
            options.write_bytes(pickle.dumps(self._options_of("nginx", kind)))
            environ = {
                uwsgi_app.OPTIONS: str(options),
                uwsgi_app.PART: str(self._part_file),
            }
            server = UwsgiServer(uwsgi_app.__name__, environ, self._folder)
            behind.addresses["uwsgi"] = self._closing.enter_context(server).address

    def front(
        self,
        binary: str,
        surroundings: Sequence[Surrounding] = (PLAIN,),
        kinds: Sequence[Kind] = ("plain", "own pages"),
        *,
        folder: Path | None = None,
        change: Change = unchanged,
    ) -> Front:
        """Puts an NGINX in front; with a folder of the caller's it is the caller's to close."""
        protocols = {surrounding.protocol for surrounding in surroundings}
        if "uwsgi" in protocols and self._part_file is None:
            self._start_uwsgi()
        surroundings = [replace(each, server=self.placed(each.server)) for each in surroundings]
        apps = {kind: self._apps[kind] for kind in kinds}
        if folder is not None:
            return Front(folder, binary, apps, surroundings, change)
        folder = self._folder / f"front-{len(list(self._folder.glob('front-*')))}"
        folder.mkdir()
        return self._closing.enter_context(Front(folder, binary, apps, surroundings, change))

    def through(self, front: Front, row: Row, surrounding: Surrounding = PLAIN) -> list[Seen]:
        """Returns what is seen through NGINX, an item for each repetition."""
        return list(self._play(row, front.way(surrounding, row.kind)))

    def streamed(self, row: Row) -> list[Seen]:
        """Returns what is seen of the streamer, an item for each repetition."""
        return list(self._play(row, self._streaming[row.kind]))

    def kept(self, front: Front, row: Row) -> tuple[Seen, Seen, Seen]:
        """Returns what is seen of a store through NGINX without a cache, with one, and again."""
        version = row.says.encode("ascii", "backslashreplace").decode()
        file = {**row.file, "cache_key": version}
        row = replace(row, file=file, as_store=True, own_page=None, times=1)
        plain, cold, warm = (
            next(self._play(row, front.way(PLAIN, kind))) for kind in ("plain", "kept", "kept")
        )
        return plain, cold, warm

    def _play(self, row: Row, way: Way) -> Iterator[Seen]:
        self._row = row
        self._part = app.Part(
            url=self._placed(row.url if isinstance(row.url, bytes) else row.url.encode()),
            file=row.file,
            app_fields=row.app_fields,
            text_form=row.text_form,
            own_page=row.own_page or app.OwnPage(),
        )
        if self._part_file is not None:
            self._part_file.write_bytes(pickle.dumps(self._part))
        # No row finds the connections of the one before.
        for remote in self._remotes.values():
            remote.drop()
        self._turn = 0
        for _ in range(row.times):
            self._asked = []
            before, began = self._connections(), time.monotonic()
            received = way.ask(row)
            took_s = time.monotonic() - began
            opened = self._connections() - before
            yield Seen.of(received, row.method, self._asked, opened, took_s)

    def _connections(self) -> int:
        return sum(remote.connections for remote in self._remotes.values())

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

    def close(self) -> None:
        """Stops everything."""
        self._closing.close()


def differences(first: Sequence[Seen], second: Sequence[Seen]) -> list[str]:
    """Returns what is different in any repetition, a line each."""
    return [line for pair in zip(first, second, strict=True) for line in Seen.differences(*pair)]
