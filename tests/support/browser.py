"""Chromium, driven by playwright: Debian's, since nothing else is downloaded."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

_CHROMIUM = Path("/usr/bin/chromium")
_ARGUMENTS = (
    # Root has no sandbox, and what is visited is ours.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",
    "--mute-audio",
)


def chromium_missing_reason() -> str | None:
    """Returns why tests in a browser can't run; None if they can.

    Where CI says that everything has to be there, a missing Chromium is a failure.
    """
    if _CHROMIUM.exists():
        return None
    reason = f"NO CHROMIUM: install it (apt-get install chromium), as {_CHROMIUM}"
    if os.environ.get("CI", "").lower() in ("true", "1"):
        pytest.fail(reason, pytrace=False)
    return reason


@contextmanager
def chromium() -> Iterator[Browser]:
    """Runs a Chromium; skips the test where there is none.

    Each test takes a context of its own from it: `browser.new_context()` has no cookies and no
    cache of another's.
    """
    reason = chromium_missing_reason()
    if reason:
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_CHROMIUM, args=[*_ARGUMENTS, "--headless=new"]
        )
        try:
            yield browser
        finally:
            browser.close()
