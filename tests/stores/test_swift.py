"""OpenStack Swift's S3 API, which holds every key and verifies signatures, by both carriers."""

import socket
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from tests.conftest import Views
from tests.stores.conftest import OpenSite
from tests.stores.keys import DOT_SEGMENTS, KEYS
from tests.support.client import send
from tests.support.dns import StubDns
from tests.support.site import Carrier, Site
from tools.swift_s3 import ACCESS_KEY, SECRET_KEY, STORAGE_DOMAIN, SwiftS3
from xaccel_wsgi import OriginError, RemoteFile, XAccelMiddleware
from xaccel_wsgi.s3 import S3Bucket


@pytest.fixture(scope="session")
def virtual_bucket(swift: SwiftS3, swift_bucket: S3Bucket) -> Iterator[S3Bucket]:
    """The same bucket, with its name in the host's."""
    bucket = S3Bucket(
        swift_bucket.name,
        session=boto3.Session(aws_access_key_id=ACCESS_KEY, aws_secret_access_key=SECRET_KEY),
        endpoint_url=f"http://{STORAGE_DOMAIN}:{swift.ports['proxy']}",
        config=Config(s3={"addressing_style": "virtual"}),
    )
    yield bucket
    bucket.client.close()


@pytest.fixture(scope="module")
def store_site(swift: SwiftS3, virtual_bucket: S3Bucket, open_site: OpenSite) -> Iterator[Site]:
    """A site that may fetch from the store, whatever bucket, which dot segments need."""
    name = f"{virtual_bucket.name}.{STORAGE_DOMAIN}"
    look_up = socket.getaddrinfo

    def look_up_here(host: str, *arguments: Any, **named: Any) -> Any:
        return look_up("127.0.0.1" if host == name else host, *arguments, **named)

    with StubDns({name: "127.0.0.1"}) as dns, pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", look_up_here)
        yield open_site(swift.endpoint_url, virtual_bucket.origin, resolver=dns.address)


@pytest.mark.parametrize("style", ["path", "virtual"])
@pytest.mark.parametrize("key", KEYS)
def test_an_awkward_key_is_served(
    key: str, style: str, carrier: Carrier, store_site: Site, swift_bucket: S3Bucket,
    virtual_bucket: S3Bucket, views: Views,
) -> None:  # fmt: skip
    """The signature holds for what arrives, and the object is the right one."""
    bucket = swift_bucket if style == "path" else virtual_bucket
    views.view = lambda _: bucket.remote_file(key, filename="é.txt")
    got = send(store_site.address(carrier), "/f", [("Authorization", "Basic x")])
    assert (got.status, got.body) == (200, key.encode())


@pytest.mark.parametrize("key", KEYS)
def test_the_buckets_own_origin_admits_it(key: str, swift_bucket: S3Bucket) -> None:
    """But for dot segments, with which a path prefix could be left."""
    settings = XAccelMiddleware(lambda *_: [], origins=[swift_bucket.origin]).settings
    url = swift_bucket.remote_file(key).url
    if key in DOT_SEGMENTS:
        with pytest.raises(OriginError):
            settings.origins.check(url)
    else:
        settings.origins.check(url)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("/plain.txt", "/%C3%A9.txt", id="another key"),
        pytest.param("attachment", "inline", id="another disposition"),
        pytest.param("Signature=", "Signature=0", id="another signature"),
        pytest.param("Expires=60", "Expires=61", id="a longer life"),
    ],
)
def test_a_tampered_url_is_refused(
    old: str, new: str, carrier: Carrier, store_site: Site, swift_bucket: S3Bucket, views: Views
) -> None:
    """The store verifies: 403, and for the client 502."""
    url = swift_bucket.remote_file("plain.txt").url.href
    assert old in url
    views.view = lambda _: RemoteFile(url.replace(old, new, 1))
    assert send(store_site.address(carrier), "/f").status == 502


@pytest.mark.parametrize(
    ("fields", "method", "status", "body"),
    [
        pytest.param([("Range", "bytes=0-0")], "GET", 206, b"p", id="a range of one"),
        pytest.param([("Range", "bytes=-3")], "GET", 206, b"txt", id="a suffix"),
        pytest.param([("Range", "bytes=99-")], "GET", 416, None, id="beyond the end"),
        pytest.param([], "HEAD", 200, b"", id="HEAD of a URL signed for GET"),
    ],
)
def test_requests_that_signed_urls_make_hard(
    fields: list, method: str, status: int, body: bytes | None,
    carrier: Carrier, store_site: Site, swift_bucket: S3Bucket, views: Views,
) -> None:  # fmt: skip
    """Ranges and HEAD, against the real store."""
    views.view = lambda _: swift_bucket.remote_file("plain.txt")
    got = send(store_site.address(carrier), "/f", fields, method=method)
    assert got.status == status
    if body is not None:
        assert got.body == body


def test_a_reused_url_is_still_good(
    carrier: Carrier, store_site: Site, swift_bucket: S3Bucket, views: Views
) -> None:
    """One signature, several downloads."""
    views.view = lambda _: swift_bucket.remote_file("plain.txt", filename="again.txt")
    got = [send(store_site.address(carrier), "/f") for _ in range(3)]
    assert [each.body for each in got] == [b"plain.txt"] * 3
    assert swift_bucket.remote_file("plain.txt", filename="again.txt").url is (
        swift_bucket.remote_file("plain.txt", filename="again.txt").url
    )


def test_expired_urls_are_refused(
    carrier: Carrier, store_site: Site, swift_bucket: S3Bucket, views: Views
) -> None:
    """What the margin of reuse is for."""
    url = swift_bucket.client.generate_presigned_url(
        "get_object", {"Bucket": swift_bucket.name, "Key": "plain.txt"}, ExpiresIn=0
    )
    views.view = lambda _: RemoteFile(url)
    assert send(store_site.address(carrier), "/f").status == 502
