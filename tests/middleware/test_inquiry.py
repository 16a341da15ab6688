"""An operator's question which carrier would send a file: who may ask, and what is told."""

import json
import time

import pytest
from werkzeug.test import create_environ, run_wsgi_app

from xaccel_wsgi import RemoteFile, XAccelMiddleware
from xaccel_wsgi.carriers.inquiry import INQUIRY_FIELD, INQUIRY_TYPE, inquiry
from xaccel_wsgi.carriers.nginx.wire import gateway_token

TOKEN = "0123456789abcdef"
OTHER = "another-token-0123456789"


def _ask(presented: str = "", value: str | None = None, **options: object) -> tuple[str, str]:
    """Asks about a file; returns the answer's type and body."""

    def app(environ, start_response):
        assert "HTTP_X_ACCEL_TOKEN" not in environ
        return RemoteFile("http://127.0.0.1:9/k?signature=s3cr3t")(environ, start_response)

    middleware = XAccelMiddleware(app, origins=["http://127.0.0.1:9"], **options)
    settings = middleware.settings
    shown = {"current": gateway_token(settings), "outdated": f"{TOKEN};0;x"}
    value = inquiry(TOKEN, time.time()) if value is None else value
    environ = create_environ(headers={INQUIRY_FIELD: value})
    if presented:
        environ["HTTP_X_ACCEL_TOKEN"] = shown.get(presented, presented)
    body, _, headers = run_wsgi_app(middleware, environ, buffered=True)
    return str(headers.get("Content-Type")), b"".join(body).decode()


@pytest.mark.parametrize(
    ("presented", "mode", "carrier", "shown"),
    [
        ("current", "auto", "nginx", "current"),
        ("outdated", "auto", "nginx", "outdated"),
        ("wrong", "auto", "stream", "wrong"),
        ("", "auto", "stream", "missing"),
        ("current", "stream", "stream", "current"),
        ("current", "nginx", "nginx", "current"),
        ("", "nginx", "refused", "missing"),
    ],
)
def test_who_knows_the_token_is_told(presented: str, mode: str, carrier: str, shown: str) -> None:
    """What would happen, without it happening: nothing listens at the origin."""
    content_type, body = _ask(presented, mode=mode, token=TOKEN)
    assert content_type == INQUIRY_TYPE
    assert json.loads(body) == {"carrier": carrier, "token": shown}


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("", id="empty"),
        pytest.param(TOKEN, id="the token itself"),
        pytest.param(inquiry(OTHER, time.time()), id="another token"),
        pytest.param(inquiry(TOKEN, time.time() - 3600), id="an hour old"),
        pytest.param(inquiry(TOKEN, time.time() + 3600), id="an hour early"),
        pytest.param(inquiry(TOKEN, time.time()).replace(";", ";0"), id="garbled"),
        pytest.param("9" * 5000 + ";" + "0" * 64, id="a number without end"),
    ],
)
def test_nobody_else_is_told(value: str) -> None:
    """The request is one for the file, as if the field weren't there."""
    content_type, body = _ask("current", value, token=TOKEN)
    assert content_type != INQUIRY_TYPE
    assert "carrier" not in body


def test_without_a_token_nobody_may_ask() -> None:
    """There is no secret to know."""
    content_type, _ = _ask("", inquiry("", time.time()), mode="stream")
    assert content_type != INQUIRY_TYPE
