"""Real NGINX, run from a folder: as root or as anyone else, leaving no process behind."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.closing import Closing

BINARIES_VARIABLE = "XACCEL_TEST_NGINX"

_START_S = 10.0
_STOP_S = 5.0


def nginx_binaries() -> list[str]:
    """Returns the binaries to test with: those that XACCEL_TEST_NGINX lists, or the machine's."""
    listed = os.environ.get(BINARIES_VARIABLE, "").split()
    if listed:
        missing = [binary for binary in listed if shutil.which(binary) is None]
        if missing:
            raise FileNotFoundError(f"{BINARIES_VARIABLE} names what can't be run: {missing}")
        return listed
    # Debian has it where only root's PATH leads.
    found = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    return [found] if found else []


def nginx_missing_reason() -> str | None:
    """Returns why tests with NGINX can't run, for `pytest.mark.skipif`; None if they can.

    Where CI says that everything has to be there, a missing NGINX is a failure.
    """
    if nginx_binaries():
        return None
    reason = f"NO NGINX: install it (apt-get install nginx-light) or set {BINARIES_VARIABLE}"
    if os.environ.get("CI", "").lower() in ("true", "1"):
        pytest.fail(reason, pytrace=False)
    return reason


def nginx_version(binary: str) -> tuple[int, ...]:
    """Returns a binary's version, as in (1, 22, 1)."""
    said = subprocess.run([binary, "-v"], capture_output=True, text=True, check=True).stderr
    match = re.search(r"nginx/([0-9.]+)", said)
    if match is None:
        raise ValueError(f"{binary} -v says {said!r}")
    return tuple(map(int, match[1].split(".")))


def whole_configuration(http: str, *, error_level: str = "info") -> str:
    """Returns an nginx.conf around the contents of an `http` block, for `NginxServer`."""
    # Without it, root's workers are nobody and can't write into the folder.
    user = "user root;\n" if os.geteuid() == 0 else ""
    temporary = "".join(
        f"    {kind}_temp_path {kind}_temp;\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"{user}worker_processes 1;\n"
        "pid nginx.pid;\n"
        f"error_log error.log {error_level};\n"
        "events { worker_connections 512; }\n"
        "http {\n"
        "    access_log access.log;\n"
        f"{temporary}{http}\n"
        "}\n"
    )


class NginxServer(Closing):
    """A running NGINX.

    Attributes:
        folder: Where its nginx.conf and all that it writes are.
        address: What it listens on: the first `listen` of nginx.conf with a port.
    """

    def __init__(self, folder: Path, binary: str) -> None:
        """Starts the binary with the folder's nginx.conf and waits until it accepts.

        Raises:
            RuntimeError: It ended, or didn't accept in time; with what it said.
        """
        self.folder = folder
        configuration = (folder / "nginx.conf").read_text()
        listen = re.search(r"^\s*listen\s+(?:([0-9.]+|\*):)?(\d+)\b", configuration, re.MULTILINE)
        if listen is None:
            raise ValueError(f"{folder}/nginx.conf listens on no port")
        host = listen[1] if listen[1] not in (None, "*", "0.0.0.0") else "127.0.0.1"
        self.address = f"{host}:{listen[2]}"
        self._output = (folder / "output.log").open("wb")
        self._process = subprocess.Popen(
            [
                *(binary, "-p", f"{folder}/", "-e", "error.log", "-c", "nginx.conf"),
                *("-g", "daemon off;"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            # A group of its own, so that no worker survives a master that was killed.
            start_new_session=True,
        )
        try:
            self._wait(host, int(listen[2]))
        except BaseException:
            self.close()
            raise

    def _wait(self, host: str, port: int) -> None:
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            if self._ended():
                raise RuntimeError(f"NGINX ended at once: {self._said()}")
            with contextlib.suppress(OSError), socket.create_connection((host, port), 1):
                return
            time.sleep(0.01)
        raise RuntimeError(f"NGINX accepts no connection: {self._said()}")

    def _said(self) -> str:
        output = (self.folder / "output.log").read_text(errors="replace")
        return f"{output}{self.error_log()}"

    @property
    def pid(self) -> int:
        """The master's."""
        return self._process.pid

    def error_log(self) -> str:
        """Returns all of error.log."""
        return self._read("error.log")

    def access_log(self) -> str:
        """Returns all of access.log."""
        return self._read("access.log")

    def _read(self, name: str) -> str:
        path = self.folder / name
        return path.read_text(errors="replace") if path.exists() else ""

    def close(self) -> None:
        """Stops it, at once and with all its workers."""
        if self._output.closed:
            return
        self._output.close()
        if not self._ended():
            self._process.terminate()
        deadline = time.monotonic() + _STOP_S
        while not self._ended() and time.monotonic() < deadline:
            time.sleep(0.005)
        # Not waited for yet, so the group's id is still the master's and nobody else's.
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _ended(self) -> bool:
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self._process.pid, options) is not None
