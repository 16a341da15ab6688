"""Asks an application of the documents for a file: `python -m tests.docs.ask FILE`.

In a process of its own, since Django is configured once for each, and as NGINX would ask: with the
token. Exits with an error unless the file is handed over.
"""

import os
import runpy
import sys
from typing import Any

from werkzeug.test import Client

TOKEN = "0123456789abcdef"


def check_handover(app: Any, path: str) -> None:
    """Raises AssertionError unless `app` answers `path` with a handoff for NGINX."""
    from xaccel_wsgi.carriers.nginx.wire import gateway_token
    from xaccel_wsgi.find import find_middleware

    middleware = find_middleware(app)
    assert middleware is not None, "no middleware is found in app"
    token = gateway_token(middleware.settings)
    with Client(app).get(path, headers={"X-Accel-Token": token}) as response:
        told = response.headers
        assert response.get_data() == b"", (response.status, told, response.get_data())
    target = told["X-Accel-Redirect"]
    if not target.startswith(tuple(dict(middleware.settings.internal_locations))):
        assert target.startswith(middleware.settings.prefix), told
        assert response.status_code == 204, (response.status, told)
        assert told["X-Accel-Response-Content-Disposition"], told
    assert "X-Remote-File" not in told


if __name__ == "__main__":
    os.environ["XACCEL_TOKEN"] = TOKEN
    sys.path.insert(0, os.getcwd())
    check_handover(runpy.run_path(sys.argv[1])["app"], "/reports/7")
