"""What is the same for many checks is done once."""

from collections.abc import Iterator
from functools import cache

import pytest

from xaccel_wsgi.doctor.configuration import reference


@pytest.fixture(scope="package", autouse=True)
def _generated_configurations_are_parsed_once() -> Iterator[None]:
    """The same text gives the same tree, which nobody changes."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(reference, "read_text", cache(reference.read_text))
        yield
