"""What a signed URL costs: S3Bucket, which gives it out again, against boto3 alone."""

import time
from collections.abc import Callable

import boto3

from xaccel_wsgi.s3 import S3Bucket

from ..chapter import Bound, Chapter, Table
from ..measure import in_turns, medians, ratios

KEYS = [f"reports/2025/{number}.pdf" for number in range(300)]
_ALONE, _FIRST, _AGAIN = "boto3 alone", "S3Bucket, first time", "S3Bucket, again"
_TEXT = """
Microseconds for each URL. What is compared with boto3's signing is the whole of `remote_file`,
the RemoteFile and its checks included; within its life a URL is given out again.
"""


def measure(rounds: int) -> Chapter:
    """Signs in turns."""
    session = boto3.Session(
        aws_access_key_id="AK", aws_secret_access_key="SK", aws_session_token="T" * 900
    )

    def bucket() -> S3Bucket:
        # An hour, so that none is due again within a round.
        return S3Bucket("reports", session=session, region_name="eu-west-1", expires_s=3600)

    kept = bucket()

    def alone(key: str) -> object:
        named = {"Bucket": "reports", "Key": key}
        return kept.client.generate_presigned_url("get_object", named, 60)

    def first_us() -> float:
        new = bucket()
        return _one_call_us(lambda key: new.remote_file(key, filename="Q3 résumé.pdf"))

    values = in_turns(
        {
            _ALONE: lambda: _one_call_us(alone),
            _FIRST: first_us,
            _AGAIN: lambda: _one_call_us(
                lambda key: kept.remote_file(key, filename="Q3 résumé.pdf")
            ),
        },
        rounds,
    )
    table = Table(("", "microseconds"), [(n, f"{v:.1f}") for n, v in medians(values).items()])
    ratio = medians({"": ratios(values, _AGAIN, _ALONE)})[""]
    bound = Bound("signing again, to boto3's", ratio, 0.1, at_least=False)
    return Chapter("Signing", _TEXT, [table], bounds=[bound])


def _one_call_us(call: Callable[[str], object]) -> float:
    began = time.perf_counter()
    for key in KEYS:
        call(key)
    return (time.perf_counter() - began) / len(KEYS) * 1e6
