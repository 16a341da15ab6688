"""Google Cloud Storage: what its own library signs reaches a strict store byte for byte."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from google.cloud import storage

from tests.conftest import Views
from tests.stores.conftest import OpenSite
from tests.stores.keys import KEYS
from tests.stores.strict import goog4_verifier
from tests.support.accounts import Accounts
from tests.support.client import send
from tests.support.remote import Request, Step, StubRemote, answer
from tests.support.site import Carrier, Site
from xaccel_wsgi import RemoteFile, content_disposition

# A dot-dot segment arrives as `%2e%2e`, since NGINX sends no other.
EXACT = [key for key in KEYS if ".." not in key.split("/")]


@pytest.fixture(scope="module")
def bucket(accounts: Accounts) -> Any:
    """A bucket of the library's; signing asks nobody."""
    return storage.Client.from_service_account_json(
        accounts.environ["GOOGLE_APPLICATION_CREDENTIALS"]
    ).bucket("files")


@pytest.fixture(scope="module")
def strict_store(accounts: Accounts) -> Iterator[StubRemote]:
    """Answers with the path, to the very request that was signed."""
    verify = goog4_verifier(accounts.rsa_key.public_key())

    def respond(request: Request) -> list[Step]:
        refusal = verify(request.method, request.value("Host") or "", request.target)
        if refusal:
            return answer(403, body=refusal.encode())
        return answer(200, [("Content-Type", "text/plain")], request.path.encode())

    with StubRemote(respond) as store:
        yield store


@pytest.fixture(scope="module")
def store_site(strict_store: StubRemote, open_site: OpenSite) -> Site:
    """A site that may fetch from the store."""
    return open_site(strict_store.url())


def _signed(bucket: Any, key: str, store: StubRemote, filename: str | None = None) -> str:
    return str(
        bucket.blob(key).generate_signed_url(
            version="v4",
            expiration=timedelta(minutes=1),
            api_access_endpoint=store.url(""),
            response_disposition=content_disposition("attachment", filename),
        )
    )


@pytest.mark.parametrize("key", EXACT)
def test_the_request_is_the_one_that_was_signed(
    key: str, carrier: Carrier, store_site: Site, strict_store: StubRemote, bucket: Any,
    views: Views,
) -> None:  # fmt: skip
    """Not a byte of path and query is another, and nothing of the client's gets in."""
    url = _signed(bucket, key, strict_store, "Q3 résumé + 100%.pdf")
    views.view = lambda _: RemoteFile(url, filename="Q3 résumé + 100%.pdf")
    got = send(store_site.address(carrier), "/f?q=1", [("Authorization", "Bearer client")])
    target = url.removeprefix(strict_store.url(""))
    assert (got.status, got.body) == (200, target.partition("?")[0].encode())
    assert strict_store.requests[-1].target == target


CHANGES = {
    "a plus for a space": ("%20", "+"),
    "a plus for itself": ("%2B", "+"),
    "a slash for itself": ("%2F", "/"),
    "hexadecimal in lower case": ("%2B", "%2b"),
    "a tilde, encoded": ("~", "%7E"),
    "an é in another form": ("%C3%A9", "e%CC%81"),
    "a longer life": ("X-Goog-Expires=60", "X-Goog-Expires=61"),
    "another name": ("Q3", "Q4"),
    "another parameter": ("?", "?a=b&"),
    "one parameter less": ("X-Goog-Date=", "Goog-Date="),
    "another key": ("/files/", "/files/x"),
    "a segment resolved": ("/files/", "/other/../files/"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new"), CHANGES.values(), ids=CHANGES)
def test_the_store_is_strict(
    old: str, new: str, strict_store: StubRemote, bucket: Any, accounts: Accounts
) -> None:
    """What the tests above rest on: any re-encoding is refused."""
    target = _signed(bucket, "~a+b é", strict_store, "Q3.pdf").removeprefix(strict_store.url(""))
    verify = goog4_verifier(accounts.rsa_key.public_key())
    assert verify("GET", strict_store.address, target) is None
    changed = target.replace(old, new, 1)
    assert changed != target
    try:
        refusal = verify("GET", strict_store.address, changed)
    except KeyError as missing:
        refusal = str(missing)
    assert refusal is not None


def test_another_method_or_host_is_refused(
    strict_store: StubRemote, bucket: Any, accounts: Accounts
) -> None:
    """A HEAD of the client's has to be asked as a GET."""
    target = _signed(bucket, "k", strict_store).removeprefix(strict_store.url(""))
    verify = goog4_verifier(accounts.rsa_key.public_key())
    assert verify("HEAD", strict_store.address, target) is not None
    assert verify("GET", f"localhost:{strict_store.port}", target) is not None
