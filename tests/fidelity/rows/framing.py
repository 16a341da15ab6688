"""How bytes come, and how they cease to: framing, breaks, silence, kept connections."""

from tests.support.remote import Close, Hang, Pause, Reset, answer

from ..row import BODY, TYPE, WHOLE, Row, Turns

LARGE = bytes(range(256)) * 8192
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-remote\r\n"


ROWS = [
    *(
        Row(
            says=f"a {size} file comes whole, {kind}",
            remote=answer(200, (TYPE,), body, framing=framing, version=version),
            status=200,
            body_is=body,
        )
        for size, body in (("small", BODY), ("large", LARGE))
        for kind, framing, version in (
            ("with a length", "length", "HTTP/1.1"),
            ("chunked", "chunked", "HTTP/1.1"),
            ("until close", "until-close", "HTTP/1.1"),
            ("with a length over HTTP/1.0", "length", "HTTP/1.0"),
            ("until close over HTTP/1.0", "until-close", "HTTP/1.0"),
        )
    ),
    *(
        Row(
            says=f"a file over https comes whole, {kind}",
            url="{secure}/file",
            remote=answer(200, (TYPE,), LARGE, framing=framing),
            status=200,
            body_is=LARGE,
            asked=("secure /file",),
        )
        for kind, framing in (
            ("with a length", "length"),
            ("chunked", "chunked"),
            ("until close", "until-close"),
        )
    ),
    Row(
        says="chunks over HTTP/1.0",
        remote=answer(200, (TYPE,), BODY, framing="chunked", version="HTTP/1.0"),
    ),
    Row(
        says="HTTP/1.0 that keeps the connection",
        remote=answer(
            200, (TYPE, ("Connection", "keep-alive")), BODY, version="HTTP/1.0", ending=Pause(0)
        ),
        status=200,
        body_is=BODY,
        times=2,
    ),
    Row(
        says="a body that comes byte by byte",
        remote=[
            HEAD + b"Content-Length: 6\r\n\r\n",
            *(step for n in range(6) for step in (Pause(0.02), b"%d" % n)),
        ],
        status=200,
        body_is=b"012345",
    ),
    Row(
        says="a head that comes byte by byte",
        remote=[
            *(
                step
                for byte in HEAD + b"Content-Length: 0\r\n\r\n"
                for step in (bytes([byte]), Pause(0.001))
            ),
        ],
        status=200,
        body_is=b"",
    ),
    Row(
        says="chunks that come in pieces",
        remote=[
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n1",
            Pause(0.02),
            b"0\r\n01234567",
            Pause(0.02),
            b"89abcdef\r",
            Pause(0.02),
            b"\n0\r\n",
            Pause(0.02),
            b"\r\n",
        ],
        status=200,
        body_is=b"0123456789abcdef",
    ),
    # --- Breaks ---
    *(
        Row(
            says=f"a connection that {kind} before the answer is a 502",
            remote=[step],
            status=502,
            body_is=b"The file's server gave no usable answer.\n",
            has_not=("Content-Disposition",),
            asked=("main /file",),
        )
        for kind, step in (("closes", Close()), ("resets", Reset()))
    ),
    *(
        Row(
            says=f"a connection that {kind} within the head is a 502",
            remote=[HEAD, Pause(0.02), step],
            status=502,
        )
        for kind, step in (("closes", Close()), ("resets", Reset()))
    ),
    *(
        Row(
            says=f"a connection that {kind} within the body is visible, {framed}",
            remote=[HEAD + more, Pause(0.05), step],
            status=200,
            breaks_off=True,
        )
        for kind, step in (("closes", Close()), ("resets", Reset()))
        for framed, more in (
            ("with a length", b"Content-Length: 1000\r\n\r\n" + b"x" * 500),
            ("chunked", b"Transfer-Encoding: chunked\r\n\r\n3e8\r\n" + b"x" * 500),
        )
    ),
    Row(
        says="a connection that resets within a body until close",
        remote=[HEAD + b"\r\n" + b"x" * 500, Pause(0.05), Reset()],
        status=200,
        breaks_off=True,
    ),
    Row(
        says="a connection that closes between head and body",
        remote=[HEAD + b"Content-Length: 1000\r\n\r\n", Pause(0.05), Close()],
    ),
    Row(
        says="a connection that closes at once after the head",
        remote=answer(200, (TYPE,), b"", declared_length=1000),
    ),
    Row(
        says="a connection that resets between head and body",
        remote=[HEAD + b"Content-Length: 1000\r\n\r\n", Pause(0.05), Reset()],
    ),
    Row(
        says="a connection that closes between head and chunks",
        remote=[HEAD + b"Transfer-Encoding: chunked\r\n\r\n", Pause(0.05), Close()],
    ),
    Row(
        says="chunks without the last one",
        remote=[HEAD + b"Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n", Pause(0.05), Close()],
        status=200,
        breaks_off=True,
    ),
    Row(
        says="chunks without the last empty line",
        remote=[
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n",
            Pause(0.05),
            Close(),
        ],
        status=200,
        body_is=b"abcd",
        breaks_off=True,
    ),
    Row(
        says="a large body that breaks off is visible",
        remote=answer(200, (TYPE,), LARGE, broken_after=1_500_000),
        status=200,
        breaks_off=True,
    ),
    Row(
        says="a large chunked body that breaks off is visible",
        remote=answer(200, (TYPE,), LARGE, broken_after=1_500_000, framing="chunked"),
        status=200,
        breaks_off=True,
    ),
    Row(
        says="a body that breaks off over https is visible",
        url="{secure}/file",
        remote=[HEAD + b"Content-Length: 1000\r\n\r\n" + b"x" * 500, Pause(0.05), Close()],
        status=200,
        breaks_off=True,
    ),
    Row(
        says="a body that is reset over https is visible",
        url="{secure}/file",
        remote=[HEAD + b"Content-Length: 1000\r\n\r\n" + b"x" * 500, Pause(0.05), Reset()],
        status=200,
        breaks_off=True,
    ),
    Row(
        says="a body that breaks off for a HEAD doesn't matter",
        method="HEAD",
        remote=answer(200, (TYPE,), LARGE, broken_after=100),
        status=200,
    ),
    Row(
        says="a place where nobody listens is a 502",
        url="{nowhere}/file",
        status=502,
        body_is=b"The file's server gave no usable answer.\n",
        asked=(),
    ),
    Row(
        says="a place where nobody listens, for a HEAD",
        method="HEAD",
        url="{nowhere}/file",
        status=502,
        body_is=b"",
    ),
    # --- Silence ---
    Row(
        says="silence before the answer is a 504",
        remote=[Hang()],
        status=504,
        body_is=b"The file's server did not answer in time.\n",
        asked=("main /file",),
        at_least_s=0.6,
    ),
    Row(
        says="silence within the head is a 504",
        remote=[HEAD, Hang()],
        status=504,
        at_least_s=0.6,
    ),
    Row(
        says="silence within the body is visible",
        remote=[HEAD + b"Content-Length: 1000\r\n\r\n" + b"x" * 500, Hang()],
        status=200,
        breaks_off=True,
        at_least_s=0.6,
    ),
    Row(
        says="silence between head and body",
        remote=[HEAD + b"Content-Length: 1000\r\n\r\n", Hang()],
        at_least_s=0.6,
    ),
    Row(
        says="silence behind a redirect is a 504",
        remote={"/file": answer(302, (("Location", "/moved"),)), "/moved": [Hang()]},
        status=504,
        at_least_s=0.6,
    ),
    Row(
        says="a redirect whose body hangs is followed all the same",
        remote={
            "/file": [
                b"HTTP/1.1 302 Found\r\nLocation: /moved\r\nContent-Length: 9\r\n\r\n",
                Hang(),
            ],
            "/moved": WHOLE,
        },
        status=200,
        body_is=BODY,
    ),
    Row(
        says="an error whose body hangs is answered all the same",
        remote=[b"HTTP/1.1 403 Forbidden\r\nContent-Length: 9\r\n\r\n", Hang()],
        status=502,
    ),
    # --- Kept connections ---
    Row(
        says="a connection is used again",
        times=3,
        connections=1,
        status=200,
        body_is=BODY,
    ),
    Row(
        says="a connection with TLS is used again",
        url="{secure}/file",
        times=3,
        connections=1,
        status=200,
        body_is=BODY,
    ),
    Row(
        says="a connection is used again after a 304",
        connections=1,
        remote=answer(304, framing="none"),
        times=3,
        status=304,
    ),
    Row(
        says="the same error three times",
        remote=answer(404, (TYPE,), BODY),
        times=3,
        status=404,
    ),
    Row(
        says="a connection that the remote closes between requests is replaced",
        connections=3,
        remote=answer(200, (TYPE,), BODY, ending=Close()),
        times=3,
        status=200,
        body_is=BODY,
    ),
    Row(
        says="a kept connection that dies on the next request is tried once more",
        remote=Turns(WHOLE, [Close()], WHOLE),
        times=2,
        status=200,
        body_is=BODY,
        asked=("main /file", "main /file"),
    ),
    Row(
        says="a kept connection that is reset on the next request is tried once more",
        remote=Turns(WHOLE, [Reset()], WHOLE),
        times=2,
        status=200,
        body_is=BODY,
        asked=("main /file", "main /file"),
    ),
    *(
        Row(
            says=f"a kept connection behind a redirect that dies {when} is tried once more",
            remote=Turns(
                *(answer(302, (("Location", "{other}/k"),)), WHOLE),
                *(answer(302, (("Location", "{other}/k"),)), death, WHOLE),
            ),
            times=2,
            status=200,
            body_is=BODY,
            asked=("main /file", "other /k", "other /k"),
        )
        for when, death in (
            ("on the next request", [Close()]),
            ("after the next request", [Pause(0.05), Close()]),
        )
    ),
    Row(
        says="a second death is a 502",
        remote=Turns(WHOLE, [Close()], [Close()]),
        times=2,
        status=502,
        asked=("main /file", "main /file"),
    ),
    Row(
        says="a kept connection that is silent on the next request is a 504",
        remote=Turns(WHOLE, [Hang()]),
        times=2,
        status=504,
        asked=("main /file",),
        at_least_s=0.6,
    ),
    Row(
        says="a malformed head on a kept connection isn't asked for again",
        remote=Turns(WHOLE, [HEAD + b"X-Own: a\x00b\r\n\r\n", Close()], WHOLE),
        times=2,
        status=502,
        asked=("main /file",),
    ),
    Row(
        says="a kept connection that dies within the next head",
        remote=Turns(WHOLE, [HEAD, Pause(0.02), Close()], WHOLE),
        times=2,
    ),
    Row(
        says="a connection with more than its answer isn't used again",
        connections=2,
        remote=[HEAD + b"Content-Length: 5\r\n\r\n" + b"12345" + HEAD],
        times=2,
        status=200,
        body_is=b"12345",
    ),
    # --- Rate ---
    Row(
        says="a limited rate sends every byte",
        file={"limit_rate": 20_000},
        remote=answer(200, (TYPE,), b"r" * 25_000),
        status=200,
        body_is=b"r" * 25_000,
        has_not=("X-Accel-Limit-Rate",),
        at_least_s=0.2,
    ),
    Row(
        says="a high rate limit sends every byte",
        file={"limit_rate": 100_000_000},
        remote=answer(200, (TYPE,), LARGE),
        status=200,
        body_is=LARGE,
    ),
    Row(
        says="a file behind a redirect is read as fast as it comes",
        remote=Turns(
            answer(302, (("Location", "{other}/large"),)), answer(200, (TYPE,), b"r" * 200_000)
        ),
        status=200,
        body_is=b"r" * 200_000,
    ),
    Row(
        says="a rate limit of an error",
        file={"limit_rate": 1},
        remote=answer(404, (TYPE,), BODY),
        status=404,
    ),
    *(
        Row(
            says=f"a kept connection that dies within the next status line, {where}, "
            "is tried once more",
            remote=Turns(WHOLE, [sent, Pause(0.02), Close()], WHOLE),
            times=2,
            status=200,
            body_is=BODY,
            asked=("main /file", "main /file"),
        )
        for where, sent in (
            ("at its first letter", b"H"),
            ("behind its version", b"HTTP/1.1 "),
            ("in its number", b"HTTP/1.1 20"),
        )
    ),
]
