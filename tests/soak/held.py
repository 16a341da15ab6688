"""What a process holds: memory, files, threads; read from Linux's /proc."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class Held:
    """What one or several processes hold.

    Attributes:
        memory_kib: Memory of their own that is in use (RssAnon).
        files: Open descriptors, sockets among them.
        threads: Threads.
    """

    memory_kib: int = 0
    files: int = 0
    threads: int = 0

    @classmethod
    def by(cls, pids: Iterable[int]) -> Self:
        """Returns what the processes hold together.

        Raises:
            OSError: One of them has ended.
        """
        memory_kib = files = threads = 0
        for pid in pids:
            status = Path(f"/proc/{pid}/status").read_text()
            memory_kib += _number("RssAnon", status)
            threads += _number("Threads", status)
            files += len(os.listdir(f"/proc/{pid}/fd"))
        return cls(memory_kib, files, threads)

    def __str__(self) -> str:
        """For people."""
        return f"{self.memory_kib / 1024:.1f} MiB, {self.files} files, {self.threads} threads"


def _number(name: str, status: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+)", status, re.MULTILINE)
    if found is None:
        raise OSError(f"the system tells nothing of {name}")
    return int(found[1])
