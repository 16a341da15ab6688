"""The same for the tables in Python: each entry removed; rows and the core's tests look.

Nothing of the project is imported here. Each mutant is hunted in a process of its own, forked when
all that the project needs is loaded, which imports the project with the changed table in it.
"""

import ast
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

_ROOT = Path(__file__).parents[2]
_PACKAGE = "xaccel_wsgi"

# Where header fields and statuses are decided, by table.
TABLES = {
    "rules.answer": (
        "FOLLOWED_STATUSES", "MEANINGFUL_ERRORS", "ERROR_FIELDS", "VALIDATORS",
        "STATUSES_WITHOUT_TYPE", "HIDDEN_FIELDS",
    ),
    "handoff": ("DEFAULT_FIELDS", "CONDITIONALS", "RANGE_FIELDS", "_SILENTLY_DROPPED"),
    "settings.value": ("CARRIED_HEADERS", "_NEVER_CARRIED", "_NEVER_REQUESTED"),
    "remote_file": ("_NOT_HERE",),
    "carriers.error_page": ("_ABOUT_THE_FILE", "_NOT_OF_A_PAGE", "_TARGET_KEYS"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TableMutant:
    """One entry of one table, removed.

    Attributes:
        module: The table's, within the package.
        table: Its name.
        index: Which entry.
        entry: As it is written.
    """

    module: str
    table: str
    index: int
    entry: str

    @property
    def id(self) -> str:
        """Its name."""
        return f"{self.module}.{self.table}: without {self.entry}"

    def code(self) -> CodeType:
        """Returns the module's code without the entry."""
        path = _path(self.module)
        tree = ast.parse(path.read_text(encoding="utf-8"))
        literal = dict(_tables(tree))[self.table]
        if isinstance(literal, ast.Dict):
            del literal.keys[self.index], literal.values[self.index]
        else:
            del literal.elts[self.index]
        if isinstance(literal, ast.Set) and not literal.elts:
            raise ValueError(f"{self.table} is left without an entry")
        return compile(ast.fix_missing_locations(tree), path, "exec")


def table_mutants() -> Iterator[TableMutant]:
    """Yields every mutant of every table."""
    for module, names in TABLES.items():
        found = dict(_tables(ast.parse(_path(module).read_text(encoding="utf-8"))))
        for name in names:
            literal = found[name]
            entries = literal.keys if isinstance(literal, ast.Dict) else literal.elts
            for index, entry in enumerate(entries):
                yield TableMutant(module, name, index, ast.unparse(entry) if entry else "**")


def _path(module: str) -> Path:
    return _ROOT / _PACKAGE / f"{module.replace('.', '/')}.py"


def _tables(tree: ast.Module) -> Iterator[tuple[str, ast.Tuple | ast.Set | ast.Dict]]:
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        if isinstance(value, ast.Tuple | ast.Set | ast.Dict) and isinstance(targets[0], ast.Name):
            yield targets[0].id, value


class _Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds and loads the one module that is changed."""

    def __init__(self, mutant: TableMutant) -> None:
        self._name = f"{_PACKAGE}.{mutant.module}"
        self._mutant = mutant

    def find_spec(
        self, name: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != self._name:
            return None
        return importlib.util.spec_from_loader(name, self, origin=str(_path(self._mutant.module)))

    def exec_module(self, module: object) -> None:
        exec(self._mutant.code(), vars(module))


def hunt_table(mutant: TableMutant, known: str) -> str:
    """Returns what sees a mutant, or nothing; in a process of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            sys.meta_path.insert(0, _Changed(mutant))
            from .table_hunt import killer

            os.write(writing, killer(mutant.entry, known).encode())
        except OSError:
            # Of the hunt itself, as a client that waits in vain on a busy machine: nobody saw it.
            traceback.print_exc()
        except Exception as error:  # noqa: BLE001
            os.write(writing, f"the project fails: {type(error).__name__}: {error}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as file:
        said = file.read()
    os.waitpid(child, 0)
    return said


def load_what_is_not_ours() -> None:
    """Imports what every hunt needs, once."""
    import h2.connection
    import hypothesis
    import pytest
    import trustme
    import urllib3.connection
    import waitress
    import werkzeug.test

    del h2, hypothesis, pytest, trustme, urllib3, waitress, werkzeug
