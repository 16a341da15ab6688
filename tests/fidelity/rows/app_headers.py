"""What the application sets: it reaches the client in both, or in neither."""

from tests.support.remote import answer

from ..row import BODY, TYPE, Row

ERROR = answer(403, (TYPE,), b"<Error/>")
COOKIES = (
    ("Set-Cookie", "session=abc; Path=/; HttpOnly; SameSite=Lax"),
    ("Set-Cookie", 'quoted="a, b; c"; Expires=Wed, 21 Oct 2037 07:28:00 GMT'),
    ("Set-Cookie", "empty="),
)

ROWS = [
    # --- Cookies ---
    Row(
        says="one cookie",
        app_fields=COOKIES[:1],
        status=200,
        has=COOKIES[:1],
    ),
    Row(
        says="three cookies, each in a field of its own",
        app_fields=COOKIES,
        status=200,
        has_all=COOKIES,
    ),
    Row(
        says="cookies on a HEAD",
        method="HEAD",
        app_fields=COOKIES,
        status=200,
        has_all=COOKIES,
    ),
    Row(
        says="cookies on an error",
        app_fields=COOKIES,
        remote=ERROR,
        status=502,
        has_all=COOKIES,
    ),
    Row(
        says="cookies on a 504 of the remote",
        app_fields=COOKIES,
        remote=answer(504),
        status=504,
        has_all=COOKIES,
    ),
    Row(
        says="cookies when nobody listens",
        url="{nowhere}/file",
        app_fields=COOKIES,
        status=502,
        has_all=COOKIES,
    ),
    Row(
        says="cookies on a 416",
        fields=(("Range", "bytes=99-"),),
        app_fields=COOKIES,
        remote=answer(416, (("Content-Range", "bytes */18"),)),
        status=416,
        has_all=COOKIES,
    ),
    Row(
        says="cookies through two redirects",
        app_fields=COOKIES,
        remote={
            "/file": answer(302, (("Location", "/a"), ("Set-Cookie", "theirs=1"))),
            "/a": answer(302, (("Location", "{other}/b"), ("Set-Cookie", "theirs=2"))),
            "other:/b": answer(200, (TYPE, ("Set-Cookie", "theirs=3")), BODY),
        },
        status=200,
        has_all=COOKIES,
    ),
    Row(
        says="the same cookie twice",
        app_fields=(COOKIES[0], COOKIES[0]),
        status=200,
        has_all=(COOKIES[0], COOKIES[0]),
    ),
    Row(says="an empty Set-Cookie", app_fields=(("Set-Cookie", ""),), status=200),
    Row(says="a cookie beyond ASCII", app_fields=(("Set-Cookie", "n=caf\xe9"),)),
    # --- Carried or not ---
    Row(
        says="a header that the settings add is carried",
        app_fields=(("X-Carried", "1"),),
        status=200,
        has=(("X-Carried", "1"),),
    ),
    Row(
        says="a header that the settings add, in other letters, is carried",
        app_fields=(("x-CARRIED", "1"),),
        status=200,
        has=(("X-Carried", "1"),),
    ),
    *(
        Row(
            says=f"{name} is not carried",
            app_fields=((name, value),),
            status=200,
            has_not=(name,),
        )
        for name, value in (
            ("X-Unknown", "1"),
            ("Server", "app/1.0"),
            ("X-Accel-Response-Content-Type", "text/html"),
            ("X-Accel-Request-Range", "bytes=0-0"),
            ("X-Accel-Request-Authorization", "Bearer x"),
            ("X-Accel-Token", "guess"),
            ("Allow", "GET"),
            ("Retry-After", "3"),
            ("Content-MD5", "x"),
            ("X-Carried-Not", "1"),
            ("Trailer", "X-T"),
        )
    ),
    Row(
        says="a header that is set twice arrives as one",
        app_fields=(("Vary", "Cookie"), ("Vary", "Accept-Language")),
        status=200,
        has=(("Vary", "Cookie, Accept-Language"),),
    ),
    Row(
        says="a header of the RemoteFile's and one of a hook",
        file={"headers": {"Vary": "Cookie"}},
        app_fields=(("vary", "Origin"),),
        status=200,
    ),
    Row(
        says="a header of the RemoteFile's twice",
        file={"headers": (("Link", "</a>; rel=x"), ("Link", "</b>; rel=y"))},
        status=200,
        has=(("Link", "</a>; rel=x, </b>; rel=y"),),
    ),
    Row(
        says="a Cache-Control of the application's is the only one",
        file={"headers": {"Cache-Control": "public, max-age=31536000, immutable"}},
        remote=answer(200, (TYPE, ("Cache-Control", "no-store"), ("Expires", "0")), BODY),
        status=200,
        has=(("Cache-Control", "public, max-age=31536000, immutable"),),
        has_not=("Expires",),
    ),
    Row(
        says="nosniff stays unless the application says otherwise",
        app_fields=(("X-Content-Type-Options", "none"),),
        status=200,
        has=(("X-Content-Type-Options", "none"),),
    ),
    # --- Values ---
    *(
        Row(
            says=f"a value with {kind} arrives as it is",
            file={"headers": {"X-Carried": value}},
            status=200,
            has=(("X-Carried", value),),
        )
        for kind, value in (
            ("a variable's name", "$host $uri ${status} $upstream_http_etag"),
            ("quotes", "\"double\" 'single' `back`"),
            ("backslashes", "a\\b\\n\\\\"),
            ("braces and semicolons", "{a}; }; #b"),
            ("percent signs", "100% %41 %0d%0a"),
            ("a tab", "a\tb"),
            ("spaces", "a   b"),
            ("a comma", "a, b,, c"),
            ("colons", "a: b: c"),
            ("four kilobytes", "v" * 4096),
        )
    ),
    Row(
        says="an application's value beyond ASCII",
        app_fields=(("X-Carried", "caf\xe9"),),
    ),
    Row(
        says="an application's value with spaces around",
        app_fields=(("X-Carried", "  a  "),),
        status=200,
    ),
    # --- Errors show nothing of the file's ---
    *(
        Row(
            says=f"{name} is not on an error",
            file={"headers": {name: value}} if name != "Content-Disposition" else {"filename": "x"},
            remote=ERROR,
            status=502,
            has=(("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")),
            has_not=(name,) if name not in ("Cache-Control", "X-Content-Type-Options") else (),
        )
        for name, value in (
            ("Content-Disposition", ""),
            ("Cache-Control", "public, max-age=9"),
            ("Expires", "Wed, 21 Oct 2037 07:28:00 GMT"),
            ("Vary", "Cookie"),
            ("Content-Language", "de"),
            ("Link", "</a>; rel=next"),
            ("Content-Security-Policy", "sandbox"),
            ("X-Content-Type-Options", "off"),
            ("X-Frame-Options", "DENY"),
            ("Referrer-Policy", "no-referrer"),
            ("X-Robots-Tag", "noindex"),
            ("Strict-Transport-Security", "max-age=1"),
            ("Access-Control-Allow-Origin", "*"),
            ("X-Carried", "1"),
        )
    ),
    Row(
        says="a type and validators of the RemoteFile's are not on an error",
        file={"content_type": "image/png", "etag": "own"},
        remote=ERROR,
        status=502,
        has=(("Content-Type", "text/plain"),),
        has_not=("ETag",),
    ),
    # --- The text form ---
    Row(
        says="the text form alone",
        text_form=True,
        status=200,
        body_is=BODY,
        has=(("Content-Disposition", "attachment"), TYPE),
    ),
    Row(
        says="the text form with headers and cookies",
        text_form=True,
        app_fields=(
            ("Content-Disposition", 'inline; filename="x"'),
            ("Content-Type", "text/csv"),
            ("Content-Length", "0"),
            ("Cache-Control", "max-age=1"),
            *COOKIES,
        ),
        status=200,
        has=(("Content-Disposition", 'inline; filename="x"'), ("Content-Type", "text/csv")),
    ),
    Row(
        says="a value of spaces alone is none",
        app_fields=(("X-Carried", "   "), ("Cache-Control", "  ")),
        status=200,
        has=(("Cache-Control", "private, no-cache"),),
        has_not=("X-Carried",),
    ),
    Row(
        says="a value with tabs around arrives without them",
        app_fields=(("X-Carried", "\ta\t"), ("Set-Cookie", "\ta=1\t")),
        status=200,
        has=(("X-Carried", "a"), ("Set-Cookie", "a=1")),
    ),
    Row(
        says="a type of spaces alone in the text form is none",
        text_form=True,
        app_fields=(("Content-Type", "  "),),
        status=200,
        has=(TYPE,),
    ),
]
