"""Which part of a file the client wants: its conditions and its range, as NGINX reads them."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkzeug.http import http_date, parse_date

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# ngx_http_range_parse. No number of more digits is an offset; Python reads none of thousands.
_NUMBER = "0*([0-9]{1,19})"
_RANGE = re.compile(rf" *(?:{_NUMBER} *- *(?:{_NUMBER})?|-{_NUMBER}) *")
_MAX_OFFSET = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Version:
    """What a file is now.

    Attributes:
        size_bytes: Its size.
        modified_s: When it was changed, in whole seconds since 1970.
    """

    size_bytes: int
    modified_s: int

    @property
    def etag(self) -> str:
        """The ETag field's value (ngx_http_set_etag)."""
        return f'"{self.modified_s:x}-{self.size_bytes:x}"'

    @property
    def last_modified(self) -> str:
        """The Last-Modified field's value."""
        return http_date(self.modified_s)


@dataclass(frozen=True, slots=True)
class Part:
    """What is sent of a file.

    Attributes:
        status: 200, 206, 304, 412 or 416.
        start: Of the first byte sent.
        stop: Of the first one after it that isn't.
    """

    status: int
    start: int = 0
    stop: int = 0


def part_of(version: Version, environ: "WSGIEnvironment") -> Part:
    """Decides which part answers a request; every method but HEAD is GET to NGINX."""
    status = _condition(version, environ)
    if status != 200:
        return Part(status)
    wanted = environ.get("HTTP_RANGE", "")
    if len(wanted) > 6 and wanted[:6].lower() == "bytes=" and _if_range_holds(version, environ):
        return _range(version.size_bytes, wanted[6:])
    return Part(200, 0, version.size_bytes)


def _condition(version: Version, environ: "WSGIEnvironment") -> int:
    """Evaluates conditions in the order of ngx_http_not_modified_header_filter.

    Unlike RFC 9110 section 13.2.2, with If-None-Match an If-Modified-Since counts as well.
    """
    unmodified_since = environ.get("HTTP_IF_UNMODIFIED_SINCE")
    if unmodified_since is not None and _seconds(unmodified_since) < version.modified_s:
        return 412
    match = environ.get("HTTP_IF_MATCH")
    if match is not None and not _names(match, version.etag):
        return 412
    modified_since = environ.get("HTTP_IF_MODIFIED_SINCE")
    none_match = environ.get("HTTP_IF_NONE_MATCH")
    if modified_since is None and none_match is None:
        return 200
    # `if_modified_since exact`, NGINX's default.
    if modified_since is not None and _seconds(modified_since) != version.modified_s:
        return 200
    if none_match is not None and not _names(none_match, version.etag, weak=True):
        return 200
    return 304


def _names(listed: str, etag: str, *, weak: bool = False) -> bool:
    """Tells whether a list of entity tags has this one, or is `*`."""
    tags = [tag.strip(" \t") for tag in listed.split(",")]
    return listed == "*" or etag in tags or (weak and f"W/{etag}" in tags)


def _if_range_holds(version: Version, environ: "WSGIEnvironment") -> bool:
    value: str | None = environ.get("HTTP_IF_RANGE")
    if value is None:
        return True
    if value.endswith('"'):
        return value == version.etag
    return _seconds(value) == version.modified_s


def _seconds(date: str) -> float:
    """Returns seconds since 1970; -1 for what isn't a date."""
    try:
        parsed = parse_date(date)
    except (OverflowError, ValueError):
        parsed = None
    return -1 if parsed is None else parsed.timestamp()


def _range(size_bytes: int, wanted: str) -> Part:
    whole = Part(200, 0, size_bytes)
    found = []
    for item in wanted.split(","):
        match = _RANGE.fullmatch(item)
        if match is None or any(int(number) > _MAX_OFFSET for number in match.groups("0")):
            return Part(416)
        first, last, suffix = match.groups()
        if suffix is not None:
            start, stop = max(0, size_bytes - int(suffix)), size_bytes
        else:
            start = int(first)
            stop = min(int(last) + 1, size_bytes) if last else size_bytes
        if start < stop:
            found.append(Part(206, start, stop))
        elif start == 0:
            # Of an empty file.
            return whole
        if len(found) > 1:
            # `max_ranges 1`: as everywhere, several ranges are answered with the whole.
            return whole
    return found[0] if found else Part(416)
