"""The handoff: everything about one transfer, decided in Python before a byte moves.

Made by one pure function from the RemoteFile, the client's request, the application's response and
the settings; carried out by NGINX or by the streamer, neither of which decides anything.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from werkzeug.http import is_resource_modified

from .errors import RemoteFileError, shown
from .remote_file import RemoteFile
from .rules.fields import CONTROL, VALUE, Fields, environ_key
from .rules.inline import sandboxed
from .rules.url import RemoteUrl
from .settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

DEFAULT_FIELDS: Fields = (
    ("Content-Disposition", "attachment"),
    ("Cache-Control", "private, no-cache"),
    ("X-Content-Type-Options", "nosniff"),
)

# What the client may say to the remote, if it says it in a GET. A HEAD is asked as a GET, for which
# the URL was signed, and must not ask for a part: the answer to HEAD is about the whole.
CONDITIONALS = ("If-None-Match", "If-Modified-Since")
RANGE_FIELDS = ("Range", "If-Range")

# A cache reads these of the client's fields by itself. What is as RFC 9110 has it may be answered
# from it; anything else goes past it, for the remote to read.
_TAG = r'"[!#-~]*"'
_DATE = r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT"
_CACHEABLE = {
    "Range": re.compile("bytes=(?:([0-9]{1,18})-([0-9]{0,18})|-[0-9]{1,18})"),
    # Section 13.1.5: a strong tag or a date.
    "If-Range": re.compile(f"{_TAG}|{_DATE}"),
    "If-None-Match": re.compile(rf"\*|(?:W/)?{_TAG}(?:, *(?:W/)?{_TAG})*"),
    "If-Modified-Since": re.compile(_DATE),
}
# Never forwarded, but a cache would obey them.
_NEVER_CACHEABLE = ("If-Match", "If-Unmodified-Since")
_KEYS = {name: environ_key(name) for name in (*RANGE_FIELDS, *CONDITIONALS, *_NEVER_CACHEABLE)}
# Longer ones are the client's play, and the handoff has to fit into NGINX's buffer.
_CLIENT_VALUE_MAX = 1024


@dataclass(frozen=True, slots=True)
class Handoff:
    """One transfer. Every carrier carries it out to the letter.

    Attributes:
        url: What to fetch, with GET.
        request_fields: All that the remote is sent, beside Host and what the connection needs.
        credential_names: Lower-case names of those that a redirect to another origin loses.
        response_fields: What the client is sent, beside what it needs of the remote's.
        cookies: Set-Cookie values of the application; sent with errors too.
        limit_rate: Bytes per second; None is unlimited.
        redirect: Whether the client is sent to `url` instead.
        cache_key: Which version of the file this is, where it may be answered from a cache.
        log_id: What the receipt calls the download.
    """

    url: RemoteUrl
    request_fields: Fields = field(repr=False)
    credential_names: frozenset[str]
    response_fields: Fields
    cookies: tuple[str, ...] = field(default=(), repr=False)
    limit_rate: int | None = None
    redirect: bool = False
    cache_key: str | None = None
    log_id: str | None = None


@dataclass(frozen=True, slots=True)
class NotModified:
    """The client's copy is current by the application's own validators: 304, no transfer."""

    response_fields: Fields
    cookies: tuple[str, ...] = field(repr=False)


def admit(settings: Settings, remote: RemoteFile) -> None:
    """Refuses, inside the view, a RemoteFile that the settings don't allow.

    Raises:
        OriginError: No origin admits its URL.
        RemoteFileError: A request header isn't among `request_header_names`; or it is to be
            redirected, and can't.
    """
    settings.origins.check(remote.url)
    allowed = _lower(settings.request_header_names)
    for name, _ in remote.request_headers:
        if name.lower() not in allowed:
            raise RemoteFileError(
                "request_headers",
                f"{name} isn't among request_header_names ({', '.join(sorted(allowed))})",
                "Add it there and generate the NGINX configuration anew.",
            )
    if settings.mode == "redirect":
        remote.check_redirect()


def make_handoff(
    remote: RemoteFile,
    environ: "WSGIEnvironment",
    app_fields: Sequence[tuple[str, str]],
    settings: Settings,
    *,
    text_form: bool = False,
) -> Handoff | NotModified:
    """Decides one transfer.

    Args:
        remote: What to send; `admit` has passed it.
        environ: The client's request: it chooses nothing but a range and what it has already.
        app_fields: The application's final response headers.
        settings: What the operator decided.
        text_form: Whether the application named only a URL; its Content-Type then counts.
    """
    fields, cookies = _client_side(remote, app_fields, settings, text_form=text_form)
    asked, unmodified = _remote_side(remote, environ)
    if unmodified:
        names = ("content-type", "content-disposition")
        kept = tuple(f for f in fields if f[0].lower() not in names)
        return NotModified(sandboxed(kept), cookies)
    return Handoff(
        url=remote.url,
        request_fields=(*_joined(remote.request_headers).values(), *asked),
        credential_names=frozenset(name.lower() for name, _ in remote.request_headers),
        response_fields=fields,
        cookies=cookies,
        # Of a body: NGINX would hold back the head as well.
        limit_rate=None if environ["REQUEST_METHOD"] == "HEAD" else remote.limit_rate,
        # Not for a HEAD: the URL is signed for GET, and there are no bytes to spare.
        redirect=(remote.redirect or settings.mode == "redirect")
        and environ["REQUEST_METHOD"] != "HEAD",
        cache_key=remote.cache_key if settings.cache and _suits_a_cache(remote, environ) else None,
        log_id=remote.log_id,
    )


def dropped_fields(app_fields: Iterable[tuple[str, str]], settings: Settings) -> tuple[str, ...]:
    """Returns the names of the application's headers that reach no client, for the log."""
    carried = _lower(settings.carried_headers)
    return tuple(
        name
        for name, _ in app_fields
        if (lower := name.lower()) not in carried and lower not in _SILENTLY_DROPPED
    )


# They describe the application's empty body, or are handled by name.
_SILENTLY_DROPPED = {
    "content-type", "content-length", "content-encoding", "etag", "last-modified", "set-cookie",
    "accept-ranges", "x-remote-file", "connection", "date", "server",
}  # fmt: skip


def _client_side(
    remote: RemoteFile,
    app_fields: Sequence[tuple[str, str]],
    settings: Settings,
    *,
    text_form: bool,
) -> tuple[Fields, tuple[str, ...]]:
    carried = _lower(settings.carried_headers)
    content_type = remote.content_type
    cookies = []
    # As NGINX reads them.
    app_fields = [(name, value.strip(" \t")) for name, value in app_fields]
    decided = _joined(field for field in app_fields if field[0].lower() in carried)
    for name, value in app_fields:
        if CONTROL.search(value):
            raise RemoteFileError(
                "headers",
                f"the value of {shown(name)} holds a control character",
                "Remove or encode it: a line break would split the header.",
            )
        lower = name.lower()
        if lower == "set-cookie":
            cookies.append(value)
        elif lower == "content-type" and text_form and not value.lower().startswith("text/html"):
            content_type = value
    for name, value in DEFAULT_FIELDS:
        decided.setdefault(name.lower(), (name, value))
    own = (
        ("Content-Type", content_type),
        ("ETag", remote.etag_field),
        ("Last-Modified", remote.last_modified_field),
    )
    return (*decided.values(), *((name, value) for name, value in own if value)), tuple(cookies)


def _remote_side(remote: RemoteFile, environ: "WSGIEnvironment") -> tuple[Fields, bool]:
    """Returns what the client's request adds for the remote, and whether 304 is the answer."""
    method = environ["REQUEST_METHOD"]
    if method not in ("GET", "HEAD"):
        return (), False
    conditional = {n: v for n in CONDITIONALS if (v := _client_value(environ, n))}
    byte_range = _client_value(environ, "Range") if method == "GET" else ""
    # Several ranges would come as multipart/byteranges, under the application's type.
    asked = {"Range": byte_range} if byte_range and "," not in byte_range else {}
    if remote.has_own_validators:
        if conditional and not _is_modified(remote, conditional):
            return (), True
        if_range = _client_value(environ, "If-Range")
        if asked and if_range and not _if_range_holds(remote, if_range):
            asked = {}
        return tuple(asked.items()), False
    if asked and (if_range := _client_value(environ, "If-Range")):
        asked["If-Range"] = if_range
    return (*asked.items(), *conditional.items()), False


def _suits_a_cache(remote: RemoteFile, environ: "WSGIEnvironment") -> bool:
    """Tells whether a cache answers this request of the client's as the remote would."""
    method = environ["REQUEST_METHOD"]
    if method not in ("GET", "HEAD") or any(_is_sent(environ, n) for n in _NEVER_CACHEABLE):
        return False
    # The answer to HEAD is about the whole, and a cache would answer a part.
    if method == "HEAD" and _is_sent(environ, "Range"):
        return False
    # NGINX would compare it with the remote's validators, for all slices but the first.
    if remote.has_own_validators and _is_sent(environ, "If-Range"):
        return False
    for name, expression in _CACHEABLE.items():
        if _is_sent(environ, name):
            match = expression.fullmatch(_client_value(environ, name))
            if match is None:
                return False
            # Section 14.1.1: what ends before it begins is no range.
            if name == "Range" and match[2] and int(match[2]) < int(match[1]):
                return False
    return True


def _is_sent(environ: "WSGIEnvironment", name: str) -> bool:
    return _KEYS[name] in environ


def _joined(fields: Iterable[tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """One field a name, none without a value: NGINX reads one, and sends no empty one."""
    joined: dict[str, tuple[str, str]] = {}
    for name, value in fields:
        if value:
            _, previous = joined.get(name.lower(), ("", ""))
            joined[name.lower()] = (name, f"{previous}, {value}" if previous else value)
    return joined


def _client_value(environ: "WSGIEnvironment", name: str) -> str:
    value = environ.get(_KEYS[name])
    if not value:
        return ""
    value = value.strip(" \t")
    return value if len(value) <= _CLIENT_VALUE_MAX and VALUE.fullmatch(value) else ""


@lru_cache
def _lower(names: tuple[str, ...]) -> frozenset[str]:
    """Returns the names in lower case; they are the settings', and so the same each time."""
    return frozenset(name.lower() for name in names)


def _is_modified(remote: RemoteFile, conditional: dict[str, str]) -> bool:
    if "If-None-Match" in conditional:
        # RFC 9110 section 13.1.3: with it, If-Modified-Since doesn't count.
        if conditional["If-None-Match"] == "*":
            return False
        request = {"HTTP_IF_NONE_MATCH": conditional["If-None-Match"]}
    else:
        request = {"HTTP_IF_MODIFIED_SINCE": conditional["If-Modified-Since"]}
    request["REQUEST_METHOD"] = "GET"
    try:
        return is_resource_modified(request, remote.etag_field, last_modified=remote.last_modified)
    except (OverflowError, ValueError):
        # A date beyond what a date can be is none (RFC 9110 section 13.1.3).
        return True


def _if_range_holds(remote: RemoteFile, value: str) -> bool:
    # RFC 9110 section 13.1.5: a strong comparison, or the exact date.
    return value in (remote.etag_field, remote.last_modified_field)
