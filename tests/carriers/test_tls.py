"""TLS to the remote: verified against the name and the authorities, in both."""

from pathlib import Path

import pytest

from tests.conftest import Views
from tests.support.certificates import Certificates
from tests.support.client import send
from tests.support.remote import StubRemote, answer
from tests.support.site import CARRIERS, Carrier, Site
from xaccel_wsgi import RemoteFile


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
