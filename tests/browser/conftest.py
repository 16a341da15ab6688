"""A page to look at things with."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

_PATIENCE_MS = 15_000


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page, without cookies and without a cache of another test's."""
    with browser.new_context() as context:
        context.set_default_timeout(_PATIENCE_MS)
        yield context.new_page()
