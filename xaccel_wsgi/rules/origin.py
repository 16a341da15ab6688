"""Origins: the allow list that the first URL and every redirect must pass.

An origin is compiled into one regular expression, in a dialect that Python's `re` and NGINX's PCRE
read alike. Python matches it here; the generated configuration carries the very same text.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from ..errors import OriginError, SettingsError, UrlError, shown
from .url import DEFAULT_PORTS, LABEL, RemoteUrl, parse_url

# How a URL is spelled where it is matched: as itself (a Location), or as NGINX's internal path,
# where `//` would not survive every configuration.
Separator = Literal["://", "/"]

# A remote that resolves dot segments, however encoded, would leave the path prefix.
_NO_DOT_SEGMENTS = r"(?!(?:[^?]*(?:/|%2[fF]|%5[cC]))?(?:\.|%2[eE]){1,2}(?:/|%2[fF]|%5[cC]|\?|\Z))"
# A legal label in the place of `*`, so that one reader serves URLs and origins.
_STAND_IN = "any--label"


@dataclass(frozen=True, slots=True)
class Origin:
    """One entry of the allow list: `https://host[:port][/path-prefix/]`.

    Attributes:
        scheme: "http" or "https".
        host: The exact host, or one whose `*` labels each stand for one DNS label.
        port: As written; None is the scheme's default.
        path_prefix: "/" or a prefix that ends in "/"; compared byte for byte, as sent.
    """

    scheme: str
    host: str
    port: int | None
    path_prefix: str

    @property
    def is_wildcard(self) -> bool:
        """Whether more than one host is meant; such an origin must be at public addresses."""
        return "*" in self.host

    @property
    def is_address(self) -> bool:
        """Whether the host is an IP address, which needs no DNS."""
        return self.host[0] == "[" or self.host.rpartition(".")[2].isdigit()

    @property
    def effective_port(self) -> int:
        """The port to connect to."""
        return self.port or DEFAULT_PORTS[self.scheme]

    @property
    def place_expression(self) -> str:
        """The regular expression for scheme, host and port."""
        return self._place("://")

    def expression(self, separator: Separator) -> str:
        """Returns the regular expression for what begins with this origin."""
        inside = _NO_DOT_SEGMENTS if self.path_prefix != "/" else ""
        return f"{self._place(separator)}{re.escape(self.path_prefix)}{inside}"

    def _place(self, separator: Separator) -> str:
        host = re.escape(self.host).replace(r"\*", LABEL)
        default = DEFAULT_PORTS[self.scheme]
        port = f"(?::{default})?" if self.effective_port == default else f":{self.port}"
        return f"{self.scheme}{separator}{host}{port}"

    def __str__(self) -> str:
        """The origin as its author could have written it."""
        port = "" if self.port is None else f":{self.port}"
        prefix = "" if self.path_prefix == "/" else self.path_prefix
        return f"{self.scheme}://{self.host}{port}{prefix}"


@dataclass(frozen=True, slots=True)
class AllowList:
    """The origins together; what none of them admits is refused.

    Attributes:
        origins: May be none, where only files of this machine are sent.
    """

    origins: tuple[Origin, ...]
    _any: re.Pattern[str] = field(init=False, repr=False, compare=False)
    _exact: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compiles the expressions once, since every request asks them."""
        exact = tuple(origin for origin in self.origins if not origin.is_wildcard)
        object.__setattr__(self, "_any", re.compile(_alternatives(self.origins, "://")))
        object.__setattr__(self, "_exact", re.compile(_alternatives(exact, "://")))

    def expression(self, separator: Separator) -> str:
        """Returns one regular expression for what begins with any of the origins."""
        return _alternatives(self.origins, separator)

    def admits(self, url: RemoteUrl) -> bool:
        """Tells whether `url` lies within one of the origins."""
        return self._any.match(url.href) is not None

    def names_exactly(self, url: RemoteUrl) -> bool:
        """Tells whether an origin without a wildcard admits `url`: its host may be anywhere."""
        return self._exact.match(url.href) is not None

    def check(self, url: RemoteUrl, field: str = "url") -> None:
        """Refuses what no origin admits; `field` is what the error calls it.

        Raises:
            OriginError: None of the origins admits `url`.
        """
        if not self.admits(url):
            origins = ", ".join(map(str, self.origins)) or "(there are none)"
            raise OriginError(
                field,
                f"{shown(str(url))} lies in none of the origins {origins}",
                self._remedy(url),
            )

    def _remedy(self, url: RemoteUrl) -> str:
        """Never advises to admit more than what was asked for, or to do without TLS."""
        place = (url.scheme, url.effective_port)
        there = [o for o in self.origins if o.host == url.host]
        if any((o.scheme, o.effective_port) == place for o in there):
            prefix = url.path[: url.path.find("/", 1) + 1] or "/"
            return f"If that place is meant, too, add {url.origin}{prefix} to origins."
        if url.scheme == "http" and there:
            return "Make an https URL of it, as the origin is."
        return f"Add {url.origin} to origins, if this application is to fetch from there."


def parse_origins(entries: Iterable[str]) -> AllowList:
    """Reads the allow list.

    Raises:
        SettingsError: An entry isn't an origin, or is wider than an origin may be.
    """
    origins = tuple(dict.fromkeys(_parse_origin(entry) for entry in entries))
    if not origins:
        raise SettingsError(
            "origins",
            "no origin is named",
            'Say where files may be fetched from: origins=["https://files.example.com"].',
        )
    return AllowList(origins)


def _parse_origin(entry: str) -> Origin:
    example = "Write it as https://files.example.com or https://*.s3.amazonaws.com."
    if not isinstance(entry, str):
        raise SettingsError("origins", f"{shown(entry)} isn't a string", example)
    scheme, separator, rest = entry.strip().partition("://")
    authority, slash, path = rest.partition("/")
    labels = authority.split(".")
    wildcards = sum("*" in label for label in labels)
    if any("*" in label and label != "*" for label in labels) or "*" in path:
        raise SettingsError("origins", f"{shown(entry)} has a * beside other characters", example)
    if wildcards and (len(labels) - wildcards < 2 or labels[-1] == "*" or labels[-2] == "*"):
        raise SettingsError("origins", f"{shown(entry)} admits hosts of any owner", example)
    if wildcards and scheme.lower() != "https":
        raise SettingsError(
            "origins",
            f"{shown(entry)} is a wildcard without TLS",
            "Name each http:// host exactly; anyone on the way can answer for it.",
        )
    try:
        url = parse_url(
            f"{scheme}{separator}{authority.replace('*', _STAND_IN)}{slash}{path}", "origins"
        )
    except UrlError as error:
        raise SettingsError("origins", error.problem, example) from None
    if url.query or not url.path.endswith("/"):
        raise SettingsError(
            "origins",
            f"{shown(entry)} isn't an origin with an optional path prefix",
            "A prefix ends in /, as in https://storage.googleapis.com/my-bucket/.",
        )
    # By position: a host may really be called like the stand-in.
    host = ".".join(
        "*" if label == "*" else parsed
        for label, parsed in zip(labels, url.host.split("."), strict=False)
    )
    origin = Origin(url.scheme, host if wildcards else url.host, url.port, url.path)
    if origin.is_address and origin.scheme == "https":
        raise SettingsError(
            "origins",
            f"{shown(entry)} is an address with TLS, and NGINX verifies host names only",
            "Use the name that the certificate holds.",
        )
    return origin


def _alternatives(origins: Iterable[Origin], separator: Separator) -> str:
    alternatives = [origin.expression(separator) for origin in origins]
    # Without any, an expression that matches nothing.
    return f"(?:{'|'.join(alternatives)})" if alternatives else r"(?!)"
