"""Ranges: one is forwarded, and the remote decides; the answer passes."""

from tests.support.remote import Answer, answer

from ..row import BODY, TYPE, Fields, Row

SIZE = len(BODY)
DATE = "Wed, 21 Oct 2015 07:28:00 GMT"


def part(first: int, last: int, *more: tuple[str, str]) -> Answer:
    """A 206 with these bytes of the file."""
    fields: Fields = (
        TYPE,
        ("ETag", '"v1"'),
        ("Accept-Ranges", "bytes"),
        ("Content-Range", f"bytes {first}-{last}/{SIZE}"),
        *more,
    )
    return answer(206, fields, BODY[first : last + 1])


BEYOND = answer(
    416,
    (("Content-Type", "application/xml"), ("Content-Range", f"bytes */{SIZE}"), ("ETag", '"e"')),
    b"<Error><Code>InvalidRange</Code></Error>",
)

ROWS = [
    Row(
        says="the first bytes",
        fields=(("Range", "bytes=0-3"),),
        remote=part(0, 3),
        status=206,
        body_is=BODY[:4],
        has=(
            TYPE,
            ("Content-Range", f"bytes 0-3/{SIZE}"),
            ("Content-Length", "4"),
            ("Accept-Ranges", "bytes"),
            ("ETag", '"v1"'),
            ("Content-Disposition", "attachment"),
        ),
        asked_with=(("Range", "bytes=0-3"),),
    ),
    Row(
        says="one byte",
        fields=(("Range", "bytes=0-0"),),
        remote=part(0, 0),
        status=206,
        body_is=BODY[:1],
    ),
    Row(
        says="the last bytes",
        fields=(("Range", "bytes=-5"),),
        remote=part(SIZE - 5, SIZE - 1),
        status=206,
        body_is=BODY[-5:],
        asked_with=(("Range", "bytes=-5"),),
    ),
    Row(
        says="from the middle to the end",
        fields=(("Range", "bytes=7-"),),
        remote=part(7, SIZE - 1),
        status=206,
        body_is=BODY[7:],
        asked_with=(("Range", "bytes=7-"),),
    ),
    Row(
        says="the whole, as a range",
        fields=(("Range", "bytes=0-"),),
        remote=part(0, SIZE - 1),
        status=206,
        body_is=BODY,
    ),
    Row(
        says="a part of unknown length",
        fields=(("Range", "bytes=0-3"),),
        remote=answer(206, (TYPE, ("Content-Range", "bytes 0-3/*")), BODY[:4]),
        status=206,
        has=(("Content-Range", "bytes 0-3/*"),),
    ),
    Row(
        says="a part that comes chunked",
        fields=(("Range", "bytes=0-3"),),
        remote=answer(
            206, (TYPE, ("Content-Range", f"bytes 0-3/{SIZE}")), BODY[:4], framing="chunked"
        ),
        status=206,
        body_is=BODY[:4],
    ),
    Row(
        says="a part that breaks off",
        fields=(("Range", "bytes=0-9"),),
        remote=answer(
            206, (TYPE, ("Content-Range", f"bytes 0-9/{SIZE}")), BODY[:10], broken_after=4
        ),
        status=206,
        breaks_off=True,
    ),
    Row(
        says="a part without Content-Range passes as it is",
        fields=(("Range", "bytes=0-3"),),
        remote=answer(206, (TYPE,), BODY[:4]),
        status=206,
        has_not=("Content-Range",),
    ),
    Row(
        says="a part that nobody asked for passes as it is",
        remote=part(0, 3),
        status=206,
        asked_without=("Range",),
    ),
    Row(
        says="another part than the one asked for passes as it is",
        fields=(("Range", "bytes=0-3"),),
        remote=part(4, 9),
        status=206,
        has=(("Content-Range", f"bytes 4-9/{SIZE}"),),
    ),
    Row(
        says="a remote without ranges sends the whole",
        fields=(("Range", "bytes=0-3"),),
        status=200,
        body_is=BODY,
        has_not=("Content-Range",),
    ),
    Row(
        says="a remote that says it has no ranges",
        fields=(("Range", "bytes=0-3"),),
        remote=answer(200, (TYPE, ("Accept-Ranges", "none")), BODY),
        status=200,
        has=(("Accept-Ranges", "none"),),
    ),
    Row(
        says="a remote that has ranges but sends the whole is not cut by NGINX",
        fields=(("Range", "bytes=0-3"),),
        remote=answer(200, (TYPE, ("Accept-Ranges", "bytes"), ("ETag", '"v1"')), BODY),
        status=200,
        body_is=BODY,
    ),
    Row(
        says="several ranges are not forwarded",
        fields=(("Range", "bytes=0-1,4-5"),),
        status=200,
        body_is=BODY,
        asked_without=("Range",),
    ),
    Row(
        says="several ranges with spaces between are not forwarded",
        fields=(("Range", "bytes=0-1, 4-5"), ("If-Range", '"v1"')),
        status=200,
        asked_without=("Range", "If-Range"),
    ),
    Row(
        says="Range sent twice is not forwarded",
        fields=(("Range", "bytes=0-1"), ("Range", "bytes=4-5")),
        status=200,
        asked_without=("Range",),
    ),
    Row(
        says="multipart that comes for one range passes",
        fields=(("Range", "bytes=0-1"),),
        remote=answer(
            206,
            (("Content-Type", "multipart/byteranges; boundary=B"),),
            b"--B\r\nContent-Range: bytes 0-1/18\r\n\r\nth\r\n--B--\r\n",
        ),
        status=206,
        has=(("Content-Type", "multipart/byteranges; boundary=B"),),
    ),
    *(
        Row(
            says=f"a range that is {kind} goes to the remote as it is",
            fields=(("Range", value),),
            status=200,
            asked_with=(("Range", value),),
        )
        for kind, value in (
            ("malformed", "bytes=x-y"),
            ("empty", "bytes=-"),
            ("backwards", "bytes=5-2"),
            ("of another unit", "lines=1-2"),
            ("without a unit", "0-5"),
            ("in capitals", "BYTES=0-1"),
            ("full of spaces", "bytes = 0 - 5"),
            ("longer than any file", "bytes=0-99999999999999999999999"),
        )
    ),
    Row(
        says="an empty Range is none",
        fields=(("Range", ""),),
        status=200,
        asked_without=("Range",),
    ),
    Row(
        says="a range beyond the end is a 416 that tells the length",
        fields=(("Range", "bytes=100-"),),
        remote=BEYOND,
        status=416,
        body_is=b"Range not satisfiable.\n",
        has=(
            ("Content-Range", f"bytes */{SIZE}"),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Type", "text/plain"),
        ),
        has_not=("Content-Disposition", "ETag", "Accept-Ranges", "Last-Modified"),
    ),
    Row(
        says="a 416 without Content-Range",
        fields=(("Range", "bytes=100-"),),
        remote=answer(416, (TYPE,), b"<Error/>"),
        status=416,
        has_not=("Content-Range",),
    ),
    Row(
        says="a 416 with an empty Content-Range",
        fields=(("Range", "bytes=100-"),),
        remote=answer(416, (("Content-Range", ""),), b"<Error/>"),
        status=416,
        has_not=("Content-Range",),
    ),
    Row(
        says="a 416 without a body",
        fields=(("Range", "bytes=100-"),),
        remote=answer(416, (("Content-Range", "bytes */18"),)),
        status=416,
        has=(("Content-Range", "bytes */18"),),
    ),
    Row(
        says="a 416 behind a redirect",
        fields=(("Range", "bytes=100-"),),
        remote={"/file": answer(307, (("Location", "/moved"),)), "/moved": BEYOND},
        status=416,
        has=(("Content-Range", f"bytes */{SIZE}"),),
    ),
    Row(
        says="a 416 for a HEAD, which asked for nothing such",
        method="HEAD",
        remote=BEYOND,
        status=416,
        body_is=b"",
    ),
    Row(
        says="a Content-Range on another error stays with us",
        remote=answer(403, (("Content-Range", "bytes */18"),), b"x"),
        status=502,
        has_not=("Content-Range",),
    ),
    Row(
        says="a Content-Range on a 200 passes",
        remote=answer(200, (TYPE, ("Content-Range", "bytes 0-17/18")), BODY),
        status=200,
        has=(("Content-Range", "bytes 0-17/18"),),
    ),
    Row(
        says="a part of an encoded file",
        fields=(("Range", "bytes=0-3"),),
        remote=part(0, 3, ("Content-Encoding", "gzip")),
        status=206,
        has=(("Content-Encoding", "gzip"),),
    ),
    Row(
        says="a range is kept on a redirect",
        fields=(("Range", "bytes=0-3"), ("If-Range", '"v1"')),
        remote={"/file": answer(302, (("Location", "{other}/moved"),)), "other:/moved": part(0, 3)},
        status=206,
        asked_with=(("Range", "bytes=0-3"), ("If-Range", '"v1"')),
    ),
    # --- If-Range ---
    Row(
        says="If-Range goes along with the range",
        fields=(("Range", "bytes=0-3"), ("If-Range", '"v1"')),
        remote=part(0, 3),
        status=206,
        asked_with=(("Range", "bytes=0-3"), ("If-Range", '"v1"')),
    ),
    Row(
        says="If-Range that the remote doesn't match gets the whole",
        fields=(("Range", "bytes=0-3"), ("If-Range", '"old"')),
        status=200,
        body_is=BODY,
        asked_with=(("If-Range", '"old"'),),
    ),
    Row(
        says="If-Range with a date",
        fields=(("Range", "bytes=0-3"), ("If-Range", DATE)),
        remote=part(0, 3, ("Last-Modified", DATE)),
        status=206,
        has=(("Last-Modified", DATE),),
        asked_with=(("If-Range", DATE),),
    ),
    Row(
        says="If-Range without a range is not forwarded",
        fields=(("If-Range", '"v1"'),),
        status=200,
        asked_without=("If-Range",),
    ),
    Row(
        says="an empty If-Range is none",
        fields=(("Range", "bytes=0-3"), ("If-Range", "")),
        remote=part(0, 3),
        status=206,
        asked_without=("If-Range",),
    ),
    Row(
        says="If-Range that matches the RemoteFile's own etag",
        fields=(("Range", "bytes=0-3"), ("If-Range", '"own"')),
        file={"etag": "own"},
        remote=part(0, 3, ("Last-Modified", DATE)),
        status=206,
        has=(("ETag", '"own"'),),
        has_not=("Last-Modified",),
        asked_with=(("Range", "bytes=0-3"),),
        asked_without=("If-Range",),
    ),
    Row(
        says="If-Range that doesn't match the RemoteFile's own etag",
        fields=(("Range", "bytes=0-3"), ("If-Range", '"v1"')),
        file={"etag": "own"},
        status=200,
        asked_without=("Range", "If-Range"),
    ),
    Row(
        says="If-Range with a weak form of the RemoteFile's own etag doesn't match",
        fields=(("Range", "bytes=0-3"), ("If-Range", 'W/"own"')),
        file={"etag": "own"},
        status=200,
        asked_without=("Range",),
    ),
    Row(
        says="a range with the RemoteFile's own etag and no If-Range",
        fields=(("Range", "bytes=0-3"),),
        file={"etag": "own"},
        remote=part(0, 3),
        status=206,
        has=(("ETag", '"own"'),),
        asked_with=(("Range", "bytes=0-3"),),
    ),
    Row(
        says="a 416 shows no validator of the RemoteFile's own",
        fields=(("Range", "bytes=100-"),),
        file={"etag": "own", "content_type": "image/png", "filename": "x.png"},
        remote=BEYOND,
        status=416,
        has=(("Content-Type", "text/plain"),),
        has_not=("ETag", "Content-Disposition"),
    ),
    Row(
        says="a remote that sends 206 to a HEAD",
        method="HEAD",
        remote=part(0, 3),
        status=206,
        body_is=b"",
    ),
]
