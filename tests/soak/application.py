"""The application under load: every path is the remote's; settings come from the environment."""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from xaccel_wsgi import RemoteFile, XAccelMiddleware

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_REMOTE = os.environ.get("SOAK_REMOTE", "")


def view(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """The one view."""
    file = RemoteFile(_REMOTE + environ["PATH_INFO"], filename="soak.bin")
    return file(environ, start_response)


def make() -> XAccelMiddleware:
    """Returns the application, for gunicorn."""
    return XAccelMiddleware(view)
