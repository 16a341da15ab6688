"""Which locations pass requests to the application."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...carriers.nginx import config
from .reference import Reference
from .tree import Directive, Scope

# How a directive that passes on is spelled, by the protocols that our location part knows.
_PROTOCOLS: dict[str, config.Protocol] = {"proxy_pass": "http", "uwsgi_pass": "uwsgi"}


@dataclass(frozen=True, slots=True)
class Passing:
    """A location that passes requests on.

    Attributes:
        scope: The location, or an `if` in one.
        directive: What passes.
        shows_token: Whether the token's header is set there or around, cancelled or not.
    """

    scope: Scope
    directive: Directive
    shows_token: bool

    @property
    def protocol(self) -> config.Protocol:
        """How the other side is spoken to."""
        return _PROTOCOLS[self.directive.name]

    @property
    def module(self) -> str:
        """What its directives' names begin with."""
        return self.directive.name.removesuffix("_pass")

    @property
    def to(self) -> str:
        """The address that is passed to, without a path there."""
        place = self.directive.arguments[0]
        if "unix:" in place:
            return place.partition("unix:")[2].partition(":")[0]
        return re.sub(r"\A\w+://", "", place).partition("/")[0]


def passing(server: Scope, ours: set[Directive], reference: Reference) -> Iterator[Passing]:
    """Yields what passes requests on, but for internal locations and those that are `ours`."""
    for scope in server.locations():
        if any(s.directive in ours or s.here("internal") for s in (scope, *scope.enclosing)):
            continue
        for name in _PROTOCOLS:
            for directive in scope.here(name):
                yield Passing(scope, directive, _shows_token(scope, directive, reference))


def _shows_token(scope: Scope, directive: Directive, reference: Reference) -> bool:
    shows = reference.shows_token(_PROTOCOLS[directive.name])
    return any(
        d.arguments[0].lower() == shows.arguments[0].lower()
        for around in (scope, *scope.enclosing)
        for d in around.here(shows.name)
    )
