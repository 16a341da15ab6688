"""A module's application on waitress, with the real NGINX in front and without."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.client import Received, send
from tests.support.remote import StubRemote, answer
from tests.support.site import Carrier, Site

Ask = Callable[..., Received]

FILE = [("Content-Type", "image/png"), ("ETag", '"theirs"'), ("Accept-Ranges", "bytes")]


@pytest.fixture(scope="module")
def framework_site(
    app: Any, nginx_binary: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The `app` that each module makes, wrapped as its framework has it."""
    with Site(app, tmp_path_factory.mktemp("nginx"), nginx_binary) as site:
        yield site


@pytest.fixture
def ask(carrier: Carrier, framework_site: Site, remote: StubRemote) -> Ask:
    """Asks the application for a path, by each carrier; the remote has /k."""
    remote.script = {"/k": answer(200, FILE, b"the file")}

    def ask(path: str, *fields: tuple[str, str], method: str = "GET", **more: Any) -> Received:
        return send(framework_site.address(carrier), path, fields, method=method, **more)

    return ask
