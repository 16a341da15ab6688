"""Conditional requests: the remote decides, or the application by validators of its own."""

from datetime import UTC, datetime

from tests.support.remote import answer

from ..row import BODY, TYPE, Row

OLD = "Wed, 21 Oct 2015 07:28:00 GMT"
NEW = "Fri, 21 Oct 2022 07:28:00 GMT"
OLD_DATE = datetime(2015, 10, 21, 7, 28, tzinfo=UTC)

FILE = answer(200, (TYPE, ("ETag", '"v1"'), ("Last-Modified", OLD)), BODY)
CURRENT = answer(304, (("ETag", '"v1"'), ("Last-Modified", OLD)), framing="none")
DECIDED = (
    ("Cache-Control", "private, no-cache"),
    ("X-Content-Type-Options", "nosniff"),
)
FAILED = answer(412, (TYPE, ("ETag", '"v1"')), b"<Error/>")

ROWS = [
    # --- The remote's validators ---
    Row(
        says="If-None-Match that matches is the remote's 304",
        fields=(("If-None-Match", '"v1"'),),
        remote=CURRENT,
        status=304,
        body_is=b"",
        has=(("ETag", '"v1"'), ("Last-Modified", OLD), *DECIDED),
        has_not=("Content-Type", "Content-Length"),
        asked_with=(("If-None-Match", '"v1"'),),
    ),
    Row(
        says="If-None-Match that doesn't match gets the file",
        fields=(("If-None-Match", '"old"'),),
        remote=FILE,
        status=200,
        has=(("ETag", '"v1"'), ("Last-Modified", OLD)),
        asked_with=(("If-None-Match", '"old"'),),
    ),
    Row(
        says="the remote that ignores If-None-Match is not corrected by NGINX",
        fields=(("If-None-Match", '"v1"'),),
        remote=FILE,
        status=200,
        body_is=BODY,
    ),
    Row(
        says="the remote that ignores If-Modified-Since is not corrected by NGINX",
        fields=(("If-Modified-Since", NEW),),
        remote=FILE,
        status=200,
        body_is=BODY,
    ),
    *(
        Row(
            says=f"If-None-Match with {kind} is forwarded",
            fields=(("If-None-Match", value),),
            remote=CURRENT,
            status=304,
            asked_with=(("If-None-Match", value),),
        )
        for kind, value in (
            ("a weak tag", 'W/"v1"'),
            ("a list", '"v0", "v1", W/"v2"'),
            ("a star", "*"),
            ("something malformed", "v1"),
        )
    ),
    Row(
        says="If-None-Match sent twice is forwarded as a list",
        fields=(("If-None-Match", '"v0"'), ("If-None-Match", '"v1"')),
        remote=CURRENT,
        status=304,
    ),
    Row(
        says="an empty If-None-Match is none",
        fields=(("If-None-Match", ""),),
        remote=FILE,
        status=200,
        asked_without=("If-None-Match",),
    ),
    Row(
        says="If-Modified-Since that matches is the remote's 304",
        fields=(("If-Modified-Since", OLD),),
        remote=CURRENT,
        status=304,
        asked_with=(("If-Modified-Since", OLD),),
    ),
    Row(
        says="If-Modified-Since that isn't a date is forwarded",
        fields=(("If-Modified-Since", "yesterday"),),
        remote=FILE,
        status=200,
        asked_with=(("If-Modified-Since", "yesterday"),),
    ),
    Row(
        says="both conditions are forwarded",
        fields=(("If-None-Match", '"v1"'), ("If-Modified-Since", OLD)),
        remote=CURRENT,
        status=304,
        asked_with=(("If-None-Match", '"v1"'), ("If-Modified-Since", OLD)),
    ),
    Row(
        says="a condition and a range are forwarded together",
        fields=(("If-None-Match", '"v1"'), ("Range", "bytes=0-3")),
        remote=CURRENT,
        status=304,
        asked_with=(("If-None-Match", '"v1"'), ("Range", "bytes=0-3")),
    ),
    Row(
        says="If-Match is not forwarded",
        fields=(("If-Match", '"other"'),),
        remote=FILE,
        status=200,
        body_is=BODY,
        asked_without=("If-Match",),
    ),
    Row(
        says="If-Unmodified-Since is not forwarded",
        fields=(("If-Unmodified-Since", "Wed, 21 Oct 2009 07:28:00 GMT"),),
        remote=FILE,
        status=200,
        body_is=BODY,
        asked_without=("If-Unmodified-Since",),
    ),
    Row(
        says="a 412 of the remote is a 412 with a body of ours",
        fields=(("If-None-Match", '"v1"'),),
        remote=FAILED,
        status=412,
        body_is=b"Precondition failed.\n",
        has=(("Cache-Control", "no-store"), ("Content-Type", "text/plain")),
        has_not=("ETag", "Content-Disposition"),
    ),
    Row(
        says="a condition is kept on a redirect",
        fields=(("If-None-Match", '"v1"'),),
        remote={
            "/file": answer(302, (("Location", "{other}/moved"), ("ETag", '"redirect"'))),
            "other:/moved": CURRENT,
        },
        status=304,
        has=(("ETag", '"v1"'),),
        asked_with=(("If-None-Match", '"v1"'),),
    ),
    Row(
        says="a 304 that nobody asked for passes",
        remote=CURRENT,
        status=304,
    ),
    Row(
        says="a 304 without validators",
        fields=(("If-None-Match", '"v1"'),),
        remote=answer(304, framing="none"),
        status=304,
        has_not=("ETag", "Last-Modified", "Content-Type"),
    ),
    Row(
        says="a 304 with the fields of a 200",
        fields=(("If-None-Match", '"v1"'),),
        remote=answer(
            304,
            (
                TYPE,
                ("ETag", '"v1"'),
                ("Content-Length", "18"),
                ("Content-Encoding", "gzip"),
                ("Accept-Ranges", "bytes"),
                ("Cache-Control", "public, max-age=9"),
                ("Expires", NEW),
                ("Content-Disposition", "inline"),
                ("Set-Cookie", "r=1"),
                ("Vary", "Origin"),
            ),
            framing="none",
        ),
        status=304,
        has=DECIDED,
        has_not=("Set-Cookie", "Vary", "Expires"),
    ),
    Row(
        says="a 304 with a Content-Type loses it",
        fields=(("If-None-Match", '"v1"'),),
        remote=answer(304, (TYPE,), framing="none"),
        status=304,
        has_not=("Content-Type",),
    ),
    Row(
        says="a 304 with a Content-Length",
        fields=(("If-None-Match", '"v1"'),),
        remote=answer(304, (("Content-Length", "18"),), framing="none"),
        status=304,
    ),
    # A handoff with them wouldn't fit into NGINX's buffer.
    Row(
        says="conditions as long as a server takes them are not forwarded",
        fields=tuple(
            (name, '"' + "a" * 7000 + '"')
            for name in ("If-None-Match", "If-Modified-Since", "Range", "If-Range")
        ),
        status=200,
        body_is=BODY,
        asked_without=("If-None-Match", "If-Modified-Since", "Range", "If-Range"),
    ),
    # RFC 9112 section 6.1: it may say what a 200 would have had.
    Row(
        says="a 304 with a Transfer-Encoding has no chunks",
        fields=(("If-None-Match", '"v1"'),),
        remote=answer(304, (("Transfer-Encoding", "chunked"),), framing="none"),
        status=304,
        times=2,
        connections=1,
    ),
    Row(
        says="a 304 with the type that the RemoteFile gives",
        fields=(("If-None-Match", '"v1"'),),
        file={"content_type": "image/png", "filename": "x.png"},
        remote=CURRENT,
        status=304,
    ),
    Row(
        says="a weak validator of the remote's stays weak",
        remote=answer(200, (TYPE, ("ETag", 'W/"v1"')), BODY),
        status=200,
        has=(("ETag", 'W/"v1"'),),
    ),
    Row(
        says="an ETag without quotes passes",
        remote=answer(200, (TYPE, ("ETag", "v1")), BODY),
        status=200,
        has=(("ETag", "v1"),),
    ),
    Row(
        says="an empty ETag is none",
        remote=answer(200, (TYPE, ("ETag", "")), BODY),
        status=200,
        has_not=("ETag",),
    ),
    Row(
        says="a Last-Modified that is no date passes",
        remote=answer(200, (TYPE, ("Last-Modified", "yesterday")), BODY),
        status=200,
        has=(("Last-Modified", "yesterday"),),
    ),
    Row(
        says="a Last-Modified in the old form passes",
        remote=answer(200, (TYPE, ("Last-Modified", "Wednesday, 21-Oct-15 07:28:00 GMT")), BODY),
        status=200,
        has=(("Last-Modified", "Wednesday, 21-Oct-15 07:28:00 GMT"),),
    ),
    Row(
        says="an empty Last-Modified is none",
        remote=answer(200, (TYPE, ("Last-Modified", "")), BODY),
        status=200,
        has_not=("Last-Modified",),
    ),
    # --- The RemoteFile's own ---
    Row(
        says="an own etag that matches is answered without the remote",
        fields=(("If-None-Match", '"own"'),),
        file={"etag": "own", "filename": "x.txt"},
        status=304,
        body_is=b"",
        has=(("ETag", '"own"'), *DECIDED),
        has_not=("Content-Type", "Content-Length"),
        asked=(),
    ),
    Row(
        says="an own etag that matches weakly is answered without the remote",
        fields=(("If-None-Match", 'W/"own"'),),
        file={"etag": "own"},
        status=304,
        asked=(),
    ),
    Row(
        says="an own etag in a list is answered without the remote",
        fields=(("If-None-Match", '"a", "own"'),),
        file={"etag": "own"},
        status=304,
        asked=(),
    ),
    Row(
        says="an own etag and a star are answered without the remote",
        fields=(("If-None-Match", "*"),),
        file={"etag": "own"},
        status=304,
        asked=(),
    ),
    Row(
        says="an own etag that doesn't match takes the place of the remote's validators",
        fields=(("If-None-Match", '"v1"'),),
        file={"etag": "own"},
        remote=FILE,
        status=200,
        body_is=BODY,
        has=(("ETag", '"own"'),),
        has_not=("Last-Modified",),
        asked_without=("If-None-Match", "If-Modified-Since"),
    ),
    Row(
        says="an own etag wins over If-Modified-Since",
        fields=(("If-None-Match", '"no"'), ("If-Modified-Since", NEW)),
        file={"etag": "own", "last_modified": OLD_DATE},
        remote=FILE,
        status=200,
        has=(("ETag", '"own"'), ("Last-Modified", OLD)),
    ),
    Row(
        says="an own date that matches is answered without the remote",
        fields=(("If-Modified-Since", OLD),),
        file={"last_modified": OLD_DATE},
        status=304,
        has=(("Last-Modified", OLD),),
        asked=(),
    ),
    Row(
        says="an own date that is newer gets the file, without the remote's etag",
        fields=(("If-Modified-Since", "Wed, 21 Oct 2009 07:28:00 GMT"),),
        file={"last_modified": OLD_DATE},
        remote=FILE,
        status=200,
        has=(("Last-Modified", OLD),),
        has_not=("ETag",),
        asked_without=("If-Modified-Since",),
    ),
    Row(
        says="an own date and an If-Modified-Since that isn't one",
        fields=(("If-Modified-Since", "yesterday"),),
        file={"last_modified": OLD_DATE},
        remote=FILE,
        status=200,
    ),
    Row(
        says="an own validator and HEAD",
        method="HEAD",
        fields=(("If-None-Match", '"own"'),),
        file={"etag": "own"},
        status=304,
        asked=(),
    ),
    Row(
        says="an own validator and POST",
        method="POST",
        fields=(("If-None-Match", '"own"'), ("Content-Length", "0")),
        file={"etag": "own"},
        remote=FILE,
        status=200,
        has=(("ETag", '"own"'),),
        asked=("main /file",),
    ),
    Row(
        says="a 304 of our own carries the application's headers and cookies",
        fields=(("If-None-Match", '"own"'),),
        file={"etag": "own", "headers": {"Vary": "Cookie", "Content-Language": "de"}},
        app_fields=(("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2"), ("X-Secret", "1")),
        status=304,
        has=(("Vary", "Cookie"), ("Content-Language", "de")),
        has_not=("X-Secret",),
        asked=(),
    ),
    Row(
        says="a 304 of the remote carries the application's headers and cookies",
        fields=(("If-None-Match", '"v1"'),),
        file={"headers": {"Vary": "Cookie", "Content-Language": "de"}},
        app_fields=(("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2"), ("X-Secret", "1")),
        remote=CURRENT,
        status=304,
        has=(("Vary", "Cookie"), ("Content-Language", "de")),
        has_not=("X-Secret",),
    ),
    Row(
        says="a 304 of the remote and an own etag",
        file={"etag": "own"},
        remote=CURRENT,
        status=304,
        has=(("ETag", '"own"'),),
        has_not=("Last-Modified",),
    ),
    Row(
        says="an application's own ETag over its empty body is dropped",
        app_fields=(("ETag", '"empty"'), ("Last-Modified", NEW)),
        remote=FILE,
        status=200,
        has=(("ETag", '"v1"'), ("Last-Modified", OLD)),
    ),
    Row(
        says="an application's own ETag makes no 304",
        fields=(("If-None-Match", '"empty"'),),
        app_fields=(("ETag", '"empty"'),),
        remote=FILE,
        status=200,
        asked_with=(("If-None-Match", '"empty"'),),
    ),
    Row(
        says="a tag that matches wins over an older date",
        fields=(
            ("If-None-Match", '"v1"'),
            ("If-Modified-Since", "Wed, 21 Oct 2010 07:28:00 GMT"),
        ),
        remote=answer(
            200,
            (TYPE, ("ETag", '"v1"'), ("Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT")),
            BODY,
        ),
    ),
]
