"""Fills the bucket: `python -m examples.pyramid_app.fill observatory.ini`."""

import sys

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from pyramid.paster import get_appsettings

from examples.store import fill

from . import open_bucket
from .archive import plates


def main(ini: str) -> None:
    """Makes the bucket that the section [app:archive] names, and uploads what it lacks."""
    bucket = open_bucket(get_appsettings(ini, "archive"))
    try:
        fill(bucket, plates(), tell=lambda name: print(f"Uploading {name}", flush=True))
    except (Boto3Error, BotoCoreError, ClientError) as error:
        sys.exit(f"The store at {bucket.origin}: {error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
