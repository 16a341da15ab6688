"""What a check finds: one value for each thing that was looked at, good or bad."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warn", "bad"]

# Told what a long check is doing now.
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at.

    Secrets and signed queries are redacted by whoever makes it.

    Attributes:
        id: What was looked at, the same in every run: for machines.
        status: "bad" breaks or endangers downloads, "warn" may, "ok" is as it should be.
        group: The heading under which it is shown.
        where: File and line, request or scenario; may be empty.
        what: What was found, in one line.
        why: What happens because of it.
        fix: What to write or do; several lines where several are missing.
    """

    id: str
    status: Status
    group: str
    what: str
    where: str = ""
    why: str = ""
    fix: str = ""
