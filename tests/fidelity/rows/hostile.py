"""What a remote may try: on NGINX, on the client's browser, on the application's site."""

from tests.support.remote import Close, Pause, answer, chunk

from ..row import BODY, TYPE, WHOLE, Row

LENGTH = ("Content-Length", str(len(BODY)))


def head(*lines: bytes) -> bytes:
    """A head made of these very lines."""
    return b"\r\n".join([*lines, b"", b""])


OK = b"HTTP/1.1 200 OK"
TYPE_LINE = b"Content-Type: application/x-remote"
LENGTH_LINE = b"Content-Length: %d" % len(BODY)
_WITHOUT_VALUE = len(head(OK, TYPE_LINE, LENGTH_LINE, b"X-Own: "))

ROWS = [
    # --- X-Accel-* ---
    *(
        Row(
            says=f"{name}: {value} of {whom} does nothing and is not shown",
            remote={**before, path: answer(200, (TYPE, (name, value)), BODY), "*": WHOLE},
            status=200,
            body_is=BODY,
            has=(TYPE,),
            has_not=(name,),
            asked=tuple(f"main {asked}" for asked in (*before, path)),
        )
        for whom, before, path in (
            ("the remote", {}, "/file"),
            ("a redirect's target", {"/file": answer(302, (("Location", "/moved"),))}, "/moved"),
        )
        for name, value in (
            ("X-Accel-Redirect", "/_remote/http/{main}/secret"),
            ("X-Accel-Redirect", "@xaccel_hop"),
            ("X-Accel-Redirect", "/download"),
            ("X-Accel-Redirect", ""),
            ("X-Accel-Expires", "60"),
            ("X-Accel-Limit-Rate", "1"),
            ("X-Accel-Buffering", "no"),
            ("X-Accel-Charset", "koi8-r"),
            ("X-Accel-Token", "guess"),
            ("X-Sendfile", "/etc/passwd"),
            ("X-Remote-File", "http://127.0.0.1/"),
        )
    ),
    *(
        Row(
            says=f"{name} of the remote does not decide",
            remote=answer(200, (TYPE, (name, value)), BODY),
            status=200,
            has=(("Content-Disposition", "attachment"), TYPE),
        )
        for name, value in (
            ("X-Accel-Response-Content-Disposition", "inline"),
            ("X-Accel-Response-Content-Type", "text/html"),
            ("X-Accel-Response-ETag", '"x"'),
            ("X-Accel-Request-Authorization", "x"),
        )
    ),
    Row(
        says="X-Accel-Redirect on an error of the remote does nothing",
        remote={"/file": answer(404, (("X-Accel-Redirect", "/download"),)), "*": WHOLE},
        status=404,
        asked=("main /file",),
    ),
    # --- Fields that act ---
    *(
        Row(
            says=f"{name} of the remote is not shown",
            remote=answer(200, (TYPE, (name, value)), BODY),
            status=200,
            body_is=BODY,
            has_not=(name,),
        )
        for name, value in (
            ("Set-Cookie", "session=stolen; Path=/"),
            ("Set-Cookie2", "a=1"),
            ("Refresh", "0;url=https://evil.example/"),
            ("Location", "https://evil.example/"),
            ("Status", "404 Not Found"),
            ("Server", "EvilServer/1.0"),
            ("Trailer", "X-T"),
            ("TE", "trailers"),
            ("Upgrade", "h2c"),
            ("Keep-Alive", "timeout=5"),
            ("Proxy-Connection", "keep-alive"),
            ("Proxy-Authorization", "x"),
            ("X-Pad", "avoid browser bug"),
            ("Expect-CT", "max-age=1"),
        )
    ),
    Row(
        says="many cookies of the remote, none is shown",
        remote=answer(200, (TYPE, *(("Set-Cookie", f"c{n}=1") for n in range(9))), BODY),
        app_fields=(("Set-Cookie", "ours=1"),),
        status=200,
        has=(("Set-Cookie", "ours=1"),),
    ),
    Row(
        says="Connection: close of the remote",
        remote=answer(200, (TYPE, ("Connection", "close")), BODY),
        status=200,
        body_is=BODY,
    ),
    Row(
        says="Connection that names a field",
        remote=answer(200, (TYPE, ("Connection", "X-Own"), ("X-Own", "1")), BODY),
        status=200,
    ),
    Row(
        says="Connection: upgrade on a 200",
        remote=answer(200, (TYPE, ("Connection", "upgrade"), ("Upgrade", "websocket")), BODY),
        status=200,
        body_is=BODY,
        has_not=("Upgrade",),
    ),
    Row(
        says="101 of the remote",
        remote=[
            head(b"HTTP/1.1 101 Switching Protocols", b"Upgrade: x", b"Connection: upgrade"),
            Close(),
        ],
        status=502,
    ),
    # --- Repeats ---
    Row(
        says="two Content-Types",
        remote=answer(200, (TYPE, ("Content-Type", "text/html")), BODY),
        status=200,
    ),
    Row(
        says="two Content-Types with a type of the RemoteFile's",
        file={"content_type": "image/png"},
        remote=answer(200, (TYPE, ("Content-Type", "text/html")), BODY),
        status=200,
        has=(("Content-Type", "image/png"),),
    ),
    Row(
        says="two lengths that agree",
        remote=answer(200, (TYPE, LENGTH, LENGTH), BODY, framing="none"),
    ),
    Row(
        says="two lengths that don't agree",
        remote=answer(200, (TYPE, LENGTH, ("Content-Length", "3")), BODY, framing="none"),
    ),
    Row(
        says="two lengths in one field",
        remote=answer(
            200, (TYPE, ("Content-Length", "18, 18")), BODY, framing="none", ending=Close()
        ),
    ),
    Row(
        says="two ETags",
        remote=answer(200, (TYPE, ("ETag", '"a"'), ("ETag", '"b"')), BODY),
        status=200,
    ),
    Row(
        says="two ETags with one of the RemoteFile's",
        file={"etag": "own"},
        remote=answer(200, (TYPE, ("ETag", '"a"'), ("ETag", '"b"')), BODY),
        status=200,
        has=(("ETag", '"own"'),),
    ),
    Row(
        says="two Last-Modifieds",
        remote=answer(
            200,
            (
                TYPE,
                ("Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT"),
                ("Last-Modified", "Fri, 21 Oct 2022 07:28:00 GMT"),
            ),
            BODY,
        ),
        status=200,
    ),
    Row(
        says="two Content-Encodings",
        remote=answer(200, (TYPE, ("Content-Encoding", "gzip"), ("Content-Encoding", "br")), BODY),
        status=200,
    ),
    Row(
        says="two Accept-Ranges",
        remote=answer(200, (TYPE, ("Accept-Ranges", "bytes"), ("Accept-Ranges", "none")), BODY),
        status=200,
    ),
    Row(
        says="two Content-Ranges on a 206",
        fields=(("Range", "bytes=0-17"),),
        remote=answer(
            206, (TYPE, ("Content-Range", "bytes 0-17/18"), ("Content-Range", "bytes 0-1/2")), BODY
        ),
        status=206,
    ),
    Row(
        says="two Content-Ranges on a 416",
        fields=(("Range", "bytes=99-"),),
        remote=answer(416, (("Content-Range", "bytes */18"), ("Content-Range", "bytes */99"))),
        status=416,
    ),
    Row(
        says="two Content-Dispositions of the remote",
        remote=answer(
            200, (TYPE, ("Content-Disposition", "inline"), ("Content-Disposition", "x")), BODY
        ),
        status=200,
        has=(("Content-Disposition", "attachment"),),
    ),
    Row(
        says="an unknown field twice passes twice",
        remote=answer(200, (TYPE, ("X-Own", "1"), ("X-Own", "2")), BODY),
        status=200,
        has_all=(("X-Own", "1"), ("X-Own", "2")),
    ),
    Row(
        says="names in odd letter case are the same names",
        remote=answer(
            200,
            (
                ("cONTENT-tYPE", "text/csv"),
                ("eTaG", '"v1"'),
                ("SET-COOKIE", "a=1"),
                ("content-disposition", "inline"),
                ("x-ACCEL-redirect", "/x"),
                ("LAST-modified", "Wed, 21 Oct 2015 07:28:00 GMT"),
            ),
            BODY,
        ),
        status=200,
        has=(("Content-Type", "text/csv"), ("ETag", '"v1"')),
        has_not=("Set-Cookie",),
    ),
    # --- Encodings ---
    *(
        Row(
            says=f"Content-Encoding {coding} passes with the bytes as they are",
            remote=answer(200, (TYPE, ("Content-Encoding", coding)), b"\x1f\x8b\x08not really"),
            status=200,
            body_is=b"\x1f\x8b\x08not really",
            has=(("Content-Encoding", coding),),
        )
        for coding in ("gzip", "br", "zstd", "deflate", "identity", "aws-chunked")
    ),
    Row(
        says="a body in gzip isn't unpacked for a client that can't",
        fields=(("Accept-Encoding", "identity"),),
        remote=answer(200, (TYPE, ("Content-Encoding", "gzip")), b"\x1f\x8b\x08not really"),
        status=200,
        body_is=b"\x1f\x8b\x08not really",
    ),
    Row(
        says="a body isn't packed for a client that could",
        fields=(("Accept-Encoding", "gzip"),),
        remote=answer(200, (("Content-Type", "text/html"),), b"text " * 1000),
        status=200,
        body_is=b"text " * 1000,
        has_not=("Content-Encoding", "Vary"),
    ),
    Row(
        says="Transfer-Encoding: gzip",
        remote=[
            head(OK, TYPE_LINE, b"Transfer-Encoding: gzip") + BODY,
            Close(),
        ],
    ),
    Row(
        says="Transfer-Encoding: gzip, chunked",
        remote=[
            head(OK, TYPE_LINE, b"Transfer-Encoding: gzip, chunked") + chunk(BODY) + b"0\r\n\r\n",
            Close(),
        ],
    ),
    Row(
        says="Transfer-Encoding: identity",
        remote=[head(OK, TYPE_LINE, LENGTH_LINE, b"Transfer-Encoding: identity") + BODY, Close()],
    ),
    Row(
        says="two Transfer-Encodings",
        remote=[
            head(OK, TYPE_LINE, b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked")
            + chunk(BODY)
            + b"0\r\n\r\n",
            Close(),
        ],
    ),
    Row(
        says="Transfer-Encoding: Chunked in capitals",
        remote=[head(OK, TYPE_LINE, b"Transfer-Encoding: CHUNKED") + chunk(BODY) + b"0\r\n\r\n"],
        status=200,
        body_is=BODY,
    ),
    Row(
        says="a length and chunks",
        remote=[
            head(OK, TYPE_LINE, LENGTH_LINE, b"Transfer-Encoding: chunked")
            + chunk(BODY)
            + b"0\r\n\r\n",
            Close(),
        ],
    ),
    Row(
        says="chunks and then a length",
        remote=[
            head(OK, TYPE_LINE, b"Transfer-Encoding: chunked", b"Content-Length: 3")
            + chunk(BODY)
            + b"0\r\n\r\n",
            Close(),
        ],
    ),
    Row(
        says="chunks with extensions and a trailer",
        remote=[
            head(OK, TYPE_LINE, b"Transfer-Encoding: chunked", b"Trailer: X-Amz-Trailer")
            + b"9;a=b\r\n"
            + BODY[:9]
            + b"\r\n009\r\n"
            + BODY[9:]
            + b"\r\n0\r\nX-Amz-Trailer: 1\r\nSet-Cookie: t=1\r\n\r\n",
        ],
        status=200,
        body_is=BODY,
        has_not=("X-Amz-Trailer", "Set-Cookie", "Trailer"),
    ),
    *(
        Row(
            says=f"a chunk whose size is {kind} after a good one",
            remote=[
                head(OK, TYPE_LINE, b"Transfer-Encoding: chunked") + chunk(BODY),
                Pause(0.05),
                size + b"\r\nabcde\r\n0\r\n\r\n",
                Close(),
            ],
            status=200,
            body_is=BODY,
            breaks_off=True,
        )
        for kind, size in (
            ("no number", b"zz"),
            ("missing", b""),
            ("negative", b"-5"),
            ("plus five", b"+5"),
            ("hexadecimal in Python", b"0x5"),
            ("Python's fifty", b"0_5"),
            ("five behind a space", b" 5"),
            ("beyond all bounds", b"f" * 40),
        )
    ),
    Row(
        says="a chunk whose size is no number",
        remote=[head(OK, TYPE_LINE, b"Transfer-Encoding: chunked") + b"zz\r\nabc\r\n", Close()],
        status=502,
    ),
    Row(
        says="a chunk that is longer than its size",
        remote=[
            head(OK, TYPE_LINE, b"Transfer-Encoding: chunked") + b"3\r\nabcdef\r\n0\r\n\r\n",
            Close(),
        ],
        breaks_off=True,
    ),
    Row(
        says="a chunk whose lines end in line feeds alone",
        remote=[
            head(OK, TYPE_LINE, b"Transfer-Encoding: chunked") + b"5\nabcde\n0\n\n",
            Close(),
        ],
        status=200,
        body_is=b"abcde",
    ),
    Row(
        says="a chunk whose size has zeros before and a space behind",
        remote=[
            head(OK, TYPE_LINE, b"Transfer-Encoding: chunked")
            + b"%018x \r\n" % len(BODY)
            + BODY
            + b"\r\n000\r\n\r\n",
            Close(),
        ],
        status=200,
        body_is=BODY,
    ),
    # --- Lengths ---
    *(
        Row(
            says=f"a length of {kind}",
            remote=[head(OK, TYPE_LINE, b"Content-Length: " + value) + BODY, Close()],
        )
        for kind, value in (
            ("minus one", b"-1"),
            ("letters", b"abc"),
            ("nothing", b""),
            ("plus eighteen", b"+18"),
            ("hexadecimal", b"0x12"),
            ("eighteen and a space between", b"1 8"),
            ("eighteen with zeros before", b"00018"),
            ("eighteen with a fraction", b"18.0"),
            ("more than any number", b"9" * 40),
        )
    ),
    *(
        Row(
            says=f"{what} with {space} after it",
            remote=[head(OK, TYPE_LINE, line + blank) + body, Close()],
        )
        for space, blank in (("a space", b" "), ("a tab", b"\t"))
        for what, line, body in (
            ("a length", LENGTH_LINE, BODY),
            ("chunked", b"Transfer-Encoding: chunked", chunk(BODY) + b"0\r\n\r\n"),
        )
    ),
    *(
        Row(
            says=f"a type of several parts {kind}",
            remote=[head(OK, b"Content-Type: " + media_type, LENGTH_LINE) + BODY],
            status=200,
            body_is=BODY,
        )
        for kind, media_type in (
            ("without a boundary", b"multipart/mixed"),
            ("with half a boundary", b"multipart/mixed; boundary*=a; boundary*1=b"),
            (
                "with a boundary in a place beyond counting",
                b"multipart/mixed; boundary*%s=a" % (b"1" * 5000),
            ),
            ("with nothing but separators", b"multipart/mixed" + b";" * 5000),
        )
    ),
    Row(
        says="a body longer than its length",
        remote=[head(OK, TYPE_LINE, b"Content-Length: 5") + BODY, Close()],
        status=200,
        body_is=BODY[:5],
    ),
    Row(
        says="a second answer behind the first",
        remote=[
            head(OK, TYPE_LINE, LENGTH_LINE)
            + BODY
            + head(OK, b"Set-Cookie: a=1", LENGTH_LINE)
            + BODY
        ],
        status=200,
        body_is=BODY,
        has_not=("Set-Cookie",),
    ),
    Row(
        says="a 204 with a body",
        remote=[head(b"HTTP/1.1 204 No Content", b"Content-Length: 18") + BODY, Close()],
        status=204,
        body_is=b"",
    ),
    Row(
        says="a 304 with a body",
        remote=[head(b"HTTP/1.1 304 Not Modified", b"Content-Length: 18") + BODY, Close()],
        status=304,
        body_is=b"",
    ),
    Row(
        says="a 304 with a chunked body",
        remote=answer(304, (), BODY, framing="chunked", ending=Close()),
        status=304,
        body_is=b"",
    ),
    # --- Status lines ---
    *(
        Row(
            says=f"a status line {kind}",
            remote=[head(line, TYPE_LINE, LENGTH_LINE) + BODY, Close()],
        )
        for kind, line in (
            ("of HTTP/1.0", b"HTTP/1.0 200 OK"),
            ("of HTTP/1.2", b"HTTP/1.2 200 OK"),
            ("of HTTP/2", b"HTTP/2 200 OK"),
            ("of HTTP/2.0", b"HTTP/2.0 200 OK"),
            ("of HTTP/0.9", b"HTTP/0.9 200 OK"),
            ("of another protocol", b"ICY 200 OK"),
            ("in small letters", b"http/1.1 200 OK"),
            ("without a status", b"HTTP/1.1"),
            ("with a status of two digits", b"HTTP/1.1 20 OK"),
            ("with a status of four digits", b"HTTP/1.1 2000 OK"),
            ("with a status of letters", b"HTTP/1.1 abc OK"),
            ("with a status of 000", b"HTTP/1.1 000 None"),
            ("with a status of 099", b"HTTP/1.1 099 None"),
            ("with two spaces", b"HTTP/1.1  200 OK"),
            ("with a tab", b"HTTP/1.1\t200 OK"),
            ("that is empty", b""),
            ("that is a field", b"X-Own: 1"),
            ("that is HTML", b"<html>"),
        )
    ),
    Row(
        says="an empty line before the status line",
        remote=[b"\r\n" + head(OK, LENGTH_LINE) + BODY, Close()],
    ),
    Row(
        says="line feeds without carriage returns",
        remote=[b"HTTP/1.1 200 OK\nContent-Type: text/csv\nContent-Length: 18\n\n" + BODY, Close()],
    ),
    *(
        Row(
            says=f"a client that means to keep {name} back",
            fields=((name, "@@@SKIP_HEADER@@@"),),
            asked_with=((name, "@@@SKIP_HEADER@@@"),),
        )
        for name in ("Range", "If-None-Match", "If-Modified-Since")
    ),
    # --- Fields that are none ---
    *(
        Row(
            says=f"a field {kind}",
            remote=[head(OK, TYPE_LINE, line, LENGTH_LINE) + BODY, Close()],
        )
        for kind, line in (
            ("without a colon", b"nonsense"),
            ("without a name", b": value"),
            ("with a space before the colon", b"X-Own : 1"),
            ("with a space in its name", b"X Own: 1"),
            ("with an underscore", b"X_Own: 1"),
            ("with a dot", b"X.Own: 1"),
            ("with a digit first", b"1X: 1"),
            ("with token characters", b"!#$%&'*+-.^_`|~: 1"),
            ("with a slash in its name", b"X/Own: 1"),
            ("with a parenthesis in its name", b"X(Own): 1"),
            ("with a name beyond ASCII", b"X-\xe9: 1"),
            ("with a value beyond ASCII", b"X-Own: caf\xc3\xa9"),
            ("with a Latin-1 value", b"X-Own: caf\xe9"),
            ("with a control character in its value", b"X-Own: a\x01b"),
            ("with a NUL in its value", b"X-Own: a\x00b"),
            ("with a NUL in its name", b"X-\x00Own: ab"),
            ("with a bare carriage return", b"X-Own: a\rSet-Cookie: b"),
            ("with a vertical tab", b"X-Own: a\x0bb"),
            ("with a form feed", b"X-Own: a\x0cb"),
            ("with a file separator", b"X-Own: a\x1cb"),
            ("with a next-line character", b"X-Own: a\x85Set-Cookie: b"),
            ("with DEL", b"X-Own: a\x7fb"),
            ("with spaces around", b"X-Own:    a b   "),
            ("with tabs around", b"X-Own:\ta\tb\t"),
            ("that is folded", b"X-Own: a\r\n b"),
            ("that is folded with a tab", b"X-Own: a\r\n\tb"),
            ("that folds the cookie in", b"X-Own: a\r\n Set-Cookie: b"),
        )
    ),
    Row(
        says="a Content-Type beyond ASCII",
        remote=answer(200, (("Content-Type", "text/caf\xe9"),), BODY),
    ),
    Row(says="an ETag beyond ASCII", remote=answer(200, (TYPE, ("ETag", '"caf\xe9"')), BODY)),
    Row(
        says="a Content-Range beyond ASCII on a 416",
        remote=answer(416, (("Content-Range", "bytes */\xe9"),)),
        status=416,
    ),
    Row(
        says="a head that isn't ended",
        remote=[b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n", Close()],
        status=502,
    ),
    Row(
        says="a head of 8 kB",
        remote=answer(200, (TYPE, *((f"X-Own-{n}", "v" * 70) for n in range(90))), BODY),
        status=200,
        body_is=BODY,
    ),
    Row(
        says="a head of 15 kB",
        remote=answer(200, (TYPE, *((f"X-Own-{n}", "v" * 990) for n in range(15))), BODY),
        status=200,
    ),
    Row(
        says="a head of 20 kB",
        remote=answer(200, (TYPE, *((f"X-Own-{n}", "v" * 990) for n in range(20))), BODY),
    ),
    Row(
        says="a head of 200 kB",
        remote=answer(200, (TYPE, *((f"X-Own-{n}", "v" * 990) for n in range(200))), BODY),
    ),
    Row(
        says="a field of 12 kB",
        remote=answer(200, (TYPE, ("X-Own", "v" * 12_000)), BODY),
        status=200,
    ),
    Row(
        says="a field of 70 kB",
        remote=answer(200, (TYPE, ("X-Own", "v" * 70_000)), BODY),
    ),
    Row(
        says="a hundred and fifty fields",
        remote=answer(200, (TYPE, *((f"X-{n}", "v") for n in range(150))), BODY),
    ),
    # --- Interim answers ---
    Row(
        says="103 before the answer",
        remote=answer(200, (TYPE,), BODY, early_hints=(("Link", "</s>; rel=preload"),)),
        status=200,
        body_is=BODY,
    ),
    Row(
        says="100 before the answer",
        remote=[head(b"HTTP/1.1 100 Continue") + head(OK, TYPE_LINE, LENGTH_LINE) + BODY],
        status=200,
        body_is=BODY,
    ),
    Row(
        says="102 before the answer",
        remote=[head(b"HTTP/1.1 102 Processing") + head(OK, TYPE_LINE, LENGTH_LINE) + BODY],
        status=200,
        body_is=BODY,
    ),
    # --- The client as an attacker ---
    *(
        Row(
            says=f"{name} of the client chooses nothing",
            fields=((name, value),),
            status=200,
            body_is=BODY,
            asked=("main /file",),
        )
        for name, value in (
            ("X-Accel-Token", "guess"),
            ("X-Accel-Redirect", "/_remote/http/127.0.0.1/"),
            ("X-Accel-Mapping", "/=/_remote/"),
            ("X-Sendfile-Type", "X-Accel-Redirect"),
            ("X-Remote-File", "http://127.0.0.1/"),
            ("X-Accel-Request-Range", "bytes=0-1"),
            ("X-Accel-Response-Content-Type", "text/html"),
            ("X-HTTP-Method-Override", "PUT"),
            ("Upgrade", "websocket"),
            ("TE", "trailers"),
        )
    ),
    Row(
        says="the token sent twice by the client chooses nothing",
        fields=(("X-Accel-Token", "guess"), ("X-Accel-Token", "again")),
        status=200,
    ),
    Row(
        says="an underscore in the client's field chooses nothing",
        fields=(("X_Accel_Token", "guess"), ("If_None_Match", '"v1"'), ("Ra_nge", "bytes=0-1")),
        status=200,
        asked_without=("If-None-Match", "Range"),
    ),
    *(
        Row(
            says=f"the client's {target} reaches no remote",
            target=target,
            status=200,
            body_is=BODY,
            asked=("main /file",),
        )
        for target in (
            "/download?a=1&b=%2F..%2F",
            "/download/%2e%2e/x",
            "/down%20load",
            "/download?$host",
            "//download//x",
        )
    ),
    *(
        Row(
            says=f"two carriage returns at a line's end before {what}",
            remote=[head(OK, TYPE_LINE, b"X-Own: a\r", *lines) + data, Close()],
            status=200,
            body_is=body,
            has=(("X-Own", "a"),),
            breaks_off=broken,
        )
        for what, lines, data, body, broken in (
            (
                "the chunks' field",
                (b"Transfer-Encoding: chunked",),
                chunk(BODY) + b"0\r\n\r\n",
                BODY,
                False,
            ),
            ("a length that the body lacks", (LENGTH_LINE,), BODY[:5], BODY[:5], True),
            (
                "chunks without an end",
                (b"Transfer-Encoding: chunked",),
                chunk(BODY[:5]),
                BODY[:5],
                True,
            ),
            ("a validator", (LENGTH_LINE, b'ETag: "v1"'), BODY, BODY, False),
        )
    ),
    *(
        Row(
            says=f"a line of a mailbox {where}",
            remote=[head(OK, *lines) + BODY, Close()],
            status=502,
        )
        for where, lines in (
            ("first", (b"From nobody", TYPE_LINE, LENGTH_LINE)),
            ("between fields", (TYPE_LINE, b"From nobody", LENGTH_LINE)),
            ("last", (TYPE_LINE, LENGTH_LINE, b"From nobody")),
        )
    ),
    *(
        Row(
            says=f"an empty {name} before one",
            remote=answer(200, ((name, ""), (name, value)), BODY),
            status=200,
            has_not=(name,) if name != "Content-Type" else (),
            has=(("Content-Type", "application/octet-stream"),),
        )
        for name, value in (
            ("ETag", '"v1"'),
            ("Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT"),
            ("Content-Type", "text/csv"),
        )
    ),
    Row(
        says="a chunk's size with words behind",
        remote=[
            head(OK, TYPE_LINE, b"Transfer-Encoding: chunked")
            + b"12 words\r\n"
            + BODY
            + b"\r\n0 words\r\n\r\n",
            Close(),
        ],
        status=200,
        body_is=BODY,
    ),
    # --- At the bounds ---
    Row(says="a hundred fields", remote=answer(200, (TYPE, *((f"X-{n}", "v") for n in range(98))))),
    Row(
        says="a head of exactly buffer_bytes",
        remote=[
            head(OK, TYPE_LINE, LENGTH_LINE, b"X-Own: " + b"v" * (16384 - _WITHOUT_VALUE)) + BODY
        ],
        breaks_off=None,
    ),
    Row(
        says="trailers of 20 kB",
        remote=[
            head(OK, TYPE_LINE, b"Transfer-Encoding: chunked") + chunk(BODY) + b"0\r\n",
            *(b"X-%d: %s\r\n" % (n, b"v" * 990) for n in range(20)),
            b"\r\n",
        ],
        breaks_off=None,
    ),
    Row(
        says="a chunk with an extension of 5 kB",
        remote=[
            head(OK, TYPE_LINE, b"Transfer-Encoding: chunked"),
            b"12;" + b"x" * 5000 + b"\r\n" + BODY + b"\r\n0\r\n\r\n",
            Close(),
        ],
        breaks_off=None,
    ),
    # --- What NGINX's variables take for one ---
    Row(
        says="a type with an underscore in its name",
        file={"disposition": "inline"},
        remote=answer(200, (("Content_Type", "text/html"), ("Content-Type", "image/png")), BODY),
    ),
    # --- As IIS says it ---
    Row(
        says="a status line among the fields",
        remote=[head(OK, OK, TYPE_LINE, LENGTH_LINE) + BODY, Close()],
    ),
    Row(
        says="a status line with a part of a status",
        remote=[head(b"HTTP/1.1 404.7 No", LENGTH_LINE) + BODY, Close()],
    ),
    Row(
        says="a length behind a tab",
        remote=[head(OK, TYPE_LINE, b"Content-Length:\t18") + BODY, Close()],
    ),
    # --- What NGINX refuses of the client's ---
    Row(says="If-Modified-Since sent twice", fields=(("If-Modified-Since", "x"),) * 2),
    Row(says="TRACE", method="TRACE"),
]
