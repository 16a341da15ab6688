"""Rows drawn at random from the table's vocabulary.

Left out is only what `deviations` lists: statuses that NGINX closes on, fields whose repeats NGINX
refuses in a request, lengths on answers without a body, breaks before the first byte.
"""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from tests.support.remote import Answer, answer

from .app import OwnPage
from .row import Fields, Row
from .rows import collisions, filenames, redirects, statuses, vendors

# What was drawn, by kind: methods, statuses, fields, ...
COVERED: Counter[tuple[str, str]] = Counter()

_DATES = ("Wed, 21 Oct 2015 07:28:00 GMT", "Fri, 21 Oct 2022 07:28:00 GMT", "yesterday")
_TAGS = ('"v1"', '"own"', 'W/"v1"', "*", '"a", "b"', "bare")
_RANGES = ("bytes=0-0", "bytes=0-3", "bytes=-5", "bytes=7-", "bytes=99-", "bytes=0-1,3-4", "x", "")
# At most one of each: NGINX answers some repeats with a 400 of its own.
_CLIENT = {
    "Range": _RANGES,
    "If-Range": (*_TAGS, *_DATES),
    "If-None-Match": _TAGS,
    "If-Modified-Since": _DATES,
    "If-Match": _TAGS,
    "If-Unmodified-Since": _DATES,
    "Accept-Encoding": ("gzip", "identity", ""),
    "Cookie": ("session=1",),
    "Authorization": ("Basic Y2xpZW50",),
    "X-Accel-Token": ("guess",),
    "X-Api-Key": ("client",),
    "Origin": ("https://else.example",),
}
_REMOTE: tuple[tuple[str, str], ...] = (
    *((name, theirs) for name, _, theirs in collisions.OURS),
    *collisions.NOBODYS,
    *(field for store in vendors.STORES.values() for field in store),
    ("ETag", '"v2"'), ("ETag", 'W/"v1"'), ("Last-Modified", "yesterday"), ("Accept-Ranges", "none"),
    ("Content-Range", "bytes 0-3/18"), ("Content-Range", "bytes */18"),
    ("Content-Encoding", "gzip"),
    ("Set-Cookie", "theirs=1"), ("Refresh", "0;url=/x"), ("X-Own", "1"), ("X-Own", "2"),
    ("x-own", ""), ("X_Own", "1"), ("Location", "/elsewhere"), ("X-Accel-Redirect", "/download"),
    ("X-Accel-Limit-Rate", "1"), ("X-Accel-Buffering", "no"), ("X-Accel-Charset", "koi8-r"),
    ("X-Amz-Meta-Owner", "someone"), ("X-Accel-Response-ETag", '"x"'), ("Keep-Alive", "timeout=5"),
    ("Content-Type", "text/html"), ("Content-Type", "text/csv; charset=koi8-r"),
    ("Transfer-Coding", "gzip"), ("Retry-After", "9"), ("X-Own", "a, b"), ("X-Own", "caf\xe9"),
)  # fmt: skip
# Repeated, these differ with NGINX's version; rows of their own show how.
_ONCE = {"etag", "last-modified", "content-range", "content-type", "location"}
_STATUSES = (
    *[200] * 12, *[206] * 8, *[304] * 5, *[416] * 3, 201, 203, 204, 205, 226, 299, 300, 305, 399,
    400, 401, 403, 404, 410, 411, 412, 418, 429, 451, 495, 497, 499, 500, 501, 502, 503, 504, 507,
    520, 599, 600, 999,
)  # fmt: skip
_NAMES = tuple(name for name in filenames.NAMES if len(name) < 60)


def _fields(vocabulary: dict[str, tuple[str, ...]]) -> st.SearchStrategy[Fields]:
    pairs = st.fixed_dictionaries(
        {}, optional={n: st.sampled_from(v) for n, v in vocabulary.items()}
    )
    return pairs.map(lambda chosen: tuple(chosen.items()))


def _distinct(fields: list[tuple[str, str]]) -> Fields:
    seen: set[str] = set()
    kept = []
    for name, value in fields:
        lower = name.lower()
        if lower not in seen or lower not in _ONCE:
            kept.append((name, value))
        seen.add(lower)
    return tuple(kept)


_OURS = {name: (ours, theirs, "") for name, ours, theirs in collisions.OURS}
_FILES: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "filename": st.sampled_from(_NAMES),
        "disposition": st.sampled_from(("inline", "attachment")),
        "content_type": st.sampled_from(("image/png", "text/html; charset=utf-8")),
        "headers": _fields({n: v for n, v in _OURS.items() if n != "Content-Disposition"}),
        "request_headers": _fields(
            {"Authorization": ("Bearer x", "Basic eA=="), "X-Api-Key": ("k",)}
        ),
        "etag": st.sampled_from(("own", "v1")),
        "last_modified": st.sampled_from(
            (datetime(2015, 10, 21, 7, 28, tzinfo=UTC), datetime(2022, 10, 21, 7, 28, tzinfo=UTC))
        ),
    },
)
_APP_FIELDS = st.lists(
    st.sampled_from(
        (
            *((name, ours) for name, ours, _ in collisions.OURS),
            *collisions.NOBODYS[:8],
            ("Set-Cookie", "ours=1; Path=/"), ("Set-Cookie", "more=2"), ("X-Carried", "1"),
            ("ETag", '"app"'), ("Last-Modified", _DATES[0]), ("Content-Length", "0"),
            ("Content-Encoding", "br"), ("X-Accel-Redirect", "/x"), ("Content-Type", "text/plain"),
        )
    ),
    max_size=4,
)  # fmt: skip
_OWN_PAGES = (
    *[None] * 6,
    OwnPage(),
    OwnPage(how="generator", fields=(("Content-Type", "text/html"), ("Set-Cookie", "page=1"))),
    OwnPage(status="404 Not Found"),
    OwnPage(how="raise"),
)
_SUFFIXES = ("", "?a=b", "?sig=%2F%2B&x=?", "#part")
_GOOD_PLACES = ("", "{main}", "{other}", "{secure}", "{inside}/allowed")
_BAD_PLACES = ("{outside}", "{nowhere}", "relative", "{inside}", "//evil.example")


@st.composite
def _last_answers(draw: st.DrawFn, status: int) -> Answer:
    fields = _distinct(draw(st.lists(st.sampled_from(_REMOTE), max_size=8)))
    if status in statuses.BODILESS:
        return answer(status, fields, framing="none")
    size = draw(st.sampled_from((0, 1, 18, 5000, 70_000)))
    body = bytes(n % 251 for n in range(size))
    framing = draw(st.sampled_from(("length", "length", "chunked", "until-close")))
    breaks = size > 1 and framing != "until-close" and draw(st.integers(0, 7)) == 0
    COVERED["framing", f"{framing}{' broken' if breaks else ''}"] += 1
    return answer(
        status,
        fields,
        body,
        framing=framing,
        broken_after=size // 2 if breaks else None,
        version=draw(st.sampled_from(("HTTP/1.1", "HTTP/1.1", "HTTP/1.0")))
        if framing != "chunked"
        else "HTTP/1.1",
    )


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """Draws a row."""
    method = draw(st.sampled_from(("GET", "GET", "GET", "HEAD", "HEAD", "POST", "PUT", "OPTIONS")))
    body = draw(st.sampled_from((b"", b"a=b"))) if method in ("POST", "PUT") else None
    length: Fields = () if body is None else (("Content-Length", str(len(body))),)
    status = draw(st.sampled_from(_STATUSES))
    final = draw(_last_answers(status))
    hops = draw(st.sampled_from((0, 0, 0, 0, 1, 1, 2, 3, 5, 6)))
    answers: dict[str, Answer] = {"*": final}
    for hop in range(hops):
        good = draw(st.integers(0, 9)) > 0
        place = draw(st.sampled_from(_GOOD_PLACES if good else _BAD_PLACES))
        location = f"{place}/hop{hop + 1}{draw(st.sampled_from(_SUFFIXES))}"
        path = f"/hop{hop}" if hop else "/file"
        code = draw(st.sampled_from((301, 302, 303, 307, 308)))
        redirect = redirects.to(location, code)
        answers |= {path: redirect, **{f"{o}:{path}": redirect for o in ("other", "secure")}}
        answers[f"inside:/allowed{path}"] = redirect
    row = Row(
        says="drawn at random",
        method=method,
        fields=(*draw(_fields(_CLIENT)), *length),
        body=body,
        url=draw(
            st.sampled_from(("{main}/file", "{main}/file", "{secure}/file", "{main}/file?s=%2F"))
        ),
        file=draw(_FILES),
        app_fields=tuple(draw(_APP_FIELDS)),
        text_form=draw(st.sampled_from((False, False, False, True))),
        own_page=draw(st.sampled_from(_OWN_PAGES)),
        remote=answers,
    )
    COVERED["method", method] += 1
    COVERED["remote's status", str(status)] += 1
    COVERED["redirects", str(hops)] += 1
    for name, _ in row.fields:
        COVERED["client's field", name] += 1
    for name, _ in row.app_fields:
        COVERED["application's field", name] += 1
    for name in row.file:
        COVERED["RemoteFile's argument", name] += 1
    COVERED["form", "text" if row.text_form else "object"] += 1
    COVERED["error page", row.own_page.how if row.own_page else "plain"] += 1
    return row
