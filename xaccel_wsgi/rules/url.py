"""Absolute URLs of remote files: read strictly, kept byte for byte.

The strategy: one expression says what is accepted, and what is accepted is kept byte for byte: a
signature covers the bytes. Only these are changed: scheme and host become lower case, non-ASCII
bytes of path and query become percent-encoded UTF-8 (RFC 3987 section 3.1), an empty path becomes
`/`, an empty query loses its `?`, and `..` segments become `%2e%2e` (NGINX refuses them in an
internal redirect). A reading that a second parser could dispute (user info, backslashes, `127.1`, a
dot at the end) is refused: server-side request forgery lives there.
"""

import ipaddress
import re
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import quote

from ..errors import UrlError, shown

DEFAULT_PORTS = {"http": 80, "https": 443}

# RFC 3986 section 3.2.2, narrowed to what DNS and certificates know, and `_` (old buckets).
LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
HOST_NAME = rf"(?:{LABEL}\.)*{LABEL}"
IPV6_LITERAL = r"\[[0-9a-f:]+\]"
# Printable ASCII without what ends a path (`?`, `#`) or is read as `/` by some (backslash).
PATH_CHARACTER = r"[!\x22$->@-\[\]-~]"
QUERY_CHARACTER = r"[!\x22$-\[\]-~]"

_ABSOLUTE = re.compile(
    rf"(?P<scheme>https?)://(?P<host>{HOST_NAME}|{IPV6_LITERAL})(?::(?P<port>[1-9][0-9]{{0,4}}))?"
    rf"(?P<path>(?:/{PATH_CHARACTER}*)?)(?:\?(?P<query>{QUERY_CHARACTER}*))?"
)
_LOOSE = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<rest>[^\x00]*)", re.IGNORECASE
)
_DOT_DOT_SEGMENT = re.compile(r"(?<=/)\.\.(?=/|\Z)")
_LAST_LABEL_NUMERIC = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))


@dataclass(frozen=True, slots=True)
class RemoteUrl:
    """An absolute http or https URL, legal by construction when made with `parse_url`.

    `str()` and `repr()` redact the query; `href` is the whole.

    Attributes:
        scheme: "http" or "https".
        host: Lower-case DNS name, dotted IPv4 or bracketed IPv6.
        port: As written; None where the URL names none.
        path: Percent-encoded, starting with "/".
        query: Without its "?"; empty where there is none.
    """

    scheme: str
    host: str
    port: int | None
    path: str
    query: str

    @property
    def authority(self) -> str:
        """Host and, where the URL names one, port: the value of the Host header."""
        return self.host if self.port is None else f"{self.host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port as written: what credentials are bound to."""
        return f"{self.scheme}://{self.authority}"

    @property
    def effective_port(self) -> int:
        """The port to connect to."""
        return self.port or DEFAULT_PORTS[self.scheme]

    @property
    def target(self) -> str:
        """The request target (RFC 9112 section 3.2.1)."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def href(self) -> str:
        """The whole URL, signature included: never for a log."""
        return self.origin + self.target

    def __str__(self) -> str:
        """The URL with its query redacted."""
        return f"{self.origin}{self.path}" + ("?[redacted]" if self.query else "")

    def __repr__(self) -> str:
        """The URL with its query redacted."""
        return f"<RemoteUrl {self}>"


def parse_url(text: str | bytes, field: str = "url") -> RemoteUrl:
    """Reads an absolute URL.

    Args:
        text: The URL; a str is taken as UTF-8. Trusted by nobody: every doubt is refused.
        field: What the error calls it.

    Raises:
        UrlError: It isn't an absolute http(s) URL whose every part is beyond dispute.
    """
    if not isinstance(text, str | bytes):
        raise UrlError(field, f"{shown(text)} isn't a URL", "Give a string.")
    if isinstance(text, str) and text.isascii():
        encoded = text
    else:
        try:
            raw = text if isinstance(text, bytes) else text.encode()
        except UnicodeEncodeError:
            _refuse(field, ascii(text), "it holds a lone surrogate", "Decode the name as UTF-8.")
        encoded = quote(raw, safe=_PRINTABLE + "".join(map(chr, range(0x21))) + "\x7f")
    match = _ABSOLUTE.fullmatch(encoded) or _ABSOLUTE.fullmatch(_lower_case_origin(encoded))
    if match is None:
        _explain(field, encoded, text)
    scheme, host, port, path, query = match.group("scheme", "host", "port", "path", "query")
    if len(host) > 253 or (port is not None and int(port) > 65535):
        _explain(field, encoded, text)
    if host[0] == "[" or _LAST_LABEL_NUMERIC.fullmatch(host):
        host = _canonical_address(field, host, text)
    path = path or "/"
    if "/.." in path:
        path = _DOT_DOT_SEGMENT.sub("%2e%2e", path)
    return RemoteUrl(scheme, host, None if port is None else int(port), path, query or "")


def _lower_case_origin(text: str) -> str:
    loose = _LOOSE.fullmatch(text)
    if loose is None:
        return text
    return f"{loose['scheme'].lower()}://{loose['authority'].lower()}{loose['rest']}"


def _canonical_address(field: str, host: str, text: object) -> str:
    remedy = "Write the address in its usual form, as 192.0.2.7 or [2001:db8::7]."
    try:
        if host[0] != "[":
            return str(ipaddress.IPv4Address(host))
        address = ipaddress.IPv6Address(host[1:-1])
    except ValueError:
        _refuse(field, text, "its host is a number that isn't a plain IP address", remedy)
    if address.ipv4_mapped:
        _refuse(field, text, "its host is an IPv4 address in IPv6 dress", remedy)
    return f"[{address.compressed}]"


def _refuse(field: str, text: object, problem: str, remedy: str) -> NoReturn:
    raise UrlError(field, f"{problem}, in {shown(text)}", remedy)


def _explain(field: str, url: str, text: object) -> NoReturn:
    """Names the first reason why `_ABSOLUTE` doesn't match."""
    if isinstance(text, bytes):
        text = text.decode("latin-1")
    loose = _LOOSE.fullmatch(url)
    if any(character < "!" or character == "\x7f" for character in url):
        _refuse(
            field, text, "it holds a space or a control character",
            "Percent-encode the key, with urllib.parse.quote for example.",
        )  # fmt: skip
    if loose is None:
        _refuse(field, text, "it isn't an absolute URL", "Write it as https://host/path.")
    if loose["scheme"].lower() not in DEFAULT_PORTS:
        _refuse(field, text, "its scheme isn't http or https", "Only these two can be fetched.")
    if "\\" in url:
        _refuse(field, text, "it holds a backslash", "A backslash in a key is written %5C.")
    if "#" in url:
        _refuse(
            field, text, "it has a fragment",
            "A # that belongs to the key is written %23; a real fragment is never sent.",
        )  # fmt: skip
    authority = loose["authority"]
    if "@" in authority:
        _refuse(
            field, text, "it holds user info",
            'Send credentials with request_headers={"Authorization": ...}.',
        )  # fmt: skip
    if "%" in authority:
        _refuse(
            field, text, "its host isn't ASCII",
            "Write the host in its xn-- form; guessing it can end at another host.",
        )  # fmt: skip
    _, colon, port = authority.rpartition(":")
    is_port = re.fullmatch(r"[1-9][0-9]{0,4}", port) is not None and int(port) <= 65535
    if colon and "]" not in port and not is_port:
        _refuse(field, text, "its port isn't a number from 1 to 65535", "Correct or omit it.")
    _refuse(
        field, text, "its host isn't a DNS name or an IP address",
        "Write a name of letters, digits, - and _ without a dot at its end.",
    )  # fmt: skip
