"""Receipts: one line of JSON for each file that was sent, or wasn't; for whoever accounts for it.

NGINX writes the same line by the generated `log_format`. Nothing in it is secret: of the URL it has
the origin alone.
"""

import json
import logging
import time
from dataclasses import dataclass, field, fields
from datetime import datetime

log = logging.getLogger("xaccel_wsgi.receipts")


@dataclass(slots=True, kw_only=True)
class Receipt:
    """What happened to one file; filled in on the way, and written once.

    Attributes:
        time: When it was over; ISO 8601 with the offset from UTC.
        log_id: The application's name for the download, or nothing.
        status: What the client got.
        bytes: How much of the body went to the client.
        complete: Whether that was all of it; None where nobody here can tell.
        origin: Scheme, host and port of whom was asked last.
        remote_status: The last answer's; 502 or 504 if none came; None where a cache answered.
        redirects: How many the remote gave.
        first_byte_s: Seconds from the last question to the head of its answer.
        last_byte_s: Seconds from the last question to the end of its answer.
        cache: NGINX's word for what its cache did (HIT, MISS, ...), or nothing.
    """

    time: str = ""
    log_id: str = ""
    status: int = 0
    bytes: int = 0
    complete: bool | None = False
    origin: str = ""
    remote_status: int | None = None
    redirects: int = 0
    first_byte_s: float | None = None
    last_byte_s: float | None = None
    cache: str = ""
    _asked_at: float = field(default=0.0, repr=False)
    _written: bool = field(default=False, repr=False)

    def asking(self, origin: str) -> None:
        """Notes that a remote is asked."""
        self.origin = origin
        self.remote_status = self.first_byte_s = None
        self._asked_at = time.monotonic()

    def answered(self, status: int) -> None:
        """Notes the head of its answer."""
        self.remote_status = status
        self.first_byte_s = self._since_asked()

    def ended(self) -> None:
        """Notes that there is nothing more to come of it."""
        if self.last_byte_s is None:
            self.last_byte_s = self._since_asked()

    def write(self) -> None:
        """Writes the line, once, at the level INFO of the logger `xaccel_wsgi.receipts`."""
        if self._written:
            return
        self._written = True
        if self._asked_at:
            self.ended()
        if log.isEnabledFor(logging.INFO):
            self.time = datetime.now().astimezone().isoformat(timespec="seconds")
            line = {name: getattr(self, name) for name in NAMES}
            log.info("%s", json.dumps(line, separators=(",", ":")))

    def _since_asked(self) -> float:
        return round(time.monotonic() - self._asked_at, 3)


# Of the line, in its order.
NAMES = tuple(each.name for each in fields(Receipt) if not each.name.startswith("_"))
