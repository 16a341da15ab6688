"""An application for a server in a process of its own; the settings come from the environment.

`/f` sends what REMOTE has. `/never` says in the file ENTERED that it was asked, and doesn't answer.
"""

import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from xaccel_wsgi import RemoteFile, XAccelMiddleware

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def view(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """The one view."""
    if environ["PATH_INFO"] == "/never":
        Path(os.environ["ENTERED"]).touch()
        time.sleep(60)
    return RemoteFile(os.environ["REMOTE"])(environ, start_response)


app = XAccelMiddleware(view)
