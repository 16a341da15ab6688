"""A store that does right by HTTP, for a `StubRemote`: ranges and conditions by RFC 9110."""

import re
from collections.abc import Sequence

from werkzeug.http import is_resource_modified, parse_date

from tests.support.remote import Request, Script, Step, answer

TYPE = ("Content-Type", "application/x-remote")


def store(body: bytes, fields: Sequence[tuple[str, str]] = (TYPE,)) -> Script:
    """Returns the script of a store that has one file.

    Args:
        body: The file.
        fields: What goes with it; ETag and Last-Modified are what conditions are compared with.
    """
    said = {name.lower(): value for name, value in reversed(fields)}
    tag, date = said.get("etag"), said.get("last-modified")
    size = len(body)
    fields = [*fields, ("Accept-Ranges", "bytes")]

    def respond(request: Request) -> list[Step]:
        if not _is_modified(request, tag, date):
            kept = [f for f in fields if f[0].lower() not in ("content-type", "content-encoding")]
            return answer(304, kept, framing="none")
        part = re.fullmatch("bytes=([0-9]*)-([0-9]*)", request.value("Range") or "")
        if part is None or part[0] == "bytes=-" or not _if_range_holds(request, tag, date):
            return answer(200, fields, body)
        # RFC 9110 section 14.1.2.
        first = int(part[1]) if part[1] else max(0, size - int(part[2]))
        last = min(int(part[2]) if part[1] and part[2] else size, size - 1)
        if part[1] and part[2] and int(part[2]) < first:
            return answer(200, fields, body)
        if first >= size:
            return answer(416, [("Content-Range", f"bytes */{size}")], b"<Error/>")
        place = ("Content-Range", f"bytes {first}-{last}/{size}")
        return answer(206, [*fields, place], body[first : last + 1])

    return respond


def _is_modified(request: Request, tag: str | None, date: str | None) -> bool:
    environ = {"REQUEST_METHOD": "GET"}
    # RFC 9110 section 13.1.3: If-Modified-Since is ignored beside If-None-Match.
    for name in ("If-None-Match", "If-Modified-Since"):
        value = request.value(name)
        if value is not None:
            if value == "*":
                return False
            environ["HTTP_" + name.upper().replace("-", "_")] = value
            break
    return is_resource_modified(environ, tag, last_modified=date)


def _if_range_holds(request: Request, tag: str | None, date: str | None) -> bool:
    # RFC 9110 section 13.1.5: a strong tag, or the very date.
    wanted = request.value("If-Range")
    if wanted is None or (wanted == tag and not wanted.startswith("W/")):
        return True
    return date is not None and parse_date(wanted) == parse_date(date)
