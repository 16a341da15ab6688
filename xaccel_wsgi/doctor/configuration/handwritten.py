"""Locations that somebody wrote by hand to follow X-Accel-Redirect to wherever it names.

The well-known recipe is `proxy_pass $1://$2` in an internal location. It is compared with the
location that the generator makes in its place.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from ...settings import Settings
from .compare import Difference
from .consequences import is_minor
from .reference import Reference
from .tree import Directive, Scope

_CAPTURED = re.compile(r"\$(?:[1-9]|uri\b|document_uri\b)")
# These serve the other generated directives.
_OWN_AFFAIRS = {
    "default_type", "proxy_buffers", "proxy_busy_buffers_size", "proxy_headers_hash_bucket_size",
    "proxy_next_upstream", "proxy_pass_header", "return", "set",
}  # fmt: skip


def handwritten_locations(server: Scope, ours: set[Directive]) -> Iterator[Scope]:
    """Yields the locations that pass to where their path says, or only follow handoffs.

    Args:
        server: The server to look through.
        ours: The generated locations, which do so as well.
    """
    for scope in server.locations():
        around = [scope, *scope.enclosing]
        if any(s.directive in ours for s in around):
            continue
        targets = [d for d in scope.here("proxy_pass") if "$" in d.arguments[0]]
        is_internal = any(s.here("internal") for s in around)
        if targets and (is_internal or _CAPTURED.search(targets[0].arguments[0])):
            yield scope


def model(reference: Reference) -> Scope | None:
    """Returns the generated location that first asks the remote, with all that holds in it."""
    asking = (
        s for s in reference.server.locations() if s.here("internal") and s.here("proxy_pass")
    )
    scope = next(asking, None)
    if scope is None:
        return None
    names = dict.fromkeys(d.name for s in (scope, *scope.enclosing) for d in s.block)
    holding = (d for name in names for d in scope.holding(name) if d.name != "location")
    return Scope(replace(scope.directive, block=tuple(holding)))


def passes_anywhere(scope: Scope, settings: Settings) -> str:
    """Returns what happens because of where it passes to; empty where nothing does."""
    said = [d.arguments[-1] for d in (scope.directive, *scope.block) if d.arguments]
    text = " ".join(said).replace("\\", "")
    problems = []
    if not any(origin.host.removeprefix("*.") in text for origin in settings.origins.origins):
        problems.append(
            "It connects to any host that a URL names, in the private network as well, and so "
            "does whoever gets a URL into an answer of the application's."
        )
    sources = " ".join(
        argument
        for d in scope.block
        if d.name in ("set", "proxy_pass")
        for argument in d.arguments[-1:]
    )
    if _CAPTURED.search(sources):
        problems.append(
            "The path arrives decoded: a space or a % in a key breaks the signature, and a %0A "
            "ends the key early, so that another object is sent."
        )
    return " ".join(problems)


def matters(difference: Difference) -> bool:
    """Tells whether a generated directive means anything outside of the generated location."""
    if difference.name in _OWN_AFFAIRS or is_minor(difference):
        return False
    expected = difference.expected.arguments if difference.expected else ()
    if not any("$xaccel_" in argument for argument in expected):
        return True
    # Its variables are the generated location's own; what stands in their place still counts.
    return difference.kind == "different" and difference.name in ("add_header", "proxy_pass")
