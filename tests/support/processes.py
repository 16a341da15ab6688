"""Other processes, as Linux's /proc shows them."""

import os
from pathlib import Path


def children(pid: int) -> list[int]:
    """Returns the processes that one has started and that are still there."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def descriptors(pid: int) -> int:
    """Returns how many files a process has open; 0 where the system doesn't tell."""
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return 0
