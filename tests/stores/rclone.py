"""rclone's S3 server: verifies signatures, and refuses a request with two ways to sign in."""

import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.ports import free_port
from tools.children import Children
from tools.swift_s3 import listens

ACCESS_KEY = "the-access-key"
SECRET_KEY = "the-secret-key"


class Rclone:
    """A server with its buckets in memory; runs for the time of a `with` block."""

    def __init__(self, folder: Path) -> None:
        """Chooses the port; `folder` gets its log."""
        self._children = Children(folder)
        self._port = free_port()

    @property
    def endpoint_url(self) -> str:
        """Where the S3 API answers, path style."""
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        """Starts it."""
        rclone = Path(sys.executable).with_name("rclone")
        signed = ("--auth-key", f"{ACCESS_KEY},{SECRET_KEY}")
        place = ("--addr", f"127.0.0.1:{self._port}")
        # No configuration of this machine's.
        command = (rclone, "--config", "/dev/null", "serve", "s3", *signed, *place, ":memory:")
        self._children.start("rclone", command)
        try:
            self._children.wait_until(lambda: listens(self._port), "rclone", 20)
        except BaseException:
            self._children.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stops it."""
        self._children.stop()
