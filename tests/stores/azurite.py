"""Azurite, Microsoft's own emulator of Azure Blob Storage: verifies shared access signatures."""

import os
import shutil
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from tests.support.ports import free_port
from tools.children import Children
from tools.swift_s3 import listens

_AZURITE = Path(__file__).parents[2] / "build/azurite/node_modules/.bin/azurite-blob"
# Where tools/install-azurite puts a node, if the machine has none.
_PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)))

# Its only account, and the key that Microsoft publishes for it.
ACCOUNT = "devstoreaccount1"
ACCOUNT_KEY = (
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)


def azurite_missing_reason() -> str | None:
    """Returns why tests with Azurite can't run; None if they can, and an error where CI=true."""
    if _AZURITE.exists() and shutil.which("node", path=_PATH):
        return None
    reason = "NO AZURITE: say make test-stores, or tools/install-azurite"
    if os.environ.get("CI", "").lower() in ("true", "1"):
        pytest.fail(reason, pytrace=False)
    return reason


class Azurite:
    """An emulator with its containers in memory; runs for the time of a `with` block."""

    def __init__(self, folder: Path) -> None:
        """Chooses the port; `folder` gets its log."""
        self._folder = folder
        self._children = Children(folder)
        self._port = free_port()

    @property
    def account_url(self) -> str:
        """Where the account's blobs are; the real one's have a host of their own instead."""
        return f"http://127.0.0.1:{self._port}/{ACCOUNT}"

    def __enter__(self) -> Self:
        """Starts it."""
        command = (
            *(_AZURITE, "--inMemoryPersistence", "--silent", "--disableTelemetry"),
            *("--blobHost", "127.0.0.1", "--blobPort", str(self._port)),
            # The client library is newer than what the emulator knows.
            "--skipApiVersionCheck",
        )
        environ = {**os.environ, "PATH": _PATH}
        self._children.start("azurite", command, environ=environ, cwd=self._folder)
        try:
            self._children.wait_until(lambda: listens(self._port), "Azurite", 30)
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
