"""Where the faults happen: a site with short deadlines, remotes of every kind, and who counts."""

import gc
import os
import socket
import threading
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.certificates import Certificates
from tests.support.client import Received, send
from tests.support.dns import StubDns
from tests.support.processes import children, descriptors
from tests.support.remote import StubRemote, answer
from tests.support.site import Carrier, Site
from tests.support.waiting import wait_until
from xaccel_wsgi import RemoteFile

from .ends import CONNECT_TIMEOUT_S, READ_TIMEOUT_S
from .sent import to

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Held:
    """What processes hold.

    Attributes:
        files: Descriptors of this process: remotes, application and clients are all in it.
        threads: Of this process.
        nginx_files: Descriptors of NGINX's workers.
    """

    files: int
    threads: int
    nginx_files: int

    def within(self, bounds: "Held") -> bool:
        """Tells whether nothing of it is more than there."""
        return (
            self.files <= bounds.files
            and self.threads <= bounds.threads
            and self.nginx_files <= bounds.nginx_files
        )


# Names that lead to several addresses.
ADDRESSES = {
    "half.test.example": ("127.0.0.1", "127.0.0.2"),
    "many.test.example": tuple(f"127.0.0.{number}" for number in range(2, 7)),
}


class Grounds:
    """Everything that a fault needs, started once for each NGINX.

    Attributes:
        site: An application that sends what `url` names, behind both carriers.
        url: What the next request is answered with.
        remote: A remote without TLS.
        secure: One at `localhost`, with TLS.
        certificates: Of the authority that the site trusts.
        dns: The name server that NGINX asks.
        nowhere: An origin whose port nobody listens on.
        deaf: An origin that never accepts a connection.
        half_deaf: One of two addresses, the first of which never does.
        elsewhere: The remote at the second.
        everywhere: A remote at every address of this machine.
        manifold: An origin of several.
    """

    def __init__(self, folder: Path, binary: str) -> None:
        """Starts it all."""
        self.url = ""
        self._closing = ExitStack()
        try:
            self._start(folder, binary)
        except BaseException:
            self._closing.close()
            raise

    def _start(self, folder: Path, binary: str) -> None:
        keep = self._closing.enter_context
        self.certificates = Certificates(folder)
        self.remote = keep(StubRemote())
        self.secure = keep(StubRemote(tls=self.certificates.server_context()))
        # Known from the beginning: an NGINX that follows DNS looks names up when it starts.
        self.dns = keep(StubDns({"localhost": "127.0.0.1", **ADDRESSES}))
        closed, deaf = keep(socket.socket()), keep(socket.socket())
        closed.bind(("127.0.0.1", 0))
        deaf.bind(("127.0.0.1", 0))
        self._deafen(deaf)
        while True:
            self.elsewhere = keep(StubRemote(host="127.0.0.2"))
            other_deaf = keep(socket.socket())
            other_deaf.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                other_deaf.bind(("127.0.0.1", self.elsewhere.port))
            except OSError:
                # Somebody's connection has that port at this address.
                continue
            break
        self._deafen(other_deaf)
        self.everywhere = keep(StubRemote(host="0.0.0.0"))
        self.manifold = f"http://many.test.example:{self.everywhere.port}"
        self.half_deaf = f"http://half.test.example:{self.elsewhere.port}"
        self.nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}"
        self.deaf = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        self.site = keep(
            Site(
                self._view,
                folder,
                binary,
                resolver=self.dns.address,
                origins=[
                    self.remote.url(""),
                    self.secure.url("", "localhost"),
                    self.nowhere,
                    self.deaf,
                    self.half_deaf,
                    self.manifold,
                    f"http://127.0.0.1:{self.secure.port}",
                    *(f"http://{name}.test.example" for name in ("missing", "failing", "silent")),
                ],
                ca_file=str(self.certificates.ca_file),
                connect_timeout_s=CONNECT_TIMEOUT_S,
                read_timeout_s=READ_TIMEOUT_S,
            )
        )
        self._warm_up()
        self._at_rest = self.held()

    def _deafen(self, listener: socket.socket) -> None:
        listener.listen(0)
        # Whoever waits in its queue fills it; the kernel drops what else comes.
        for _ in range(2):
            waiting = self._closing.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())

    def _view(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        return RemoteFile(self.url, filename="report.pdf")(environ, start_response)

    def _warm_up(self) -> None:
        # A new NGINX looks its upstreams up after it began to accept.
        self.secure.script = {"/k": answer(200, body=b"ready")}
        url = self.secure.url("/k", "localhost")
        wait_until(lambda: self.ask("nginx", url).status == 200)
        self.ask("stream", url)
        # Each location of its has a resolver, and that a socket which it keeps.
        self.remote.script = {"/k": to(url)}
        self.ask("nginx", self.remote.url("/k"))
        self.clear()

    def ask(self, carrier: Carrier, url: str, *, timeout_s: float = 10) -> Received:
        """Sends one request to a carrier; `url` is what the application answers with.

        Raises:
            TimeoutError: Nothing came for `timeout_s`.
        """
        self.url = url
        return send(self.site.address(carrier), "/f", timeout_s=timeout_s)

    def clear(self) -> None:
        """Forgets scripts and drops every connection of the remotes."""
        for remote in (self.remote, self.secure, self.elsewhere, self.everywhere):
            remote.reset()
        self.secure.tls = self.certificates.server_context()
        self.site.app.close()

    def held(self) -> Held:
        """Counts."""
        return Held(
            descriptors(os.getpid()),
            threading.active_count(),
            sum(map(descriptors, children(self.site.nginx.pid))),
        )

    def left(self) -> str:
        """Returns what is left of an exchange after a while; empty if nothing is."""
        deadline = time.monotonic() + _PATIENCE_S
        while not (held := self.held()).within(self._at_rest):
            if time.monotonic() > deadline:
                return f"{held}, and at rest it was {self._at_rest}"
            gc.collect()
            time.sleep(0.01)
        return ""

    def close(self) -> None:
        """Stops it all."""
        self._closing.close()
