"""The servers of the test: WSGI applications in threads, and NGINX in a folder of its own."""

import contextlib
import getpass
import os
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.serving import WSGIRequestHandler, make_server

from ...carriers.nginx import config
from ...errors import CheckError
from ...settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_HOST = "127.0.0.1"
_START_S = 10.0
_STOP_S = 5.0


class _Quiet(WSGIRequestHandler):
    """Logs nothing."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002
        """Does nothing."""


class _Store(ThreadingHTTPServer):
    """Keeps connections, as stores do and werkzeug's server doesn't."""

    # A thread that waits on a kept connection isn't waited for.
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Says nothing where NGINX has gone and a kept connection with it."""


@contextlib.contextmanager
def application(app: "WSGIApplication") -> Iterator[int]:
    """Serves a WSGI application; gives its port."""
    with _running(make_server(_HOST, 0, app, threaded=True, request_handler=_Quiet)) as port:
        yield port


@contextlib.contextmanager
def store(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    """Serves what a handler answers; gives its port."""
    with _running(_Store((_HOST, 0), handler)) as port:
        yield port


@contextlib.contextmanager
def _running(server: HTTPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def nginx(
    binary: str, version: tuple[int, int, int], settings: Settings, app_port: int
) -> Iterator[tuple[int, str]]:
    """Runs NGINX with the generated configuration; gives its port and what its -t said.

    Raises:
        CheckError: It doesn't start.
    """
    port = _free_port()
    user = getpass.getuser() if os.geteuid() == 0 else ""
    text = config.standalone(
        settings, config.Target(version), f"{_HOST}:{port}", f"{_HOST}:{app_port}", user
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "temp").mkdir()
        # It holds a token.
        (folder / "nginx.conf").touch(0o600)
        (folder / "nginx.conf").write_text(text)
        command = [binary, "-p", f"{folder}/", "-e", "stderr", "-c", "nginx.conf"]
        tried = subprocess.run([*command, "-t", "-q"], capture_output=True, text=True, check=False)  # noqa: S603
        if tried.returncode != 0:
            raise CheckError(
                "nginx",
                f"{binary} doesn't read the generated configuration: {tried.stderr.strip()}",
                "It needs NGINX 1.22 or later, with its usual modules.",
            )
        process = subprocess.Popen([*command, "-g", "daemon off;"], stderr=subprocess.DEVNULL)  # noqa: S603
        try:
            _wait(process, port)
            yield port, tried.stderr.strip()
        finally:
            process.terminate()
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + _START_S
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection((_HOST, port), 1):
            return
        time.sleep(0.02)
    raise CheckError(
        "nginx",
        "it started and accepts no connection",
        "Try it with: xaccel-wsgi nginx --standalone.",
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port
