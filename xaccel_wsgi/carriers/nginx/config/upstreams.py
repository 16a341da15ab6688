"""Where connections are kept: one `upstream` for each exactly named origin that allows it."""

from collections.abc import Iterator

from ....errors import SettingsError
from ....rules.origin import Origin
from ....settings import Settings
from .target import Target


def kept_upstreams(settings: Settings, target: Target) -> Iterator[tuple[str, Origin, str]]:
    """Yields name, origin and `server` value for each host that connections can be kept to."""
    seen: set[tuple[str, str, int]] = set()
    for origin in settings.origins.origins:
        place = (origin.scheme, origin.host, origin.effective_port)
        if origin.is_wildcard or place in seen:
            continue
        server = f"{origin.host}:{origin.effective_port}"
        if not (origin.is_address or settings.pin_dns):
            if not target.follows_dns:
                continue
            server += " resolve"
        yield f"xaccel_{len(seen)}", origin, server
        seen.add(place)


def needs_resolver(settings: Settings, target: Target) -> bool:
    """Tells whether some origin is looked up for each request.

    Raises:
        SettingsError: One is, or an upstream follows DNS, and no resolver is known.
    """
    kept = {origin for _, origin, _ in kept_upstreams(settings, target)}
    needed = any(
        not origin.is_address
        and not any((o.scheme, o.host) == (origin.scheme, origin.host) for o in kept)
        for origin in settings.origins.origins
    )
    resolves = any("resolve" in server for _, _, server in kept_upstreams(settings, target))
    if (needed or resolves) and not target.resolvers:
        raise SettingsError(
            "resolver",
            "an origin is a name, and no DNS server is known to look it up",
            "Give --resolver ADDRESS, or set pin_dns=True to look it up once, at NGINX's start.",
        )
    return needed
