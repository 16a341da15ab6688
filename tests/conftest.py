"""What every test may ask for: the NGINX to test with, a remote, a site with both carriers."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.accounts import Accounts
from tests.support.browser import chromium
from tests.support.nginx import nginx_binaries, nginx_missing_reason
from tests.support.remote import StubRemote
from tests.support.site import CARRIERS, Carrier, Site
from xaccel_wsgi import RemoteFile

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from playwright.sync_api import Browser

pytest_plugins = ("tests.extras", "tests.security.table")

View = Callable[["WSGIEnvironment"], RemoteFile]


@pytest.fixture(scope="session", params=nginx_binaries() or [None])
def nginx_binary(request: pytest.FixtureRequest) -> str:
    """Each NGINX to test with."""
    if request.param is None:
        pytest.skip(nginx_missing_reason() or "")
    return str(request.param)


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """One Chromium for a module; each test makes a context of its own.

    Not for longer: playwright's event loop runs in this thread while it lives, and other tests
    have loops of their own.
    """
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Accounts:
    """An account at each store that signs URLs."""
    return Accounts(tmp_path_factory.mktemp("accounts"))


@pytest.fixture(params=CARRIERS)
def carrier(request: pytest.FixtureRequest) -> Carrier:
    """Each carrier in turn."""
    carrier: Carrier = request.param
    return carrier


@pytest.fixture(scope="session")
def session_remote() -> Iterator[StubRemote]:
    """One stub remote for all tests."""
    with StubRemote() as remote:
        yield remote


@pytest.fixture
def remote(session_remote: StubRemote) -> StubRemote:
    """The stub remote, with nothing recorded and no script."""
    session_remote.reset()
    return session_remote


class Views:
    """An application whose only view is the test's."""

    def __init__(self) -> None:
        """Starts without a view."""
        self.view: View | None = None

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> object:
        """Answers with the RemoteFile that the view returns."""
        assert self.view is not None
        return self.view(environ)(environ, start_response)


@pytest.fixture(scope="session")
def views() -> Views:
    """The application behind `site`."""
    return Views()


@pytest.fixture(scope="session")
def site(
    nginx_binary: str,
    views: Views,
    session_remote: StubRemote,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """An application behind both carriers, allowed to fetch from the stub remote."""
    folder: Path = tmp_path_factory.mktemp("nginx")
    origins = [f"http://{session_remote.address}"]
    with Site(views, folder, nginx_binary, origins=origins, read_timeout_s=2) as site:  # type: ignore[arg-type]
        yield site
