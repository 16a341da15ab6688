"""rclone's S3 server: verifies signatures, and refuses a request with two ways to sign in."""

import sys
from pathlib import Path

from tools.ports import free_port

from .emulator import Emulator

ACCESS_KEY = "the-access-key"
SECRET_KEY = "the-secret-key"


class Rclone(Emulator):
    """A server with its buckets in memory; its S3 API is path style."""

    def __init__(self, folder: Path) -> None:
        """Starts it."""
        port = free_port()
        rclone = Path(sys.executable).with_name("rclone")
        signed = ("--auth-key", f"{ACCESS_KEY},{SECRET_KEY}")
        place = ("--addr", f"127.0.0.1:{port}")
        # No configuration of this machine's.
        command = (rclone, "--config", "/dev/null", "serve", "s3", *signed, *place, ":memory:")
        super().__init__(folder, command, port)
