"""Connections that NGINX keeps: to origins, to where they redirect, and to the application."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Views
from tests.support.certificates import HOST_NAME, Certificates
from tests.support.client import send
from tests.support.dns import StubDns
from tests.support.nginx import nginx_version
from tests.support.remote import Hang, Script, StubRemote, answer
from tests.support.site import TOKEN, Site, nginx_in_front
from tests.support.store import store as good_store
from xaccel_wsgi import RemoteFile
from xaccel_wsgi.carriers.nginx.config import Target
from xaccel_wsgi.carriers.nginx.wire import handoff_fields
from xaccel_wsgi.handoff import Handoff, make_handoff
from xaccel_wsgi.settings import load_settings

TIMES = 10
FILE = answer(200, [], b"file")
CLOSING = answer(200, [("Connection", "close")], b"file")


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    """Of a store by its name."""
    return Certificates(tmp_path)


@pytest.fixture
def store(certificates: Certificates) -> Iterator[StubRemote]:
    """A remote with TLS."""
    with StubRemote(tls=certificates.server_context()) as remote:
        yield remote


def _to(place: str) -> Script:
    """A script that redirects /k there, and has the file elsewhere."""
    moved = answer(302, [("Location", place)])
    return lambda request: moved if request.path == "/k" else FILE  # type: ignore[return-value]


def _fetched(site: Site, views: Views, url: str, **options: object) -> None:
    views.view = lambda _: RemoteFile(url, **options)  # type: ignore[arg-type]
    for _ in range(TIMES):
        assert send(site.nginx.address, "/f").body == b"file"


def test_an_address_is_asked_on_one_connection(
    site: Site, views: Views, remote: StubRemote
) -> None:
    """It needs no DNS, so nothing is in the way."""
    remote.script = {"/k": FILE}
    _fetched(site, views, remote.url("/k"))
    assert (len(remote.requests), remote.connections) == (TIMES, 1)


def test_a_redirect_is_followed_on_one_connection(
    site: Site, views: Views, remote: StubRemote
) -> None:
    """A hop has the same upstreams."""
    remote.script = _to("/l")
    _fetched(site, views, remote.url("/k"))
    assert (len(remote.requests), remote.connections) == (2 * TIMES, 1)


@pytest.mark.parametrize("path", ["/f", "/hop"], ids=["the first URL", "a redirect"])
def test_a_pinned_name_is_asked_on_one_connection(
    path: str,
    store: StubRemote,
    certificates: Certificates,
    views: Views,
    remote: StubRemote,
    nginx_binary: str,
    tmp_path: Path,
) -> None:
    """One handshake for all; on every version, since the name is looked up once."""
    store.script = lambda _: FILE
    remote.script = _to(store.url("/f", "localhost"))
    url = store.url("/f", "localhost") if path == "/f" else remote.url("/k")
    origins = [f"https://localhost:{store.port}", f"http://{remote.address}"]
    options = {"ca_file": str(certificates.ca_file), "pin_dns": True, "origins": origins}
    with Site(views, tmp_path, nginx_binary, **options) as site:  # type: ignore[arg-type]
        _fetched(site, views, url)
    assert (len(store.requests), store.connections) == (TIMES, 1)


def test_a_tls_session_outlives_its_connection(
    store: StubRemote,
    certificates: Certificates,
    views: Views,
    nginx_binary: str,
    tmp_path: Path,
) -> None:
    """A store that closes costs a short handshake instead of a whole one."""
    store.script = lambda _: CLOSING
    origins = [f"https://localhost:{store.port}"]
    options = {"ca_file": str(certificates.ca_file), "pin_dns": True, "origins": origins}
    with Site(views, tmp_path, nginx_binary, **options) as site:  # type: ignore[arg-type]
        _fetched(site, views, store.url("/f", "localhost"))
    assert (store.connections, store.resumed) == (TIMES, TIMES - 1)


def test_slices_share_a_connection(
    views: Views, remote: StubRemote, nginx_binary: str, tmp_path: Path
) -> None:
    """A file of many slices is no reason for many handshakes."""
    size = 8 * 65536
    remote.script = good_store(bytes(size))
    views.view = lambda _: RemoteFile(remote.url("/k"), cache_key="v")
    cache = {"cache": str(tmp_path / "cache"), "cache_slice_bytes": 65536}
    origins = [f"http://{remote.address}"]
    with Site(views, tmp_path, nginx_binary, origins=origins, **cache) as site:  # type: ignore[arg-type]
        assert send(site.nginx.address, "/f").body == bytes(size)
    assert (len(remote.requests), remote.connections) == (8, 1)


# --- Names that are looked up ---


def test_a_name_is_followed_and_its_connections_kept(
    certificates: Certificates, views: Views, nginx_binary: str, tmp_path: Path
) -> None:
    """From 1.27.3 on both are had: when the name moves, so do the requests."""
    if not Target(nginx_version(nginx_binary)).follows_dns:  # type: ignore[arg-type]
        pytest.skip("this NGINX can't follow DNS and keep connections")
    context = certificates.server_context()
    with (
        StubRemote(lambda _: FILE, tls=context) as old,
        StubRemote(lambda _: FILE, tls=context, host="127.0.0.2", port=old.port) as new,
        StubDns({HOST_NAME: "127.0.0.1"}) as dns,
    ):
        origins = [f"https://{HOST_NAME}:{old.port}"]
        options = {"ca_file": str(certificates.ca_file), "origins": origins}
        resolver = f"{dns.address} valid=1s"
        with Site(views, tmp_path, nginx_binary, resolver=resolver, **options) as site:  # type: ignore[arg-type]
            url = old.url("/f", HOST_NAME)
            _fetched(site, views, url)
            assert (len(old.requests), old.connections) == (TIMES, 1)
            dns.names[HOST_NAME] = "127.0.0.2"
            # NGINX asks again in its own time; every request meanwhile is answered by either.
            for _ in range(500):
                _fetched(site, views, url)
                if new.requests:
                    break
            moved_at = len(old.requests)
            _fetched(site, views, url)
            assert (len(old.requests), new.connections) == (moved_at, 1)


def test_one_silent_file_takes_no_other_one_down(
    views: Views, nginx_binary: str, tmp_path: Path
) -> None:
    """Of an upstream with several addresses, NGINX would think that all of them are down."""
    if not Target(nginx_version(nginx_binary)).follows_dns:  # type: ignore[arg-type]
        pytest.skip("this NGINX can't follow DNS and keep connections")
    routes = {"/silent": [Hang()], "/k": FILE}
    with (
        StubRemote(routes, host="0.0.0.0") as store,
        StubDns({HOST_NAME: ("127.0.0.2", "127.0.0.3")}) as dns,
    ):
        origin = f"http://{HOST_NAME}:{store.port}"
        options = {"origins": [origin], "read_timeout_s": 0.3, "resolver": dns.address}
        with Site(views, tmp_path, nginx_binary, **options) as site:  # type: ignore[arg-type]
            views.view = lambda environ: RemoteFile(origin + environ["PATH_INFO"])
            for path, status in (("/k", 200), ("/silent", 504), ("/k", 200)):
                assert send(site.nginx.address, path).status == status


@pytest.mark.parametrize("path", ["/f", "/hop"], ids=["the first URL", "a redirect"])
def test_a_name_is_looked_up_where_connections_cannot_be_kept(
    path: str,
    certificates: Certificates,
    views: Views,
    remote: StubRemote,
    nginx_binary: str,
    tmp_path: Path,
) -> None:
    """A wildcard's hosts are looked up for each request, on every version."""
    host = "bucket.store.example"
    context = certificates.other_context(host)
    with StubRemote(lambda _: FILE, tls=context) as store, StubDns({host: "127.0.0.1"}) as dns:
        remote.script = _to(store.url("/f", host))
        url = store.url("/f", host) if path == "/f" else remote.url("/k")
        origins = [f"https://*.store.example:{store.port}", f"http://{remote.address}"]
        options = {"ca_file": str(certificates.ca_file), "origins": origins}
        with Site(views, tmp_path, nginx_binary, resolver=dns.address, **options) as site:  # type: ignore[arg-type]
            _fetched(site, views, url)
        assert len(store.requests) == TIMES
        assert set(dns.asked) == {host}


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_upstream_of_the_sites_own_that_is_called_like_the_host(
    scheme: str, views: Views, remote: StubRemote, nginx_binary: str, tmp_path: Path
) -> None:
    """It is another server: the file's is looked up, and the site's isn't asked."""
    host = "files.store.example"
    views.view = lambda _: RemoteFile(f"{scheme}://{host}/k")
    with StubDns({host: "no such name"}) as dns:
        options = {
            "origins": [f"{scheme}://{host}"],
            "around": f"upstream {host} {{ server {remote.address}; }}",
        }
        with Site(views, tmp_path, nginx_binary, resolver=dns.address, **options) as site:  # type: ignore[arg-type]
            assert send(site.nginx.address, "/f").status == 502
        assert set(dns.asked) == {host}
    assert remote.connections == 0


# --- The application ---


def test_the_application_is_asked_on_one_connection(
    remote: StubRemote, nginx_binary: str, tmp_path: Path
) -> None:
    """A handoff has no body, so its connection serves the next request."""
    remote.script = {"/k": FILE}
    settings = load_settings(environ={}, origins=[f"http://{remote.address}"], token=TOKEN)
    handoff = make_handoff(RemoteFile(remote.url("/k")), {"REQUEST_METHOD": "GET"}, [], settings)
    assert isinstance(handoff, Handoff)
    said = answer(204, handoff_fields(handoff, settings), framing="none")
    with (
        StubRemote(lambda _: said) as app,
        nginx_in_front(app.address, settings, tmp_path, nginx_binary) as nginx,
    ):
        for _ in range(TIMES):
            assert send(nginx.address, "/f").body == b"file"
        assert (len(app.requests), app.connections) == (TIMES, 1)
