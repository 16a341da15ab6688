"""Every status that a remote may answer, with a body and without."""

from collections.abc import Iterator
from http import HTTPStatus

from tests.support.remote import answer

from ..row import BODY, TYPE, Row

# What only the remote's own client should ever see.
REVEALING = (
    ("Content-Type", "application/xml"),
    ("Content-Disposition", "attachment; filename=theirs"),
    ("Cache-Control", "public, max-age=31536000"),
    ("Expires", "Fri, 21 Oct 2039 07:28:00 GMT"),
    ("Set-Cookie", "theirs=1"),
    ("Retry-After", "120"),
    ("WWW-Authenticate", 'Basic realm="store"'),
    ("ETag", '"error"'),
    ("Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT"),
    ("Content-Encoding", "identity"),
    ("Accept-Ranges", "bytes"),
    ("Content-Language", "en"),
    ("X-Amz-Request-Id", "REQUEST"),
    ("X-Unknown", "yes"),
    ("Allow", "GET"),
)
XML = b"<Error><Code>AccessDenied</Code><AWSAccessKeyId>AKIA</AWSAccessKeyId></Error>"

# The design's table; written out here, not taken from the code that is tested.
PASSING = {200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 218, 299, 304}
MEANINGFUL = {404: 404, 410: 404, 412: 412, 416: 416, 429: 503, 503: 503, 504: 504}
REGISTERED = {status.value for status in HTTPStatus if status >= 200}
UNREGISTERED = {
    218, 299, 306, 309, 310, 399, 419, 420, 430, 440, 444, 450, 460, 463, 494, 495, 496, 497, 498,
    499, 509, 520, 521, 522, 523, 524, 525, 526, 527, 530, 561, 598, 599,
}  # fmt: skip
BODILESS = {204, 304}
# Rows of their own follow.
ELSEWHERE = {301, 302, 303, 307, 308, 408, 444, 499}


def rows() -> Iterator[Row]:
    """Two for each status that somebody uses, and one for each of the others."""
    for status in sorted(set(range(300, 600)) - REGISTERED - UNREGISTERED - ELSEWHERE):
        yield Row(
            says=f"{status}, which means nothing to anybody",
            remote=answer(status, REVEALING, XML),
            status=502,
            has_not=tuple(
                name for name, _ in REVEALING if name not in ("Content-Type", "Cache-Control")
            ),
        )
    for status in sorted((REGISTERED | UNREGISTERED) - ELSEWHERE):
        if status in PASSING:
            expected, has_not = status, ("Set-Cookie", "Expires", "X-Amz-Request-Id")
        else:
            expected = MEANINGFUL.get(status, 502)
            has_not = tuple(
                name for name, _ in REVEALING if name not in ("Content-Type", "Cache-Control")
            )
        yield Row(
            says=f"{status} without a body, nor a word beside",
            remote=answer(status, framing="none" if status in BODILESS else "length"),
            status=expected,
        )
        if status in BODILESS:
            continue
        yield Row(
            says=f"{status} with a body and telling fields",
            file={"filename": "ours.txt", "headers": {"Content-Security-Policy": "sandbox"}},
            app_fields=(("Set-Cookie", "ours=1"),),
            remote=answer(status, tuple(f for f in REVEALING if f[0] != "Set-Cookie"), XML),
            status=expected,
            has=(
                ("Set-Cookie", "ours=1"),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "private, no-cache" if status in PASSING else "no-store"),
                *((("Content-Type", "text/plain"),) if status not in PASSING else ()),
            ),
            has_not=tuple(n for n in has_not if n != "Set-Cookie")
            + (("Content-Security-Policy",) if status not in PASSING else ()),
        )


ROWS = [
    *rows(),
    Row(
        says="204 with a type, a length of 0 and telling fields",
        remote=answer(204, REVEALING),
        status=204,
        body_is=b"",
        has_not=("Set-Cookie", "Expires"),
    ),
    Row(
        says="204 with a Transfer-Encoding has no chunks",
        remote=answer(204, (("Transfer-Encoding", "chunked"),), framing="none"),
        status=204,
    ),
    Row(says="204 to a HEAD", method="HEAD", remote=answer(204, framing="none"), status=204),
    Row(
        says="205 with a length of 0",
        remote=answer(205, (TYPE,)),
        status=205,
        body_is=b"",
    ),
    Row(
        says="200 with an empty file",
        remote=answer(200, (TYPE,)),
        status=200,
        body_is=b"",
        has=(("Content-Length", "0"), TYPE),
    ),
    Row(
        says="200 with an empty file, chunked",
        remote=answer(200, (TYPE,), framing="chunked"),
        status=200,
        body_is=b"",
    ),
    Row(
        says="200 with an empty file and no length",
        remote=answer(200, (TYPE,), framing="until-close"),
        status=200,
        body_is=b"",
    ),
    Row(
        says="200 with another reason", remote=answer(200, (TYPE,), BODY, reason="Fine"), status=200
    ),
    Row(says="200 without a reason", remote=answer(200, (TYPE,), BODY, reason=""), status=200),
    *(
        Row(
            says=f"{status} to a HEAD has no body",
            method="HEAD",
            remote=answer(status, REVEALING, XML),
            status=MEANINGFUL.get(status, 502),
            body_is=b"",
            has_not=("Content-Disposition", "Set-Cookie", "ETag", "X-Unknown"),
        )
        for status in (400, 403, 404, 429, 500, 503)
    ),
    *(
        Row(
            says=f"{status} to a POST is the same as to a GET",
            method="POST",
            fields=(("Content-Length", "4"),),
            body=b"a=bc",
            remote=answer(status, REVEALING, XML),
            status=MEANINGFUL.get(status, 502),
        )
        for status in (403, 405, 411, 413, 503)
    ),
    *(
        Row(
            says=f"a large {status} page is not sent on",
            remote=answer(status, REVEALING, XML * 20_000),
            status=MEANINGFUL.get(status, 502),
        )
        for status in (403, 404, 500)
    ),
    *(
        Row(
            says=f"a {status} page that breaks off is not sent on",
            remote=answer(status, REVEALING, XML, broken_after=10),
            status=MEANINGFUL.get(status, 502),
        )
        for status in (403, 404, 500)
    ),
    Row(
        says="a chunked error page is not sent on",
        remote=answer(404, REVEALING, XML, framing="chunked"),
        status=404,
    ),
    Row(
        says="an error page until close is not sent on",
        remote=answer(500, REVEALING, XML, framing="until-close"),
        status=502,
    ),
    Row(
        says="an error behind redirects is the last remote's",
        remote={"/file": answer(302, (("Location", "/moved"),)), "/moved": answer(410, REVEALING)},
        status=404,
        has_not=("Location",),
    ),
    *(
        Row(
            says=f"{status} of {whom}",
            remote={**before, path: answer(status, REVEALING, XML)},
            status=502,
        )
        for status in (408, 444)
        for whom, before, path in (
            ("the remote", {}, "/file"),
            ("a redirect's target", {"/file": answer(302, (("Location", "/moved"),))}, "/moved"),
        )
    ),
    Row(
        says="499 of the remote",
        remote=answer(499, REVEALING, XML),
        has=(("X-Content-Type-Options", "nosniff"), ("Content-Disposition", "attachment")),
        has_not=("Set-Cookie", "WWW-Authenticate"),
    ),
    *(
        Row(
            says=f"{status} of the remote, beyond every registry",
            remote=answer(status, REVEALING, XML),
            has=(("X-Content-Type-Options", "nosniff"), ("Content-Disposition", "attachment")),
            has_not=("Set-Cookie", "WWW-Authenticate"),
        )
        for status in (600, 601, 700, 799, 999)
    ),
]
