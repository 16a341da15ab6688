"""A folder with files, and an application whose headers are the test's."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.client import Received, send
from tests.support.nginx import NginxServer
from tests.support.site import CARRIERS, Carrier, Site
from tools.ports import free_port

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

CONTENT = b"0123456789"
# With a fraction, which neither Last-Modified nor ETag has.
CHANGED_S = 1700000000.75
PLAIN = [("Content-Type", "text/x-app")]

Ask = Callable[..., Received]
Changed = Callable[[str], NginxServer]


class Names:
    """An application that answers whatever the test says."""

    status = "200 OK"
    headers: list[tuple[str, str]]

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answers, with a body that is never sent with a file."""
        start_response(self.status, list(self.headers))
        return [b"the application's body"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of /protected/, itself reached by a link, and what lies beside it."""
    base = tmp_path_factory.mktemp("local")
    real = base / "real folder"
    inner = real / "inner"
    inner.mkdir(parents=True)
    (base / "outside.txt").write_bytes(b"outside")
    for name in (
        "a.txt",
        "100%.txt",
        "é.txt",
        "a b?c#d.txt",
        "inner/index.html",
        "a.csv.gz",
        "none",
    ):
        (real / name).write_bytes(CONTENT)
    (real / "empty").touch()
    os.utime(real / "a.txt", (CHANGED_S, CHANGED_S))
    os.mkfifo(real / "fifo")
    (real / "link").symlink_to(base / "outside.txt")
    (real / "link inside").symlink_to("a.txt")
    (real / "link to a folder").symlink_to(base)
    (real / "link to the inner folder").symlink_to("inner")
    (base / "private").mkdir()
    (base / "private" / "a.txt").write_bytes(b"private")
    (base / "folder").symlink_to(real)
    return base / "folder"


@pytest.fixture(scope="module")
def names() -> Names:
    """The application behind `local_site`."""
    return Names()


@pytest.fixture(scope="module")
def local_site(
    names: Names, folder: Path, nginx_binary: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """Both carriers in front of it, with no origin at all."""
    nginx = tmp_path_factory.mktemp("nginx")
    locations = {"/protected/": folder, "/protected/private/": folder.parent / "private"}
    with Site(names, nginx, nginx_binary, internal_locations=locations) as site:
        yield site


@pytest.fixture
def ask_by(local_site: Site, names: Names) -> Ask:
    """Asks for what the application names, by a carrier."""

    def ask(
        carrier: Carrier,
        target: str,
        *fields: tuple[str, str],
        method: str = "GET",
        headers: Iterable[tuple[str, str]] = PLAIN,
        status: str = "200 OK",
    ) -> Received:
        names.status, names.headers = status, [("X-Accel-Redirect", target), *headers]
        return send(local_site.address(carrier), "/x", fields, method=method)

    return ask


@pytest.fixture
def ask(carrier: Carrier, ask_by: Ask) -> Ask:
    """The same, by each carrier in turn."""
    return lambda *arguments, **more: ask_by(carrier, *arguments, **more)


@pytest.fixture
def ask_both(ask_by: Ask) -> Ask:
    """Asks by both, checks that the answers are the same, and returns it."""

    def ask(*arguments: object, **more: object) -> Received:
        nginx, stream = (ask_by(carrier, *arguments, **more) for carrier in CARRIERS)
        assert _comparable(stream) == _comparable(nginx)
        return stream

    return ask


@pytest.fixture
def changed_nginx(local_site: Site, tmp_path: Path, nginx_binary: str) -> Changed:
    """Starts the same NGINX with more in its server block; it asks the same application."""

    def start(text: str) -> NginxServer:
        configuration = (local_site.nginx.folder / "nginx.conf").read_text()
        configuration = configuration.replace("server_name _;", text)
        configuration = configuration.replace(local_site.nginx.address, f"127.0.0.1:{free_port()}")
        (tmp_path / "temp").mkdir()
        (tmp_path / "nginx.conf").write_text(configuration)
        return NginxServer(tmp_path, nginx_binary)

    return start


def _comparable(received: Received) -> tuple[object, ...]:
    not_ours = {"date", "server", "connection", "via"}
    if received.status >= 400:
        # Each has a page of its own.
        not_ours.add("content-length")
    fields = sorted((n.lower(), v) for n, v in received.fields if n.lower() not in not_ours)
    body = b"" if received.status >= 400 else received.body
    return received.status, fields, body, received.broken_off, received.excess
