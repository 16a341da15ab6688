"""What stands around our locations and reaches into them, though no directive there prevents it."""

import re
from collections.abc import Iterator

from ..finding import Finding
from .compare import Difference
from .tree import Directive, Scope


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


def _matches(directive: Directive, path: str) -> bool:
    try:
        return re.search(directive.arguments[0], path) is not None
    except re.error:
        return False
