"""Headers that the application and the remote may both set: one of them has the word."""

from collections.abc import Iterator
from datetime import UTC, datetime

from tests.support.remote import answer

from ..row import BODY, TYPE, Row

# The application's; the remote's is never the client's. (Name, the app's value, the remote's.)
OURS = (
    ("Content-Disposition", 'inline; filename="app"', 'attachment; filename="remote"'),
    ("Cache-Control", "public, max-age=60", "private, max-age=1"),
    ("Expires", "Fri, 21 Oct 2022 07:28:00 GMT", "Wed, 21 Oct 2015 07:28:00 GMT"),
    ("Vary", "Cookie", "Origin"),
    ("Content-Language", "de", "en"),
    ("Link", "</app>; rel=next", "</remote>; rel=next"),
    ("Content-Security-Policy", "default-src 'none'; sandbox", "default-src *"),
    ("Content-Security-Policy-Report-Only", "default-src 'self'", "default-src *"),
    ("X-Content-Type-Options", "nosniff", "sniff"),
    ("X-Frame-Options", "DENY", "ALLOWALL"),
    ("Referrer-Policy", "no-referrer", "unsafe-url"),
    ("Permissions-Policy", "camera=()", "camera=*"),
    ("X-Robots-Tag", "noindex", "all"),
    ("Strict-Transport-Security", "max-age=63072000", "max-age=0"),
    ("Cross-Origin-Embedder-Policy", "require-corp", "unsafe-none"),
    ("Cross-Origin-Opener-Policy", "same-origin", "unsafe-none"),
    ("Cross-Origin-Resource-Policy", "same-site", "cross-origin"),
    ("Access-Control-Allow-Origin", "https://app.example", "*"),
    ("Access-Control-Allow-Credentials", "true", "false"),
    ("Access-Control-Allow-Methods", "GET", "PUT"),
    ("Access-Control-Allow-Headers", "X-A", "X-B"),
    ("Access-Control-Expose-Headers", "ETag", "*"),
    ("Access-Control-Max-Age", "10", "86400"),
    ("Timing-Allow-Origin", "https://app.example", "*"),
    ("X-Request-Id", "app-1", "remote-1"),
)
DEFAULTS = {
    "Content-Disposition": "attachment",
    "Cache-Control": "private, no-cache",
    "X-Content-Type-Options": "nosniff",
}
# Neither the application's nor the client's business.
NOBODYS = (
    ("Pragma", "no-cache"),
    ("Age", "10"),
    ("Warning", '110 - "stale"'),
    ("Content-Location", "/theirs"),
    ("Alt-Svc", 'h3=":443"'),
    ("Via", "1.1 theirs"),
    ("X-Powered-By", "PHP"),
    ("X-UA-Compatible", "IE=7"),
    ("X-XSS-Protection", "0"),
    ("WWW-Authenticate", "Basic"),
    ("Proxy-Authenticate", "Basic"),
    ("Authentication-Info", "x"),
    ("Clear-Site-Data", '"*"'),
    ("Public-Key-Pins", "x"),
    ("Report-To", "{}"),
    ("NEL", "{}"),
    ("Reporting-Endpoints", 'a="https://evil.example"'),
    ("SourceMap", "/map"),
    ("Service-Worker-Allowed", "/"),
    ("Server-Timing", "db;dur=1"),
    ("Accept-CH", "DPR"),
    ("Origin-Agent-Cluster", "?1"),
    ("X-DNS-Prefetch-Control", "on"),
    ("X-Permitted-Cross-Domain-Policies", "all"),
    ("X-Download-Options", "noopen"),
    ("Tk", "N"),
    ("P3P", "CP=x"),
    ("Retry-After", "10"),
    ("Allow", "GET"),
)
PASSES = {"Retry-After", "Allow"}


def both() -> Iterator[Row]:
    """Three rows for each of the application's."""
    for name, ours, theirs in OURS:
        yield Row(
            says=f"{name} set by both is the application's",
            file={} if name == "Content-Disposition" else {"headers": {name: ours}},
            app_fields=(),
            remote=answer(200, (TYPE, (name, theirs)), BODY),
            status=200,
            has=((name, DEFAULTS[name] if name == "Content-Disposition" else ours),),
        )
        default = DEFAULTS.get(name)
        yield Row(
            says=f"{name} set by the remote alone is not the client's",
            remote=answer(200, (TYPE, (name, theirs)), BODY),
            status=200,
            has=((name, default),) if default else (),
            has_not=() if default else (name,),
        )
        yield Row(
            says=f"{name} set by the text form's response is kept",
            text_form=True,
            app_fields=((name.lower(), ours),),
            remote=answer(200, (TYPE, (name.upper(), theirs)), BODY),
            status=200,
            has=((name, ours),),
        )


ROWS = [
    *both(),
    *(
        Row(
            says=f"{name} of the remote",
            remote=answer(200, (TYPE, (name, value)), BODY),
            status=200,
            has=((name, value),) if name in PASSES else (),
            has_not=() if name in PASSES else (name,),
        )
        for name, value in NOBODYS
    ),
    *(
        Row(
            says=f"{name} of the application",
            app_fields=((name, value),),
            status=200,
            has_not=(name,),
        )
        for name, value in NOBODYS
        if name not in ("Via",)
    ),
    Row(
        says="all that both may set at once",
        file={"headers": {n: v for n, v, _ in OURS if n != "Content-Disposition"}},
        app_fields=(("Set-Cookie", "ours=1"),),
        remote=answer(
            200, (TYPE, *((n, v) for n, _, v in OURS), *NOBODYS, ("Set-Cookie", "theirs=1")), BODY
        ),
        status=200,
        has=(("Set-Cookie", "ours=1"), *((n, v) for n, v, _ in OURS if n != "Content-Disposition")),
    ),
    *(
        Row(
            says=f"all that the application may set, and a {status} of the remote",
            file={
                "headers": {n: v for n, v, _ in OURS if n != "Content-Disposition"},
                "content_type": "image/png",
                "etag": "own",
                "last_modified": datetime(2015, 10, 21, 7, 28, tzinfo=UTC),
            },
            app_fields=(("X-Carried", "1"),),
            # NGINX adds headers to a list of statuses only, unless it is told to do it always.
            remote=answer(status, (TYPE, *((n, v) for n, _, v in OURS)), BODY),
            status=status,
            has=(
                *((n, v) for n, v, _ in OURS if n != "Content-Disposition"),
                ("Content-Type", "image/png"),
                ("ETag", '"own"'),
                ("Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT"),
                ("X-Carried", "1"),
            ),
        )
        for status in (203, 226, 299)
    ),
    Row(
        says="every one of the remote's twice",
        remote=answer(
            200, (TYPE, *((n, v) for n, _, v in OURS), *((n, v) for n, _, v in OURS)), BODY
        ),
        status=200,
    ),
    # --- Content-Type ---
    Row(
        says="the remote's type, where nobody gives one",
        remote=answer(200, (("Content-Type", "text/html; charset=utf-8"),), BODY),
        status=200,
        has=(("Content-Type", "text/html; charset=utf-8"),),
    ),
    Row(
        says="the RemoteFile's type",
        file={"content_type": "image/png"},
        status=200,
        has=(("Content-Type", "image/png"),),
    ),
    Row(
        says="the RemoteFile's type with parameters",
        file={"content_type": 'text/plain; charset=utf-8; x="a b"'},
        status=200,
        has=(("Content-Type", 'text/plain; charset=utf-8; x="a b"'),),
    ),
    Row(
        says="no type at all is octet-stream",
        remote=answer(200, (), BODY),
        status=200,
        has=(("Content-Type", "application/octet-stream"),),
    ),
    Row(
        says="an empty type is octet-stream",
        remote=answer(200, (("Content-Type", ""),), BODY),
        status=200,
        has=(("Content-Type", "application/octet-stream"),),
    ),
    Row(
        says="a type that isn't one passes",
        remote=answer(200, (("Content-Type", "what is this?"),), BODY),
        status=200,
        has=(("Content-Type", "what is this?"),),
    ),
    Row(
        says="a type with a charset in capitals passes as it is",
        remote=answer(200, (("Content-Type", "Text/HTML;Charset=UTF-8 ; a=b"),), BODY),
        status=200,
        has=(("Content-Type", "Text/HTML;Charset=UTF-8 ; a=b"),),
    ),
    Row(
        says="a type in the text form counts",
        text_form=True,
        app_fields=(("Content-Type", "image/png"),),
        status=200,
        has=(("Content-Type", "image/png"),),
    ),
    Row(
        says="the framework's text/html in the text form doesn't count",
        text_form=True,
        app_fields=(("Content-Type", "text/html; charset=utf-8"),),
        status=200,
        has=(TYPE,),
    ),
    # --- What describes the application's empty body ---
    *(
        Row(
            says=f"the application's {name} is dropped",
            app_fields=((name, value),),
            remote=answer(200, (TYPE, ("ETag", '"v1"'), ("Accept-Ranges", "bytes")), BODY),
            status=200,
            body_is=BODY,
            has=(("Content-Length", str(len(BODY))), ("ETag", '"v1"'), ("Accept-Ranges", "bytes")),
        )
        for name, value in (
            ("Content-Length", "0"),
            ("Content-Encoding", "br"),
            ("ETag", '"app"'),
            ("Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT"),
            ("Accept-Ranges", "none"),
            ("Content-Range", "bytes 0-0/1"),
            ("Location", "/elsewhere"),
            ("Refresh", "0;url=/elsewhere"),
            ("X-Accel-Redirect", "/secret"),
            ("X-Accel-Limit-Rate", "1"),
            ("X-Accel-Expires", "10"),
            ("X-Accel-Buffering", "no"),
            ("X-Accel-Charset", "koi8-r"),
            ("X-Sendfile", "/etc/passwd"),
        )
    ),
    Row(
        says="an empty header of the application is none",
        app_fields=(("Content-Language", ""), ("Cache-Control", "")),
        status=200,
        has_not=("Content-Language",),
    ),
    Row(
        says="an empty header of the remote that would pass",
        remote=answer(200, (TYPE, ("X-Own", ""), ("Accept-Ranges", "")), BODY),
        status=200,
    ),
    Row(
        says="a header that the settings add is the application's, not the remote's",
        app_fields=(("X-Carried", "ours"),),
        remote=answer(200, (TYPE, ("X-Carried", "theirs"), ("x-carried", "more")), BODY),
        status=200,
        has=(("X-Carried", "ours"),),
    ),
    Row(
        says="a header that the settings add is not the remote's to say",
        remote=answer(200, (TYPE, ("X-Carried", "theirs")), BODY),
        status=200,
        has_not=("X-Carried",),
    ),
    Row(
        says="a header that the settings add, of the remote, behind a redirect",
        app_fields=(("X-Carried", "ours"),),
        remote={
            "/file": answer(302, (("Location", "{other}/m"), ("X-Carried", "hop"))),
            "other:/m": answer(200, (TYPE, ("X-Carried", "theirs")), BODY),
        },
        status=200,
        has=(("X-Carried", "ours"),),
    ),
    Row(
        says="Trailers of the remote, which PEP 3333 forbids",
        remote=answer(200, (TYPE, ("Trailers", "x")), BODY),
        status=200,
        body_is=BODY,
        has_not=("Trailers",),
    ),
]
