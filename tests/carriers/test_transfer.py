"""One transfer from end to end, by both carriers: ranges, errors, redirects, breaks."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.conftest import Views
from tests.support.client import Received, send
from tests.support.remote import Close, Hang, Pause, Request, Reset, Step, StubRemote, answer
from tests.support.site import Carrier, Site
from xaccel_wsgi import RemoteFile
from xaccel_wsgi.carriers.nginx.wire import gateway_token
from xaccel_wsgi.rules.answer import ERROR_BODIES

BODY = bytes(range(256)) * 2000


@pytest.fixture
def ask(carrier: Carrier, site: Site, views: Views, remote: StubRemote):
    """Asks the site for the remote's /k, by each carrier."""

    def ask(*fields: tuple[str, str], method: str = "GET", **arguments: object) -> Received:
        views.view = lambda _: RemoteFile(remote.url("/k"), **arguments)  # type: ignore[arg-type]
        return send(site.address(carrier), "/f", fields, method=method)

    return ask


def test_a_file_arrives_whole_under_its_name(ask, remote: StubRemote) -> None:
    """Bytes, length, type and name are as they should be."""
    remote.script = {"/k": answer(200, [("Content-Type", "image/png")], BODY)}
    got = ask(filename="naïve.png")
    assert (got.status, got.body) == (200, BODY)
    assert got.value("Content-Type") == "image/png"
    assert got.value("Content-Length") == str(len(BODY))
    assert got.value("Content-Disposition") == (
        "attachment; filename=\"naive.png\"; filename*=UTF-8''na%C3%AFve.png"
    )
    assert got.value("X-Content-Type-Options") == "nosniff"
    assert got.value("Cache-Control") == "private, no-cache"


def test_a_range_is_the_remotes_affair(ask, remote: StubRemote) -> None:
    """Range and If-Range are passed on, 206 and Content-Range come back."""
    part = answer(206, [("Content-Range", "bytes 0-0/9"), ("ETag", '"v"')], b"a")
    remote.script = {"/k": part}
    got = ask(("Range", "bytes=0-0"), ("If-Range", '"v"'))
    assert (got.status, got.body, got.value("Content-Range")) == (206, b"a", "bytes 0-0/9")
    (asked,) = remote.requests
    assert (asked.value("Range"), asked.value("If-Range")) == ("bytes=0-0", '"v"')


def test_head_is_asked_as_get_without_range_and_answered_without_body(
    ask, remote: StubRemote
) -> None:
    """A URL signed for GET serves a HEAD; its answer is about the whole file."""
    remote.script = {"/k": answer(200, [], BODY)}
    got = ask(("Range", "bytes=0-0"), method="HEAD")
    assert (got.status, got.body, got.excess) == (200, b"", b"")
    assert got.value("Content-Length") == str(len(BODY))
    (asked,) = remote.requests
    assert (asked.method, asked.values("Range")) == ("GET", [])


def test_own_validators_answer_304_without_asking(ask, remote: StubRemote) -> None:
    """With etag= the remote isn't asked for what the client has."""
    got = ask(("If-None-Match", '"v1"'), etag="v1")
    assert (got.status, got.value("ETag"), remote.requests) == (304, '"v1"', [])


def test_own_validators_replace_the_remotes(ask, remote: StubRemote) -> None:
    """Never one validator of each."""
    theirs = [("ETag", '"theirs"'), ("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT")]
    remote.script = {"/k": answer(200, theirs, b"x")}
    got = ask(last_modified=datetime(2025, 6, 1, tzinfo=UTC))
    assert got.value("Last-Modified") == "Sun, 01 Jun 2025 00:00:00 GMT"
    assert got.values("ETag") == []


# DESIGN's table of statuses, a few of each kind.
@pytest.mark.parametrize(
    ("remote_status", "status"),
    [(404, 404), (410, 404), (412, 412), (416, 416), (429, 503), (503, 503), (504, 504)]
    + [(s, 502) for s in (300, 305, 306, 400, 401, 403, 405, 418, 451, 500, 501, 502, 505, 599)],
)
def test_an_error_of_the_remotes_is_answered_by_ours(
    remote_status: int, status: int, ask, remote: StubRemote
) -> None:
    """No body, header, name or type of the remote's or the file's gets on an error page."""
    fields = [("Content-Range", "bytes */9"), ("X-Secret", "1"), ("ETag", '"v"')]
    remote.script = {"/k": answer(remote_status, fields, b"<AccessKeyId>")}
    got = ask(filename="report.pdf")
    assert (got.status, got.body.decode()) == (status, ERROR_BODIES[status])
    names = {name.lower() for name, _ in got.fields}
    allowed = {"content-type", "content-length", "cache-control", "x-content-type-options"}
    allowed |= {"date", "server", "connection", "via"}
    assert names - allowed == ({"content-range"} if status == 416 else set())
    assert got.value("Cache-Control") == "no-store"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_within_the_origins_is_followed(status: int, ask, remote: StubRemote) -> None:
    """The client sees the file, not the redirect."""
    remote.script = {
        "/k": answer(status, [("Location", "/there?sig=%2f#fragment")]),
        "/there": answer(200, [], b"there"),
    }
    got = ask(("Range", "bytes=0-"))
    assert (got.status, got.body) == (200, b"there")
    assert [(r.target, r.value("Range")) for r in remote.requests] == [
        ("/k", "bytes=0-"),
        ("/there?sig=%2f", "bytes=0-"),
    ]


@pytest.mark.parametrize(
    "location",
    [
        pytest.param("http://127.0.0.1:1/", id="another port"),
        pytest.param("http://169.254.169.254/latest/meta-data", id="the cloud's metadata"),
        pytest.param("//localhost/", id="another name for this machine"),
        pytest.param("ftp://127.0.0.1/", id="another scheme"),
        pytest.param("file:///etc/passwd", id="a file"),
        pytest.param("relative", id="a relative path"),
        pytest.param("/a/../b", id="a dot-dot segment"),
        pytest.param("", id="nothing"),
        pytest.param("/a b", id="a space"),
    ],
)
def test_a_redirect_elsewhere_is_502(location: str, ask, remote: StubRemote) -> None:
    """The remote can't send us where the allow list doesn't."""
    remote.script = {"/k": answer(302, [("Location", location)])}
    assert ask().status == 502
    assert len(remote.requests) == 1


@pytest.mark.parametrize(("hops", "status"), [(5, 200), (6, 502)])
def test_five_redirects_are_followed_and_no_more(
    hops: int, status: int, ask, remote: StubRemote
) -> None:
    """The fifth hop is followed, the sixth is 502."""
    chain = ["/k", *(f"/{n}" for n in range(1, hops + 1))]
    remote.script = {a: answer(302, [("Location", b)]) for a, b in itertools.pairwise(chain)}
    remote.script[chain[-1]] = answer(200, [], b"end")
    assert ask().status == status
    assert len(remote.requests) == 6


def test_credentials_go_to_the_remote_and_not_to_another_origin(
    carrier: Carrier, nginx_binary: str, remote: StubRemote, views: Views, tmp_path
) -> None:
    """A bearer token is dropped when a redirect leaves the origin."""
    with StubRemote() as other:
        other.script = {"/o": answer(200, [], b"other")}
        remote.script = {
            "/k": answer(302, [("Location", "/k2")]),
            "/k2": answer(302, [("Location", other.url("/o"))]),
        }
        views.view = lambda _: RemoteFile(
            remote.url("/k"), request_headers={"Authorization": "Bearer t"}
        )
        origins = [f"http://{remote.address}", f"http://{other.address}"]
        with Site(views, tmp_path, nginx_binary, origins=origins) as site:
            got = send(site.address(carrier), "/f")
    assert (got.status, got.body) == (200, b"other")
    assert [r.values("Authorization") for r in remote.requests] == [["Bearer t"], ["Bearer t"]]
    assert [r.values("Authorization") for r in other.requests] == [[]]


def test_what_the_remote_may_not_say(ask, remote: StubRemote) -> None:
    """Headers that act for another host, or on NGINX, stop here."""
    said = [
        ("Set-Cookie", "a=b"), ("Cache-Control", "public"), ("Expires", "0"),
        ("Content-Disposition", "inline"), ("X-Accel-Redirect", "/_remote/http/h/x"),
        ("X-Accel-Limit-Rate", "1"), ("x-amz-request-id", "1"), ("Refresh", "0;url=http://evil/"),
        ("Content-Security-Policy", "x"), ("Link", "<x>"), ("Access-Control-Allow-Origin", "*"),
    ]  # fmt: skip
    remote.script = {"/k": answer(200, said, b"x")}
    got = ask()
    assert got.value("Content-Disposition") == "attachment"
    assert got.value("Cache-Control") == "private, no-cache"
    theirs = {n.lower() for n, _ in said} - {"content-disposition", "cache-control"}
    assert theirs.isdisjoint(name.lower() for name, _ in got.fields)


def test_app_headers_and_cookies_reach_the_client(
    carrier: Carrier, site: Site, views: Views, remote: StubRemote
) -> None:
    """CSP and CORS, which NGINX drops by itself, and every cookie."""
    remote.script = {"/k": answer(200, [], b"x")}

    def view(environ):
        file = RemoteFile(
            remote.url("/k"),
            headers=[
                ("Content-Security-Policy", "sandbox"),
                ("Vary", "Cookie"),
                ("Vary", "Origin"),
            ],
        )

        def answered(environ, start_response):
            cookies = [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
            start_response("200 OK", [*file.response_headers(environ).items(), *cookies])
            return []

        return answered

    views.view = view
    got = send(site.address(carrier), "/f")
    assert got.value("Content-Security-Policy") == "sandbox"
    assert got.value("Vary") == "Cookie, Origin"
    assert got.values("Set-Cookie") == ["a=1", "b=2"]


@pytest.mark.parametrize(
    ("script", "status"),
    [
        pytest.param([Reset()], 502, id="a reset instead of an answer"),
        pytest.param([Close()], 502, id="a close instead of an answer"),
        pytest.param([Hang()], 504, id="silence instead of an answer"),
        pytest.param([b"HTTP/1.1 200 OK\r\nX: ", Pause(0.2), Close()], 502, id="half a head"),
        pytest.param(
            [b"HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 4\r\n\r\nfile"],
            502,
            id="a malformed field",
        ),
    ],
)
def test_no_answer_is_502_or_504(script: list, status: int, ask, remote: StubRemote) -> None:
    """A broken remote is a clean error."""
    remote.script = {"/k": script}
    got = ask()
    assert (got.status, got.body.decode()) == (status, ERROR_BODIES[status])


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(answer(200, [], BODY, broken_after=100000), id="a short body"),
        pytest.param(answer(200, [], BODY, framing="chunked", broken_after=100000), id="chunks"),
        pytest.param([*answer(200, [], BODY, declared_length=len(BODY) + 9)], id="a lie"),
    ],
)
def test_a_broken_body_breaks_visibly(script: list, ask, remote: StubRemote) -> None:
    """A part is never passed off as the whole."""
    remote.script = {"/k": script}
    got = ask()
    assert got.status == 200
    assert got.broken_off


def test_an_unreachable_store_is_502(
    carrier: Carrier, nginx_binary: str, views: Views, tmp_path
) -> None:
    """Connection refused is an error of ours, not a crash."""
    views.view = lambda _: RemoteFile("http://127.0.0.1:1/k")
    with Site(views, tmp_path, nginx_binary, origins=["http://127.0.0.1:1"]) as site:
        assert send(site.address(carrier), "/f").status == 502


def test_connections_to_the_remote_are_reused(ask, remote: StubRemote) -> None:
    """Several files in a row cost one connection."""
    remote.script = {"/k": answer(200, [], b"x")}
    for _ in range(5):
        assert ask().body == b"x"
    assert remote.connections == 1


def test_downloads_at_once_get_their_own_bytes(
    carrier: Carrier, site: Site, views: Views, remote: StubRemote
) -> None:
    """Forty, half of them behind redirects; and again, when connections are kept."""
    files = {f"/{n}": b"%d\n" % n * 20_000 for n in range(20)}

    def script(request: Request) -> list[Step]:
        if request.path in files:
            return answer(200, [], files[request.path])
        return answer(302, [("Location", request.path.removeprefix("/moved"))])

    remote.script = script
    views.view = lambda environ: RemoteFile(remote.url(environ["PATH_INFO"]))
    expected = {**files, **{f"/moved{path}": file for path, file in files.items()}}
    with ThreadPoolExecutor(len(expected)) as clients:
        for _ in range(2):
            got = clients.map(lambda path: send(site.address(carrier), path).body, expected)
            assert dict(zip(expected, got, strict=True)) == expected


def test_an_origin_that_is_an_ipv6_address(
    carrier: Carrier, views: Views, nginx_binary: str, tmp_path: Path
) -> None:
    """It is connected to, and is what the remote is called."""
    try:
        remote = StubRemote({"/k": answer(200, [], BODY)}, host="::1")
    except OSError:
        pytest.skip("this machine has no IPv6")
    with remote:
        origin = remote.url("", "[::1]")
        views.view = lambda _: RemoteFile(f"{origin}/k")
        with Site(views, tmp_path, nginx_binary, origins=[origin]) as site:
            assert send(site.address(carrier), "/f").body == BODY
        (asked,) = remote.requests
        assert asked.value("Host") == f"[::1]:{remote.port}"


def test_behind_nginx_the_application_moves_no_byte(
    site: Site, views: Views, remote: StubRemote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file arrives although the streamer can't send it, and the app's own answer is empty."""
    remote.script = {"/k": answer(200, [], BODY)}
    views.view = lambda _: RemoteFile(remote.url("/k"))
    monkeypatch.setattr(site.app, "_streamer", None)
    assert send(site.nginx.address, "/f").body == BODY
    token = [("X-Accel-Token", gateway_token(site.app.settings))]
    own = send(site.address("stream"), "/f", token)
    assert (own.status, own.body) == (204, b"")
    assert len(remote.requests) == 1
