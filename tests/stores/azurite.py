"""Azurite, Microsoft's own emulator of Azure Blob Storage: verifies shared access signatures."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.support.accounts import ACCOUNT
from tools.ports import free_port

from .emulator import Emulator

_AZURITE = Path(__file__).parents[2] / "build/azurite/node_modules/.bin/azurite-blob"
# Where tools/install-azurite puts a node, if the machine has none.
_PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)))


def azurite_missing_reason() -> str | None:
    """Returns why tests with Azurite can't run; None if they can, and an error where CI=true."""
    if _AZURITE.exists() and shutil.which("node", path=_PATH):
        return None
    reason = "NO AZURITE: say make test-stores, or tools/install-azurite"
    if os.environ.get("CI", "").lower() in ("true", "1"):
        pytest.fail(reason, pytrace=False)
    return reason


class Azurite(Emulator):
    """An emulator with its containers in memory."""

    def __init__(self, folder: Path) -> None:
        """Starts it."""
        port = free_port()
        command = (
            *(_AZURITE, "--inMemoryPersistence", "--silent", "--disableTelemetry"),
            *("--blobHost", "127.0.0.1", "--blobPort", str(port)),
            # The client library is newer than what the emulator knows.
            "--skipApiVersionCheck",
        )
        super().__init__(folder, command, port, environ={"PATH": _PATH})

    @property
    def account_url(self) -> str:
        """Where the account's blobs are; the real one's have a host of their own instead."""
        return f"{self.url}/{ACCOUNT}"
