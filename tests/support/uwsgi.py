"""A WSGI application under uWSGI, in a process of its own, for `uwsgi_pass`."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from tests.support.closing import Closing
from tools.ports import free_port

_ROOT = Path(__file__).parents[2]
_START_S = 20.0


class UwsgiServer(Closing):
    """A running uWSGI, which speaks its own protocol.

    Attributes:
        address: Host and port.
    """

    def __init__(self, module: str, environ: Mapping[str, str], log: Path) -> None:
        """Starts and waits until it accepts.

        Args:
            module: Where `application` is.
            environ: What it finds in its environment, beside this process's.
            log: What it says.

        Raises:
            RuntimeError: It ended, or didn't accept in time.
        """
        self.address = f"127.0.0.1:{free_port()}"
        self._log = log.open("wb")
        # Beside the interpreter that runs the tests.
        binary = shutil.which("uwsgi", path=str(Path(sys.executable).parent))
        if binary is None:
            raise FileNotFoundError("no uWSGI: make build/ready-matrix installs it")
        command = [
            *(binary, "--socket", self.address, "--module", module, "--need-app"),
            *("--virtualenv", sys.prefix, "--master", "--die-on-term", "--threads", "4"),
            *("--buffer-size", "65535", "--pythonpath", str(_ROOT)),
        ]
        self._process = subprocess.Popen(
            command,
            env={**os.environ, **environ},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            self._wait(log)
        except BaseException:
            self.close()
            raise

    def _wait(self, log: Path) -> None:
        host, _, port = self.address.partition(":")
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline and self._process.poll() is None:
            # The master listens before its application is there; connections wait.
            with contextlib.suppress(OSError), socket.create_connection((host, int(port)), 1):
                return
            time.sleep(0.02)
        raise RuntimeError(f"uWSGI accepts no connection: {log.read_text(errors='replace')}")

    def close(self) -> None:
        """Stops it with its workers."""
        if self._log.closed:
            return
        self._log.close()
        if self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
