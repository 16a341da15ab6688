"""The fixture `sent_files`, which pytest finds wherever this package is installed."""

from collections.abc import Iterator

import pytest

from .recording import sent_files as recording
from .sent_file import SentFile


@pytest.fixture
def sent_files() -> Iterator[list[SentFile]]:
    """The files sent during the test, none of them over a network; see `xaccel_wsgi.testing`."""
    with recording() as sent:
        yield sent
