"""The names that a fragment of the documents may use without making them."""

from typing import Any

from flask import Flask

from xaccel_wsgi import RemoteFile, XAccelMiddleware

STORE = "https://reports.s3.eu-west-1.amazonaws.com"


def prelude() -> dict[str, Any]:
    """Returns them, new for each fragment."""
    app = Flask("fragment")
    app.wsgi_app = XAccelMiddleware(app.wsgi_app, origins=[STORE])  # type: ignore[method-assign]
    return {
        "RemoteFile": RemoteFile,
        "STORE": STORE,
        "XAccelMiddleware": XAccelMiddleware,
        "app": app,
        "url": f"{STORE}/7.pdf?X-Amz-Signature=0123",
    }
