"""Each server in turn, with NGINX in front and without."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers.app import FOLDER, ORIGIN, TOKEN, wrapped
from tests.servers.table import ROOT, SERVERS, Server
from tests.support.client import Received, send
from tests.support.nginx import nginx_binaries, nginx_missing_reason
from tests.support.remote import StubRemote
from tests.support.site import TOKEN as SECRET
from tests.support.site import Carrier, nginx_in_front
from tools.children import Children
from tools.ports import free_port, listens

CONTENT = bytes(range(256)) * 4000
_START_S = 30

Ask = Callable[..., Received]


@dataclass(frozen=True, slots=True)
class Served:
    """A running server.

    Attributes:
        server: Which one.
        addresses: Where the application answers, by each carrier.
        log: What the server has said.
    """

    server: Server
    addresses: dict[Carrier, str]
    log: Path


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(
            server, id=server.name, marks=() if server.in_every_run else pytest.mark.matrix
        )
        for server in SERVERS
    ],
)
def served(request: pytest.FixtureRequest, session_remote: StubRemote) -> Iterator[Served]:
    """The server with the application, until the module's tests of it are done."""
    if not nginx_binaries():
        pytest.skip(nginx_missing_reason() or "")
    # One will do: what the versions differ in has nothing to do with the server behind.
    nginx_binary = nginx_binaries()[0]
    # Not below pytest's own, which others may not enter, as Apache's workers are.
    with tempfile.TemporaryDirectory(prefix="xaccel-server-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield from _serve(request.param, folder, session_remote, nginx_binary)


def _serve(
    server: Server, folder: Path, session_remote: StubRemote, nginx_binary: str
) -> Iterator[Served]:
    (folder / "local").mkdir()
    (folder / "local" / "a.txt").write_bytes(CONTENT)
    environ = {
        ORIGIN: f"http://{session_remote.address}",
        FOLDER: str(folder / "local"),
        TOKEN: SECRET,
    }
    port = free_port()
    command = server.command(folder, port)
    reason = None
    if shutil.which(command[0]) is None:
        reason = f"NO {server.name.upper()}: {server.remedy}"
    elif server.runs_as_another and not _may_be_read_by_all(ROOT):
        reason = f"{server.name} runs as somebody who may not read {ROOT}"
    if reason is not None:
        if os.environ.get("CI") == "true" and not server.is_optional:
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    children = Children(folder)
    try:
        children.start("server", command, environ={**os.environ, **environ}, cwd=ROOT)
        children.wait_until(lambda: listens(port), server.name, _START_S)
        (folder / "nginx").mkdir()
        address, settings = f"127.0.0.1:{port}", wrapped(environ).settings
        with nginx_in_front(address, settings, folder / "nginx", nginx_binary) as nginx:
            addresses: dict[Carrier, str] = {"nginx": nginx.address, "stream": address}
            yield Served(server, addresses, folder / "server.log")
    finally:
        children.stop()


def _may_be_read_by_all(path: Path) -> bool:
    return os.geteuid() != 0 or all(
        p.stat().st_mode & 0o005 == 0o005 for p in (path, *path.parents)
    )


@pytest.fixture
def ask(carrier: Carrier, served: Served, remote: StubRemote) -> Ask:
    """Asks the application for a path, by each carrier."""

    def ask(path: str, *fields: tuple[str, str], method: str = "GET", **more: bytes) -> Received:
        return send(served.addresses[carrier], path, fields, method=method, **more)  # type: ignore[arg-type]

    return ask
