"""What becomes of a URL: how it is read, who admits it, what NGINX is told and what it sends."""

import re
from dataclasses import dataclass, replace

from ..carriers.nginx.config import Target
from ..carriers.nginx.config.upstreams import kept_upstreams
from ..carriers.nginx.wire import internal_path
from ..errors import XAccelError
from ..rules.origin import AllowList, Origin
from ..rules.url import RemoteUrl, parse_url
from ..settings import DEFAULT_PREFIX, Settings


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, and lines of a label and what there is to say."""

    heading: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """All there is to say about a URL.

    Attributes:
        sections: In the order in which things happen.
        refused: Why it goes no further; None where it arrives.
    """

    sections: tuple[Section, ...]
    refused: XAccelError | None = None


def explain(
    text: str, settings: Settings | None, target: Target, *, show_query: bool = False
) -> Explanation:
    """Follows a URL on its way.

    Args:
        text: The URL, as an application would write it.
        settings: The application's; None leaves out what depends on them.
        target: The NGINX.
        show_query: Whether its query is shown, which may be a signature.
    """
    try:
        url = parse_url(text)
    except XAccelError as error:
        return Explanation((), error)

    shown = url if show_query or not url.query else replace(url, query="[redacted]")
    sections = [_reading(shown, text)]
    if settings is not None:
        try:
            settings.origins.check(url)
        except XAccelError as error:
            return Explanation(tuple(sections), error)
        sections.append(_origins(url, settings))
    prefix = settings.prefix if settings else DEFAULT_PREFIX
    lines = [
        ("is told", f"X-Accel-Redirect: {internal_path(shown, prefix)}"),
        ("connects to", _connection(url, settings, target)),
        ("sends", f"GET {shown.target} HTTP/1.1"),
        ("", f"Host: {url.authority}"),
    ]
    sections.append(Section("NGINX", tuple(lines)))
    return Explanation(tuple(sections))


def _reading(url: RemoteUrl, text: str) -> Section:
    lines = [
        ("scheme", url.scheme),
        ("host", url.host),
        ("port", str(url.effective_port) + ("" if url.port else ", the scheme's own")),
        ("path", url.path),
        ("query", url.query or "none"),
    ]
    authority = text.partition("://")[2].partition("/")[0].partition("?")[0]
    if authority != url.authority:
        lines.append(("changed", "scheme and host are in lower case, an address in its usual form"))
    if not text.isascii():
        lines.append(("changed", "what isn't ASCII is percent-encoded UTF-8"))
    if "%2e%2e" in url.path and "/.." in text:
        lines.append(("changed", ".. is written %2e%2e, since NGINX refuses it"))
    return Section("Read as", tuple(lines))


def _origins(url: RemoteUrl, settings: Settings) -> Section:
    admitting = _admitting(url, settings)
    # The handoff's rule: an exact name is trusted to resolve where it likes.
    if settings.origins.names_exactly(url):
        where = "any address that the host has: it is named exactly"
    else:
        where = (
            "public addresses alone, since only a wildcard admits the host; the streamer checks "
            "that, and NGINX can't"
        )
    return Section(
        "Admitted",
        (("by", ", ".join(map(str, admitting))), ("to", where)),
    )


def _admitting(url: RemoteUrl, settings: Settings) -> list[Origin]:
    return [o for o in settings.origins.origins if AllowList((o,)).admits(url)]


def _connection(url: RemoteUrl, settings: Settings | None, target: Target) -> str:
    if settings is not None:
        for name, origin, server in kept_upstreams(settings, target):
            if re.fullmatch(origin.place_expression, url.origin):
                follows = ", following DNS" if server.endswith(" resolve") else ""
                return f"{server.removesuffix(' resolve')}{follows}; connections are kept ({name})"
    return f"{url.host}:{url.effective_port}, looked up and connected to for each download"
