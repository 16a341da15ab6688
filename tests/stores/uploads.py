"""Buckets of stores that speak S3, filled with the awkward keys."""

from collections.abc import Iterable

import boto3
from botocore.config import Config

from xaccel_wsgi.s3 import S3Bucket

BUCKET = "files"
# Checksums that other stores don't know are sent where they are required only.
UPLOADING = Config(
    request_checksum_calculation="when_required", response_checksum_validation="when_required"
)


def filled_bucket(
    endpoint_url: str, access_key: str, secret_key: str, keys: Iterable[str]
) -> S3Bucket:
    """Makes the bucket, and stores each key with itself as the content."""
    session = boto3.Session(aws_access_key_id=access_key, aws_secret_access_key=secret_key)
    bucket = S3Bucket(BUCKET, session=session, endpoint_url=endpoint_url, config=UPLOADING)
    bucket.client.create_bucket(Bucket=BUCKET)
    for key in keys:
        bucket.client.put_object(Bucket=BUCKET, Key=key, Body=key.encode())
    return bucket
