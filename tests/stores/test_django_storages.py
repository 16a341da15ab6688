"""`storage.url(name)` of django-storages, against a store that verifies, by both carriers."""

import pytest
from storages.backends.s3 import S3Storage

from tests.conftest import Views
from tests.stores.conftest import OpenSite
from tests.stores.keys import DOT_SEGMENTS, KEYS
from tests.support import django_project
from tests.support.client import send
from tests.support.site import Carrier, Site
from tools.swift_s3 import ACCESS_KEY, REGION, SECRET_KEY, SwiftS3
from xaccel_wsgi import RemoteFile
from xaccel_wsgi.s3 import S3Bucket

# Django's storages know no such names: they normalise paths, and a backslash is a slash.
OTHERS = (*DOT_SEGMENTS, "a//b.txt", "/leading.txt", "trailing/", "back\\slash.txt")


@pytest.fixture(scope="module")
def storage(swift: SwiftS3, swift_bucket: S3Bucket) -> S3Storage:
    """The storage of a FileField, as settings.py has it."""
    assert django_project.settings.configured
    return S3Storage(
        access_key=ACCESS_KEY,
        secret_key=SECRET_KEY,
        bucket_name=swift_bucket.name,
        region_name=REGION,
        endpoint_url=swift.endpoint_url,
        addressing_style="path",
        signature_version="s3v4",
    )


@pytest.fixture(scope="module")
def storage_site(swift_bucket: S3Bucket, open_site: OpenSite) -> Site:
    """A site that may fetch from the bucket."""
    return open_site(swift_bucket.origin)


@pytest.mark.parametrize("key", [key for key in KEYS if key not in OTHERS])
def test_a_files_url_is_served(
    key: str, carrier: Carrier, storage_site: Site, storage: S3Storage, views: Views
) -> None:
    """The signature holds for what arrives, and the object is the right one."""
    url = storage.url(key)
    views.view = lambda _: RemoteFile(url)
    got = send(storage_site.address(carrier), "/f")
    assert (got.status, got.body) == (200, key.encode())
