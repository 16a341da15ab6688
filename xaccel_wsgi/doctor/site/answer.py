"""The plain answer: its name, its type, its headers; once each, and nobody else's."""

import re
from collections import Counter
from collections.abc import Iterator

from werkzeug.http import parse_options_header

from ...errors import shown
from ..finding import Finding, Status
from .client import Answer, Site
from .marks import CREDENTIALS, is_signed

_GROUP = "What the client gets"

# RFC 9110 section 5.3: lists may come in several lines, and these often do.
_OFTEN_SEVERAL = {"set-cookie", "link", "vary", "via", "server-timing", "x-robots-tag"}
_PRIVATE = re.compile(r"x-accel-|x-remote-file\Z|x-sendfile|x-lighttpd-send-file\Z", re.IGNORECASE)
# CloudFront's own, put there in front of the site.
_VENDORS = re.compile(
    r"x-amz-(?!cf-)|x-goog-|x-guploader-|x-ms-|x-minio-|x-openstack-|x-trans-id\Z|x-timestamp\Z",
    re.IGNORECASE,
)


def findings(
    site: Site, whole: Answer, token: str | None, filename: str | None
) -> Iterator[Finding]:
    """Judges the answer to a plain GET."""
    yield _length(whole)
    yield _name(whole, filename)
    yield _type(whole)
    yield _once(whole)
    yield from _leaks(whole, token)
    yield _caching(site, whole)


def _finding(check: str, status: Status, what: str, *, why: str = "", fix: str = "") -> Finding:
    return Finding(id=check, status=status, group=_GROUP, where="GET", what=what, why=why, fix=fix)


def _length(whole: Answer) -> Finding:
    if whole.broken_off:
        return _finding(
            "length",
            "bad",
            "The file broke off before its end",
            why="The client keeps a part of the file.",
            fix="See the error logs of NGINX and of the application for this request.",
        )
    if whole.length is None:
        return _finding(
            "length",
            "warn",
            "No Content-Length",
            why="No progress is shown, and what broke off can't be resumed.",
            fix="Let the remote say it; switch off what recodes the answer on its way.",
        )
    return _finding("length", "ok", f"The file is whole: {whole.length} bytes")


def _name(whole: Answer, filename: str | None) -> Finding:
    values = whole.values("Content-Disposition")
    if not values:
        return _finding(
            "name",
            "bad",
            "No Content-Disposition",
            why="A browser may show the file as a page of this site, under the name of the URL.",
            fix="RemoteFile(..., filename=...) sends one: see that nothing on the way removes it.",
        )
    value = values[0]
    if not value.isascii() or _raw_name_is_doubtful(value):
        return _finding(
            "name",
            "bad",
            "The file's name isn't written as RFC 6266 has it",
            why="Browsers read such a name differently.",
            fix="Leave the name to RemoteFile(filename=...) rather than to a header of your own.",
        )
    kind, options = parse_options_header(value)
    name = options.get("filename")
    if filename is not None and name != filename:
        return _finding(
            "name",
            "bad",
            f"The file is called {_readable(name or 'nothing')}, not {_readable(filename)}",
            why="The name is another layer's, or the remote's.",
            fix="See which layer sets Content-Disposition after the application.",
        )
    how = "Saved" if kind == "attachment" else "Shown"
    return _finding(
        "name", "ok", f"{how} as {_readable(name)}" if name else f"{how}; it has no name"
    )


def _readable(text: str) -> str:
    """Returns what a site says so that it can do a terminal no harm."""
    return text if text.isprintable() and len(text) <= 100 else shown(text)


def _raw_name_is_doubtful(value: str) -> bool:
    """Tells whether the name for old browsers has what they read differently."""
    match = re.search(r'filename="((?:[^"\\]|\\.)*)"', value)
    return match is not None and re.search(r"\\|%[0-9A-Fa-f]{2}", match[1]) is not None


def _type(whole: Answer) -> Finding:
    if whole.value("X-Content-Type-Options").lower() != "nosniff":
        return _finding(
            "type",
            "bad",
            "No X-Content-Type-Options: nosniff",
            why="A browser may take a file for a page or a script that runs on this site.",
            fix="It is sent by default: see that nothing on the way removes it.",
        )
    content_type = whole.value("Content-Type")
    if not content_type:
        return _finding(
            "type",
            "bad",
            "No Content-Type",
            why="A browser guesses.",
            fix="Give RemoteFile(content_type=...); it is application/octet-stream by default.",
        )
    return _finding("type", "ok", f"Its type is {_readable(content_type)}, and nobody guesses")


def _once(whole: Answer) -> Finding:
    counts = Counter(name.lower() for name, _ in whole.fields)
    twice = [n for n, count in counts.items() if count > 1 and n not in _OFTEN_SEVERAL]
    if twice:
        return _finding(
            "once",
            "bad",
            f"Sent more than once: {', '.join(twice)}",
            why="Chrome refuses a file with two Content-Dispositions; of others each reader takes "
            "another.",
            fix="Remove add_header lines, or hide the application's or the remote's header.",
        )
    return _finding("once", "ok", "Each header comes once")


def _leaks(whole: Answer, token: str | None) -> Iterator[Finding]:
    private = [name for name, _ in whole.fields if _PRIVATE.match(name)]
    vendors = [name for name, _ in whole.fields if _VENDORS.match(name)]
    signed = [name for name, value in whole.fields if is_signed(value)]
    secret = [name for name, value in whole.fields if token and token in value]
    if secret:
        yield _finding(
            "leak:token",
            "bad",
            f"The token is in {', '.join(secret)}",
            why="Who has it sees signed URLs at the application's own port.",
            fix="Make a new token, and see which layer sends this header.",
        )
    if private:
        yield _finding(
            "leak:private",
            "bad",
            f"What is between the application and NGINX reaches the client: {', '.join(private)}",
            why="A handoff names signed URLs. What is in front doesn't follow it, or isn't NGINX.",
            fix="Let only NGINX reach the application, and set a token.",
        )
    if signed and not private:
        yield _finding(
            "leak:signature",
            "bad",
            f"A signed URL is in {', '.join(signed)}",
            why="Who has it has the file, for as long as the signature lasts.",
            fix="See which layer sends this header.",
        )
    if vendors:
        yield _finding(
            "leak:vendor",
            "bad",
            f"The store's own headers reach the client: {', '.join(vendors)}",
            why="They tell where files are, and more.",
            fix=f"Set hidden_headers to {' '.join(vendors)} and generate the configuration anew.",
        )
    if not (secret or private or signed or vendors):
        yield _finding("leak", "ok", "Nothing of the handoff, the store or the token shows")


def _caching(site: Site, whole: Answer) -> Finding:
    control = ", ".join(whole.values("Cache-Control")).lower()
    credentials = [name for name, _ in site.given if name.lower() in CREDENTIALS]
    is_shared = re.search(r"\bpublic\b|\bs-maxage=[1-9]", control) is not None
    if is_shared and (credentials or whole.values("Set-Cookie")):
        return _finding(
            "caching",
            "bad",
            "Shared caches may keep it, though it depends on "
            f"{' and '.join(credentials) or 'a cookie'}",
            why="The next one may get it from a cache, whoever it is.",
            fix="Leave Cache-Control out (private, no-cache), or say private.",
        )
    if not control:
        return _finding(
            "caching",
            "warn",
            "No Cache-Control",
            why="Each cache on the way decides for itself.",
            fix="It is private, no-cache by default: see that nothing on the way removes it.",
        )
    if (age := whole.value("Age")).isdigit() and int(age) > 0:
        return _finding(
            "caching",
            "warn",
            f"It came from a cache that has kept it for {age} s",
            why="The application wasn't asked whether this client may have it.",
            fix="See that the cache in front keeps no private files.",
        )
    return _finding("caching", "ok", f"Cached as the application says: {_readable(control)}")
