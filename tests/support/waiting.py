"""Waiting for what happens elsewhere, and no longer than it should take."""

import time
from collections.abc import Callable

_PATIENCE_S = 10.0


def wait_until(holds: Callable[[], object], within_s: float = _PATIENCE_S) -> None:
    """Returns when it holds, and fails where it doesn't in time."""
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)
