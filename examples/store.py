"""Filling a bucket of any store that speaks S3 with the files of an example."""

from collections.abc import Callable, Iterable
from typing import BinaryIO, Protocol

from botocore.config import Config
from botocore.exceptions import ClientError

from xaccel_wsgi.s3 import S3Bucket

# Newer checksums than other stores know are sent where they are required only.
ANY_STORE = Config(
    request_checksum_calculation="when_required", response_checksum_validation="when_required"
)


class File(Protocol):
    """What is to be in the bucket."""

    @property
    def name(self) -> str:
        """Its key."""

    @property
    def size(self) -> int:
        """In bytes."""

    @property
    def open(self) -> Callable[[], BinaryIO]:
        """Returns its content, from the beginning."""


def fill(bucket: S3Bucket, files: Iterable[File], tell: Callable[[str], object]) -> None:
    """Makes the bucket, and uploads what isn't there with the same size.

    Args:
        bucket: Where to.
        files: What is to be there.
        tell: Is told the name of each file before its upload.
    """
    try:
        bucket.client.head_bucket(Bucket=bucket.name)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise
        bucket.client.create_bucket(Bucket=bucket.name)
    for file in files:
        if _size(bucket, file) != file.size:
            tell(file.name)
            with file.open() as content:
                bucket.client.upload_fileobj(content, bucket.name, file.name)


def _size(bucket: S3Bucket, file: File) -> int | None:
    try:
        found = bucket.client.head_object(Bucket=bucket.name, Key=file.name)
    except ClientError as error:
        # 403 is what S3 says for a missing key to those who may not list the bucket.
        if error.response["ResponseMetadata"]["HTTPStatusCode"] not in (403, 404):
            raise
        return None
    return int(found["ContentLength"])
