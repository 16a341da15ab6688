"""The grounds, and the check after every test that nothing is left on them."""

from collections.abc import Iterator

import pytest

from .grounds import Grounds


@pytest.fixture(scope="session")
def session_grounds(
    nginx_binary: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Grounds]:
    """One site for all faults."""
    grounds = Grounds(tmp_path_factory.mktemp("faults"), nginx_binary)
    yield grounds
    grounds.close()


@pytest.fixture
def grounds(session_grounds: Grounds) -> Iterator[Grounds]:
    """The site at rest, before and after."""
    yield session_grounds
    session_grounds.clear()
    assert session_grounds.left() == ""
