"""What no row of `tests/fidelity/` shows: many transfers at once, IPv6, who moves the bytes."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conftest import Views
from tests.support.client import send
from tests.support.remote import Request, Step, StubRemote, answer
from tests.support.site import Carrier, Site
from xaccel_wsgi import RemoteFile
from xaccel_wsgi.carriers.nginx.wire import gateway_token

BODY = bytes(range(256)) * 2000


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
