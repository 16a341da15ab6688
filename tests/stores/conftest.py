"""The stores, each started once, and sites that may fetch from them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from azure.storage.blob import BlobServiceClient

from tests.conftest import Views
from tests.stores.azurite import Azurite, azurite_missing_reason
from tests.stores.keys import KEYS
from tests.stores.rclone import Rclone
from tests.stores.uploads import Container, filled_bucket
from tests.support.accounts import ACCOUNT_KEY
from tests.support.site import Site
from tools.swift_s3 import ACCESS_KEY, SECRET_KEY, SwiftS3
from xaccel_wsgi.s3 import S3Bucket

OpenSite = Callable[..., Site]


@pytest.fixture(scope="session")
def swift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SwiftS3]:
    """OpenStack Swift with its S3 API."""
    with SwiftS3(tmp_path_factory.mktemp("swift")) as store:
        yield store


@pytest.fixture(scope="session")
def swift_bucket(swift: SwiftS3) -> Iterator[S3Bucket]:
    """A bucket of it with every key."""
    bucket = filled_bucket(swift.endpoint_url, ACCESS_KEY, SECRET_KEY, KEYS)
    yield bucket
    bucket.client.close()


@pytest.fixture(scope="session")
def rclone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rclone]:
    """Rclone's S3 server."""
    with Rclone(tmp_path_factory.mktemp("rclone")) as store:
        yield store


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    """Azure's emulator."""
    reason = azurite_missing_reason()
    if reason:
        pytest.skip(reason)
    with Azurite(tmp_path_factory.mktemp("azurite")) as store:
        yield store


@pytest.fixture(scope="session")
def container(azurite: Azurite) -> Iterator[Container]:
    """A container of it with every key that it takes."""
    with BlobServiceClient(azurite.account_url, credential=ACCOUNT_KEY) as service:
        yield Container(service)


@pytest.fixture(scope="module")
def open_site(
    views: Views, nginx_binary: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OpenSite]:
    """Opens sites with these settings, whose application's view is the test's."""
    with ExitStack() as stack:

        def open_site(*origins: str, **options: object) -> Site:
            folder = tmp_path_factory.mktemp("site")
            site = Site(views, folder, nginx_binary, origins=origins, **options)  # type: ignore[arg-type]
            return stack.enter_context(site)

        yield open_site
