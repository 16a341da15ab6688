"""The same file asked for in other ways: without its bytes, in part, again, compressed."""

import re
from collections.abc import Iterator

from ..finding import Finding, Status
from .client import Answer, Ask

_GROUP = "Parts and repeats"

# They differ between two answers about the same file.
_OF_THE_MOMENT = {
    "date", "age", "set-cookie", "connection", "keep-alive", "transfer-encoding", "content-length",
    "x-request-id", "server-timing", "expires", "cf-ray", "via",
}  # fmt: skip


def findings(ask: Ask, whole: Answer) -> Iterator[Finding]:
    """Asks in all these ways."""
    yield _head(ask("HEAD", method="HEAD"), whole)
    if whole.body:
        yield from _ranges(ask, whole)
    else:
        yield _finding(
            "range",
            "warn",
            "The file is empty, so nothing is known of its parts",
            where="GET",
            why="Whether downloads can be resumed isn't known.",
            fix="Name another file.",
        )
    yield from _again(ask, whole)
    yield _compression(ask("GET with Accept-Encoding", (("Accept-Encoding", "gzip, br"),)), whole)


def _ranges(ask: Ask, whole: Answer) -> Iterator[Finding]:
    first = ask("GET with Range: bytes=0-0", (("Range", "bytes=0-0"),))
    total = _total(first)
    if first.status != 206 or total is None:
        yield _no_ranges(first)
    else:
        yield from _parts(ask, whole, first, total)
        yield from _if_range(ask, whole)
        yield from _error(ask, total)


def _finding(
    check: str, status: Status, what: str, *, where: str = "", why: str = "", fix: str = ""
) -> Finding:
    return Finding(id=check, status=status, group=_GROUP, where=where, what=what, why=why, fix=fix)


def _head(head: Answer, whole: Answer) -> Finding:
    differing = _differing(head, whole)
    if head.length is not None and whole.length is not None and head.length != whole.length:
        differing.append("content-length")
    if head.status != whole.status or differing:
        said = f"{head.status} instead of {whole.status}"
        return _finding(
            "head",
            "bad",
            f"HEAD answers {said if head.status != whole.status else ', '.join(differing)}"
            + ("" if head.status != whole.status else " otherwise than GET"),
            where=head.request,
            why="Download managers and players ask with HEAD first. Stores refuse HEAD for a URL "
            "that was signed for GET.",
            fix="proxy_method GET; in the internal location, as it is generated.",
        )
    return _finding("head", "ok", "HEAD says the same as GET")


def _no_ranges(first: Answer) -> Finding:
    return _finding(
        "range",
        "warn" if first.status == 200 else "bad",
        f"A part is answered {first.status}, not 206",
        where=first.request,
        why="What broke off can't be resumed, and media can't be sought in.",
        fix="Either the store knows no ranges, as Python's http.server doesn't, or Range isn't "
        "forwarded: then make the configuration anew.",
    )


def _parts(ask: Ask, whole: Answer, first: Answer, total: int) -> Iterator[Finding]:
    bad = []
    if first.body != whole.body[:1] or len(first.values("Content-Disposition")) != 1:
        bad.append(first.request)
    middle = min(total, len(whole.body)) // 2
    wanted: dict[str, tuple[str, bytes | None]] = {
        f"bytes={middle}-{middle}": (
            f"bytes {middle}-{middle}/{total}",
            whole.body[middle : middle + 1],
        ),
        "bytes=-1": (
            f"bytes {total - 1}-{total - 1}/{total}",
            whole.body[-1:] if len(whole.body) == total else None,
        ),
    }
    for value, (content_range, body) in wanted.items():
        part = ask(f"GET with Range: {value}", (("Range", value),))
        right = part.status == 206 and part.value("Content-Range") == content_range
        if not right or (body is not None and part.body != body):
            bad.append(part.request)
    if bad:
        yield _finding(
            "range",
            "bad",
            f"The wrong part: {', '.join(bad)}",
            why="A resumed download is damaged; media don't play from the middle.",
            fix="See that nothing between recodes or cuts; the store may not know this form.",
        )
    else:
        yield _finding("range", "ok", "The first, a middle and the last byte are the right ones")


def _if_range(ask: Ask, whole: Answer) -> Iterator[Finding]:
    etag = whole.value("ETag")
    validator = etag if etag and not etag.startswith("W/") else whole.value("Last-Modified")
    if not validator:
        return
    part = (("Range", "bytes=0-0"),)
    same = ask("GET with If-Range, the same file", (*part, ("If-Range", validator)))
    other = ask("GET with If-Range, another file", (*part, ("If-Range", '"another"')))
    if other.status == 206:
        yield _finding(
            "if-range",
            "bad",
            "If-Range isn't obeyed: a part of another version is sent",
            where=other.request,
            why="A resumed download joins two versions of the file.",
            fix="Let the RemoteFile have an etag; then If-Range is decided before the store is "
            "asked.",
        )
    elif same.status != 206 or other.status != 200:
        wrong = same if same.status != 206 else other
        yield _finding(
            "if-range",
            "warn",
            f"If-Range is answered {wrong.status}",
            where=wrong.request,
            why="What broke off starts again from its beginning.",
            fix="If the store knows If-Range, it isn't forwarded: make the configuration anew.",
        )
    else:
        yield _finding("if-range", "ok", "Resuming knows the same version from another")


def _error(ask: Ask, total: int) -> Iterator[Finding]:
    """The one error that a client can have of any file: a part beyond its end."""
    value = f"bytes={total + 10}-"
    error = ask(f"GET with Range: {value}", (("Range", value),))
    wrong = []
    if error.status != 416:
        wrong.append(f"its status is {error.status}, not 416")
    else:
        if error.values("Content-Disposition"):
            wrong.append("it is a download")
        if error.values("ETag") or error.values("Last-Modified"):
            wrong.append("it has the file's validators")
        if re.search(rb"<Error>|<Code>", error.body):
            wrong.append("it is the store's own text")
        if error.value("Content-Range") != f"bytes */{total}":
            wrong.append("it doesn't tell the file's length")
        if "no-store" not in error.value("Cache-Control").lower():
            wrong.append("caches may keep it")
    if wrong:
        yield _finding(
            "error",
            "bad",
            f"A part beyond the end: {', '.join(wrong)}",
            where=error.request,
            why="Errors are saved under the file's name, or tell about the store.",
            fix="proxy_intercept_errors and the error pages, as they are generated.",
        )
    else:
        yield _finding("error", "ok", "A part beyond the end is an error, and not a download")


def _again(ask: Ask, whole: Answer) -> Iterator[Finding]:
    asked = False
    for validator, condition in (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since")):
        value = whole.value(validator)
        if not value:
            continue
        asked = True
        again = ask(f"GET with {condition}", ((condition, value),))
        if again.status != 304:
            yield _finding(
                f"again:{validator}",
                "bad",
                f"{condition} is answered {again.status}, not 304",
                where=again.request,
                why="Clients download again what they have.",
                fix="See whether another layer changes the validator, as compression does.",
            )
        else:
            yield _finding(f"again:{validator}", "ok", f"{condition} is answered 304")
    if not asked:
        yield _finding(
            "again",
            "warn",
            "Neither ETag nor Last-Modified",
            where="GET",
            why="Clients download again what they have, and can't resume safely.",
            fix="Let the RemoteFile have an etag or last_modified.",
        )


def _compression(compressed: Answer, whole: Answer) -> Finding:
    coding = compressed.value("Content-Encoding")
    weak = compressed.value("ETag").startswith("W/") and not whole.value("ETag").startswith("W/")
    if coding != whole.value("Content-Encoding") or weak:
        return _finding(
            "compression",
            "bad",
            f"Compressed on the way: {coding or 'its ETag became weak'}",
            where=compressed.request,
            why="No length, no ranges, another ETag: downloads can't be resumed.",
            fix="gzip off; where files are sent, in NGINX and in what is in front of it.",
        )
    return _finding("compression", "ok", "Not compressed on the way")


def _differing(one: Answer, other: Answer) -> list[str]:
    names = {name.lower() for name, _ in (*one.fields, *other.fields)} - _OF_THE_MOMENT
    return sorted(name for name in names if one.values(name) != other.values(name))


def _total(part: Answer) -> int | None:
    match = re.fullmatch(r"bytes 0-0/([0-9]{1,18})", part.value("Content-Range"))
    return int(match[1]) if match else None
