"""A WSGI application under uWSGI, in a process of its own, for `uwsgi_pass`."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support.closing import Closing
from tools.children import Children
from tools.ports import free_port, listens

_ROOT = Path(__file__).parents[2]
_START_S = 20.0


class UwsgiServer(Closing):
    """A running uWSGI, which speaks its own protocol.

    Attributes:
        address: Host and port.
    """

    def __init__(self, module: str, environ: Mapping[str, str], folder: Path) -> None:
        """Starts and waits until it accepts.

        Args:
            module: Where `application` is.
            environ: What it finds in its environment, beside this process's.
            folder: Gets its log.

        Raises:
            ChildError: It ended, or didn't accept in time.
        """
        # Beside the interpreter that runs the tests.
        binary = shutil.which("uwsgi", path=str(Path(sys.executable).parent))
        if binary is None:
            raise FileNotFoundError("no uWSGI: make build/ready-matrix installs it")
        port = free_port()
        self.address = f"127.0.0.1:{port}"
        command = [
            *(binary, "--socket", self.address, "--module", module, "--need-app"),
            *("--virtualenv", sys.prefix, "--master", "--die-on-term", "--threads", "4"),
            *("--buffer-size", "65535", "--pythonpath", str(_ROOT)),
        ]
        self._children = Children(folder)
        try:
            self._children.start(f"uwsgi-{port}", command, environ={**os.environ, **environ})
            # The master listens before its application is there; connections wait.
            self._children.wait_until(lambda: listens(port), "uWSGI", _START_S)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Stops it with its workers."""
        self._children.stop()
