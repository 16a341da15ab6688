"""What happened to a file, told beside it: the panel of the examples' pages.

Not a part of the integration: an application works the same without it. It wraps the whole WSGI
application, middleware included, so it sees what leaves Python:

    app.wsgi_app = Panel(app.wsgi_app, files="/files/")

and the pages have an element for each file, which `static/panel.js` fills:

    <details class="transfers" data-file="/files/7/" data-bytes="1330">
      <summary>What happened</summary>
    </details>
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from werkzeug.middleware.shared_data import SharedDataMiddleware
from werkzeug.wsgi import ClosingIterator

from .transfers import Transfer, Transfers

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PREFIX = "/panel/"


class Panel:
    """Notes each transfer, and answers what is below /panel/ itself."""

    def __init__(self, app: "WSGIApplication", *, files: str) -> None:
        """Wraps `app`.

        Args:
            app: The application behind its XAccelMiddleware.
            files: The path below which each file has a folder of its own, as in /files/7/download.
        """
        self.app = app
        self._files = files
        self._transfers = Transfers()
        folder = str(Path(__file__).with_name("static"))
        self._own = SharedDataMiddleware(self._tell, {PREFIX + "static": folder})

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answers one request."""
        path = environ.get("PATH_INFO", "")
        if path.startswith(PREFIX):
            return self._own(environ, start_response)
        if not path.startswith(self._files):
            return self.app(environ, start_response)
        transfer = Transfer(path, environ["REQUEST_METHOD"], environ.get("HTTP_RANGE", ""))
        began = perf_counter()

        def watch(
            status: str, headers: list[tuple[str, str]], exc_info: "OptExcInfo | None" = None
        ) -> object:
            transfer.answer(int(status[:3]), headers)
            return start_response(status, headers, *((exc_info,) if exc_info else ()))

        body = self.app(environ, watch)  # type: ignore[arg-type]
        transfer.python_s = perf_counter() - began
        if visitor := _visitor(environ):
            self._transfers.add(visitor, transfer)
        close = getattr(body, "close", None)
        return ClosingIterator(_counted(body, transfer, began), close)

    def _tell(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answers with the visitor's own transfers, the latest first."""
        told = [transfer.told() for transfer in self._transfers.of(_visitor(environ))]
        headers = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
        start_response("200 OK", headers)
        return [json.dumps(told).encode()]


def paste_filter(
    app: "WSGIApplication",
    global_conf: dict[str, str],  # noqa: ARG001
    files: str,
) -> Panel:
    """Makes the filter for a pipeline of PasteDeploy's."""
    return Panel(app, files=files)


def _visitor(environ: "WSGIEnvironment") -> str:
    # The session's cookie: nobody is told of another's transfers. Without one there is nothing to
    # tell visitors apart by.
    return str(environ.get("HTTP_COOKIE", ""))


def _counted(body: Iterable[bytes], transfer: Transfer, began: float) -> Iterator[bytes]:
    """Notes how much passes, and for how long this process is busy with it."""
    try:
        for block in body:
            yield block
            transfer.python_bytes += len(block)
            transfer.python_s = perf_counter() - began
    finally:
        transfer.ended = True
