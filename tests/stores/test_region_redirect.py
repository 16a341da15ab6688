"""A bucket in another region: what Amazon S3 answers then, followed by both carriers."""

import logging
from collections.abc import Iterator

import boto3
import pytest

from tests.conftest import Views
from tests.stores.conftest import OpenSite
from tests.stores.strict import sigv4_verifier
from tests.support.client import send
from tests.support.remote import Request, Step, StubRemote, answer
from tests.support.site import Carrier, Site
from xaccel_wsgi.s3 import S3Bucket

KEY = "a b/é+100%.txt"
SIGNED_IN = boto3.Session(aws_access_key_id="AK", aws_secret_access_key="SK")

# As observed: a region's front end knows where a bucket is, and says so with a Location if it may
# be asked there by the same URL (307), without one if the request is wrong for it (301).
MESSAGES = {
    301: ("PermanentRedirect", "The bucket you are attempting to access must be addressed using "
          "the specified endpoint. Please send all future requests to this endpoint."),
    307: ("TemporaryRedirect", "Please re-send this request to the specified temporary endpoint. "
          "Continue to use the original request endpoint for future requests."),
}  # fmt: skip


def _elsewhere(status: int, endpoint: str, location: str | None) -> list[Step]:
    code, message = MESSAGES[status]
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code>'
        f"<Message>{message}</Message><Endpoint>{endpoint}</Endpoint><Bucket>files</Bucket>"
        "<RequestId>F51174106260C689</RequestId><HostId>5nfrlsdBFMWLgNrf2nC=</HostId></Error>"
    )
    fields = [
        ("x-amz-bucket-region", "eu-central-1"),
        ("x-amz-request-id", "F51174106260C689"),
        ("x-amz-id-2", "5nfrlsdBFMWLgNrf2nC="),
        *([("Location", location)] if location else []),
        ("Content-Type", "application/xml"),
        ("Date", "Sat, 30 Jan 2021 12:59:03 GMT"),
        ("Connection", "close"),
        ("Server", "AmazonS3"),
    ]
    return answer(status, fields, body.encode(), framing="chunked")


@pytest.fixture(scope="session")
def right_region() -> Iterator[StubRemote]:
    """Where the bucket is."""
    with StubRemote() as remote:
        yield remote


@pytest.fixture(scope="module")
def bucket(session_remote: StubRemote) -> S3Bucket:
    """Its URLs are signed for the wrong region's endpoint."""
    return S3Bucket("files", session=SIGNED_IN, endpoint_url=session_remote.url(""))


@pytest.fixture(scope="module")
def store_site(right_region: StubRemote, session_remote: StubRemote, open_site: OpenSite) -> Site:
    """A site that may fetch from both."""
    return open_site(f"{session_remote.url()}files/", f"{right_region.url()}files/")


@pytest.mark.parametrize("status", [301, 307])
def test_a_redirect_with_a_location_is_followed(
    status: int, carrier: Carrier, store_site: Site, bucket: S3Bucket, remote: StubRemote,
    right_region: StubRemote, views: Views,
) -> None:  # fmt: skip
    """With the signature intact, byte for byte; the client sees the file alone."""
    verify = sigv4_verifier({"AK": "SK"})

    def serve(request: Request) -> list[Step]:
        # S3 checks the signature for the host that it was made for.
        refusal = verify(request.method, remote.address, request.target)
        return answer(403 if refusal else 200, [("ETag", '"v"')], (refusal or "file").encode())

    right_region.reset()
    right_region.script = serve
    remote.script = lambda request: _elsewhere(
        status, right_region.address, right_region.url(request.target)
    )
    views.view = lambda _: bucket.remote_file(KEY, filename="é.txt")
    got = send(store_site.address(carrier), "/f", [("Range", "bytes=0-")])
    assert (got.status, got.body, got.value("ETag")) == (200, b"file", '"v"')
    assert got.values("x-amz-bucket-region") == []
    (first,), (second,) = remote.requests, right_region.requests
    assert first.target == second.target == bucket.remote_file(KEY, filename="é.txt").url.target
    assert (second.value("Host"), second.value("Range")) == (right_region.address, "bytes=0-")


def test_a_redirect_without_a_location_says_which_region_it_is(
    carrier: Carrier, store_site: Site, bucket: S3Bucket, remote: StubRemote, views: Views,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """Nothing leads on: 502, without the remote's body; and the log says what to sign for."""
    remote.script = lambda _: _elsewhere(301, "files.s3.eu-central-1.amazonaws.com", None)
    views.view = lambda _: bucket.remote_file(KEY)
    with caplog.at_level(logging.WARNING, "xaccel_wsgi"):
        got = send(store_site.address(carrier), "/f")
    assert (got.status, b"files" in got.body) == (502, False)
    if carrier == "stream":
        assert "bucket is in the region 'eu-central-1'" in caplog.text
