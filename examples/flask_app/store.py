"""Where the bytes lie: a bucket of any store that speaks S3."""

import os
from collections.abc import Mapping

from examples.store import ANY_STORE
from xaccel_wsgi.s3 import S3Bucket


def open_bucket(environ: Mapping[str, str] = os.environ) -> S3Bucket:
    """Reads S3_ENDPOINT_URL, S3_BUCKET and AWS_REGION; boto3 finds the credentials itself."""
    return S3Bucket(
        environ.get("S3_BUCKET") or "reading-room",
        endpoint_url=environ.get("S3_ENDPOINT_URL") or "http://127.0.0.1:5080",
        region_name=environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or "us-east-1",
        config=ANY_STORE,
    )
