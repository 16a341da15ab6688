"""Error pages of the application's own: rendered by it, under the failure's status."""

from tests.support.remote import Hang, answer

from ..app import OwnPage
from ..row import BODY, TYPE, WHOLE, Row, Turns
from .statuses import REVEALING, XML

MISSING = answer(404, REVEALING, XML)
OWN = OwnPage()
HTML = ("Content-Type", "text/html; charset=utf-8")
PLAIN = (("Content-Type", "text/plain"), ("Cache-Control", "no-store"))
HAS_NOT = ("Content-Disposition", "ETag", "WWW-Authenticate", "X-Amz-Request-Id", "X-Unknown")
ASKED = "PATH_INFO=/errors/404 REQUEST_METHOD=GET body=0"

ROWS = [
    *(
        Row(
            says=f"a page of the application's own for a remote's {status}",
            file={"filename": "ours.txt", "headers": {"Content-Security-Policy": "sandbox"}},
            own_page=OWN,
            remote=answer(status, REVEALING, XML),
            status=expected,
            has=(HTML, ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")),
            has_not=(*HAS_NOT, "Content-Security-Policy", "Set-Cookie"),
        )
        for status, expected in (
            (300, 502),
            (400, 502),
            (401, 502),
            (403, 502),
            (404, 404),
            (405, 502),
            (410, 404),
            (412, 412),
            (418, 502),
            (429, 503),
            (495, 502),
            (498, 502),
            (500, 502),
            (502, 502),
            (503, 503),
            (504, 504),
            (599, 502),
        )
    ),
    Row(
        says="a file has no error page",
        own_page=OWN,
        status=200,
        body_is=BODY,
        has=(TYPE,),
    ),
    Row(
        says="a 304 of the remote has no error page",
        own_page=OWN,
        fields=(("If-None-Match", '"v1"'),),
        remote=answer(304, (("ETag", '"v1"'),), framing="none"),
        status=304,
        body_is=b"",
    ),
    *(
        Row(
            says=f"{status} can't be intercepted, with pages of the application's own neither",
            own_page=OWN,
            remote=answer(status, REVEALING, XML),
            status=status,
            has=(("X-Content-Type-Options", "nosniff"), ("Content-Disposition", "attachment")),
        )
        for status in (299, 499, 600, 999)
    ),
    Row(
        says="a 416 stays plain: it tells the file's length",
        own_page=OWN,
        fields=(("Range", "bytes=99-"),),
        remote=answer(416, (("Content-Range", "bytes */18"), *REVEALING), XML),
        status=416,
        has=(*PLAIN, ("Content-Range", "bytes */18")),
    ),
    # --- When there is no answer of the remote's ---
    Row(
        says="a page of the application's own when nobody listens",
        own_page=OWN,
        url="{nowhere}/file",
        status=502,
        has=(HTML,),
    ),
    Row(
        says="a page of the application's own when the remote says nothing",
        own_page=OWN,
        remote=[Hang()],
        status=504,
        has=(HTML,),
    ),
    Row(
        says="a page of the application's own behind a redirect",
        own_page=OWN,
        remote={"/file": answer(302, (("Location", "{other}/gone"),)), "other:/gone": MISSING},
        status=404,
        has=(HTML,),
        has_not=("Location",),
    ),
    Row(
        says="a page of the application's own for a redirect that isn't followed",
        own_page=OWN,
        remote=answer(302, (("Location", "{outside}/file"),)),
        status=502,
        has=(HTML,),
        has_not=("Location",),
    ),
    Row(
        says="a page of the application's own behind six redirects",
        own_page=OWN,
        remote={"*": answer(302, (("Location", "/again"),))},
        status=502,
        has=(HTML,),
    ),
    Row(
        says="a page of the application's own for a 401 behind five redirects",
        own_page=OWN,
        remote={
            "/file": answer(302, (("Location", "/1"),)),
            **{f"/{n}": answer(302, (("Location", f"/{n + 1}"),)) for n in range(1, 5)},
            "/5": answer(401, REVEALING, XML),
        },
        status=502,
        has=(HTML,),
        has_not=("WWW-Authenticate",),
    ),
    # --- What it is asked ---
    *(
        Row(
            says=f"the page is asked for with a GET where the client said {method}",
            own_page=OWN,
            method=method,
            fields=(("Content-Length", "3"), ("Content-Type", "text/x-client")),
            body=b"a=b",
            remote=MISSING,
            status=404,
            body_is=f"<h1>Sorry</h1>HTTP_HOST=app.example {ASKED}".encode(),
        )
        for method in ("POST", "PUT", "DELETE")
    ),
    Row(
        says="the page is asked for without the file's conditions",
        own_page=OWN,
        target="/download?for=whom",
        fields=(
            ("Range", "bytes=0-1"),
            ("If-Range", '"v1"'),
            ("If-None-Match", '"v1"'),
            ("If-Match", '"v1"'),
            ("If-Modified-Since", "Wed, 21 Oct 2015 07:28:00 GMT"),
            ("If-Unmodified-Since", "Wed, 21 Oct 2015 07:28:00 GMT"),
        ),
        remote=MISSING,
        status=404,
        body_is=f"<h1>Sorry</h1>HTTP_HOST=app.example {ASKED}".encode(),
    ),
    Row(
        says="the page is asked for with the client's cookies and language",
        own_page=OWN,
        fields=(("Cookie", "session=1"), ("Accept-Language", "de")),
        remote=MISSING,
        status=404,
        body_is=(
            "<h1>Sorry</h1>HTTP_ACCEPT_LANGUAGE=de HTTP_COOKIE=session=1 HTTP_HOST=app.example "
            f"{ASKED}"
        ).encode(),
    ),
    Row(
        says="the page is never shown the token",
        own_page=OWN,
        fields=(("X-Accel-Token", "guess"),),
        remote=MISSING,
        status=404,
        body_is=f"<h1>Sorry</h1>HTTP_HOST=app.example {ASKED}".encode(),
    ),
    # --- What of it passes ---
    Row(
        says="the answer to a HEAD has the page's fields and no body",
        own_page=OwnPage(body=b"<h1>Sorry</h1>"),
        method="HEAD",
        remote=MISSING,
        status=404,
        body_is=b"",
        has=(HTML, ("Content-Length", "14")),
    ),
    Row(
        says="the page's headers pass",
        own_page=OwnPage(
            fields=(
                HTML,
                ("Content-Security-Policy", "default-src 'self'"),
                ("Content-Language", "de"),
                ("Vary", "Cookie"),
                ("Link", "</style.css>; rel=preload"),
                ("X-Unheard-Of", "1"),
                ("X-Carried", "2"),
                ("Retry-After", "3"),
            )
        ),
        app_fields=(("X-Carried", "1"),),
        remote=answer(503),
        status=503,
        has=(
            ("Content-Security-Policy", "default-src 'self'"),
            ("X-Unheard-Of", "1"),
            ("X-Carried", "2"),
            ("Retry-After", "3"),
        ),
    ),
    Row(
        says="the page's own word on caching counts",
        own_page=OwnPage(
            fields=(
                HTML,
                ("cache-control", "private, max-age=5"),
                ("x-content-type-options", "none"),
            )
        ),
        remote=MISSING,
        status=404,
        has=(("Cache-Control", "private, max-age=5"), ("X-Content-Type-Options", "none")),
    ),
    Row(
        says="a page isn't a download",
        own_page=OwnPage(fields=(HTML, ("Content-Disposition", "attachment; filename=error.html"))),
        remote=MISSING,
        status=404,
        has_not=("Content-Disposition",),
    ),
    Row(
        says="the page's length is counted",
        own_page=OwnPage(fields=(HTML, ("Content-Length", "5000")), body=b"short"),
        remote=MISSING,
        status=404,
        body_is=b"short",
        has=(("Content-Length", "5"),),
    ),
    Row(
        says="the page's validators pass, and are not asked about",
        own_page=OwnPage(fields=(HTML, ("ETag", '"page"')), body=b"page"),
        fields=(("If-None-Match", '"page"'),),
        remote=MISSING,
        status=404,
        body_is=b"page",
        has=(("ETag", '"page"'),),
    ),
    *(
        Row(
            says=f"the page steers no server: {name}",
            own_page=OwnPage(fields=(HTML, (name, value)), body=b"page"),
            remote=MISSING,
            status=404,
            body_is=b"page",
            has_not=(name,),
        )
        for name, value in (
            ("X-Accel-Redirect", "/download"),
            ("X-Accel-Limit-Rate", "1"),
            ("X-Accel-Charset", "koi8-r"),
            ("X-Accel-Expires", "60"),
            ("X-Accel-Buffering", "no"),
        )
    ),
    Row(
        says="cookies of the file's view and of the page",
        own_page=OwnPage(fields=(HTML, ("Set-Cookie", "page=1"), ("Set-Cookie", "page=2"))),
        app_fields=(("Set-Cookie", "view=1"), ("Set-Cookie", "view=2")),
        remote=answer(403, REVEALING, XML),
        status=502,
        has_all=tuple(("Set-Cookie", f"{of}={n}") for of in ("view", "page") for n in (1, 2)),
    ),
    Row(
        says="the file's rate doesn't slow the page down",
        own_page=OwnPage(body=b"p" * 50_000),
        file={"limit_rate": 1000},
        remote=MISSING,
        status=404,
        at_most_s=2,
    ),
    *(
        Row(
            says=f"a page of {kind}",
            own_page=OwnPage(body=body, how=how),
            remote=MISSING,
            status=404,
            body_is=body,
            has=(("Content-Length", str(len(body))),),
        )
        for kind, body, how in (
            ("nothing", b"", "list"),
            ("a megabyte", b"0123456789abcdef" * 65536, "list"),
            ("pieces", b"<h1>Sorry</h1>", "generator"),
            ("bytes beyond ASCII", "<h1>Schade ☹</h1>".encode(), "list"),
        )
    ),
    # --- When it fails ---
    Row(
        says="a page that says the status itself",
        own_page=OwnPage(status="404 Not There"),
        remote=MISSING,
        status=404,
        has=(HTML,),
    ),
    *(
        Row(
            says=f"a page that is answered {status} gives way to the plain one",
            own_page=OwnPage(status=status, fields=(HTML, ("Set-Cookie", "page=1"), *extra)),
            app_fields=(("Set-Cookie", "view=1"),),
            remote=answer(403, REVEALING, XML),
            status=502,
            body_is=b"The file's server gave no usable answer.\n",
            has=(*PLAIN, ("Set-Cookie", "view=1")),
            has_not=("Location",),
        )
        for status, extra in (
            ("404 Not Found", ()),
            ("500 Internal Server Error", ()),
            ("302 Found", (("Location", "/login"),)),
            ("304 Not Modified", ()),
            ("204 No Content", ()),
            ("206 Partial Content", ()),
        )
    ),
    *(
        Row(
            says=f"a page that {kind} gives way to the plain one",
            own_page=OwnPage(how=how),
            remote=MISSING,
            status=404,
            body_is=b"Not found.\n",
            has=PLAIN,
            asked=("main /file",),
        )
        for kind, how in (("raises", "raise"), ("is a file that fails as well", "file"))
    ),
    Row(
        says="a page that raises for a HEAD",
        own_page=OwnPage(how="raise"),
        method="HEAD",
        remote=MISSING,
        status=404,
        body_is=b"",
        has=(*PLAIN, ("Content-Length", "11")),
    ),
    Row(
        says="a page with an empty type has the plain one's",
        own_page=OwnPage(fields=(("Content-Type", ""),)),
        remote=answer(404, (TYPE,), b"x"),
        status=404,
        has=(("Content-Type", "text/plain"),),
    ),
    Row(
        says="a page with two types has the first",
        own_page=OwnPage(fields=(("Content-Type", "text/html"), ("Content-Type", "text/plain"))),
        remote=answer(404, (TYPE,), b"x"),
        status=404,
        has=(("Content-Type", "text/html"),),
    ),
    Row(
        says="a page that may be kept isn't kept for the file",
        target="/kept-page",
        own_page=OwnPage(fields=(("Content-Type", "text/html"), ("Cache-Control", "max-age=60"))),
        remote=Turns(answer(404, (TYPE,), b"x"), WHOLE),
        times=2,
        status=200,
        body_is=BODY,
    ),
]
