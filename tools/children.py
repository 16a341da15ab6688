"""Child processes, each in a group of its own with a log file, that end when their owner says."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


class ChildError(Exception):
    """A child ended that should not have; the message closes with the last lines of its log."""


@dataclass(frozen=True, slots=True)
class _Child:
    name: str
    log: Path
    popen: subprocess.Popen[bytes]

    def failure(self, status: int) -> ChildError:
        how = signal.Signals(-status).name if status < 0 else f"status {status}"
        lines = self.log.read_text(errors="replace").splitlines()[-20:]
        tail = "".join(f"\n    {line}" for line in lines) or " nothing."
        return ChildError(f"{self.name} ended with {how}. Its log says:{tail}")


class Children:
    """The processes of one owner; nothing that they start outlives `stop`."""

    def __init__(self, folder: Path, pause: Callable[[float], None] = time.sleep) -> None:
        """Starts nothing yet.

        Args:
            folder: Where each child's standard output and error are written to NAME.log.
            pause: Waits that many seconds; may raise to end a waiting method early.
        """
        self._folder = folder
        self._pause = pause
        self._children: list[_Child] = []

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        environ: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> int:
        """Starts a child that is to run until `stop`; returns its process id."""
        return self._spawn(name, command, environ, cwd).popen.pid

    def run(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        environ: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        """Runs a child to its end.

        Raises:
            ChildError: Its status wasn't 0.
        """
        child = self._spawn(name, command, environ, cwd)
        while (status := child.popen.poll()) is None:
            self._pause(0.02)
        self._children.remove(child)
        if status:
            raise child.failure(status)

    def wait_until(self, ready: Callable[[], bool], what: str, timeout_s: float) -> None:
        """Returns when `ready` says so.

        Raises:
            ChildError: A child ended meanwhile, or the time is over.
        """
        deadline = time.monotonic() + timeout_s
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                raise ChildError(f"{what} did not answer within {timeout_s:g} s.")
            self._pause(0.05)

    def check(self) -> None:
        """Raises ChildError if a child has ended."""
        for child in self._children:
            status = child.popen.poll()
            if status is not None:
                raise child.failure(status)

    def stop(self, timeout_s: float = 5) -> None:
        """Ends them all, the last one started first; what doesn't end in time is killed."""
        for child in reversed(self._children):
            _signal_group(child, signal.SIGTERM)
        deadline = time.monotonic() + timeout_s
        for child in reversed(self._children):
            with suppress(subprocess.TimeoutExpired):
                child.popen.wait(max(0, deadline - time.monotonic()))
            # Also where the child is gone: workers of its own may be left.
            _signal_group(child, signal.SIGKILL)
            child.popen.wait()
        self._children.clear()

    def _spawn(
        self,
        name: str,
        command: Sequence[str | Path],
        environ: Mapping[str, str] | None,
        cwd: Path | None,
    ) -> _Child:
        log = self._folder / f"{name}.log"
        with log.open("wb") as output:
            popen = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environ,
                cwd=cwd,
                # A group of its own: Ctrl-C at the terminal is for the owner, who then ends it.
                start_new_session=True,
            )
        child = _Child(name, log, popen)
        self._children.append(child)
        return child


def _signal_group(child: _Child, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.popen.pid, number)
