"""The configuration in a server block that has a life of its own."""

from tests.conftest import Views
from tests.support.client import send
from tests.support.remote import StubRemote, answer
from tests.support.site import Site
from xaccel_wsgi import RemoteFile

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
