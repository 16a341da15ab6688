"""The latest transfers of each visitor, kept in memory, without what must not be shown."""

import re
from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

_VISITORS_MAX = 100
_TRANSFERS_MAX = 40
_SECRETS = {"set-cookie", "x-accel-token", "x-accel-request-authorization"}
# Where an application's answer ends and NGINX's work begins.
_HANDOFF = "x-accel-redirect"


@dataclass
class Transfer:
    """One request for a file, as Python sees it.

    Attributes:
        path: What was asked for.
        method: How.
        range: The Range field, or nothing.
        status: What Python answered; 204 is a handoff's.
        headers: What Python said, secrets redacted.
        python_bytes: How many bytes of the body went through this process.
        python_s: How long it was busy with the request.
        ended: Whether it is done with it.
    """

    path: str
    method: str
    range: str
    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    python_bytes: int = 0
    python_s: float = 0
    ended: bool = False

    def answer(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        """Notes what Python answers with."""
        self.status = status
        self.headers = [(name, _shown(name, value)) for name, value in headers]

    @property
    def carrier(self) -> str:
        """Who moves the bytes: "nginx", "python", or "nobody"."""
        if any(name.lower() == _HANDOFF for name, _ in self.headers):
            return "nginx"
        return "python" if 200 <= self.status < 300 else "nobody"

    def told(self) -> dict[str, Any]:
        """Returns what the page is told of it."""
        return {
            "path": self.path,
            "method": self.method,
            "range": self.range,
            "status": self.status,
            "carrier": self.carrier,
            "headers": self.headers,
            "pythonBytes": self.python_bytes,
            "pythonMs": round(self.python_s * 1000, 1),
            "ended": self.ended,
        }


class Transfers:
    """Safe for threads; the visitors who were away for longest are forgotten."""

    def __init__(self) -> None:
        """Begins empty."""
        self._lock = Lock()
        self._of: OrderedDict[str, deque[Transfer]] = OrderedDict()

    def add(self, visitor: str, transfer: Transfer) -> None:
        """Keeps one more, as the visitor's latest."""
        with self._lock:
            kept = self._of.setdefault(visitor, deque(maxlen=_TRANSFERS_MAX))
            kept.appendleft(transfer)
            self._of.move_to_end(visitor)
            if len(self._of) > _VISITORS_MAX:
                self._of.popitem(last=False)

    def of(self, visitor: str) -> list[Transfer]:
        """Returns the visitor's, the latest first."""
        with self._lock:
            return list(self._of.get(visitor, ()))


def _shown(name: str, value: str) -> str:
    if name.lower() in _SECRETS:
        return "[redacted]"
    # The query of a signed URL is the signature.
    return re.sub(r"\?.+", "?[signature redacted]", value) if name.lower() == _HANDOFF else value
