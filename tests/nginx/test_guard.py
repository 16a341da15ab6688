"""Ways into the internal location that are none; and TLS to the remote."""

from pathlib import Path

import pytest

from tests.conftest import Views
from tests.support.certificates import Certificates
from tests.support.client import send
from tests.support.nginx import NginxServer
from tests.support.remote import StubRemote, answer
from tests.support.site import CARRIERS, TOKEN, Carrier, Site
from xaccel_wsgi import RemoteFile


@pytest.mark.parametrize(
    "path",
    [
        "/_remote/http/{remote}/k",
        "/_remote//http/{remote}/k",
        "//_remote/http/{remote}/k",
        "/%5fremote/http/{remote}/k",
        "/x/../_remote/http/{remote}/k",
        "/_remote/http/{remote}/k?X-Accel-Redirect=1",
    ],
)
@pytest.mark.parametrize("header", ["X-Accel-Token", "X-Accel-Redirect", "X-None"])
def test_the_internal_path_asked_for_directly(
    path: str, header: str, site: Site, views: Views, remote: StubRemote
) -> None:
    """A client gets 404, or the application, but never the remote."""
    remote.script = lambda _: answer(200, [], b"secret")
    views.view = lambda _: (_ for _ in ()).throw(LookupError)  # type: ignore[assignment]
    got = send(site.nginx.address, path.format(remote=remote.address), [(header, TOKEN)])
    assert got.status in (404, 500)
    assert remote.requests == []


@pytest.mark.parametrize("directive", ["rewrite ^/p/(.*)$ /$1 last;", "try_files /none /$1;"])
def test_an_internal_jump_without_the_application(
    directive: str, site: Site, remote: StubRemote, tmp_path: Path, nginx_binary: str
) -> None:
    """`internal` admits rewrite and try_files; the token doesn't."""
    remote.script = lambda _: answer(200, [], b"secret")
    text = (site.nginx.folder / "nginx.conf").read_text()
    jump = f"location ~ ^/p/(.*)$ {{ {directive} }}\n"
    text = text.replace("server_name _;", f"server_name _;\n{jump}")
    (tmp_path / "temp").mkdir()
    (tmp_path / "nginx.conf").write_text(text.replace(site.nginx.address, "127.0.0.1:0"))
    port = _listen(tmp_path)
    with NginxServer(tmp_path, nginx_binary):
        got = send(f"127.0.0.1:{port}", f"/p/_remote/http/{remote.address}/k")
    assert (got.status, remote.requests) == (404, [])


@pytest.mark.parametrize("token", ["", "X-Accel-Token: wrong-wrong-wrong-wrong"])
def test_another_upstream_that_answers_with_our_headers(
    token: str, site: Site, remote: StubRemote, tmp_path: Path, nginx_binary: str
) -> None:
    """A second application behind the same server has no token and gets nothing."""
    with StubRemote() as other:
        path = f"/_remote/http/{remote.address}/k"
        fields = [("X-Accel-Redirect", path)]
        fields += [("X-Accel-Token", token.partition(": ")[2])] if token else []
        other.script = lambda _: answer(200, fields)
        remote.script = lambda _: answer(200, [], b"secret")
        text = (site.nginx.folder / "nginx.conf").read_text()
        second = f"location /other {{ proxy_pass http://{other.address}; }}\n"
        text = text.replace("server_name _;", f"server_name _;\n{second}")
        (tmp_path / "temp").mkdir()
        (tmp_path / "nginx.conf").write_text(text.replace(site.nginx.address, "127.0.0.1:0"))
        port = _listen(tmp_path)
        with NginxServer(tmp_path, nginx_binary):
            got = send(f"127.0.0.1:{port}", "/other")
    assert (got.status, remote.requests) == (404, [])


def test_a_server_block_that_would_change_the_answer(
    site: Site, views: Views, remote: StubRemote, tmp_path: Path, nginx_binary: str
) -> None:
    """gzip, charset, expires and the like around us leave the file as it is."""
    page = b"text " * 1000
    said = [("Content-Type", "text/css"), ("ETag", '"v"'), ("X-Amz-Request-Id", "1")]
    remote.script = {"/k": answer(200, said, page)}
    views.view = lambda _: RemoteFile(remote.url("/k"))
    around = (
        "gzip on; gzip_types *; charset utf-8; expires 1h; add_header X-Frame-Options DENY;"
        "proxy_set_header X-Leak 1; proxy_pass_header X-Amz-Request-Id; ssi on; ssi_types *;"
        "error_page 404 /nowhere; proxy_cookie_path / /x/; proxy_redirect / /y/;"
        "location ~ k$ { return 410; }"
    )
    text = (site.nginx.folder / "nginx.conf").read_text()
    text = text.replace("server_name _;", f"server_name _; {around}")
    (tmp_path / "temp").mkdir()
    (tmp_path / "nginx.conf").write_text(text.replace(site.nginx.address, "127.0.0.1:0"))
    port = _listen(tmp_path)
    with NginxServer(tmp_path, nginx_binary):
        got = send(f"127.0.0.1:{port}", "/f", [("Accept-Encoding", "gzip")])
    own = send(site.nginx.address, "/f", [("Accept-Encoding", "gzip")])
    ignored = {"date"}
    assert {f for f in got.fields if f[0].lower() not in ignored} == {
        f for f in own.fields if f[0].lower() not in ignored
    }
    assert got.body == page


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("trusted", [True, False], ids=["our authority", "another authority"])
def test_tls_to_the_remote_is_verified(
    carrier: Carrier,
    trusted: bool,
    views: Views,
    nginx_binary: str,
    tmp_path: Path,
) -> None:
    """A certificate of an authority that isn't trusted is 502, in both."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "n").mkdir()
    right = Certificates(tmp_path / "a", "localhost")
    served = right if trusted else Certificates(tmp_path / "b", "localhost")
    with StubRemote({"/k": answer(200, [], b"x")}, tls=served.server_context()) as remote:
        views.view = lambda _: RemoteFile(remote.url("/k", "localhost"))
        options = {"ca_file": str(right.ca_file), "pin_dns": True}
        origins = [f"https://localhost:{remote.port}"]
        with Site(views, tmp_path / "n", nginx_binary, origins=origins, **options) as site:
            got = send(site.address(carrier), "/f")
    assert got.status == (200 if trusted else 502)


@pytest.mark.parametrize("carrier", CARRIERS)
def test_tls_with_a_certificate_for_another_name(
    carrier: Carrier, views: Views, nginx_binary: str, tmp_path: Path
) -> None:
    """A trusted authority's certificate for somebody else is 502, in both."""
    (tmp_path / "a").mkdir()
    (tmp_path / "n").mkdir()
    certificates = Certificates(tmp_path / "a", "other.example")
    with StubRemote({"/k": answer(200, [], b"x")}, tls=certificates.server_context()) as remote:
        views.view = lambda _: RemoteFile(remote.url("/k", "localhost"))
        options = {"ca_file": str(certificates.ca_file), "pin_dns": True}
        origins = [f"https://localhost:{remote.port}"]
        with Site(views, tmp_path / "n", nginx_binary, origins=origins, **options) as site:
            assert send(site.address(carrier), "/f").status == 502


def _listen(folder: Path) -> int:
    """Gives the folder's configuration a free port to listen on."""
    from tests.support.ports import free_port

    port = free_port()
    path = folder / "nginx.conf"
    path.write_text(path.read_text().replace("listen 127.0.0.1:0;", f"listen 127.0.0.1:{port};"))
    return port
