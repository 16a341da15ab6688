"""Stores filled with the awkward keys: each is its own content."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import boto3
from azure.storage.blob import BlobSasPermissions, BlobServiceClient, generate_blob_sas
from botocore.config import Config

from tests.stores.keys import DOT_SEGMENTS, KEYS
from tests.support.accounts import ACCOUNT, ACCOUNT_KEY
from xaccel_wsgi import content_disposition
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


class Container:
    """A container of Azure's with every key that can be uploaded there."""

    def __init__(self, service: BlobServiceClient) -> None:
        """Uploads them."""
        self.client = service.create_container("files")
        for key in KEYS:
            if key not in DOT_SEGMENTS:
                self.client.upload_blob(key, key.encode())

    def signed(self, key: str, filename: str | None = None) -> str:
        """Returns the URL of a blob with a signature that is good for a minute."""
        blob = self.client.get_blob_client(key)
        signature = generate_blob_sas(
            ACCOUNT,
            "files",
            key,
            account_key=ACCOUNT_KEY,
            permission=BlobSasPermissions(read=True),
            expiry=datetime.now(UTC) + timedelta(minutes=1),
            content_disposition=content_disposition("attachment", filename),
        )
        return f"{blob.url}?{signature}"
