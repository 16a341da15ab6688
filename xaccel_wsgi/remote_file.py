"""RemoteFile: what a view says about a download; and the slot in which it reaches the middleware.

The object itself never leaves the process. It waits in a slot that the middleware put into
`environ`, and the response carries only a reference to it, so an application whose middleware is
missing can leak neither a signed URL nor a bearer token.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, final

from werkzeug.http import http_date

from .errors import MiddlewareMissingError, RemoteFileError, shown
from .rules.disposition import Disposition, check_filename, content_disposition
from .rules.fields import NAME, VALUE, Fields
from .rules.lifetime import CACHED_MIN_S, lifetime_s
from .rules.overrides import missing_override
from .rules.url import RemoteUrl, parse_url

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

HEADER = "X-Remote-File"
# The dot keeps it out of reach of request headers, whose keys begin with HTTP_.
SLOT_KEY = "xaccel_wsgi.slot"

_REFERENCE = re.compile(r"held:([0-9]{1,4})")
# RFC 9110 section 8.8.3, etagc without obs-text.
_ETAG = re.compile(r"[!#-~]+")
_MEDIA_TYPE = re.compile(r"[!#$&^_.+A-Za-z0-9-]+/[!#$&^_.+A-Za-z0-9-]+(?:;[\t -~]*)?")
# The client asks the store itself, so nobody is left to do these.
_NOT_REDIRECTED = (
    "headers", "request_headers", "etag", "last_modified", "cache_key", "limit_rate",
)  # fmt: skip
# Browsers resolve these before they ask (URL standard, section 4.4), and end at another key.
_DOT_SEGMENT = re.compile(r"/(?:\.|%2e){1,2}(?=/|\Z)", re.IGNORECASE)
# What the RemoteFile's own arguments or the remote decide.
_NOT_HERE = {
    "content-disposition": "filename and disposition",
    "content-type": "content_type",
    "etag": "etag",
    "last-modified": "last_modified",
    "set-cookie": "the framework's set_cookie on the response",
}


@final
@dataclass(frozen=True, slots=True, init=False, eq=False)
class RemoteFile:
    """A file that lies elsewhere, with what the client is to be told about it.

    It is a WSGI application of its own, so a Flask view returns it as it is. Making one touches no
    network. All arguments are the application's: none may be copied from a request unchecked.

    Attributes:
        url: Where it lies; checked against `origins` when the request's response is made.
        filename: What the download is to be called, as text; None leaves it to the client.
        disposition: "attachment" to save it, "inline" to show it (RFC 6266).
        content_type: Replaces the remote's Content-Type.
        headers: More response headers for the client.
        request_headers: Fields for the remote, such as Authorization; never shown to the client,
            dropped when a redirect leaves the origin.
        etag: A strong validator, opaque and unquoted, that stands in for the remote's; with it
            conditional requests are answered without asking the remote.
        last_modified: The same with a date.
        cache_key: Names this version of the file for NGINX's cache; another version, another key.
        log_id: Names the download in the receipts' log; never shown to the client or the remote.
        limit_rate: Bytes per second; None is unlimited.
        redirect: Whether the client is sent to the URL, and so is shown it, whatever `mode` says.
    """

    url: RemoteUrl
    filename: str | None
    disposition: Disposition
    content_type: str | None
    headers: Fields
    request_headers: Fields = field(repr=False)
    etag: str | None
    last_modified: datetime | None
    cache_key: str | None
    log_id: str | None
    limit_rate: int | None
    redirect: bool

    def __init__(
        self,
        url: str | bytes | RemoteUrl,
        *,
        filename: str | None = None,
        disposition: Disposition = "attachment",
        content_type: str | None = None,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        request_headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        etag: str | None = None,
        last_modified: datetime | None = None,
        cache_key: str | None = None,
        log_id: str | None = None,
        limit_rate: int | None = None,
        redirect: bool = False,
    ) -> None:
        """Checks each argument.

        Raises:
            UrlError: The URL can't be read without doubt.
            RemoteFileError: Another argument can't be sent, or can't be redirected.
        """
        assign = partial(object.__setattr__, self)
        assign("url", url if isinstance(url, RemoteUrl) else parse_url(url))
        if filename is not None:
            check_filename(filename)
        assign("filename", filename)
        if disposition not in ("attachment", "inline"):
            raise RemoteFileError(
                "disposition", f"{shown(disposition)} is unknown", 'Say "attachment" or "inline".'
            )
        assign("disposition", disposition)
        if content_type is not None and not _matches(_MEDIA_TYPE, content_type):
            raise RemoteFileError(
                "content_type", f"{shown(content_type)} isn't a media type", "As in image/png."
            )
        assign("content_type", content_type)
        assign("headers", _checked_headers("headers", headers, _NOT_HERE))
        # Which of these there may be is a setting.
        assign("request_headers", _checked_headers("request_headers", request_headers, {}))
        if etag is not None and not _matches(_ETAG, etag):
            raise RemoteFileError(
                "etag",
                f"{shown(etag)} isn't an opaque tag",
                "Give it without quotes, as printable ASCII without spaces.",
            )
        assign("etag", etag)
        if last_modified is not None and not _is_in_time_zone(last_modified):
            raise RemoteFileError(
                "last_modified",
                f"{shown(last_modified)} isn't a datetime with a time zone",
                "Add one: value.replace(tzinfo=datetime.UTC), if it is in UTC.",
            )
        assign("last_modified", last_modified)
        for name, text in (("cache_key", cache_key), ("log_id", log_id)):
            if text is not None and not (text and _matches(VALUE, text)):
                raise RemoteFileError(
                    name,
                    f"{shown(text)} isn't a string of printable ASCII",
                    "Give an id or a hash.",
                )
            assign(name, text)
        if cache_key is not None:
            self._check_lifetime()
        if limit_rate is not None and (type(limit_rate) is not int or limit_rate < 1):
            raise RemoteFileError(
                "limit_rate", f"{shown(limit_rate)} is no rate", "Give bytes per second, 1 or more."
            )
        assign("limit_rate", limit_rate)
        if not isinstance(redirect, bool):
            raise RemoteFileError(
                "redirect", f"{shown(redirect)} isn't a boolean", "Say True or False."
            )
        assign("redirect", redirect)
        if redirect:
            self.check_redirect()

    def _check_lifetime(self) -> None:
        good_for_s = lifetime_s(self.url)
        if good_for_s is not None and good_for_s < CACHED_MIN_S:
            raise RemoteFileError(
                "cache_key",
                f"the signature of {self.url} ends after {good_for_s} seconds, and a cached file "
                "is fetched in parts, as the client takes them",
                "Sign it for hours, or leave cache_key out.",
            )

    def check_redirect(self) -> None:
        """Refuses to redirect a client to what would be another answer than the other carriers'.

        Raises:
            RemoteFileError: An argument needs somebody between client and store, or isn't in the
                signed URL.
        """
        for argument in _NOT_REDIRECTED:
            if getattr(self, argument):
                raise RemoteFileError(
                    argument,
                    "a redirect can't carry it, since the client asks the store itself",
                    "Leave it out, or don't redirect this file.",
                )
        if _DOT_SEGMENT.search(self.url.path):
            raise RemoteFileError(
                "url",
                f"clients resolve the dot segment of {shown(str(self.url))} before they ask",
                "Don't redirect this file, or give it another key.",
            )
        fields = [("Content-Disposition", content_disposition(self.disposition, self.filename))]
        if self.content_type is not None:
            fields.append(("Content-Type", self.content_type))
        missing = missing_override(self.url, fields)
        if missing is not None:
            name, value = missing
            raise RemoteFileError(
                "redirect",
                f"the URL doesn't make its store send {name}: {shown(value)}",
                "Sign it with the URL, as xaccel_wsgi.s3 does: response-content-disposition and "
                "response-content-type, or rscd and rsct for Azure. Without a name, "
                'disposition="inline" needs nothing.',
            )

    @property
    def has_own_validators(self) -> bool:
        """Whether conditional requests are answered by what the application said."""
        return self.etag is not None or self.last_modified is not None

    @property
    def etag_field(self) -> str | None:
        """The ETag field's value, quoted."""
        return None if self.etag is None else f'"{self.etag}"'

    @property
    def last_modified_field(self) -> str | None:
        """The Last-Modified field's value."""
        modified = self.last_modified
        return None if modified is None else http_date(modified.astimezone(UTC))

    def response_headers(self, environ: "WSGIEnvironment") -> dict[str, str]:
        """Returns the headers for the framework's own response to this request.

        The response needs a status of 200 and nothing in its body. Headers may be changed
        afterwards: the middleware reads the final ones.

        Args:
            environ: The WSGI environment: Django's `request.META`, Falcon's `req.env`.

        Raises:
            MiddlewareMissingError: The request passed no XAccelMiddleware.
            OriginError: No origin admits the URL.
            RemoteFileError: A request header isn't among `request_header_names`; or `mode` is
                "redirect", which can't carry this file.
        """
        slot = environ.get(SLOT_KEY)
        if not isinstance(slot, Slot):
            raise MiddlewareMissingError(
                "RemoteFile",
                "this request passed no XAccelMiddleware, so nothing would send the file",
                "Wrap the application: app.wsgi_app = XAccelMiddleware(app.wsgi_app, ...) in "
                "Flask; application = XAccelMiddleware(application, ...) in Django's wsgi.py and "
                'elsewhere; config.include("xaccel_wsgi") in Pyramid.',
            )
        headers: dict[str, str] = {}
        for name, field_value in self.headers:
            headers[name] = f"{headers[name]}, {field_value}" if name in headers else field_value
        headers["Content-Disposition"] = content_disposition(self.disposition, self.filename)
        headers["Content-Type"] = self.content_type or "application/octet-stream"
        headers[HEADER] = slot.hold(self)
        return headers

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answers as a WSGI application; the middleware turns the answer into the file."""
        start_response("200 OK", list(self.response_headers(environ).items()))
        return []


class Slot:
    """Where the RemoteFiles of one request wait for the middleware."""

    __slots__ = ("_admit", "_held")

    def __init__(self, admit: Callable[[RemoteFile], None]) -> None:
        """Takes the check that refuses, inside the view, what the policy doesn't allow."""
        self._admit = admit
        self._held: list[RemoteFile] = []

    def hold(self, remote: RemoteFile) -> str:
        """Keeps `remote` and returns the reference for the response header."""
        self._admit(remote)
        self._held.append(remote)
        return f"held:{len(self._held) - 1}"

    def find(self, value: str) -> RemoteFile:
        """Returns what the header's value means: a reference, or a URL in text form.

        Args:
            value: As the application's response has it: latin-1 text (PEP 3333).

        Raises:
            UrlError, OriginError, RemoteFileError: The text form isn't a URL that is admitted.
        """
        reference = _REFERENCE.fullmatch(value)
        if reference is None:
            # A name is the response's own to give; "inline" promises nothing before.
            remote = RemoteFile(value.encode("latin-1", "replace"), disposition="inline")
            self._admit(remote)
            return remote
        index = int(reference[1])
        if index >= len(self._held):
            raise RemoteFileError(
                HEADER,
                "it refers to a RemoteFile of another request",
                "Make the headers anew for every request; don't cache the response.",
            )
        return self._held[index]

    @staticmethod
    def is_reference(value: str) -> bool:
        """Tells the two forms of the header apart."""
        return _REFERENCE.fullmatch(value) is not None


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_in_time_zone(value: object) -> bool:
    if not isinstance(value, datetime) or value.utcoffset() is None:
        return False
    try:
        value.astimezone(UTC)
    except OverflowError:
        return False
    return True


def _checked_headers(
    where: str,
    headers: Mapping[str, str] | Iterable[tuple[str, str]],
    elsewhere: Mapping[str, str],
) -> Fields:
    pairs: list[tuple[Any, Any]]
    try:
        pairs = [(n, v) for n, v in (headers.items() if isinstance(headers, Mapping) else headers)]
    except (TypeError, ValueError):
        raise RemoteFileError(
            where, f"{shown(type(headers))} isn't pairs of name and value", 'As in {"Link": "..."}.'
        ) from None
    checked = []
    for name, value in pairs:
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise RemoteFileError(where, f"{shown(name)} isn't a header name", "As in Link.")
        if not isinstance(value, str) or not VALUE.fullmatch(value):
            # Without the value: it may be a credential.
            raise RemoteFileError(
                where,
                f"the value of {name} isn't a string of printable ASCII without outer spaces",
                "Encode it as that header's definition says.",
            )
        if name.lower() in elsewhere:
            raise RemoteFileError(
                where, f"{name} has an argument of its own", f"Use {elsewhere[name.lower()]}."
            )
        checked.append((name, value))
    return tuple(checked)
