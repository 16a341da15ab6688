"""Where the bytes lie: a bucket of any store that speaks S3."""

import os
from collections.abc import Callable, Iterable, Mapping

from botocore.config import Config
from botocore.exceptions import ClientError

from xaccel_wsgi.s3 import S3Bucket

from .catalog import StoredFile


def open_bucket(environ: Mapping[str, str] = os.environ) -> S3Bucket:
    """Reads S3_ENDPOINT_URL, S3_BUCKET and AWS_REGION; boto3 finds the credentials itself."""
    return S3Bucket(
        environ.get("S3_BUCKET") or "reading-room",
        endpoint_url=environ.get("S3_ENDPOINT_URL") or "http://127.0.0.1:5080",
        region_name=environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or "us-east-1",
        config=Config(
            # Newer checksums than other stores know are sent where they are required only.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


def fill(bucket: S3Bucket, files: Iterable[StoredFile], tell: Callable[[str], object]) -> None:
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


def _size(bucket: S3Bucket, file: StoredFile) -> int | None:
    try:
        found = bucket.client.head_object(Bucket=bucket.name, Key=file.name)
    except ClientError as error:
        # 403 is what S3 says for a missing key to those who may not list the bucket.
        if error.response["ResponseMetadata"]["HTTPStatusCode"] not in (403, 404):
            raise
        return None
    return int(found["ContentLength"])
