"""The configuration in a server block that has a life of its own."""

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import Views
from tests.support.client import send
from tests.support.remote import Hang, StubRemote, answer
from tests.support.site import Site
from tests.support.waiting import wait_until
from xaccel_wsgi import RemoteFile

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

AROUND = """
    gzip on; gzip_types *; charset utf-8; expires 1h; add_header X-Frame-Options DENY;
    proxy_set_header X-Leak 1; proxy_pass_header X-Amz-Request-Id; ssi on; ssi_types *;
    error_page 404 /nowhere; proxy_cookie_path / /x/; proxy_redirect / /y/;
    location ~ k$ { return 410; }
"""


def test_a_server_block_that_would_change_the_answer(
    site: Site, views: Views, remote: StubRemote, nginx_binary: str, tmp_path_factory
) -> None:
    """gzip, charset, expires and the like around us leave the file as it is."""
    page = b"text " * 1000
    said = [("Content-Type", "text/css"), ("ETag", '"v"'), ("X-Amz-Request-Id", "1")]
    remote.script = {"/k": answer(200, said, page)}
    views.view = lambda _: RemoteFile(remote.url("/k"))
    options = {"origins": [f"http://{remote.address}"], "beside": AROUND}
    folder = tmp_path_factory.mktemp("nginx")
    with Site(views, folder, nginx_binary, **options) as surrounded:  # type: ignore[arg-type]
        got, own = (
            send(each.nginx.address, "/f", [("Accept-Encoding", "gzip")])
            for each in (surrounded, site)
        )
    fields = [{f for f in each.fields if f[0].lower() != "date"} for each in (got, own)]
    assert fields[0] == fields[1]
    assert got.body == page


def test_a_limit_counts_a_file_once(
    views: Views, remote: StubRemote, nginx_binary: str, tmp_path: Path
) -> None:
    """limit_req in the server block holds for our location, too, but the request is the same."""
    remote.script = {"/k": answer(200, [], b"file")}
    views.view = lambda _: RemoteFile(remote.url("/k"))
    options = {
        "origins": [f"http://{remote.address}"],
        "around": "limit_req_zone $host zone=few:1m rate=1r/m; limit_conn_zone $host zone=one:1m;",
        "beside": "limit_req zone=few; limit_conn one 1;",
    }
    with Site(views, tmp_path, nginx_binary, **options) as site:  # type: ignore[arg-type]
        assert [send(site.nginx.address, "/f").status for _ in range(2)] == [200, 503]


def test_an_access_check_is_made_once(
    views: Views, remote: StubRemote, nginx_binary: str, tmp_path: Path
) -> None:
    """auth_request asks about the client's request, and not again about the handoff."""
    views.view = lambda _: RemoteFile(remote.url("/k"))
    remote.script = {
        "/k": answer(302, [("Location", "/l")]),
        "/l": answer(200, [], b"file"),
        "/may": answer(204, framing="none"),
    }
    options = {
        "origins": [f"http://{remote.address}"],
        "beside": "auth_request /may; location = /may { internal; auth_request off; "
        f"proxy_pass http://{remote.address}; }}",
    }
    with Site(views, tmp_path, nginx_binary, **options) as site:  # type: ignore[arg-type]
        assert send(site.nginx.address, "/f").body == b"file"
    assert [request.path for request in remote.requests] == ["/may", "/k", "/l"]


# NGINX follows a redirect in a location of its own.
REMOTES = pytest.mark.parametrize("path", ["/k", "/moved"], ids=["at once", "behind a redirect"])


@REMOTES
def test_a_client_that_leaves_ends_the_transfer(
    path: str, views: Views, remote: StubRemote, nginx_binary: str, tmp_path: Path
) -> None:
    """Whatever the server block says of its own pages."""
    views.view = lambda _: RemoteFile(remote.url(path))
    remote.script = {"/moved": answer(302, [("Location", "/k")]), "/k": [Hang()]}
    options = {
        "origins": [f"http://{remote.address}"],
        "beside": "proxy_ignore_client_abort on;",
    }
    with Site(views, tmp_path, nginx_binary, **options) as site:  # type: ignore[arg-type]
        with pytest.raises(TimeoutError):
            send(site.nginx.address, "/f", timeout_s=0.3)
        wait_until(lambda: "/k" in {request.path for request in remote.requests})
        wait_until(lambda: remote.open_connections == 0)


@REMOTES
def test_a_private_file_is_stored_nowhere(
    path: str, views: Views, remote: StubRemote, nginx_binary: str, tmp_path: Path
) -> None:
    """`proxy_store` in the server block keeps what the application's own pages are made of."""
    views.view = lambda _: RemoteFile(remote.url(path))
    remote.script = {
        "/moved": answer(302, [("Location", "/k")]),
        "/k": answer(200, [], b"file"),
    }
    folder = tmp_path / "nginx"
    folder.mkdir()
    options = {
        "origins": [f"http://{remote.address}"],
        "beside": f"proxy_store {tmp_path}/kept/$request_id;",
    }
    with Site(views, folder, nginx_binary, **options) as site:  # type: ignore[arg-type]
        assert send(site.nginx.address, "/f").body == b"file"
    assert [path for path in (tmp_path / "kept").rglob("*") if b"file" in path.read_bytes()] == []


def test_an_application_that_has_no_answer_for_its_error_page(
    views: Views, remote: StubRemote, nginx_binary: str, tmp_path: Path
) -> None:
    """The page that the site has for such a case is still to come."""
    ended = threading.Event()

    def view(environ: "WSGIEnvironment") -> RemoteFile:
        if environ["PATH_INFO"] == "/errors/404":
            ended.wait(10)
        return RemoteFile(remote.url("/k"))

    views.view = view
    remote.script = {"/k": answer(404)}
    options = {
        "origins": [f"http://{remote.address}"],
        "error_page": "/errors/{status}",
        "beside": "proxy_read_timeout 300ms; error_page 504 /sorry; "
        "location = /sorry { return 200 sorry; }",
    }
    with Site(views, tmp_path, nginx_binary, **options) as site:  # type: ignore[arg-type]
        got = send(site.nginx.address, "/f")
        ended.set()
    assert (got.status, got.body) == (504, b"sorry")
