"""S3Bucket without a store: where URLs lead, how they are signed, and for whom they are reused."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.config import Config
from botocore.credentials import RefreshableCredentials
from botocore.exceptions import NoCredentialsError

from tests.stores.strict import sigv4_verifier
from xaccel_wsgi import RemoteFile, RemoteFileError, SettingsError
from xaccel_wsgi.rules.overrides import overrides
from xaccel_wsgi.s3 import S3Bucket

VIRTUAL = Config(s3={"addressing_style": "virtual"})
SECRETS = {"AK": "SK", "AK2": "SK2"}


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    """Neither credentials nor regions but the test's."""
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3",
                 "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):  # fmt: skip
        monkeypatch.delenv(name, raising=False)


def _session(**more: str) -> boto3.Session:
    return boto3.Session(aws_access_key_id="AK", aws_secret_access_key="SK", **more)


# Shared, since boto3 reads its tables anew for each.
SESSION = _session()


def _bucket(**arguments: Any) -> S3Bucket:
    return S3Bucket("reports", **{"session": SESSION, "region_name": "eu-west-1", **arguments})


class Temporary(RefreshableCredentials):
    """Credentials as a role has them: they end, and are renewed in time."""

    def __init__(self, rest_s: float) -> None:
        """Starts with the first ones."""
        super().__init__("AK", "SK", "token-1", _in(rest_s), lambda: {}, "test")

    def renew(self, rest_s: float) -> None:
        """What boto3 does by itself when it is time."""
        self._frozen_credentials = botocore.credentials.ReadOnlyCredentials("AK2", "SK2", "token-2")
        self._expiry_time = _in(rest_s)


def _in(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def _session_with(credentials: object) -> boto3.Session:
    inner = botocore.session.Session()
    inner._credentials = credentials  # type: ignore[attr-defined]
    return boto3.Session(botocore_session=inner)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the clock that reuse goes by: seconds from when the test began."""
    began = datetime.now(UTC).timestamp()

    def set_to(seconds: float) -> None:
        monkeypatch.setattr("xaccel_wsgi.s3.time.time", lambda: began + seconds)

    set_to(0)
    return set_to


def _count_signings(bucket: S3Bucket, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    signed: list[dict[str, Any]] = []
    really = bucket.client.generate_presigned_url

    def count(operation: str, Params: dict, ExpiresIn: int) -> str:  # noqa: N803 - boto3's names
        signed.append({"operation": operation, "expires_s": ExpiresIn, **Params})
        return str(really(operation, Params=Params, ExpiresIn=ExpiresIn))

    monkeypatch.setattr(bucket.client, "generate_presigned_url", count)
    return signed


# --- Where ---

# "Amazon S3 endpoints" and "Virtual hosting of buckets" of the user guide; the last ones RFC 3986.
ORIGINS = {
    "the region's endpoint": ({}, "https://reports.s3.eu-west-1.amazonaws.com/"),
    "the oldest region's, which has a global name": (
        {"region_name": "us-east-1"}, "https://reports.s3.us-east-1.amazonaws.com/",
    ),
    "another partition": (
        {"region_name": "cn-north-1"}, "https://reports.s3.cn-north-1.amazonaws.com.cn/",
    ),
    "the session's region": (
        {"region_name": None, "session": _session(region_name="eu-north-1")},
        "https://reports.s3.eu-north-1.amazonaws.com/",
    ),
    "the configuration's region": (
        {"region_name": None, "config": Config(region_name="eu-north-1")},
        "https://reports.s3.eu-north-1.amazonaws.com/",
    ),
    "dual stack": (
        {"config": Config(s3={"use_dualstack_endpoint": True})},
        "https://reports.s3.dualstack.eu-west-1.amazonaws.com/",
    ),
    "path style by wish": (
        {"config": Config(s3={"addressing_style": "path"})},
        "https://s3.eu-west-1.amazonaws.com/reports/",
    ),
    "a store of one's own": (
        {"endpoint_url": "http://127.0.0.1:9000"}, "http://127.0.0.1:9000/reports/",
    ),
    "with a slash at its end": (
        {"endpoint_url": "https://minio.example/"}, "https://minio.example/reports/",
    ),
    "in virtual style": (
        {"endpoint_url": "https://minio.example:9000", "config": VIRTUAL},
        "https://reports.minio.example:9000/",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "origin"), ORIGINS.values(), ids=ORIGINS)
def test_the_origin_and_every_url_are_of_one_place(arguments: dict, origin: str) -> None:
    """So that what goes into the allow list admits what is signed."""
    bucket = _bucket(**arguments)
    assert bucket.origin == origin
    assert bucket.remote_file("a b/é.pdf").url.href.startswith(f"{origin}a%20b/%C3%A9.pdf?")


def test_a_name_with_dots_is_in_path_style() -> None:
    """No certificate is for a.b.s3.eu-west-1.amazonaws.com."""
    bucket = S3Bucket("a.b.c", session=SESSION, region_name="eu-west-1")
    assert bucket.origin == "https://s3.eu-west-1.amazonaws.com/a.b.c/"


def test_an_access_point() -> None:
    """Its region counts, and its host is derived from the ARN."""
    arn = "arn:aws:s3:us-west-2:123456789012:accesspoint/ap"
    bucket = S3Bucket(arn, session=SESSION, region_name="eu-west-1")
    assert bucket.origin == "https://ap-123456789012.s3-accesspoint.us-west-2.amazonaws.com/"
    assert "us-west-2" in bucket.remote_file("k").url.query


def test_the_environments_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3's own variable, in path style, as most stores need it; no region is asked for."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://minio:9000")
    assert S3Bucket("reports", session=_session()).origin == "http://minio:9000/reports/"


def test_the_origin_needs_no_credentials() -> None:
    """The NGINX configuration is generated where there are none."""
    bucket = S3Bucket("reports", region_name="eu-west-1")
    assert bucket.origin == "https://reports.s3.eu-west-1.amazonaws.com/"
    with pytest.raises(NoCredentialsError):
        bucket.remote_file("k")


# --- How ---


def _refusal(remote: RemoteFile, method: str = "GET") -> str | None:
    return sigv4_verifier(SECRETS)(method, remote.url.authority, remote.url.target)


SIGNED = {
    "a plain key": {"key": "a.pdf"},
    "an awkward key": {"key": "a b//100%25 +&=?#é'.pdf"},
    "a name": {"key": "k", "filename": "Q3 résumé + 日本.pdf"},
    "a type": {"key": "k", "content_type": "text/plain; charset=utf-8", "disposition": "inline"},
    "a version": {"key": "k", "version_id": "3sL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY"},
}


@pytest.mark.parametrize("arguments", SIGNED.values(), ids=SIGNED)
def test_the_signature_is_for_get_and_for_every_byte(arguments: dict) -> None:
    """A strict store accepts it, also where the client asks with HEAD: it is asked with GET."""
    remote = _bucket().remote_file(**arguments)
    assert _refusal(remote) is None
    assert _refusal(remote, "HEAD") is not None


def test_name_and_type_are_signed_for_a_redirect() -> None:
    """The store sends what the other carriers would."""
    remote = _bucket().remote_file("k", filename="é.txt", content_type="text/plain")
    assert overrides(remote.url) == {
        "content-disposition": "attachment; filename=\"e.txt\"; filename*=UTF-8''%C3%A9.txt",
        "content-type": "text/plain",
    }
    assert _bucket().remote_file("k", filename="é.txt", redirect=True).redirect


def test_the_session_token_is_in_the_url() -> None:
    """Temporary credentials are nothing without it."""
    remote = _bucket(session=_session(aws_session_token="T/o=k")).remote_file("k")
    assert "X-Amz-Security-Token=T%2Fo%3Dk&" in remote.url.query
    assert _refusal(remote) is None


def test_a_download_has_a_minute_to_begin() -> None:
    """Unless another time is said."""
    assert "X-Amz-Expires=60&" in _bucket().remote_file("k").url.query
    assert "X-Amz-Expires=5&" in _bucket(expires_s=5).remote_file("k").url.query


def test_the_rest_is_the_remote_files() -> None:
    """Its own arguments pass."""
    remote = _bucket().remote_file("k", filename="a.pdf", etag="v1", limit_rate=5)
    assert (remote.filename, remote.etag, remote.limit_rate) == ("a.pdf", "v1", 5)


REFUSED = {
    "no key": ({"key": ""}, "key"),
    "a key that isn't text": ({"key": [b"k"]}, "key"),
    "a key with a lone surrogate": ({"key": "\ud800"}, "key"),
    "a name with a separator": ({"key": "k", "filename": "a/b"}, "filename"),
    "a version that isn't text": ({"key": "k", "version_id": ["5"]}, "version_id"),
    "a type that isn't text": ({"key": "k", "content_type": 5}, "content_type"),
    "a type that is none": ({"key": "k", "content_type": "pdf"}, "content_type"),
    "a disposition that isn't text": ({"key": "k", "disposition": []}, "disposition"),
}


@pytest.mark.parametrize(("arguments", "field"), REFUSED.values(), ids=REFUSED)
def test_an_argument_that_cannot_be_used_is_refused(arguments: dict, field: str) -> None:
    """By name, and boto3's own error doesn't get through."""
    with pytest.raises(RemoteFileError) as refused:
        _bucket().remote_file(**arguments)
    assert refused.value.field == field


UNUSABLE = {
    "no region": ({"region_name": None}, "region_name"),
    "a region that is none": ({"region_name": "eu west"}, "S3Bucket"),
    "an endpoint that is none": ({"endpoint_url": "minio:9000"}, "S3Bucket"),
    "a name that no bucket has": ({"name": "re ports"}, "name"),
    "a name that isn't text": ({"name": 5}, "name"),
    "a name with dots, accelerated": (
        {"name": "a.b", "config": Config(s3={"use_accelerate_endpoint": True})}, "name",
    ),
    "an access point of a region that is not to count": (
        {"name": "arn:aws:s3:us-west-2:123456789012:accesspoint/ap",
         "config": Config(s3={"use_arn_region": False})}, "name",
    ),
    "no time at all": ({"expires_s": 0}, "expires_s"),
    "more than a signature can": ({"expires_s": 604801}, "expires_s"),
    "a time in words": ({"expires_s": "60"}, "expires_s"),
    "a minute for cached files": ({"cached_expires_s": 60}, "cached_expires_s"),
    "more than a signature can, for cached files": (
        {"cached_expires_s": 604801}, "cached_expires_s",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "field"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_bucket_that_cannot_work_is_refused_when_made(arguments: dict, field: str) -> None:
    """Not at the first download."""
    with pytest.raises(SettingsError) as refused:
        S3Bucket(**{"name": "reports", "session": SESSION, "region_name": "eu-west-1",
                    **arguments})  # fmt: skip
    assert refused.value.field == field


# --- How long ---


def test_a_cached_file_has_twelve_hours() -> None:
    """NGINX fetches its parts, with this URL, for as long as the client takes."""
    assert "X-Amz-Expires=43200&" in _bucket().remote_file("k", cache_key="v1").url.query
    remote = _bucket(cached_expires_s=7200).remote_file("k", cache_key="v1")
    assert "X-Amz-Expires=7200&" in remote.url.query


def test_a_cached_file_ends_with_the_credentials_unless_a_time_is_demanded() -> None:
    """Credentials of an hour are good for most downloads, and refused where two are demanded."""
    session = _session_with(Temporary(3600))
    assert _bucket(session=session).remote_file("k", cache_key="v1").cache_key == "v1"
    _bucket(session=session, cached_expires_s=3000).remote_file("k", cache_key="v1")
    with pytest.raises(RemoteFileError, match="less than 7200 seconds") as refused:
        _bucket(session=session, cached_expires_s=7200).remote_file("k", cache_key="v1")
    assert refused.value.field == "cache_key"


def test_credentials_that_are_about_to_end_sign_no_cached_file() -> None:
    """Half of it would arrive. What isn't cached needs to begin only."""
    credentials = Temporary(500)
    # Renewal has failed so far, which boto3 bears with until they have ended.
    credentials._refresh = lambda: None  # type: ignore[method-assign]
    bucket = _bucket(session=_session_with(credentials))
    with pytest.raises(RemoteFileError, match="less than 600 seconds"):
        bucket.remote_file("k", cache_key="v1")
    bucket.remote_file("k")


# --- Reuse ---


def test_a_signed_url_is_given_out_again(now, monkeypatch) -> None:
    """During the first quarter of its life, and no longer."""
    bucket = _bucket()
    signed = _count_signings(bucket, monkeypatch)
    first = bucket.remote_file("k", filename="a.pdf")
    now(14.9)
    assert bucket.remote_file("k", filename="a.pdf").url is first.url
    assert len(signed) == 1
    now(15.0)
    bucket.remote_file("k", filename="a.pdf")
    assert len(signed) == 2


OTHERS = {
    "another key": {"key": "j"},
    "another version": {"version_id": "2"},
    "another name": {"filename": "b.pdf"},
    "another disposition": {"disposition": "inline"},
    "another type": {"content_type": "text/plain"},
    "a longer life": {"cache_key": "v1"},
}


@pytest.mark.parametrize("others", OTHERS.values(), ids=OTHERS)
def test_what_differs_is_signed_anew(others: dict, monkeypatch) -> None:
    """Nobody gets another's file, or its name."""
    bucket = _bucket()
    signed = _count_signings(bucket, monkeypatch)
    first = bucket.remote_file("k", filename="a.pdf")
    assert bucket.remote_file(**{"key": "k", "filename": "a.pdf", **others}).url != first.url
    assert len(signed) == 2


def test_no_url_outlives_a_change_of_credentials(monkeypatch) -> None:
    """The old ones may have been revoked."""
    credentials = Temporary(3600)
    bucket = _bucket(session=_session_with(credentials))
    signed = _count_signings(bucket, monkeypatch)
    assert "token-1" in bucket.remote_file("k").url.query
    credentials.renew(3600)
    after = bucket.remote_file("k")
    assert "X-Amz-Credential=AK2" in after.url.query
    assert "token-2" in after.url.query
    assert len(signed) == 2


def test_a_url_whose_credentials_were_renewed_meanwhile_is_used_once(monkeypatch) -> None:
    """Which of them have signed isn't known."""
    credentials = Temporary(3600)
    bucket = _bucket(session=_session_with(credentials))
    really = bucket.client.generate_presigned_url

    def renew_meanwhile(*arguments: Any, **named: Any) -> str:
        url = really(*arguments, **named)
        credentials.renew(3600)
        return str(url)

    monkeypatch.setattr(bucket.client, "generate_presigned_url", renew_meanwhile)
    assert "token-1" in bucket.remote_file("k").url.query
    monkeypatch.setattr(bucket.client, "generate_presigned_url", really)
    assert "token-2" in bucket.remote_file("k").url.query


def test_a_clock_that_was_set_back_gives_no_old_url_out(now, monkeypatch) -> None:
    """Its age is then unknown."""
    bucket = _bucket()
    signed = _count_signings(bucket, monkeypatch)
    bucket.remote_file("k")
    now(-3600)
    bucket.remote_file("k")
    assert len(signed) == 2


def test_only_so_many_are_kept(monkeypatch) -> None:
    """The oldest go; a crawler can't fill the memory."""
    monkeypatch.setattr("xaccel_wsgi.s3._REUSED_MAX", 3)
    bucket = _bucket()
    signed = _count_signings(bucket, monkeypatch)
    for key in "abcd":
        bucket.remote_file(key)
    for key in "bcd":
        bucket.remote_file(key)
    assert [each["Key"] for each in signed] == ["a", "b", "c", "d"]
    bucket.remote_file("a")
    assert signed[-1]["Key"] == "a"
    assert len(bucket._kept._kept) == 3


def test_many_threads_share_one_bucket(monkeypatch) -> None:
    """Each gets its own key's URL, with evictions going on."""
    monkeypatch.setattr("xaccel_wsgi.s3._REUSED_MAX", 5)
    bucket = _bucket()
    keys = [f"key-{number % 11}" for number in range(400)]
    with ThreadPoolExecutor(8) as pool:
        urls = list(pool.map(lambda key: bucket.remote_file(key).url.path, keys))
    assert urls == [f"/{key}" for key in keys]
    assert len(bucket._kept._kept) <= 5
