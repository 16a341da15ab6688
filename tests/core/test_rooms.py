"""The house: each room knows only the rooms below it, and the pure ones touch no socket.

Read from the source with `ast`, every import in it: also those within functions and under
TYPE_CHECKING, since a cycle for types is a cycle.
"""

import ast
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import xaccel_wsgi

PACKAGE = "xaccel_wsgi"

# Folders that hold rooms, and are none themselves.
FOLDERS = {"rules", "carriers"}
# From the ground up. Rooms of one floor lie side by side and don't know each other.
FLOORS = (
    FOLDERS,
    {"errors"},
    {"fields"},
    {"url", "disposition", "inline", "inquiry"},
    {"origin", "overrides", "lifetime"},
    {"settings", "remote_file"},
    {"handoff", "answer"},
    {"error_page", "receipt", "rate"},
    {"nginx", "stream", "redirect", "local"},
    {"watch", "choice"},
    {"middleware"},
    {"find"},
    {"pyramid", "testing", "s3"},
    {"__init__"},
    {"doctor"},
    {"cli"},
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
# `answer` stands on `origin`, beside `handoff`, and reaches no higher than the allow list.
NEVER = {"answer": {"settings", "remote_file"}, "fields": {"errors"}, "disposition": {"fields"}}

PURE = {
    "errors", "fields", "url", "disposition", "inline", "origin", "overrides", "lifetime",
    "settings",
    "remote_file", "handoff", "answer", "error_page", "receipt", "nginx", "redirect", "rate",
    "local", "watch", "inquiry", "choice",
}  # fmt: skip
IMPURE = (
    "socket", "ssl", "select", "selectors", "asyncio", "http.client", "http.server",
    "urllib.request", "urllib3", "requests", "httpx", "boto3", "botocore", "subprocess",
    # These hide an import from this test.
    "importlib", f"{PACKAGE}.carriers.stream",
)  # fmt: skip


def _sources() -> dict[str, str]:
    root = Path(xaccel_wsgi.__file__).parent
    return {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): (
            path.read_text(encoding="utf-8")
        )
        for path in root.rglob("*.py")
    }


SOURCES = _sources()
IS_PACKAGE = {name.rpartition(".")[0] for name in SOURCES} - {""}


def _imports(module: str, source: str) -> Iterator[str]:
    """Yields the full name of everything that `module` imports."""
    package = [PACKAGE, *module.split(".")] if module in IS_PACKAGE else [
        PACKAGE, *module.split(".")[:-1],
    ]  # fmt: skip
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            base += node.module.split(".") if node.module else []
            yield from (".".join([*base, alias.name]) for alias in node.names)
        elif isinstance(node, ast.Name) and node.id == "__import__":
            yield "importlib"


def _within(imported: str) -> str | None:
    """Returns which module of the package `imported` is, or lies in; None where it is outside."""
    head, _, rest = imported.partition(".")
    if head != PACKAGE:
        return None
    while rest:
        if rest in SOURCES:
            return rest
        rest = rest.rpartition(".")[0]
    return "__init__"


def _room(module: str) -> str:
    folder, _, rest = module.partition(".")
    return (rest if folder in FOLDERS and rest else module).partition(".")[0]


def _inner(module: str, source: str) -> set[str]:
    return {found for name in _imports(module, source) if (found := _within(name))} - {module}


def _reached(module: str) -> set[str]:
    """Returns `module` and every module of the package that its imports lead to."""
    reached, waiting = {module}, [module]
    while waiting:
        here = waiting.pop()
        new = _inner(here, SOURCES[here]) - reached
        reached |= new
        waiting += new
    return reached


def _wrong_way(module: str, source: str) -> list[str]:
    """Returns the modules that `module` imports, but may not know."""
    room = _room(module)
    return sorted(
        other
        for other in _inner(module, source)
        if _room(other) != room
        and (FLOOR[_room(other)] >= FLOOR[room] or _room(other) in NEVER.get(room, ()))
    )


def _impure(names: Iterable[str]) -> list[str]:
    return sorted(n for n in names if any(n == bad or n.startswith(f"{bad}.") for bad in IMPURE))


@pytest.mark.parametrize("module", sorted(SOURCES))
def test_every_room_has_a_floor(module: str) -> None:
    """A new module isn't outside the rules: give it its place in FLOORS."""
    assert _room(module) in FLOOR


@pytest.mark.parametrize("module", sorted(SOURCES))
def test_no_import_runs_up_or_sideways(module: str) -> None:
    """Each room knows only the rooms below it."""
    assert _wrong_way(module, SOURCES[module]) == []


@pytest.mark.parametrize("module", sorted(m for m in SOURCES if _room(m) in PURE))
def test_a_pure_room_imports_no_network(module: str) -> None:
    """Nor does any room of the package that it stands on."""
    found = {m: _impure(_imports(m, SOURCES[m])) for m in _reached(module)}
    assert {m: names for m, names in found.items() if names} == {}


def test_modules_form_no_cycle() -> None:
    """Also within a room."""
    graph = {module: _inner(module, source) for module, source in SOURCES.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a cycle: {' -> '.join(error.args[1])}")


def test_the_face_re_exports_names_and_nothing_else() -> None:
    """No logic hides in `__init__`."""
    body = ast.parse(SOURCES["__init__"]).body
    assert {type(node) for node in body} <= {ast.Expr, ast.ImportFrom, ast.Assign, ast.AnnAssign}


UPWARDS = {
    "a relative import": ("rules.url", "from .origin import AllowList", ["rules.origin"]),
    "an absolute import": ("rules.url", "import xaccel_wsgi.rules.origin", ["rules.origin"]),
    "an absolute import of a name": (
        "rules.url", "from xaccel_wsgi.rules.origin import Origin", ["rules.origin"],
    ),
    "an import of a module by its name": ("rules.url", "from . import origin", ["rules.origin"]),
    "an import within a function": (
        "rules.url", "def f():\n    from . import origin", ["rules.origin"],
    ),
    "an import for types": (
        "rules.url", "if TYPE_CHECKING:\n    from .origin import A", ["rules.origin"],
    ),
    "the face": ("rules.url", "from .. import __version__", ["__init__"]),
    "a neighbour": ("settings.value", "from ..remote_file import RemoteFile", ["remote_file"]),
    "the other carrier": (
        "carriers.nginx.wire", "from ..stream import Streamer", ["carriers.stream"],
    ),
    "the other carrier's module": (
        "carriers.stream.fetch", "from ..nginx.wire import f", ["carriers.nginx.wire"],
    ),
    "the settings, from a rule": ("rules.answer", "from ..settings import Settings", ["settings"]),
    "downwards, which is allowed": ("rules.origin", "from .url import RemoteUrl", []),
    "within the room, which is allowed": (
        "carriers.nginx.config", "from ..wire import TOKEN_FIELD", [],
    ),
    "another package of a room's name": ("rules.url", "import pyramid.config", []),
}  # fmt: skip


@pytest.mark.parametrize(("module", "source", "found"), UPWARDS.values(), ids=UPWARDS)
def test_this_test_sees(module: str, source: str, found: list[str]) -> None:
    """Every way to write an import that runs up."""
    assert _wrong_way(module, source) == found


NETWORKED = ["import socket", "import urllib3.connection", "from http import client",
             "from http.client import HTTPConnection", "import os, ssl", "__import__('x')",
             "from ..carriers.stream import Streamer",
             "from ..carriers.stream.fetch import fetch"]  # fmt: skip


@pytest.mark.parametrize("source", NETWORKED)
def test_this_test_sees_the_network(source: str) -> None:
    """Every way to write it."""
    assert _impure(_imports("rules.url", source)) != []
