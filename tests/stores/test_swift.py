"""A real store that verifies signatures: OpenStack Swift's S3 API, through both carriers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.client import Config

from tests.conftest import Views
from tests.support.client import send
from tests.support.site import Carrier, Site
from tools.swift_s3 import SwiftS3
from xaccel_wsgi import RemoteFile

BUCKET = "files"
KEYS = (
    "plain.txt", "a b.txt", "100%.txt", "100%25.txt", "a%20b.txt", "what?.txt", "a#b.txt",
    "a//b.txt", "/leading.txt", "trailing/", "a/../b.txt", "a/./b.txt", "..", "é.txt", "日本語.txt",
    "it's.txt", "[1]{2}|3.txt", "back\\slash.txt", 'quo"te.txt', "a+b&c=d;e,f.txt",
    "~!@$^*()_-=.txt", "new\nline.txt", "<tag>.txt",
)  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SwiftS3]:
    """A running store."""
    with SwiftS3(tmp_path_factory.mktemp("swift")) as store:
        yield store


@pytest.fixture(scope="module")
def s3(store: SwiftS3) -> Any:
    """A client for it, with every key stored under its own name as the body."""
    client = boto3.client(
        "s3",
        endpoint_url=store.endpoint_url,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
        **store.credentials,
    )
    client.create_bucket(Bucket=BUCKET)
    for key in KEYS:
        client.put_object(Bucket=BUCKET, Key=key, Body=key.encode())
    yield client
    client.close()


@pytest.fixture(scope="module")
def store_site(
    store: SwiftS3, views: Views, nginx_binary: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A site that may fetch from the store."""
    folder: Path = tmp_path_factory.mktemp("store-site")
    with Site(views, folder, nginx_binary, origins=[store.endpoint_url]) as site:  # type: ignore[arg-type]
        yield site


def _signed(s3: Any, key: str) -> str:
    return str(s3.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": key}))


@pytest.mark.parametrize("key", KEYS)
def test_an_awkward_key_is_served(
    key: str, carrier: Carrier, store_site: Site, s3: Any, views: Views
) -> None:
    """The signature holds for what arrives, and the object is the right one."""
    views.view = lambda _: RemoteFile(_signed(s3, key))
    got = send(store_site.address(carrier), "/f", [("Authorization", "Basic x")])
    assert (got.status, got.body) == (200, key.encode())


@pytest.mark.parametrize("key", ["plain.txt", "a b.txt"])
def test_a_tampered_url_is_refused(
    key: str, carrier: Carrier, store_site: Site, s3: Any, views: Views
) -> None:
    """The store verifies: another key under the same signature is 403, and 502 for the client."""
    url = _signed(s3, key).replace(".txt", ".tx%74", 1).replace("/plain", "/other")
    views.view = lambda _: RemoteFile(url.replace("X-Amz-Signature=", "X-Amz-Signature=0"))
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
    carrier: Carrier, store_site: Site, s3: Any, views: Views,
) -> None:  # fmt: skip
    """Ranges and HEAD, against the real store."""
    views.view = lambda _: RemoteFile(_signed(s3, "plain.txt"))
    got = send(store_site.address(carrier), "/f", fields, method=method)
    assert got.status == status
    if body is not None:
        assert got.body == body
