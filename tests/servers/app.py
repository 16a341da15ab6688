"""The application that every server runs; where its files are stands in the environment."""

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from xaccel_wsgi import RemoteFile, XAccelMiddleware

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ORIGIN, FOLDER, TOKEN = "SERVERS_ORIGIN", "SERVERS_FOLDER", "SERVERS_TOKEN"
NAME = "naïve.png"


def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Sends the remote's file of the same path; a file of this machine; or a page."""
    path = environ["PATH_INFO"]
    # As the view of a form does.
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if path == "/page":
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "6")])
        return [b"a page"]
    if path.startswith("/local/"):
        fields = [("Content-Type", "text/plain"), ("X-Accel-Redirect", f"/protected{path[6:]}")]
        start_response("200 OK", fields)
        return []
    etag = "v1" if path == "/versioned" else None
    remote = RemoteFile(os.environ[ORIGIN] + path, filename=NAME, etag=etag)
    start_response("200 OK", [*remote.response_headers(environ).items(), ("Set-Cookie", "seen=1")])
    return []


def wrapped(environ: Mapping[str, str]) -> XAccelMiddleware:
    """Returns the application, with the settings that this environment gives."""
    return XAccelMiddleware(
        answer,
        origins=[environ[ORIGIN]],
        internal_locations={"/protected/": environ[FOLDER]},
        token=environ[TOKEN],
        read_timeout_s=1,
    )


# The tests import this module as well, and have no such environment.
if ORIGIN in os.environ:
    application = wrapped(os.environ)
