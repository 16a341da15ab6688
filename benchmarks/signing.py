"""What a signed URL costs: S3Bucket, which gives it out again, against boto3 alone, same run.

Prints microseconds of each, as medians over interleaved rounds, and their ratio. What is compared
with boto3's signing is the whole of `remote_file`, the RemoteFile and its checks included. Run it
with `make bench`.
"""

import statistics
import time
from collections.abc import Callable

import boto3

from xaccel_wsgi.s3 import S3Bucket

CALLS = 300
ROUNDS = 15
KEYS = [f"reports/2025/{number}.pdf" for number in range(CALLS)]


def one_call_us(call: Callable[[str], object]) -> float:
    """Returns microseconds a call, over a call for each key."""
    began = time.perf_counter()
    for key in KEYS:
        call(key)
    return (time.perf_counter() - began) / len(KEYS) * 1e6


def main() -> None:
    """Measures and prints."""
    session = boto3.Session(
        aws_access_key_id="AK", aws_secret_access_key="SK", aws_session_token="T" * 900
    )

    def bucket() -> S3Bucket:
        # An hour, so that none is due again within a round.
        return S3Bucket("reports", session=session, region_name="eu-west-1", expires_s=3600)

    kept = bucket()
    client = kept.client

    def boto3_alone(key: str) -> object:
        return client.generate_presigned_url("get_object", {"Bucket": "reports", "Key": key}, 60)

    def reused(key: str) -> object:
        return kept.remote_file(key, filename="Q3 résumé.pdf")

    one_call_us(reused)
    rows = []
    for _ in range(ROUNDS):
        new = bucket()
        rows.append(
            (
                one_call_us(boto3_alone),
                one_call_us(lambda key: new.remote_file(key, filename="Q3 résumé.pdf")),  # noqa: B023
                one_call_us(reused),
            )
        )
    alone, first, again = map(statistics.median, zip(*rows, strict=True))
    ratio = statistics.median(row[2] / row[0] for row in rows)
    print("boto3 alone us  S3Bucket, first us  S3Bucket, reused us  reused to boto3")
    print(f"{alone:14.1f}  {first:18.1f}  {again:19.1f}  {ratio:15.3f}")


if __name__ == "__main__":
    main()
