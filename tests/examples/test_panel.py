"""The panel: what happened to a file is told to whoever asked for it."""

import pytest
from werkzeug.test import Client, TestResponse
from werkzeug.wrappers import Response

from examples.panel import PREFIX, Panel


def _ask(panel: Panel, path: str, cookie: str) -> TestResponse:
    return Client(panel, use_cookies=False).get(path, headers={"Cookie": cookie} if cookie else {})


@pytest.mark.parametrize(
    ("cookie", "told"),
    [
        pytest.param("session=1", ["/files/7/download"], id="who asked"),
        pytest.param("session=2", [], id="another"),
        pytest.param("", [], id="without a session"),
    ],
)
def test_who_is_told(cookie: str, told: list[str]) -> None:
    """Nobody of another's transfers, and nobody of those of visitors without a session."""
    panel = Panel(Response(b"a file"), files="/files/")
    _ask(panel, "/files/7/download", "session=1")
    _ask(panel, "/files/8/download", "")
    assert [each["path"] for each in _ask(panel, PREFIX, cookie).json] == told
