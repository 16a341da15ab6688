"""The recipes of docs/stores.md: each is run, and what it signs is shown to a verifier."""

import base64
import json
from typing import Any
from urllib.parse import parse_qs, unquote

import pytest
from azure.storage.blob import ContainerClient
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1
from werkzeug.datastructures import Headers
from werkzeug.test import Client

from tests.docs.ask import TOKEN
from tests.docs.prelude import prelude
from tests.docs.snippets import SNIPPETS
from tests.stores.azurite import Azurite
from tests.stores.strict import goog4_verifier, sigv4_verifier
from tests.support.accounts import ACCOUNT, ACCOUNT_KEY, Accounts
from tests.support.client import send
from xaccel_wsgi.carriers.nginx.wire import gateway_token
from xaccel_wsgi.find import find_middleware
from xaccel_wsgi.rules.url import RemoteUrl, parse_url

NAME = "attachment; filename=\"Q3 resume.pdf\"; filename*=UTF-8''Q3%20r%C3%A9sum%C3%A9.pdf"


@pytest.fixture(autouse=True)
def _environ(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**accounts.environ, "XACCEL_TOKEN": TOKEN}.items():
        monkeypatch.setenv(name, value)


def _application(word: str) -> Any:
    """Returns the application that the recipe with this word in it makes."""
    (text,) = (s.text for s in SNIPPETS if s.place.startswith("docs/stores.md") and word in s.text)
    names = prelude()
    exec(text, names)
    return names["app"]


def _handed_over(word: str) -> tuple[RemoteUrl, Headers]:
    """Returns which URL NGINX is told to fetch, and all that it is told."""
    app = _application(word)
    middleware = find_middleware(app)
    assert middleware is not None
    told = Client(app).get(
        "/reports/7", headers={"X-Accel-Token": gateway_token(middleware.settings)}
    ).headers  # fmt: skip
    path, _, query = told["X-Accel-Redirect"].removeprefix("/_remote/").partition("?")
    # As NGINX reads it: the path is decoded, once.
    return parse_url(f"{unquote(path).replace('/', '://', 1)}?{query}"), told


S3 = {
    "Amazon S3": (
        'region_name="eu-west-1"', "https://reports.s3.eu-west-1.amazonaws.com/7.pdf", "eu-west-1",
    ),
    "MinIO": ("minio.example", "https://minio.example.com/reports/7.pdf", "us-east-1"),
    "Cloudflare R2": (
        "r2.cloudflare",
        "https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com/reports/7.pdf", "auto",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("word", "place", "region"), S3.values(), ids=S3)
def test_an_s3_url_is_verified(word: str, place: str, region: str, accounts: Accounts) -> None:
    """The signature is verified by recomputing it from the request as it is sent."""
    url, _ = _handed_over(word)
    assert str(url).partition("?")[0] == place
    said = parse_qs(url.query)
    assert said["X-Amz-Credential"][0].split("/")[2] == region
    assert said["response-content-disposition"] == [NAME]
    key, secret = (accounts.environ[f"AWS_{n}"] for n in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"))
    assert sigv4_verifier({key: secret})("GET", url.authority, url.target) is None


def test_a_google_url_is_verified(accounts: Accounts) -> None:
    """The same, with the public key of the account."""
    url, _ = _handed_over("google.cloud")
    assert str(url).partition("?")[0] == "https://storage.googleapis.com/reports/7.pdf"
    assert parse_qs(url.query)["response-content-disposition"] == [NAME]
    verify = goog4_verifier(accounts.rsa_key.public_key())
    assert verify("GET", url.authority, url.target) is None


def test_an_azure_url_is_accepted(azurite: Azurite) -> None:
    """The emulator accepts it; its account is part of the path, which the signature knows too."""
    with ContainerClient(azurite.account_url, "reports", credential=ACCOUNT_KEY) as container:
        container.create_container()
        container.upload_blob("7.pdf", b"report")
    url, _ = _handed_over("azure.storage")
    assert str(url).partition("?")[0] == f"https://{ACCOUNT}.blob.core.windows.net/reports/7.pdf"
    address = parse_url(azurite.account_url).authority
    got = send(address, f"/{ACCOUNT}{url.target}")
    assert (got.status, got.body, got.value("Content-Disposition")) == (200, b"report", NAME)
    assert send(address, f"/{ACCOUNT}{url.target.replace('7.pdf', '8.pdf')}").status == 403


def test_a_cloudfront_url_is_verified(accounts: Accounts) -> None:
    """CloudFront Developer Guide, "a signed URL using a canned policy": checked by that."""
    url, _ = _handed_over("CloudFrontSigner")
    said = {name: value for name, (value,) in parse_qs(url.query).items()}
    assert set(said) == {"Expires", "Signature", "Key-Pair-Id"}
    assert said["Key-Pair-Id"] == accounts.environ["CLOUDFRONT_KEY_ID"]
    condition = {"DateLessThan": {"AWS:EpochTime": int(said["Expires"])}}
    signed = f"{url.origin}{url.path}"
    assert signed == "https://d111111abcdef8.cloudfront.net/reports/7.pdf"
    policy = json.dumps(
        {"Statement": [{"Resource": signed, "Condition": condition}]}, separators=(",", ":")
    )
    signature = base64.b64decode(said["Signature"].translate(str.maketrans("-_~", "+=/")))
    accounts.rsa_key.public_key().verify(signature, policy.encode(), PKCS1v15(), SHA1())


def test_a_bearer_token(accounts: Accounts) -> None:
    """It goes to NGINX for the store, and not to the client."""
    url, told = _handed_over("STORE_TOKEN")
    assert url.href == "https://files.example.com/reports/7.pdf"
    token = accounts.environ["STORE_TOKEN"]
    assert told["X-Accel-Request-Authorization"] == f"Bearer {token}"
    assert [name for name, value in told if token in value] == ["X-Accel-Request-Authorization"]


REDIRECTED = {"S3": 'region_name="eu-west-1"', "Google": "google.cloud", "Azure": "azure.storage"}


@pytest.mark.parametrize("word", REDIRECTED.values(), ids=REDIRECTED)
def test_what_is_signed_is_enough_for_a_redirect(
    word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same view, on a platform: a setting of the environment."""
    monkeypatch.setenv("XACCEL_MODE", "redirect")
    got = Client(_application(word)).get("/reports/7")
    assert (got.status_code, got.headers["Cache-Control"]) == (302, "no-store")
    assert got.headers["Location"].startswith("https://")
