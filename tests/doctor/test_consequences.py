"""What is said of a difference: something for every directive that is generated, nothing stale."""

from collections.abc import Iterator

import pytest

from tests.doctor.configurations import ORIGINS, RESOLVERS, TOKEN
from xaccel_wsgi.carriers.nginx import config
from xaccel_wsgi.doctor.configuration.compare import Difference
from xaccel_wsgi.doctor.configuration.consequences import CONSEQUENCES, consequence
from xaccel_wsgi.doctor.configuration.reference import Reference
from xaccel_wsgi.doctor.configuration.tree import Directive, Scope
from xaccel_wsgi.settings import load_settings

# Between them they make every directive that there is.
MANY = [
    {},
    {"origins": ["https://store.example"], "error_page": "/errors/{status}"},
    {"cache": "/var/cache/xaccel", "error_page": "/errors/{status}"},
]


def _all(directive: Directive) -> Iterator[Directive]:
    for each in directive.block or ():
        yield each
        yield from _all(each)


@pytest.fixture(scope="module")
def generated() -> list[Directive]:
    """Every directive of several configurations, for an old and a new NGINX."""
    return [
        directive
        for options in MANY
        for version in (config.OLDEST_VERSION, (1, 30, 6))
        for directive in _all(
            Reference(
                load_settings(environ={}, **{"origins": ORIGINS, "token": TOKEN, **options}),
                config.Target(version, RESOLVERS),
            ).root
        )
    ]


def test_something_is_said_of_every_directive(generated: list[Directive]) -> None:
    """By its own text, or by the comment that the generator wrote before it."""
    nowhere = Scope(Directive("", (), "", 0, ()))
    silent = {
        directive.name
        for directive in generated
        if directive.name not in ("http", "server", "location")
        if not consequence(Difference("missing", directive.name, "", nowhere, directive))
    }
    assert silent == set()


def test_nothing_is_said_of_what_is_not_generated(generated: list[Directive]) -> None:
    """A directive that left the generator leaves the table."""
    made = {d.name for d in generated}
    made |= {f"{d.name} {argument}" for d in generated for argument in d.arguments}
    assert set(CONSEQUENCES) - made == set()
