"""Removes each check in turn: which tests notice? `python -m tests.security.without [WORD...]`.

With words, only checks that have one of them. The source isn't touched: a copy is.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from tests.support.summary import failed_tests

from .checks import CHECKS, Check

ROOT = Path(__file__).parents[3]
_COPIED = ("xaccel_wsgi", "tests", "docs", "examples", "tools")
_TIMEOUT_S = 600


def red_tests(tests: Iterable[str], copy: Path) -> list[str]:
    """Returns those that fail."""
    options = ["-q", "--tb=no", "-rfE", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *tests, *options],
        cwd=copy,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    return failed_tests(done.stdout)


def red_without(check: Check, copy: Path) -> list[str]:
    """Returns the tests that fail without the check."""
    file = copy / "xaccel_wsgi" / check.file
    source = file.read_text(encoding="utf-8")
    if source.count(check.code) != 1:
        raise ValueError(f"{check.says}: its code isn't in {check.file} once")
    file.write_text(source.replace(check.code, check.instead), encoding="utf-8")
    try:
        return red_tests(check.tests, copy)
    finally:
        file.write_text(source, encoding="utf-8")


def main(words: list[str]) -> int:
    """Returns how many checks nobody misses."""
    chosen = [c for c in CHECKS if not words or any(word in c.says for word in words)]
    unnoticed = 0
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in _COPIED:
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ROOT.glob("*.*"):
            if name.is_file():
                shutil.copy(name, copy)
        # Who is red anyway notices nothing.
        if red := red_tests(sorted({test for check in chosen for test in check.tests}), copy):
            raise SystemExit(f"Red with every check in its place: {red[0]}")
        for check in chosen:
            red = red_without(check, copy)
            unnoticed += not red
            first = red[0].removeprefix("tests/") if red else "NOBODY NOTICES"
            print(f"{check.says} ({check.file}): {len(red)} red, as {first}", flush=True)
    took_s = time.monotonic() - began
    print(f"{len(chosen)} checks removed in turn, {unnoticed} unnoticed, {took_s:.0f} s")
    return unnoticed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
