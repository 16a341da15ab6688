"""Comparing a block as it should be with a block as it is, by what holds in it.

What should be comes from the generator's own text, so nothing here knows which directives that are.
All that is known is how NGINX reads some shapes: which arguments name a thing and which say
something about it, which numbers are better larger, what a default is.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, replace
from typing import Literal

from .tree import Directive, Scope, is_inherited

Kind = Literal["missing", "different", "cancelled", "extra", "order"]

# Besides those that our own text repeats: the first argument names what the others are about.
_NAMED_BY_FIRST = re.compile(r"(?:_header|_param)\Z|\A(?:set|proxy_cache_path|log_format)\Z")
_ORDERED = ("set", "if", "return", "rewrite", "break")
# Room is room: more of it does no harm.
_ROOM = re.compile(r"(?:_size|_buffers|_depth)\Z|\A(?:keepalive|zone)\Z")
# These change nothing of an answer or of what the remote is sent.
_HARMLESS = re.compile(
    r"\A(?:access_log|error_log|log_not_found|log_subrequest|limit_(?:conn|req)\w*|keepalive_\w+|"
    r"tcp_\w+|send_timeout|sendfile\w*|aio\w*|proxy_socket_keepalive|root|include|status_zone)\Z"
)

_SIZE = re.compile(r"([0-9]+)([kKmMgG]?)")
_SIZES = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
_TIME = re.compile(r"([0-9]+)(ms|s|m|h|d|)")
_TIMES_MS = {"ms": 1, "": 1000, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}

_DEFAULT_ON = {
    "chunked_transfer_encoding", "proxy_buffering", "proxy_pass_request_headers",
    "proxy_ssl_session_reuse",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which a block isn't as it should be.

    Attributes:
        kind: "missing" is nowhere; "different" is there with another value; "cancelled" stands
            around the block and is cancelled by what stands in it; "extra" shouldn't be there;
            "order" is all there, in another order.
        name: The directive's name.
        key: What it is about: a header, a variable, a status; empty where the name says all.
        scope: The block, as it is.
        expected: What should hold; None where nothing should.
        actual: What holds instead, or cancels.
    """

    kind: Kind
    name: str
    key: str
    scope: Scope
    expected: Directive | None = None
    actual: Directive | None = None

    @property
    def is_default(self) -> bool:
        """Whether NGINX does the expected thing of itself where nothing is said."""
        if self.kind != "missing" or self.expected is None:
            return False
        value = self.expected.arguments
        return value == (("on",) if self.name in _DEFAULT_ON else ("off",)) or value == ("0",)


@dataclass(frozen=True, slots=True)
class _Entry:
    """What one directive, or a part of it, says about one thing."""

    about: str
    value: tuple[str, ...]
    directive: Directive

    @property
    def key(self) -> str:
        """What it is about, as NGINX compares it."""
        return self.about.lower()


class Comparison:
    """Compares the blocks of one generated configuration with blocks of another."""

    def __init__(self, reference: Directive, chosen: Set[str]) -> None:
        """Learns from `reference` which directives are repeated, and so are named by their keys.

        Args:
            reference: The whole.
            chosen: Names of directives that may have any value.
        """
        self._repeated = {"proxy_ignore_headers", *_repeated(reference)}
        self._chosen = chosen

    def differences(self, expected: Scope, actual: Scope, *, ours: bool) -> Iterator[Difference]:
        """Yields how `actual` differs from `expected`, the blocks within them included.

        Args:
            expected: Of the reference.
            actual: Of the configuration that is checked.
            ours: Whether nothing else should stand in the block.
        """
        names = dict.fromkeys(directive.name for directive in expected.block)
        inner = _inner(expected, actual)
        for name in names:
            if name == "location":
                yield from self._locations(expected, actual)
            elif name in ("map", "upstream"):
                yield from self._named_blocks(name, expected, actual)
            elif inner and is_inherited(name):
                yield from self._where_it_ends(name, inner, actual)
            else:
                yield from self._directives(name, expected, actual, ours=ours)
        if ours:
            yield from _order(expected, actual)
            for directive in actual.block:
                name = directive.name
                is_free = name in self._chosen or _HARMLESS.match(name)
                if not (is_free or expected.holding(name)):
                    yield Difference("extra", name, "", actual, actual=directive)

    def _where_it_ends(
        self, name: str, inner: list[tuple[Scope, Scope]], outer: Scope
    ) -> Iterator[Difference]:
        """Compares what a location says for those within it, by what holds in them."""
        seen = set()
        for expected, actual in inner:
            if expected.here(name):
                continue
            for difference in self._directives(name, expected, actual, ours=True):
                is_own = difference.actual in actual.block
                moved = difference if is_own else replace(difference, scope=outer)
                about = (moved.kind, moved.key, moved.actual, moved.scope.directive)
                if about not in seen:
                    seen.add(about)
                    yield moved

    def _directives(
        self, name: str, expected: Scope, actual: Scope, *, ours: bool
    ) -> Iterator[Difference]:
        holding = actual.holding(name)
        wanted = [entry for d in expected.holding(name) for entry in self._entries(d)]
        found = [entry for d in holding for entry in self._entries(d)]
        left = []
        for entry in wanted:
            same = next((f for f in found if _agree(name, entry, f)), None)
            if same is None:
                left.append(entry)
            else:
                found.remove(same)
        for entry in left:
            other = next((f for f in found if f.key == entry.key), None)
            if other is not None:
                found.remove(other)
                yield Difference(
                    "different", name, entry.about, actual, entry.directive, other.directive
                )
            elif holding and self._stands_around(name, entry, actual):
                yield Difference(
                    "cancelled", name, entry.about, actual, entry.directive, holding[0]
                )
            else:
                yield Difference("missing", name, entry.about, actual, entry.directive)
        wanted_keys = {entry.key for entry in wanted}
        for entry in found:
            repeats = entry.key in wanted_keys and entry.key != ""
            if repeats or (ours and name not in ("proxy_hide_header", "proxy_ignore_headers")):
                # A header of the site's own may be added beside ours.
                if name == "add_header" and not repeats:
                    continue
                yield Difference("extra", name, entry.about, actual, actual=entry.directive)

    def _stands_around(self, name: str, wanted: _Entry, actual: Scope) -> bool:
        return any(
            _agree(name, wanted, entry)
            for scope in actual.enclosing
            for directive in scope.here(name)
            for entry in self._entries(directive)
        )

    def _named_blocks(self, name: str, expected: Scope, actual: Scope) -> Iterator[Difference]:
        # A map is named by the variable that it sets.
        at = -1 if name == "map" else 0
        for block in expected.within(name):
            key = block.directive.arguments[at]
            found = next(
                (scope for scope in actual.within(name) if scope.directive.arguments[at] == key),
                None,
            )
            if found is None:
                yield Difference("missing", name, key, actual, block.directive)
            elif found.directive.arguments != block.directive.arguments:
                yield Difference("different", name, key, found, block.directive, found.directive)
            else:
                # Nothing is inherited from the http block by these.
                alone = Scope(found.directive)
                yield from self.differences(Scope(block.directive), alone, ours=True)

    def _locations(self, expected: Scope, actual: Scope) -> Iterator[Difference]:
        pairs = same_locations(expected, actual)
        for location, found in pairs:
            key = " ".join(location.directive.arguments)
            if found is None:
                yield Difference("missing", "location", key, actual, location.directive)
                continue
            if found.directive.arguments != location.directive.arguments:
                yield Difference(
                    "different", "location", key, found, location.directive, found.directive
                )
            yield from self.differences(location, found, ours=True)
        if expected.directive.name == "location":
            known = {found.directive for _, found in pairs if found is not None}
            for scope in actual.within("location"):
                if scope.directive not in known:
                    yield Difference("extra", "location", "", actual, actual=scope.directive)

    def _entries(self, directive: Directive) -> Iterator[_Entry]:
        name, arguments = directive.name, directive.arguments
        if name == "error_page":
            codes = [argument for argument in arguments if argument.isdigit()]
            for code in codes:
                yield _Entry(code, arguments[len(codes) :], directive)
        elif name == "proxy_ignore_headers":
            for word in arguments:
                yield _Entry(word, (), directive)
        elif name in self._chosen:
            yield _Entry("", (), directive)
        elif name == "if":
            block = tuple(map(str, directive.block or ()))
            yield _Entry(" ".join(arguments[:2]), (*arguments[2:], *block), directive)
        elif arguments and (name in self._repeated or _NAMED_BY_FIRST.search(name)):
            yield _Entry(arguments[0], arguments[1:], directive)
        else:
            yield _Entry("", arguments, directive)


def same_locations(expected: Scope, actual: Scope) -> list[tuple[Scope, Scope | None]]:
    """Pairs each location of `expected` with the one that stands for it: that, or meant to be."""
    wanted = list(expected.within("location"))
    left = {scope.directive.arguments: scope for scope in actual.within("location")}
    same = {scope.directive: left.pop(scope.directive.arguments, None) for scope in wanted}
    for scope in wanted:
        if same[scope.directive] is None:
            path = _nearest(scope.directive, left)
            same[scope.directive] = left.pop(path) if path else None
    return [(scope, same[scope.directive]) for scope in wanted]


def _nearest(wanted: Directive, candidates: Iterable[tuple[str, ...]]) -> tuple[str, ...] | None:
    *modifier, path = wanted.arguments
    if modifier[:1] == ["~"]:
        # Expressions change with the origins.
        texts = {arguments[-1]: arguments for arguments in candidates if arguments[0][0] == "~"}
        found = difflib.get_close_matches(path, texts, n=1, cutoff=0.3)
        return texts[found[0]] if found else None
    return next((arguments for arguments in candidates if arguments[-1] == path), None)


def _inner(expected: Scope, actual: Scope) -> list[tuple[Scope, Scope]]:
    """Pairs the locations within a location."""
    if expected.directive.name != "location":
        return []
    return [(e, a) for e, a in same_locations(expected, actual) if a is not None]


def _repeated(directive: Directive) -> Iterator[str]:
    names = [each.name for each in directive.block or ()]
    yield from {name for name in names if names.count(name) > 1}
    for each in directive.block or ():
        yield from _repeated(each)


def _order(expected: Scope, actual: Scope) -> Iterator[Difference]:
    """Compares the order of what NGINX runs one after the other."""
    wanted = [str(d) for d in expected.block if d.name in _ORDERED]
    found = [d for d in actual.block if str(d) in wanted]
    common = [text for text in wanted if text in map(str, found)]
    for text, directive in zip(common, found, strict=False):
        if text != str(directive):
            yield Difference("order", directive.name, "", actual, actual=directive)
            return


def _agree(name: str, wanted: _Entry, found: _Entry) -> bool:
    return (
        wanted.key == found.key
        and len(wanted.value) == len(found.value)
        and all(_same(name, *pair) for pair in zip(wanted.value, found.value, strict=True))
    )


def _same(name: str, wanted: str, found: str) -> bool:
    if wanted == found:
        return True
    if wanted.endswith("ms") and wanted[:-2].isdigit():
        return _milliseconds(found) == int(wanted[:-2])
    size, found_size = _bytes(wanted), _bytes(found)
    if size is None or found_size is None:
        return False
    return found_size == size or bool(size and _ROOM.search(name) and found_size > size)


def _bytes(text: str) -> int | None:
    match = _SIZE.fullmatch(text)
    return int(match[1]) * _SIZES[match[2].lower()] if match else None


def _milliseconds(text: str) -> int | None:
    match = _TIME.fullmatch(text)
    return int(match[1]) * _TIMES_MS[match[2]] if match else None
