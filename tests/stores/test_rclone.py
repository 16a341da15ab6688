"""rclone's S3 server, through both carriers."""

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from tests.conftest import Views
from tests.stores.conftest import OpenSite
from tests.stores.keys import KEYS
from tests.stores.rclone import ACCESS_KEY, SECRET_KEY, Rclone
from tests.stores.uploads import filled_bucket
from tests.support.client import send
from tests.support.site import Carrier, Site
from xaccel_wsgi import RemoteFile
from xaccel_wsgi.s3 import S3Bucket

# It keeps files in folders, which have neither.
NOT_HELD = ("a//b.txt", "/leading.txt", "a/../b.txt", "a/./b.txt", "..")
HELD = [key for key in KEYS if key not in NOT_HELD]


@pytest.fixture(scope="session")
def bucket(rclone: Rclone) -> Iterator[S3Bucket]:
    """The filled bucket."""
    bucket = filled_bucket(rclone.url, ACCESS_KEY, SECRET_KEY, HELD)
    yield bucket
    bucket.client.close()


@pytest.fixture(scope="module")
def store_site(bucket: S3Bucket, open_site: OpenSite) -> Site:
    """A site that may fetch from the bucket, and from nothing else."""
    return open_site(bucket.origin)


@pytest.mark.parametrize("key", HELD)
def test_an_awkward_key_is_served(
    key: str, carrier: Carrier, store_site: Site, bucket: S3Bucket, views: Views
) -> None:
    """Also to a client that shows credentials of its own: with two of them rclone answers 400."""
    views.view = lambda _: bucket.remote_file(key, filename="é.txt")
    got = send(store_site.address(carrier), "/f", [("Authorization", "Basic YTpi")])
    assert (got.status, got.body) == (200, key.encode())


@pytest.mark.parametrize("key", NOT_HELD)
def test_the_other_keys_are_refused_by_the_store(key: str, bucket: S3Bucket) -> None:
    """When they are uploaded: not for us to serve. One that it learns to hold belongs above."""
    with pytest.raises(ClientError):
        bucket.client.put_object(Bucket=bucket.name, Key=key)


def test_two_ways_to_sign_in_are_refused(rclone: Rclone, bucket: S3Bucket) -> None:
    """What the test above rests on."""
    url = bucket.remote_file("plain.txt").url
    assert send(url.authority, url.target).status == 200
    assert send(url.authority, url.target, [("Authorization", "Basic YTpi")]).status == 400


def test_a_tampered_url_is_refused(
    carrier: Carrier, store_site: Site, bucket: S3Bucket, views: Views
) -> None:
    """Rclone verifies: 403, and for the client 502."""
    url = bucket.remote_file("plain.txt").url.href
    views.view = lambda _: RemoteFile(url.replace("plain.txt", "a%20b.txt"))
    assert send(store_site.address(carrier), "/f").status == 502
