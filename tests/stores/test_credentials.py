"""A store behind a bearer token or a password: who sees it, and who doesn't."""

import logging
from base64 import b64encode
from collections.abc import Iterator

import pytest

from tests.conftest import Views
from tests.stores.conftest import OpenSite
from tests.support.client import Received, send
from tests.support.remote import Close, Request, Step, StubRemote, answer
from tests.support.site import Carrier, Site
from xaccel_wsgi import RemoteFile

TOKEN = "s3cr3t-tok3n"
CREDENTIALS = {
    "a bearer token": f"Bearer {TOKEN}",
    "a password": f"Basic {b64encode(f'user:{TOKEN}'.encode()).decode()}",
}


@pytest.fixture(scope="session")
def other() -> Iterator[StubRemote]:
    """A second host that the site may fetch from."""
    with StubRemote() as remote:
        yield remote


@pytest.fixture(scope="module")
def store_site(session_remote: StubRemote, other: StubRemote, open_site: OpenSite) -> Site:
    """A site that may fetch from both."""
    return open_site(session_remote.url(), other.url())


@pytest.fixture(params=CREDENTIALS.values(), ids=CREDENTIALS)
def credential(request: pytest.FixtureRequest) -> str:
    """Each kind in turn."""
    return str(request.param)


@pytest.fixture
def download(carrier: Carrier, store_site: Site, views: Views, credential: str):
    """Downloads a URL by each carrier, with the credential for its store."""

    def download(url: str) -> Received:
        fields = {"Authorization": credential}
        views.view = lambda _: RemoteFile(url, request_headers=fields)
        # The client's own is for the application alone.
        return send(store_site.address(carrier), "/f", [("Authorization", "Bearer client")])

    return download


def _protected(credential: str):
    def respond(request: Request) -> list[Step]:
        shown = request.values("Authorization")
        if shown == [credential]:
            return answer(200, [], b"file")
        return answer(401, [("WWW-Authenticate", "Bearer")], f"not {shown}".encode())

    return respond


def test_a_store_behind_credentials_serves_the_file(
    download, remote: StubRemote, credential: str
) -> None:
    """It gets the application's, once, in place of the client's."""
    remote.script = _protected(credential)
    assert (got := download(remote.url("/k"))).body == b"file", got


def test_credentials_sent_to_another_host_after_a_redirect(
    download, remote: StubRemote, other: StubRemote
) -> None:
    """It is asked, without them."""
    other.reset()
    other.script = {"/there": answer(200, [], b"file")}
    remote.script = {"/k": answer(302, [("Location", other.url("/there"))])}
    assert download(remote.url("/k")).body == b"file"
    (asked,) = other.requests
    assert asked.values("Authorization") == []


def test_credentials_brought_back_by_a_redirect_home(
    download, remote: StubRemote, other: StubRemote
) -> None:
    """Who redirects decides what the first host is asked for then; not with these."""
    other.reset()
    other.script = {"/there": answer(302, [("Location", remote.url("/chosen"))])}
    remote.script = {
        "/k": answer(302, [("Location", other.url("/there"))]),
        "/chosen": answer(200, [], b"file"),
    }
    download(remote.url("/k"))
    assert [request.values("Authorization") for request in remote.asked("/chosen")] == [[]]


ANSWERS = {
    "a file": answer(200, [("ETag", '"v"')], b"file"),
    "a refusal": answer(401, [("WWW-Authenticate", f"Bearer {TOKEN}")], f"not {TOKEN}".encode()),
    "an error": answer(500, [("X-Error", TOKEN)], f"Authorization: {TOKEN}".encode()),
    "a redirect elsewhere": answer(302, [("Location", "http://127.0.0.1:1/")]),
    "nothing": [Close()],
    "no HTTP": [b"SSH-2.0-x\r\n\r\n", Close()],
}


@pytest.mark.parametrize("said", ANSWERS.values(), ids=ANSWERS)
def test_credentials_seen_by_the_client_or_the_logs(
    said: object, download, remote: StubRemote, store_site: Site, credential: str,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """Whatever the store answers, its body of an error too; NGINX's logs are read as well."""
    remote.script = {"/k": said}  # type: ignore[dict-item]
    secrets = (TOKEN, credential.partition(" ")[2])
    with caplog.at_level(logging.DEBUG):
        got = download(remote.url("/k?sig=s1gned"))
    assert {request.value("Authorization") for request in remote.requests} == {credential}
    seen = repr(got)
    logged = caplog.text + "".join(
        path.read_text(errors="replace") for path in store_site.nginx.folder.glob("*.log")
    )
    for secret in secrets:
        assert secret not in seen
        assert secret not in logged


def test_credentials_shown_by_repr() -> None:
    """Of the file, which a debugger or an error report may print."""
    remote = RemoteFile("https://h/k", request_headers={"Authorization": f"Bearer {TOKEN}"})
    assert TOKEN not in repr(remote)
