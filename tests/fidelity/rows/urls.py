"""URLs: what was signed is what is asked for, byte for byte."""

from tests.support.remote import answer

from ..row import BODY, WHOLE, Row

# What stands in the URL, and what arrives if that isn't the same.
TARGETS: tuple[tuple[str, str, str | None], ...] = (
    ("a space, encoded", "/a%20b", None),
    ("a slash, encoded", "/a%2Fb", None),
    ("a slash, encoded in small letters", "/a%2fb", None),
    ("a question mark, encoded", "/a%3Fb", None),
    ("a percent sign, encoded", "/a%25b", None),
    ("a percent sign, encoded twice", "/a%2525b", None),
    ("an encoded percent sequence", "/a%252Fb", None),
    ("a hash sign, encoded", "/a%23b", None),
    ("a line feed, encoded", "/a%0Ab", None),
    ("a carriage return and a line feed, encoded", "/a%0D%0AX-Evil:%201", None),
    ("a NUL, encoded", "/a%00b", None),
    ("a tab, encoded", "/a%09b", None),
    ("DEL, encoded", "/a%7Fb", None),
    ("Latin-1, encoded", "/caf%E9", None),
    ("UTF-8, encoded", "/caf%C3%A9", None),
    ("UTF-8 in small letters", "/caf%c3%a9", None),
    ("what needs no encoding, encoded", "/%61%2D%7E", None),
    ("a malformed escape", "/a%zzb", None),
    ("a percent sign at the end", "/a%", None),
    ("half an escape", "/a%4", None),
    ("every unreserved character", "/AZaz09-._~", None),
    ("every sub-delimiter", "/!$&'()*+,;=:@", None),
    ("quotes and brackets", "/\"'<>[]{}|^`", None),
    ("a backtick and a bar", "/a`b|c", None),
    ("a dollar sign", "/$host/${uri}/$1", None),
    ("a plus", "/a+b", None),
    ("a semicolon", "/a;b=c", None),
    ("an at sign", "/@xaccel_hop", None),
    ("two slashes", "/a//b", None),
    ("two slashes first", "//a/b", None),
    ("three slashes", "///a", None),
    ("slashes at the end", "/a///", None),
    ("a dot segment", "/a/./b", None),
    ("a dot at the end", "/a/.", None),
    ("dots in a name", "/a..b/..c/d../...", None),
    ("dots, encoded", "/a/%2e%2e/b", None),
    ("dots, encoded in capitals", "/a/%2E%2E/b", None),
    ("dots, half encoded", "/a/.%2e/b", None),
    ("a .. segment", "/a/../b", "/a/%2e%2e/b"),
    ("a .. segment first", "/../b", "/%2e%2e/b"),
    ("a .. segment last", "/a/..", "/a/%2e%2e"),
    ("two .. segments", "/a/../../b", "/a/%2e%2e/%2e%2e/b"),
    ("a .. segment before a query", "/a/..?b=..", "/a/%2e%2e?b=.."),
    ("characters beyond ASCII", "/café/日本", "/caf%C3%A9/%E6%97%A5%E6%9C%AC"),
    ("characters beyond ASCII in the query", "/a?q=é", "/a?q=%C3%A9"),
    ("the root", "/", None),
    ("no path", "", "/"),
    ("no path and a query", "?a=b", "/?a=b"),
    ("the prefix itself", "/_remote/http/x/", None),
    ("a long path", "/" + "segment/" * 250, None),
    ("a query", "/a?b=c&d=e", None),
    ("an empty query", "/a?", "/a"),
    ("a query as long as a handoff can be", "/a?signature=" + "0" * 15_500, None),
    ("a question mark in the query", "/a?b=?&c=??", None),
    ("a slash in the query", "/a?b=/c/../d//e", None),
    ("escapes in the query", "/a?b=%2F%3F%26%3D%25%20+", None),
    ("malformed escapes in the query", "/a?b=%zz&c=%", None),
    ("a line feed in the query, encoded", "/a?b=%0D%0AX:1", None),
    ("a NUL in the query, encoded", "/a?b=%00", None),
    ("quotes in the query", "/a?b=\"c\"'d'", None),
    ("a dollar sign in the query", "/a?b=$host&$args", None),
    ("braces and bars in the query", "/a?b={c}|[d]^`", None),
    ("an ampersand alone", "/a?&", None),
    ("an equals sign alone", "/a?=", None),
    ("a long query", "/a?X-Amz-Security-Token=" + "IQoJb3JpZ2luX2VjE" * 170, None),
    ("every byte, encoded", "/" + "".join(f"%{byte:02X}" for byte in range(256)), None),
)  # fmt: skip

ROWS = [
    *(
        Row(
            says=f"a URL with {kind}",
            url=f"{{main}}{target}",
            remote=WHOLE,
            status=200,
            body_is=BODY,
            asked=(f"main {arrives or target}",),
        )
        for kind, target, arrives in TARGETS
    ),
    *(
        Row(
            says=f"a URL in the text form with {kind}",
            text_form=True,
            url=f"{{main}}{target}",
            status=200,
            asked=(f"main {arrives or target}",),
        )
        for kind, target, arrives in TARGETS
        if kind
        in (
            "a line feed, encoded",
            "a .. segment",
            "characters beyond ASCII",
            "a query",
            "a percent sign, encoded twice",
        )
    ),
    Row(
        says="a scheme and a host in capitals",
        url="HTTPS://LocalHost:{secure-port}/file",
        status=200,
        asked=("secure /file",),
        asked_with=(("Host", "localhost:{secure-port}"),),
    ),
    Row(
        says="the host that the remote is told",
        status=200,
        asked_with=(("Host", "127.0.0.1:{main-port}"),),
    ),
    Row(
        says="the host after a redirect",
        remote={"/file": answer(302, (("Location", "{secure}/x"),)), "secure:/x": WHOLE},
        status=200,
        asked_with=(("Host", "localhost:{secure-port}"),),
    ),
    Row(
        says="a URL within a path prefix",
        url="{inside}/allowed/a%2Fb",
        status=200,
        asked=("inside /allowed/a%2Fb",),
    ),
    Row(
        says="the path prefix alone",
        url="{inside}/allowed/",
        status=200,
        asked=("inside /allowed/",),
    ),
]
