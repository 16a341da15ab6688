"""What a response that isn't ours costs: the middleware against werkzeug's ProxyFix, same run.

Prints the added microseconds of each, as medians over interleaved rounds, and their ratio.
Run it with `make bench`.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

from werkzeug.middleware.proxy_fix import ProxyFix

from xaccel_wsgi import XAccelMiddleware

CALLS = 20_000
ROUNDS = 15
COUNTS = (6, 15)


def application(count: int) -> Callable[..., list[bytes]]:
    """Returns an application whose response has `count` headers."""
    fields = [(f"X-Header-{number}", "some value") for number in range(count)]

    def app(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", list(fields))
        return [b"page"]

    return app


def one_call_us(app: Callable[..., Any]) -> float:
    """Returns microseconds a call, over CALLS calls with an environ of its own each."""
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": "/", "REMOTE_ADDR": "192.0.2.1",
        "HTTP_X_FORWARDED_FOR": "192.0.2.2", "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_HOST": "localhost", "wsgi.url_scheme": "http", "SERVER_PORT": "80",
    }  # fmt: skip
    start_response = lambda *_: None  # noqa: E731
    began = time.perf_counter()
    for _ in range(CALLS):
        app(environ.copy(), start_response)
    return (time.perf_counter() - began) / CALLS * 1e6


def main() -> None:
    """Measures and prints."""
    print("headers  bare us  +ProxyFix us  +XAccelMiddleware us  ratio")
    for count in COUNTS:
        app = application(count)
        apps = [app, ProxyFix(app), XAccelMiddleware(app, origins=["https://files.example"])]
        rounds = [[one_call_us(each) for each in apps] for _ in range(ROUNDS)]
        bare = statistics.median(row[0] for row in rounds)
        fix = statistics.median(row[1] - row[0] for row in rounds)
        ours = statistics.median(row[2] - row[0] for row in rounds)
        ratio = statistics.median((row[2] - row[0]) / (row[1] - row[0]) for row in rounds)
        print(f"{count:7}  {bare:7.2f}  {fix:12.2f}  {ours:20.2f}  {ratio:5.2f}")


if __name__ == "__main__":
    main()
