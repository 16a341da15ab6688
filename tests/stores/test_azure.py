"""Azure Blob Storage, in its emulator: URLs with a shared access signature, by both carriers."""

import pytest
from azure.core.exceptions import HttpResponseError

from tests.conftest import Views
from tests.stores.azurite import Azurite
from tests.stores.conftest import OpenSite
from tests.stores.keys import DOT_SEGMENTS, KEYS
from tests.stores.uploads import Container
from tests.support.client import send
from tests.support.site import Carrier, Site
from xaccel_wsgi import RemoteFile

# It takes a backslash for a slash, once the request is on its way.
NOT_SERVED = ("back\\slash.txt",)
SERVED = [key for key in KEYS if key not in (*DOT_SEGMENTS, *NOT_SERVED)]


@pytest.fixture(scope="module")
def store_site(azurite: Azurite, open_site: OpenSite) -> Site:
    """A site that may fetch from the container, and from nothing else."""
    return open_site(f"{azurite.account_url}/files/")


@pytest.mark.parametrize("key", SERVED)
def test_an_awkward_key_is_served(
    key: str, carrier: Carrier, store_site: Site, container: Container, views: Views
) -> None:
    """The signature holds for what arrives, and the blob is the right one."""
    views.view = lambda _: RemoteFile(container.signed(key, "é.txt"), filename="é.txt")
    got = send(store_site.address(carrier), "/f", [("Authorization", "Bearer client")])
    assert (got.status, got.body) == (200, key.encode())


@pytest.mark.parametrize("key", DOT_SEGMENTS)
def test_a_dot_segment_is_refused_by_the_store(key: str, container: Container) -> None:
    """When it is uploaded: not for us to serve."""
    with pytest.raises(HttpResponseError):
        container.client.upload_blob(key, b"")


@pytest.mark.parametrize("key", NOT_SERVED)
def test_a_key_that_the_store_does_not_know_again(key: str, container: Container) -> None:
    """Asked directly, without anything of ours. One that it learns to serve belongs above."""
    target = container.signed(key).partition("//")[2]
    address, _, path = target.partition("/")
    assert send(address, f"/{path}").status == 403


def test_a_tampered_url_is_refused(
    carrier: Carrier, store_site: Site, container: Container, views: Views
) -> None:
    """The store verifies: 403, and for the client 502."""
    views.view = lambda _: RemoteFile(container.signed("plain.txt").replace("plain", "other"))
    assert send(store_site.address(carrier), "/f").status == 502


def test_a_head_and_a_range(
    carrier: Carrier, store_site: Site, container: Container, views: Views
) -> None:
    """As of any file."""
    views.view = lambda _: RemoteFile(container.signed("plain.txt"))
    address = store_site.address(carrier)
    head = send(address, "/f", method="HEAD")
    assert (head.status, head.value("Content-Length"), head.body) == (200, "9", b"")
    part = send(address, "/f", [("Range", "bytes=0-4")])
    assert (part.status, part.body) == (206, b"plain")
