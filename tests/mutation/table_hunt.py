"""The hunt for one entry of a table, in the process that has the project without it."""

import contextlib
import io
import logging
import re
import tempfile
from pathlib import Path

import pytest

from tests.fidelity.rig import Rig, differences
from tests.fidelity.row import Row
from tests.fidelity.rows import ROWS
from tests.fidelity.test_rows import check
from tests.support.nginx import nginx_binaries
from tests.support.summary import failed_tests

_SLOW = re.compile(r"silen|silent|slow|rate|nothing for|says nothing")
TESTS = ("tests/core", "tests/middleware")


def killer(entry: str, known: str) -> str:
    """Returns what sees that the entry is missing; empty where nothing does."""
    logging.disable(logging.CRITICAL)
    if "::" in known and (found := _failing(known)):
        return found
    word = entry.strip("'\"").lower()
    likely = [row for row in ROWS if word in repr(row).lower()]
    likely.sort(key=lambda row: row.says != known)
    with tempfile.TemporaryDirectory() as folder, Rig(Path(folder)) as rig:
        for row in likely:
            if not _holds(rig, row):
                return row.says
        front = rig.front(nginx_binaries()[0])
        others = [row for row in ROWS if row not in likely and not _SLOW.search(row.says)]
        for row in (*likely, *others):
            nginx, stream = rig.through(front, row), rig.streamed(row)
            if differences(nginx, stream) and row in likely:
                return f"{row.says} (NGINX alone)"
            if not _holds(rig, row):
                return row.says
    return _failing(*TESTS)


def _holds(rig: Rig, row: Row) -> bool:
    try:
        check(rig, row, rig.streamed(row))
    except AssertionError:
        return False
    return True


def _failing(*tests: str) -> str:
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        pytest.main(["-q", "-x", "-rfE", "-p", "no:cacheprovider", *tests])
    return next(iter(failed_tests(said.getvalue())), "")
