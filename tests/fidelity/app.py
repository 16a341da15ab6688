"""The application: it says of the file what the row says, and renders the row's error page."""

import pickle
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xaccel_wsgi import RemoteFile

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Fields = tuple[tuple[str, str], ...]

ERROR_PAGE = "/errors/{status}"
_ERROR_PATH = ERROR_PAGE.partition("{")[0]


@dataclass(frozen=True, kw_only=True)
class OwnPage:
    """How the application answers when it is asked for an error page.

    Attributes:
        status, fields: Of its answer.
        body: Its body; `{asked}` stands for what the application was asked.
        how: It returns a list, is a generator, raises an exception, or sends a RemoteFile.
    """

    status: str = "200 OK"
    fields: Fields = (("Content-Type", "text/html; charset=utf-8"),)
    body: bytes = b"<h1>Sorry</h1>{asked}"
    how: str = "list"


@dataclass(frozen=True, kw_only=True)
class Part:
    """What a row has for the application; it can be pickled, for one in another process.

    Attributes:
        url, file, app_fields, text_form: As in the row, places filled in.
        own_page: How it renders error pages.
    """

    url: bytes = b""
    file: Mapping[str, Any] = field(default_factory=dict)
    app_fields: Fields = ()
    text_form: bool = False
    own_page: OwnPage = OwnPage()


class App:
    """Plays a part, which `part` gives anew for each request."""

    def __init__(self, part: Callable[[], Part]) -> None:
        """Takes where the part comes from."""
        self._part = part

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answers with the file, or with an error page."""
        part = self._part()
        if environ["PATH_INFO"].startswith(_ERROR_PATH):
            return _page(part, environ, start_response)
        if part.text_form:
            fields = [("X-Remote-File", part.url.decode("latin-1")), *part.app_fields]
            start_response("200 OK", fields)
            return []
        remote = RemoteFile(part.url, **part.file)
        # What an application does to its environ must not reach the error page.
        environ["PATH_INFO"] = environ["QUERY_STRING"] = "changed"
        start_response("200 OK", [*remote.response_headers(environ).items(), *part.app_fields])
        return []


def _page(
    part: Part, environ: "WSGIEnvironment", start_response: "StartResponse"
) -> Iterable[bytes]:
    page = part.own_page
    body = page.body.replace(b"{asked}", _asked(environ).encode("latin-1"))
    if page.how == "raise":
        raise LookupError("the page has a fault")
    if page.how == "file":
        remote = RemoteFile(part.url, **part.file)
        start_response("200 OK", list(remote.response_headers(environ).items()))
        return []
    if page.how == "generator":
        return _generated(page, body, start_response)
    start_response(page.status, list(page.fields))
    return [body]


def _generated(page: OwnPage, body: bytes, start_response: "StartResponse") -> Iterable[bytes]:
    start_response(page.status, list(page.fields))
    yield b""
    yield body[:5]
    yield body[5:]


def _asked(environ: "WSGIEnvironment") -> str:
    """Returns what an application can tell of a request, but for the server's own."""
    told = {
        key: value
        for key, value in environ.items()
        if isinstance(value, str)
        and key.startswith(("HTTP_", "REQUEST_METHOD", "PATH_INFO", "QUERY", "CONTENT_", "SCRIPT"))
        # Surroundings say these; nobody does to the streamer.
        and not key.startswith(("HTTP_X_FORWARDED", "HTTP_CONNECTION", "HTTP_AUTHORIZATION"))
        and value
    }
    length = len(environ["wsgi.input"].read())
    return " ".join(f"{key}={value}" for key, value in sorted(told.items())) + f" body={length}"


def part_in(path: Path) -> Part:
    """Reads a part that the rig has put into a file, for a process of its own."""
    part: Part = pickle.loads(path.read_bytes())
    return part
