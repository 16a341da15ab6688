"""What the middleware costs a request: one that isn't ours, and one that is handed over."""

import statistics
import time
from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import create_environ

from xaccel_wsgi import RemoteFile, XAccelMiddleware
from xaccel_wsgi.carriers.nginx.wire import gateway_token

from ..chapter import Bound, Chapter, Table

CALLS = 5000
COUNTS = (6, 15)
STORE = "https://files.example"
URL = f"{STORE}/reports/2024/q3.pdf?X-Amz-Signature=" + "0" * 350
_HEADERS = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0",
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Encoding": "gzip, deflate, br",
    "Accept-Language": "en", "Cookie": "session=0123456789", "X-Forwarded-For": "192.0.2.2",
    "X-Forwarded-Proto": "https",
}  # fmt: skip
_TEXT = """
Microseconds of Python. A response that isn't ours, with 6 and 15 headers, is compared with what
werkzeug's ProxyFix adds, which most applications behind a proxy have anyway. A handoff is the
time from the application's `start_response` to the server's; beside it a whole minimal Flask
request.
"""

App = Callable[..., Any]


def measure(rounds: int) -> Chapter:
    """Calls all of them in turns."""
    rows, bounds = [], []
    for count in COUNTS:
        app = _page(count)
        apps = (app, ProxyFix(app), XAccelMiddleware(app, origins=[STORE]))
        environ = create_environ(headers=_HEADERS)
        taken = [[_one_call_us(each, environ) for each in apps] for _ in range(max(rounds, 10))]
        fix = statistics.median(row[1] - row[0] for row in taken)
        ours = statistics.median(row[2] - row[0] for row in taken)
        ratio = statistics.median((row[2] - row[0]) / (row[1] - row[0]) for row in taken)
        rows.append((f"{count} headers", f"{fix:.1f}", f"{ours:.1f}", f"{ratio:.2f}"))
        bounds.append(Bound(f"{count} headers, to ProxyFix", ratio, 1, at_least=False))
    handoff_us, flask_us = _handed_over(max(rounds, 10))
    tables = [
        Table(("not ours", "ProxyFix adds", "we add", "ratio"), rows),
        Table(
            ("microseconds", ""),
            [("a handoff", f"{handoff_us:.1f}"), ("a minimal Flask request", f"{flask_us:.1f}")],
        ),
    ]
    says = "a handoff, to a minimal Flask request"
    bounds.append(Bound(says, handoff_us / flask_us, 0.5, at_least=False))
    return Chapter("The middleware", _TEXT, tables, bounds=bounds)


def _page(count: int) -> App:
    fields = [(f"X-Header-{number}", "some value") for number in range(count)]

    def app(_environ: dict[str, Any], start_response: App) -> list[bytes]:
        start_response("200 OK", list(fields))
        return [b"page"]

    return app


def _one_call_us(app: App, environ: dict[str, Any]) -> float:
    began = time.perf_counter()
    for _ in range(CALLS):
        app(environ.copy(), _ignore)
    return (time.perf_counter() - began) / CALLS * 1e6


def _handed_over(rounds: int) -> tuple[float, float]:
    """Returns the microseconds of a handoff, and of a Flask request beside it."""
    flask = Flask("minimal")
    flask.add_url_rule("/", view_func=lambda: "page")
    said_at = [0.0, 0.0]

    def app(environ: dict[str, Any], start_response: App) -> Any:
        def start(*said: Any) -> Any:
            said_at[0] = time.perf_counter()
            return start_response(*said)

        return RemoteFile(URL, filename="Q3 résumé.pdf")(environ, start)

    def heard(*_: Any) -> Any:
        said_at[1] = time.perf_counter()

    wrapped = XAccelMiddleware(app, origins=[STORE], token="a-token-for-the-benchmarks")
    shown = {**_HEADERS, "X-Accel-Token": gateway_token(wrapped.settings)}
    ours, plain = create_environ(headers=shown), create_environ(headers=_HEADERS)
    handoffs, requests = [], []
    for _ in range(rounds * 200):
        wrapped(ours.copy(), heard)
        handoffs.append(said_at[1] - said_at[0])
        environ = plain.copy()
        began = time.perf_counter()
        body = flask(environ, _ignore)
        b"".join(body)
        requests.append(time.perf_counter() - began)
    return statistics.median(handoffs) * 1e6, statistics.median(requests) * 1e6


def _ignore(*_: Any) -> None:
    return None
