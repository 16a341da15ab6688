"""A configuration as a tree of directives, and what NGINX makes of one that stands further out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

# These act where they stand; every other directive is inherited by the blocks within, as a whole:
# one `add_header` in a block cancels all `add_header` lines around it.
_NOT_INHERITED = {
    "break", "if", "internal", "limit_except", "location", "map", "proxy_pass",
    "return", "rewrite", "server", "server_name", "set", "try_files", "upstream", "uwsgi_pass",
}  # fmt: skip
_NEEDS_QUOTES = re.compile(r"[\s;{}\"']|\A\Z")


@dataclass(frozen=True, slots=True, eq=False)
class Directive:
    """One directive.

    Attributes:
        name: Its name.
        arguments: Unquoted.
        file: Where it stands.
        line: Where it begins, counted from 1.
        block: The directives within; None where it has no block.
        reason: The comment before it.
    """

    name: str
    arguments: tuple[str, ...]
    file: str
    line: int
    block: tuple["Directive", ...] | None = None
    reason: str = ""

    @property
    def place(self) -> str:
        """File and line."""
        return f"{self.file}:{self.line}"

    @property
    def head(self) -> str:
        """Name and arguments, as they are written."""
        arguments = " ".join(map(_written, self.arguments))
        if self.name == "if":
            arguments = f"({arguments})"
        return f"{_written(self.name)} {arguments}".rstrip()

    def __str__(self) -> str:
        """The whole directive, in one line."""
        if self.block is None:
            return f"{self.head};"
        return f"{self.head} {{ {' '.join(map(str, self.block))} }}"


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """A block within those that surround it.

    Attributes:
        directive: The block's own.
        around: The scope around it; None for the outermost, and where nothing is inherited.
    """

    directive: Directive
    around: "Scope | None" = field(default=None, repr=False)

    @property
    def block(self) -> tuple[Directive, ...]:
        """The directives that stand in it."""
        return self.directive.block or ()

    @property
    def is_location(self) -> bool:
        """Whether it is a location, or an `if` that makes one."""
        return self.directive.name in ("location", "if")

    def here(self, name: str) -> list[Directive]:
        """Returns the directives of a name that stand in the block itself."""
        return [directive for directive in self.block if directive.name == name]

    def holding(self, name: str) -> list[Directive]:
        """Returns the directives of a name that hold in the block, inherited or its own."""
        found = self.here(name)
        if found or self.around is None or not is_inherited(name):
            return found
        return self.around.holding(name)

    def within(self, name: str) -> Iterator["Scope"]:
        """Yields the blocks of a name that stand in the block itself."""
        return (Scope(d, self) for d in self.block if d.name == name and d.block is not None)

    def locations(self) -> Iterator["Scope"]:
        """Yields every location in it, those within others and within `if` included."""
        for name in ("location", "if"):
            for scope in self.within(name):
                yield scope
                yield from scope.locations()

    @property
    def enclosing(self) -> Iterator["Scope"]:
        """The scopes around it, from the nearest outwards."""
        scope = self.around
        while scope is not None:
            yield scope
            scope = scope.around


def is_inherited(name: str) -> bool:
    """Tells whether what stands around a block holds in it."""
    return name not in _NOT_INHERITED


def _written(argument: str) -> str:
    if _NEEDS_QUOTES.search(argument) is None:
        return argument
    return '"' + argument.replace('"', r"\"") + '"'
