"""The remotes of the table as stores.

A row's remote answers the same whatever it is asked. With a cache in between it's asked for slices,
so that a good answer has to become that of a store which has the file and answers what it's asked.
"""

import re
from collections.abc import Iterable

from tests.support.remote import Request, Step
from tests.support.store import store

from .row import BODY

_GOOD = re.compile(
    rb"HTTP/1.1 (200|206|304|416) [^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n(.*)", re.DOTALL
)
_OF_THE_BODY = {"content-length", "content-range", "accept-ranges", "transfer-encoding"}


def as_store(steps: Iterable[Step], request: Request) -> Iterable[Step]:
    """Returns what a store answers that has what `steps` send; broken and bad as they are."""
    steps = list(steps)
    match = _GOOD.fullmatch(steps[0]) if len(steps) == 1 and isinstance(steps[0], bytes) else None
    if match is None:
        return steps
    status, head, body = match.groups()
    lines = (line.partition(": ") for line in head.decode("latin-1").split("\r\n")[:-1])
    fields = [(name, value) for name, _, value in lines]
    length = {name.lower(): value for name, value in fields}.get("content-length")
    if status == b"200" and length != str(len(body)):
        return steps
    kept = [field for field in fields if field[0].lower() not in _OF_THE_BODY]
    return store(body if status == b"200" else BODY, kept)(request)  # type: ignore[return-value]
