"""Error pages: the application's own where the settings name a path for them, else a plain one.

The streamer asks for a page by calling the application; NGINX asks with a request for the page's
path, which arrives at the same middleware. Both get it from here, so that a page is asked for and
passed on in one way only: with a GET without conditions, in whole, and never a file.
"""

import logging
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from werkzeug.test import run_wsgi_app

from ..errors import shown
from ..remote_file import HEADER, SLOT_KEY, Slot
from ..rules.answer import ERROR_BODIES, ERROR_FIELDS, PAGE_STATUSES, error_fields
from ..rules.fields import Fields
from ..settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

log = logging.getLogger("xaccel_wsgi")

# They ask for a part or a condition of the file, or tell about the body of the client's request.
_ABOUT_THE_FILE = (
    "HTTP_RANGE", "HTTP_IF_RANGE", "HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE",
    "HTTP_IF_UNMODIFIED_SINCE", "HTTP_EXPECT", "HTTP_TRANSFER_ENCODING", "CONTENT_LENGTH",
    "CONTENT_TYPE", "HTTP_CONTENT_LENGTH", "HTTP_CONTENT_TYPE",
)  # fmt: skip
# A page is shown, not saved; its length is counted here; and it steers no server.
_NOT_OF_A_PAGE = {"content-disposition", "content-length", HEADER.lower()}
# Servers' own spellings of the target, beside PATH_INFO.
_TARGET_KEYS = ("REQUEST_URI", "RAW_URI")


@dataclass(frozen=True, slots=True)
class Page:
    """What the client gets in place of the file.

    Attributes:
        fields: All of the answer's, but for cookies that the application set with the file.
        body: For a GET; a HEAD gets the fields alone.
    """

    fields: Fields
    body: bytes


class ErrorPages:
    """The error pages of one application."""

    def __init__(self, app: "WSGIApplication", settings: Settings) -> None:
        """Takes the application that renders them, if the settings say so."""
        self._app = app
        self._paths = {
            status: settings.error_page_path(status)
            for status in PAGE_STATUSES
            if settings.error_page is not None
        }
        self._statuses = {path: status for status, path in self._paths.items()}

    def status_of(self, environ: "WSGIEnvironment") -> int | None:
        """Returns whose page a request asks for, or None; NGINX asks for one after a failure."""
        if not self._statuses or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return None
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        return self._statuses.get(path)

    def page(self, environ: "WSGIEnvironment", status: int, remote: Fields = ()) -> Page:
        """Returns the page for a status; it never fails.

        Args:
            environ: The client's request, as it was before the application saw it.
            status: Of the answer: one of ours.
            remote: The fields of the remote's answer, if there was one.
        """
        own = self._own(status, environ) if status in self._paths else None
        return own or Page(error_fields(status, remote), ERROR_BODIES[status].encode())

    def _own(self, status: int, environ: "WSGIEnvironment") -> Page | None:
        path = self._paths[status]
        request = _request_for(path, environ)
        if request is None:
            log.warning("the error page %s isn't within the application's mount point", path)
            return None
        try:
            blocks, answered, headers = run_wsgi_app(self._app, request, buffered=True)
            body = b"".join(blocks)
        except Exception:
            log.exception("the error page %s failed; the plain one is sent", path)
            return None
        fields = headers.to_wsgi_list()
        if answered[:3] not in ("200", str(status)) or HEADER in headers:
            log.warning(
                "the application answers the error page %s with %s, neither 200 nor %s and a page; "
                "the plain one is sent",
                path,
                "a RemoteFile" if HEADER in headers else shown(answered),
                status,
            )
            return None
        return Page(_page_fields(fields, len(body)), body)


def _request_for(path: str, environ: "WSGIEnvironment") -> "WSGIEnvironment | None":
    """Returns the request for a page: the client's, but for a file's conditions and a body."""
    mount = environ.get("SCRIPT_NAME", "")
    if not path.startswith(f"{mount}/"):
        return None
    request = {key: value for key, value in environ.items() if key not in _ABOUT_THE_FILE}
    request |= {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path.removeprefix(mount),
        "QUERY_STRING": "",
        "wsgi.input": BytesIO(),
        # A RemoteFile finds its place, so that it is noticed here and not sent.
        SLOT_KEY: Slot(lambda _: None),
    }
    return request | {key: path for key in _TARGET_KEYS if key in environ}


def _page_fields(fields: list[tuple[str, str]], length: int) -> Fields:
    kept = [
        (name, value)
        for name, value in fields
        if name.lower() not in _NOT_OF_A_PAGE and not name.lower().startswith("x-accel-")
    ]
    # Of several types NGINX takes one, by its version; and it sends no empty one.
    types = [field for field in kept if field[0].lower() == "content-type" and field[1].strip(" ")]
    kept = [*types[:1], *(field for field in kept if field[0].lower() != "content-type")]
    said = {name.lower() for name, _ in kept}
    defaults = [(name, value) for name, value in ERROR_FIELDS if name.lower() not in said]
    return (*kept, *defaults, ("Content-Length", str(length)))
