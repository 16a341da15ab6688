"""A store in one process of its own."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.support.closing import Closing
from tools.children import Children
from tools.ports import listens


class Emulator(Closing):
    """A running store.

    Attributes:
        url: Where it listens.
    """

    def __init__(
        self,
        folder: Path,
        command: Sequence[str | Path],
        port: int,
        *,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """Starts it and waits until it listens; `folder` is where it works, and gets its log."""
        self.url = f"http://127.0.0.1:{port}"
        self._children = Children(folder)
        name = Path(command[0]).name
        self._children.start(name, command, environ={**os.environ, **(environ or {})}, cwd=folder)
        try:
            self._children.wait_until(lambda: listens(port), name, 30)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Stops it."""
        self._children.stop()
