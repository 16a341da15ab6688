"""What stands around our parts and goes wrong with them, though no directive there prevents it."""

import re
from collections.abc import Iterator

from ..finding import Finding
from .compare import Difference
from .passing import Passing
from .tree import Directive, Scope
from .words import listed, name_of


def taken_before(server: Scope, prefix: str) -> Iterator[Difference]:
    """Yields locations that match internal paths better than ours does."""
    for scope in server.within("location"):
        *modifier, path = scope.directive.arguments
        if modifier[:1] not in (["~"], ["~*"]) and path != prefix and path.startswith(prefix):
            yield Difference("extra", "location", path, server, actual=scope.directive)


def rewritten(server: Scope, prefix: str, group: str) -> Iterator[Finding]:
    """Yields rules of the server that NGINX runs on internal paths too."""
    for directive in server.here("rewrite"):
        if _matches(directive, f"{prefix}https/host/key.pdf"):
            yield Finding(
                id="extra:rewrite",
                status="bad",
                group=group,
                where=directive.place,
                what=f"{directive.head} rewrites internal paths as well",
                why="NGINX runs a server's rewrite rules again for each handoff, which then "
                "leads elsewhere, or nowhere.",
                fix=f"Move it into the location that it is for, or let it spare {prefix}.",
            )


def lost(passing: Passing, shows: Directive, group: str) -> Iterator[Finding]:
    """Yields what is said around a location, and doesn't hold in it since our part stands there.

    Args:
        passing: The location.
        shows: The location part's directive that shows the token.
        group: The heading.
    """
    scope, name = passing.scope, shows.name
    own = {d.arguments[0].lower() for d in scope.here(name)}
    around = next((s for s in scope.enclosing if s.here(name)), None)
    if not own or around is None:
        return
    # That the token isn't shown is found by the comparison.
    said = own | {shows.arguments[0].lower()}
    names = dict.fromkeys(d.arguments[0] for d in around.here(name))
    if left := [each for each in names if each.lower() not in said]:
        whose = name_of(around) if around.is_location else f"the {around.directive.name} block"
        # Names alone: the values may be somebody's secrets.
        yield Finding(
            id=f"lost:{name}",
            status="warn",
            group=group,
            where=scope.directive.place,
            what=f"{name} {listed(left)} of {whose} is lost in {name_of(scope)}",
            why="NGINX inherits them all or not at all, and the location part has one.",
            fix="Write it into the location, below the location part.",
        )


def _matches(directive: Directive, path: str) -> bool:
    try:
        return re.search(directive.arguments[0], path) is not None
    except re.error:
        return False
