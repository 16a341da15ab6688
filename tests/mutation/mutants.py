"""Mutants of a generated text: each directive removed, each of its words weakened."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from xaccel_wsgi.carriers.nginx import config
from xaccel_wsgi.doctor.configuration.reading import read_text
from xaccel_wsgi.doctor.configuration.tree import Directive
from xaccel_wsgi.settings import load_settings

# The heads of the blocks around a directive and its own, as they are in every run.
Place = tuple[str, ...]

# How a comment begins that says why no row can see the directives after it.
EXPLAINS = ("Speed only", "Changes no answer")

# What is each run's own, each origin's or each test's.
_OF_A_RUN = re.compile(
    r"https?://[a-z0-9.\\-]+(?:\(\?)?:+[0-9]+(?:\)\?)?|(?:(?<=slice )|(?<=el:)|(?<=_size=))[0-9]+\b"
    r"|[a-z0-9.]+:[0-9]{4,5}\b|/tmp/[^\s;\"]*|\b[0-9]+ms\b|;[0-9a-f]{12}\b"
    r"|\bxaccel_[0-9]+\b|\(\?=\(\?:http.*?\)\)(?=\(\?P<xaccel_scheme>)"
)
_NUMBER = re.compile(r"([0-9]+)(ms|s|m|k|d)?")
# Their arguments are a list, each of which counts.
_LISTS = {
    "error_page", "proxy_ignore_headers", "proxy_next_upstream", "proxy_ssl_protocols",
    "proxy_cache_valid", "log_format",
}  # fmt: skip
# What an expression of ours is made of, and what is left if it is loosened.
_LOOSENED = {
    "its beginning": (re.compile(r"^\^"), ""),
    "its end": (re.compile(r"\\z$"), ""),
    "the allow list": (re.compile(r"\(\?=\(\?:.*?\)\)(?=\(\?P<xaccel_scheme>)"), ""),
    "characters": (re.compile(re.escape(r"[!\x22$->@-\[\]-~]")), r"[^?]"),
    "the fragment": (re.compile(re.escape("(?:#.*)?")), ""),
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one directive.

    Attributes:
        part: Of the generated configuration: "http", "server" or "location".
        place: Where the directive stands; its own head last.
        change: What becomes of it, in words.
        reason: The comment before it.
    """

    part: str
    place: Place
    change: str
    reason: str

    @property
    def id(self) -> str:
        """Its name, which stays the same from run to run."""
        return f"{self.part}: {' > '.join(map(_short, self.place))}: {self.change}"

    @property
    def explanation(self) -> str:
        """Why no row can see it; empty where one should."""
        return self.reason if self.reason.startswith(EXPLAINS) else ""

    def applied_to(self, root: Directive) -> Directive:
        """Returns the tree with the change, made wherever there is such a directive."""
        return _changed(root, self.place, self.change)


def mutants_of(part: str, root: Directive) -> Iterator[Mutant]:
    """Yields every mutant of a part."""
    for place, directive in _walked(root, ()):
        for change, _ in _changes(directive):
            yield Mutant(part, place, change, directive.reason)


def cache_mutants(version: tuple[int, int, int]) -> Iterator[Mutant]:
    """Yields the mutants of what only a cache brings; all other lines are hunted without one."""
    options: dict[str, Any] = {
        "origins": ["http://127.0.0.1:9000", "https://localhost:9001"],
        "token": "a-token-of-nobody",
        "pin_dns": True,
    }
    target = config.Target(version=version)

    def every(**more: str) -> Iterator[Mutant]:
        settings = load_settings(environ={}, **options, **more)
        for part in ("http", "server"):
            text = getattr(config, f"{part}_part")(settings, target)
            yield from mutants_of(part, read_text(text))

    common = {(mutant.place[-1], mutant.change) for mutant in every()}
    for mutant in every(cache="/tmp/cache"):
        if (mutant.place[-1], mutant.change) not in common:
            yield mutant


def text_of(root: Directive) -> str:
    """Writes a part."""
    return "\n".join(map(str, root.block or ())) + "\n"


def _walked(block: Directive, around: Place) -> Iterator[tuple[Place, Directive]]:
    for directive in block.block or ():
        place = (*around, _head(directive))
        yield place, directive
        yield from _walked(directive, place)


def _head(directive: Directive) -> str:
    """Returns name and arguments; origins' are alike, for one line of ours generates all."""
    return _OF_A_RUN.sub("...", directive.head)


def _changed(block: Directive, place: Place, change: str) -> Directive:
    inner = []
    for directive in block.block or ():
        if _head(directive) != place[0]:
            inner.append(directive)
        elif len(place) > 1:
            inner.append(_changed(directive, place[1:], change))
        else:
            changed = dict(_changes(directive)).get(change, directive)
            inner += [] if changed is None else [changed]
    return replace(block, block=tuple(inner))


def _changes(directive: Directive) -> Iterator[tuple[str, Directive | None]]:
    yield "removed", None
    arguments = directive.arguments

    def other(index: int, *argument: str) -> Directive:
        return replace(
            directive, arguments=(*arguments[:index], *argument, *arguments[index + 1 :])
        )

    last = len(arguments) - 1
    for index, argument in enumerate(arguments):
        number = _NUMBER.fullmatch(argument)
        if argument == "on" and last == 0:
            yield "on becomes off", other(index, "off")
        elif argument == "always":
            yield "without always", other(index)
        elif directive.name in _LISTS and last > 0 and _is_listed(directive, index):
            yield f"without {_short(argument)}", other(index)
        elif number and int(number[1]) > 1 and directive.name not in ("error_page", "return", "if"):
            half = f"{int(number[1]) // 2}{number[2] or ''}"
            shown = _OF_A_RUN.sub("...", f"{directive.name} {argument}").partition(" ")[2]
            yield f"{shown} halved", other(index, half)
        for what, (pattern, left) in _LOOSENED.items():
            if argument.startswith("^") and (loosened := pattern.sub(left, argument)) != argument:
                yield f"without {what}" if not left else f"{what} widened", other(index, loosened)


def _is_listed(directive: Directive, index: int) -> bool:
    """Tells whether an argument is one of a list, and not where an error page leads."""
    argument = directive.arguments[index]
    return directive.name != "error_page" or argument.isdigit()


def _short(text: str) -> str:
    return text if len(text) <= 70 else f"{text[:50]}...{text[-17:]}"
