"""Ways in that are none: the internal path, headers that only NGINX may send, no permission."""

from collections.abc import Iterator

from ...remote_file import HEADER
from ...settings import DEFAULT_PREFIX, Settings
from ..finding import Finding
from .client import Answer, Ask, Site
from .marks import CREDENTIALS

_GROUP = "Closed doors"
_NOTHING = "/_nothing-here/"
_CLOSED = (400, 401, 403, 404, 405, 421)

# What other software takes for an instruction.
_FORGED = (
    ("X-Accel-Token", "forged;1;forged"),
    ("X-Accel-Redirect", "/etc/passwd"),
    ("X-Accel-Mapping", "/=/"),
    ("X-Sendfile-Type", "X-Accel-Redirect"),
    (HEADER, "https://forged.invalid/"),
)


def findings(ask: Ask, site: Site, whole: Answer, settings: Settings | None) -> Iterator[Finding]:
    """Tries them."""
    yield _internal(ask, site, settings)
    yield _forged(ask, whole)
    if any(name.lower() in CREDENTIALS for name, _ in site.given):
        yield _permission(ask, whole)


def _internal(ask: Ask, site: Site, settings: Settings | None) -> Finding:
    prefix = settings.prefix if settings else DEFAULT_PREFIX
    inner = _inner(site, settings)
    open_ways = []
    for (way, path), nothing in zip(_ways(prefix).items(), _ways(_NOTHING).values(), strict=True):
        answer = ask(f"GET {path}...", target=path + inner)
        if answer.status in _CLOSED:
            continue
        # An application may answer every path that it doesn't know alike.
        control = ask(f"GET {nothing}...", target=nothing + inner)
        if (answer.status, len(answer.body)) != (control.status, len(control.body)):
            open_ways.append(f"{way} ({answer.status})")
    if open_ways:
        return Finding(
            id="internal",
            status="bad",
            group=_GROUP,
            where=f"GET {prefix}...",
            what=f"The internal path is open: {', '.join(open_ways)}",
            why="Anyone may have any file of the origins, past the application.",
            fix="internal; and the guard in the location, as they are generated.",
        )
    return Finding(
        id="internal",
        status="ok",
        group=_GROUP,
        where=f"GET {prefix}...",
        what=f"The internal path {prefix} is closed: plain, encoded, doubled, around a corner",
    )


def _ways(prefix: str) -> dict[str, str]:
    return {
        "plain": prefix,
        "encoded": f"/%{ord(prefix[1]):02x}{prefix[2:]}",
        "doubled": f"/{prefix}/",
        "around a corner": f"/x/..{prefix}",
    }


def _inner(site: Site, settings: Settings | None) -> str:
    """Returns what follows the prefix: a place that the allow list admits, if it is known."""
    if settings is None or not settings.origins.origins:
        # The site itself: it can't be harmed by one more request.
        return f"{site.url.scheme}/{site.url.authority}/"
    origin = settings.origins.origins[0]
    host = origin.host.replace("*", "xaccel-wsgi-check")
    port = "" if origin.port is None else f":{origin.port}"
    return f"{origin.scheme}/{host}{port}{origin.path_prefix}"


def _forged(ask: Ask, whole: Answer) -> Finding:
    answer = ask("GET with forged X-Accel headers", _FORGED)
    names = ("Content-Type", "Content-Disposition", "ETag", "Content-Length")
    same = answer.status == whole.status and all(
        answer.values(name) == whole.values(name) for name in names
    )
    if not same:
        return Finding(
            id="forged",
            status="bad",
            group=_GROUP,
            where=answer.request,
            what=f"A client's own X-Accel headers change the answer ({answer.status})",
            why="What only NGINX may say, a client says, and the application believes it or fails.",
            fix="Include the location part wherever NGINX passes to the application.",
        )
    return Finding(
        id="forged",
        status="ok",
        group=_GROUP,
        where=answer.request,
        what="A client's own X-Accel headers change nothing",
    )


def _permission(ask: Ask, whole: Answer) -> Finding:
    answer = ask("GET without the given headers", anonymous=True)
    if answer.status == 200 and answer.body == whole.body:
        return Finding(
            id="permission",
            status="bad",
            group=_GROUP,
            where=answer.request,
            what="Anyone gets the file, without what was given",
            why="The application doesn't check, or a cache in front answers in its place.",
            fix="Check the permission in the view; see what caches in front keep.",
        )
    return Finding(
        id="permission",
        status="ok",
        group=_GROUP,
        where=answer.request,
        what=f"Without the given headers it isn't the file ({answer.status})",
    )
