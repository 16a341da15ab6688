"""Redirects of the remote: followed within the origins, five times, and not a step beyond."""

from tests.support.remote import Answer, answer

from ..row import BODY, WHOLE, Row

KEY = (("Authorization", "Bearer secret"), ("X-Api-Key", "key"))
NAMES = ("Authorization", "X-Api-Key")


def to(location: str, status: int = 302) -> Answer:
    """A redirect."""
    fields = (("Location", location), ("Set-Cookie", "hop=1"), ("Cache-Control", "public"))
    return answer(status, fields, b"<a>moved</a>")


def chain(hops: int) -> dict[str, Answer]:
    """A file that is this many redirects away."""
    answers = {f"/{hop}": to(f"/{hop + 1}") for hop in range(1, hops)}
    return {"/file": to("/1"), **answers, f"/{hops}": WHOLE}


ROWS = [
    *(
        Row(
            says=f"{status} is followed",
            remote={"/file": to("/moved", status), "/moved": WHOLE},
            status=200,
            body_is=BODY,
            asked=("main /file", "main /moved"),
            has_not=("Location", "Set-Cookie"),
        )
        for status in (301, 302, 303, 307, 308)
    ),
    *(
        Row(
            says=f"{status} is followed behind another redirect",
            remote={"/file": to("/first"), "/first": to("/moved", status), "/moved": WHOLE},
            status=200,
            body_is=BODY,
            asked=("main /file", "main /first", "main /moved"),
        )
        for status in (301, 302, 303, 307, 308)
    ),
    *(
        Row(
            says=f"{status} with a Location is not followed",
            remote={"/file": to("/moved", status), "/moved": WHOLE},
            status=502,
            asked=("main /file",),
            has_not=("Location", "Set-Cookie"),
        )
        for status in (300, 305, 306, 309, 399, 500)
    ),
    Row(
        says="304 with a Location is not followed",
        remote={"/file": answer(304, (("Location", "/moved"),), framing="none"), "/moved": WHOLE},
        status=304,
        asked=("main /file",),
        has_not=("Location",),
    ),
    *(
        Row(
            says=f"{status} with a Location is not followed, nor is it shown",
            remote={"/file": to("/moved", status), "/moved": WHOLE},
            status=status,
            asked=("main /file",),
            has_not=("Location", "Set-Cookie"),
        )
        for status in (200, 201, 404)
    ),
    *(
        Row(
            says=f"a redirect to {kind}",
            remote={"/file": to(location), "*": WHOLE},
            status=200,
            body_is=BODY,
            asked=("main /file", target),
        )
        for kind, location, target in (
            ("an absolute URL", "{main}/moved", "main /moved"),
            ("a path", "/moved", "main /moved"),
            ("a path with a query", "/moved?a=1&sig=%2B%2F", "main /moved?a=1&sig=%2B%2F"),
            ("a query with question marks", "/moved?a=?b=?", "main /moved?a=?b=?"),
            ("a query with a slash", "/moved?next=/a/../b", "main /moved?next=/a/../b"),
            ("the root", "/", "main /"),
            ("a path with a space, encoded", "/mo%20ved", "main /mo%20ved"),
            ("a path with an encoded slash", "/mo%2Fved", "main /mo%2Fved"),
            ("a path with an encoded question mark", "/mo%3Fved", "main /mo%3Fved"),
            ("a path with an encoded percent sign", "/mo%2525ved", "main /mo%2525ved"),
            ("a path with an encoded line feed", "/mo%0Aved", "main /mo%0Aved"),
            ("a path with a dollar sign", "/mo$host$uri", "main /mo$host$uri"),
            ("a path with plus and colon", "/m+o:v@e;d=1,2", "main /m+o:v@e;d=1,2"),
            ("a path with braces and bars", "/m{o}|v^[e]`d", "main /m{o}|v^[e]`d"),
            ("a path with quotes", "/m'o\"v", "main /m'o\"v"),
            ("a path with empty segments", "/a//b///c", "main /a//b///c"),
            ("a path with a dot segment", "/a/./b", "main /a/./b"),
            ("a path with malformed escapes", "/a%zz%", "main /a%zz%"),
            ("a place with a fragment", "/moved#part", "main /moved"),
            ("a place with a query and a fragment", "/moved?a=1#part", "main /moved?a=1"),
            ("a place with hash signs", "/moved#a#b?c", "main /moved"),
        )
    ),
    Row(
        says="a redirect to another allowed origin",
        remote={"/file": to("{other}/there"), "other:/there": WHOLE},
        status=200,
        body_is=BODY,
        asked=("main /file", "other /there"),
    ),
    Row(
        says="a redirect without a scheme to another allowed origin",
        remote={
            "/file": to("//127.0.0.1:{other-port}/there"),
            "other:/there": WHOLE,
        },
        status=200,
        asked=("main /file", "other /there"),
    ),
    Row(
        says="a redirect back and forth between origins",
        remote={
            "/file": to("{other}/a"),
            "other:/a": to("{main}/b"),
            "/b": to("/c"),
            "/c": to("{other}/d", 307),
            "other:/d": WHOLE,
        },
        status=200,
        asked=("main /file", "other /a", "main /b", "main /c", "other /d"),
    ),
    Row(
        says="a redirect from http to https",
        remote={"/file": to("{secure}/there"), "secure:/there": WHOLE},
        status=200,
        body_is=BODY,
        asked=("main /file", "secure /there"),
    ),
    Row(
        says="a redirect from https to http is refused",
        url="{secure}/file",
        remote={"secure:/file": to("{main}/there"), "/there": WHOLE},
        status=502,
        asked=("secure /file",),
    ),
    Row(
        says="a redirect within https",
        url="{secure}/file",
        remote={"secure:/file": to("/there"), "secure:/there": WHOLE},
        status=200,
        asked=("secure /file", "secure /there"),
    ),
    Row(
        says="a redirect up to https and down again is refused",
        remote={"/file": to("{secure}/a"), "secure:/a": to("{main}/b"), "/b": WHOLE},
        status=502,
        asked=("main /file", "secure /a"),
    ),
    *(
        Row(
            says=f"a redirect to {kind} is refused",
            remote={"/file": to(location), "*": WHOLE},
            status=502,
            asked=("main /file",),
            has_not=("Location", "Set-Cookie"),
        )
        for kind, location in (
            ("an origin outside", "{outside}/there"),
            ("another port", "http://127.0.0.1:1/there"),
            ("another name for the same host", "http://localhost:{main-port}/there"),
            ("a host that ends alike", "http://x127.0.0.1:{main-port}/there"),
            ("a host that begins alike", "{main}.evil.example/there"),
            ("a longer port", "{main}0/there"),
            ("an origin with user info", "http://user:pw@127.0.0.1:{main-port}/there"),
            ("an origin as user info", "{main}@127.0.0.1:{outside-port}/there"),
            ("an origin as a user's password", "{main}:80@127.0.0.1:{outside-port}/there"),
            ("an origin without a path", "{main}"),
            ("an origin with a query and no path", "{main}?a=1"),
            ("an origin and a backslash", "{main}\\there"),
            ("a path with a backslash", "/a\\b"),
            ("a scheme in capitals", "HTTP://127.0.0.1:{main-port}/there"),
            ("another scheme", "ftp://127.0.0.1/there"),
            ("a script", "javascript:alert(1)"),
            ("a URL behind something else", "see:{main}/there"),
            ("a file", "file:///etc/passwd"),
            ("a socket", "http://unix:/run/docker.sock:/there"),
            ("a relative path", "there"),
            ("a relative path upwards", "../there"),
            ("a relative path from here", "./there"),
            ("a query alone", "?a=1"),
            ("a fragment alone", "#part"),
            ("nowhere", ""),
            ("three slashes", "///there"),
            ("two slashes alone", "//"),
            ("an origin outside, without a scheme", "//127.0.0.1:{outside-port}/there"),
            ("a name outside, without a scheme", "//evil.example/there"),
            ("a backslash and a slash", "/\\evil.example/there"),
            ("a path with ..", "/a/../b"),
            ("a path that begins with ..", "/../b"),
            ("a path that ends in ..", "/a/.."),
            ("a path that ends in .. before a query", "/a/..?b"),
            ("a path that ends in .. before a fragment", "/a/..#b"),
            ("a path with a space", "/a b"),
            ("a path with a tab", "/a\tb"),
            ("a path with a byte beyond ASCII", "/a\xe9b"),
            ("a URL with a space before", "http:// 127.0.0.1/there"),
            ("one slash after the scheme", "http:/127.0.0.1:{main-port}/there"),
            ("four slashes", "http:////127.0.0.1:{main-port}/there"),
            ("a port with a sign", "http://127.0.0.1:+{main-port}/there"),
            ("a port with a zero before", "http://127.0.0.1:0{main-port}/there"),
            ("an empty port", "http://127.0.0.1:/there"),
            ("a host with a dot at its end", "http://127.0.0.1.:{main-port}/there"),
            ("a host in octal", "http://0177.0.0.1:{main-port}/there"),
            ("a host in decimal", "http://2130706433:{main-port}/there"),
            ("a short form of the host", "http://127.1:{main-port}/there"),
            ("an IPv6 form of the host", "http://[::ffff:127.0.0.1]:{main-port}/there"),
            ("a variable", "$scheme://$host/there"),
            ("a path outside the prefix", "{inside}/forbidden/there"),
            ("the prefix without its slash", "{inside}/allowed"),
            ("a path that leaves the prefix", "{inside}/allowed/../there"),
            ("a path that leaves the prefix, encoded", "{inside}/allowed/%2e%2e/there"),
            ("a path that leaves the prefix, half encoded", "{inside}/allowed/.%2E/there"),
            ("a path that leaves it with an encoded slash", "{inside}/allowed/a%2f..%2fb"),
        )
    ),
    Row(
        says="a redirect into a prefix",
        remote={"/file": to("{inside}/allowed/there"), "inside:/allowed/there": WHOLE},
        status=200,
        asked=("main /file", "inside /allowed/there"),
    ),
    Row(
        says="a redirect out of a prefix is refused",
        url="{inside}/allowed/file",
        remote={"inside:/allowed/file": to("/elsewhere"), "inside:/elsewhere": WHOLE},
        status=502,
        asked=("inside /allowed/file",),
    ),
    Row(
        says="a redirect within a prefix",
        url="{inside}/allowed/file",
        remote={"inside:/allowed/file": to("/allowed/b..c"), "inside:/allowed/b..c": WHOLE},
        status=200,
        asked=("inside /allowed/file", "inside /allowed/b..c"),
    ),
    *(
        Row(
            says=f"a redirect with {kind}",
            remote={"/file": data, "/moved": WHOLE, "/second": WHOLE},
        )
        for kind, data in (
            ("two Locations", answer(302, (("Location", "/moved"), ("Location", "/second")))),
            ("two equal Locations", answer(302, (("Location", "/moved"), ("Location", "/moved")))),
            ("spaces around its Location", answer(302, (("Location", "  /moved  "),))),
            ("a tab before its Location", answer(302, (("Location", "\t/moved"),))),
            ("its Location in small letters", answer(302, (("location", "/moved"),))),
            (
                "a chunked body",
                answer(302, (("Location", "/moved"),), b"x" * 9000, framing="chunked"),
            ),
            (
                "a body until close",
                answer(302, (("Location", "/moved"),), b"x", framing="until-close"),
            ),
            (
                "a body that breaks off",
                answer(302, (("Location", "/moved"),), b"xyz", broken_after=1),
            ),
            ("a large body", answer(302, (("Location", "/moved"),), b"x" * 500_000)),
            (
                "a Refresh beside",
                answer(302, (("Location", "/moved"), ("Refresh", "0;url=/second"))),
            ),
            (
                "X-Accel-Redirect beside",
                answer(302, (("X-Accel-Redirect", "/second"), ("Location", "/moved"))),
            ),
        )
    ),
    *(
        Row(
            says=f"{status} without a Location is a 502",
            remote={"/file": answer(status, body=b"x"), "/moved": WHOLE},
            status=502,
            asked=("main /file",),
        )
        for status in (301, 302, 303, 307, 308)
    ),
    *(
        Row(
            says=f"{hops} redirects are followed",
            remote=chain(hops),
            status=200,
            body_is=BODY,
            asked=("main /file", *(f"main /{hop}" for hop in range(1, hops + 1))),
        )
        for hops in (1, 2, 3, 4, 5)
    ),
    *(
        Row(
            says=f"{hops} redirects are too many",
            remote=chain(hops),
            status=502,
            asked=("main /file", *(f"main /{hop}" for hop in range(1, 6))),
        )
        for hops in (6, 7, 12)
    ),
    Row(
        says="a redirect to itself ends",
        remote={"/file": to("/file")},
        status=502,
        asked=("main /file",) * 6,
    ),
    Row(
        says="two redirects in a circle end",
        remote={"/file": to("{other}/a"), "other:/a": to("{main}/file")},
        status=502,
        asked=("main /file", "other /a") * 3,
    ),
    # --- Credentials ---
    Row(
        says="credentials go to the remote, not to the client",
        file={"request_headers": KEY},
        status=200,
        asked_with=KEY,
        has_not=NAMES,
    ),
    Row(
        says="credentials are kept within the origin",
        file={"request_headers": KEY},
        remote={"/file": to("/moved"), "/moved": WHOLE},
        status=200,
        asked_with=KEY,
    ),
    Row(
        says="credentials are kept on an absolute redirect within the origin",
        file={"request_headers": KEY},
        remote={"/file": to("{main}/moved"), "/moved": WHOLE},
        status=200,
        asked_with=KEY,
    ),
    Row(
        says="credentials are dropped for another port",
        file={"request_headers": KEY},
        remote={"/file": to("{other}/there"), "other:/there": WHOLE},
        status=200,
        asked_without=NAMES,
    ),
    Row(
        says="credentials are dropped for another scheme",
        file={"request_headers": KEY},
        remote={"/file": to("{secure}/there"), "secure:/there": WHOLE},
        status=200,
        asked_without=NAMES,
    ),
    Row(
        says="credentials that were dropped don't come back",
        file={"request_headers": KEY},
        remote={"/file": to("{other}/a"), "other:/a": to("{main}/b"), "/b": WHOLE},
        status=200,
        asked=("main /file", "other /a", "main /b"),
        asked_without=NAMES,
    ),
    Row(
        says="credentials of one name alone",
        file={"request_headers": {"X-Api-Key": "key"}},
        remote={"/file": to("/moved"), "/moved": WHOLE},
        status=200,
        asked_with=(("X-Api-Key", "key"),),
        asked_without=("Authorization",),
    ),
    Row(
        says="the client's own credentials are not the remote's",
        fields=(("Authorization", "Basic Y2xpZW50"), ("X-Api-Key", "client")),
        file={"request_headers": {"X-Api-Key": "key"}},
        status=200,
        asked_with=(("X-Api-Key", "key"),),
        asked_without=("Authorization",),
    ),
    Row(
        says="an empty credential is not sent",
        file={"request_headers": {"X-Api-Key": ""}},
        status=200,
        asked_without=("X-Api-Key",),
    ),
    Row(
        says="a credential with odd characters",
        file={"request_headers": {"X-Api-Key": "$host \"quoted\" 'too' {a};\\b, c=%41"}},
        status=200,
        asked_with=(("X-Api-Key", "$host \"quoted\" 'too' {a};\\b, c=%41"),),
    ),
    Row(
        says="the same credential twice",
        file={"request_headers": (("X-Api-Key", "a"), ("X-Api-Key", "b"))},
        status=200,
    ),
    # --- What the last answer owns ---
    Row(
        says="only the last answer's fields reach the client",
        remote={
            "/file": answer(
                302,
                (
                    ("Location", "/moved"),
                    ("ETag", '"hop"'),
                    ("Content-Language", "xx"),
                    ("X-Hop", "1"),
                    ("Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT"),
                    ("Accept-Ranges", "bytes"),
                ),
            ),
            "/moved": answer(200, (("Content-Type", "text/csv"),), BODY),
        },
        status=200,
        has=(("Content-Type", "text/csv"),),
        has_not=("ETag", "Last-Modified", "Content-Language", "X-Hop", "Accept-Ranges"),
    ),
    Row(
        says="the host of the second request is the second host",
        remote={"/file": to("{other}/there"), "other:/there": WHOLE},
        status=200,
        asked=("main /file", "other /there"),
        asked_with=(("Host", "127.0.0.1:{other-port}"),),
    ),
    Row(
        says="a redirect to a place where nobody listens",
        remote={"/file": to("{nowhere}/there")},
        status=502,
        asked=("main /file",),
    ),
    Row(
        says="a redirect keeps what the application decided",
        file={"filename": "käse.txt", "content_type": "text/plain", "etag": "own"},
        app_fields=(("Set-Cookie", "a=1"), ("Content-Security-Policy", "sandbox")),
        remote={"/file": to("{other}/there"), "other:/there": WHOLE},
        status=200,
        has=(
            ("Content-Type", "text/plain"),
            ("ETag", '"own"'),
            ("Set-Cookie", "a=1"),
            ("Content-Security-Policy", "sandbox"),
        ),
    ),
]
