"""Where the bytes lie: a bucket of any store that speaks S3."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from .catalog import StoredFile

# Long enough for a slow handshake. A transfer that has begun goes on, and each seek signs anew.
_URL_LIFETIME_S = 60


@dataclass(frozen=True)
class Store:
    """One bucket. Nothing is asked of the store until a method is called.

    Attributes:
        endpoint_url: Where the store answers.
        bucket: The bucket's name.
        region: The region that signatures name.
    """

    endpoint_url: str
    bucket: str
    region: str

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Store":
        """Reads S3_ENDPOINT_URL, S3_BUCKET and AWS_REGION; boto3 finds the credentials itself."""
        return cls(
            environ.get("S3_ENDPOINT_URL") or "http://127.0.0.1:5080",
            environ.get("S3_BUCKET") or "reading-room",
            environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or "us-east-1",
        )

    @property
    def origin(self) -> str:
        """Where every signed URL leads: this bucket, and no other on the same host."""
        return f"{self.endpoint_url.rstrip('/')}/{self.bucket}/"

    def sign(self, file: StoredFile) -> str:
        """Returns a URL with which whoever has it may GET the file, for a minute."""
        target = {"Bucket": self.bucket, "Key": file.name}
        return str(
            self._client.generate_presigned_url(
                "get_object", Params=target, ExpiresIn=_URL_LIFETIME_S
            )
        )

    def fill(self, files: Iterable[StoredFile], tell: Callable[[str], object]) -> None:
        """Makes the bucket, and uploads what isn't there with the same size.

        Args:
            files: What is to be there.
            tell: Is told the name of each file before its upload.
        """
        try:
            self._client.head_bucket(Bucket=self.bucket)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
                raise
            self._client.create_bucket(Bucket=self.bucket)
        for file in files:
            if self._size(file) != file.size:
                tell(file.name)
                with file.open() as content:
                    self._client.upload_fileobj(content, self.bucket, file.name)

    def _size(self, file: StoredFile) -> int | None:
        try:
            return int(self._client.head_object(Bucket=self.bucket, Key=file.name)["ContentLength"])
        except ClientError as error:
            # 403 is what S3 says for a missing key to those who may not list the bucket.
            if error.response["ResponseMetadata"]["HTTPStatusCode"] not in (403, 404):
                raise
            return None

    @cached_property
    def _client(self) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint_url,
            region_name=self.region,
            config=Config(
                signature_version="s3v4",
                # Path style works with every store, and on loopback no other does.
                s3={"addressing_style": "path"},
                # Newer checksums than other stores know are sent where they are required only.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )
