"""The wheel: built from the sdist, and tried in an empty environment by the sdist's own tests.

`python -m tools.wheel` tries it with each Python that is found, with the extras and without.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "dist"
EXTRAS = ("doctor", "s3")
PYTHONS = ("3.11", "3.12", "3.13")
# tests/extras.py skips what needs the extras named there.
WITHOUT = "XACCEL_TEST_WITHOUT"


class WheelError(Exception):
    """What didn't work."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the tests ended.

    Attributes:
        tests: How many there were.
        skipped: How many of them were skipped.
        failed: How many failed, errors included.
    """

    tests: int
    skipped: int
    failed: int


def build() -> tuple[Path, Path]:
    """Builds both into dist/, and returns the wheel and the sdist.

    Raises:
        WheelError: It can't be built.
    """
    shutil.rmtree(DIST, ignore_errors=True)
    # The wheel is built from the sdist, so what is missing there is noticed; without isolation, by
    # the pinned builder, so that others can build the very same files.
    run(sys.executable, "-m", "build", "--no-isolation", ROOT)
    (wheel,) = DIST.glob("*.whl")
    (sdist,) = DIST.glob("*.tar.gz")
    return wheel, sdist


class Installation:
    """The wheel in an environment of its own, and the tests of the sdist beside it."""

    def __init__(self, folder: Path, wheel: Path, sdist: Path, python: str) -> None:
        """Makes the environment, with the wheel and what it depends on; nothing else is there.

        Args:
            folder: An empty one, for all of it.
            wheel: What is installed.
            sdist: Where the tests come from.
            python: The interpreter.

        Raises:
            WheelError: It can't be installed.
        """
        run(sys.executable, "-m", "virtualenv", "--quiet", "--python", python, folder / "venv")
        self.scripts = folder / "venv" / "bin"
        self._python = self.scripts / "python"
        self._wheel = wheel
        self._report = folder / "report.xml"
        self._install(wheel)
        with tarfile.open(sdist) as archive:
            archive.extractall(folder, filter="data")
        (self._source,) = folder.glob("xaccel_wsgi-*")
        # Otherwise the tests would try the source, and not what was installed.
        shutil.rmtree(self._source / "xaccel_wsgi")

    def try_with(self, extras: Sequence[str], tests: Sequence[str] = ()) -> Outcome:
        """Adds extras and what the tests need, and runs them.

        Raises:
            WheelError: Something can't be installed.
        """
        self._install("--upgrade", "pip>=25.1")
        named = f"{self._wheel}[{','.join(extras)}]" if extras else self._wheel
        self._install(named, "--group", f"{self._source}/pyproject.toml:test")
        missing = " ".join(extra for extra in EXTRAS if extra not in extras)
        subprocess.run(
            [self._python, "-m", "pytest", "-q", f"--junit-xml={self._report}", *tests],
            cwd=self._source,
            env={**os.environ, WITHOUT: missing},
            check=False,
        )
        if not self._report.exists():
            raise WheelError("the tests didn't run")
        (suite,) = ElementTree.parse(self._report).getroot()  # noqa: S314
        counts = {
            name: int(suite.attrib[name]) for name in ("tests", "skipped", "failures", "errors")
        }
        return Outcome(counts["tests"], counts["skipped"], counts["failures"] + counts["errors"])

    def _install(self, *what: object) -> None:
        pip = (self._python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        run(*pip, *what)


def run(*command: object, cwd: Path = ROOT) -> None:
    """Runs a command to its end.

    Raises:
        WheelError: Its status wasn't 0.
    """
    done = subprocess.run([str(word) for word in command], cwd=cwd, check=False)
    if done.returncode != 0:
        words = " ".join(map(str, command[:5]))
        raise WheelError(f"{words} ... ended with status {done.returncode}.")


def pythons() -> Iterator[tuple[str, str]]:
    """Yields each version that is found, and its interpreter."""
    kept = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    for version in PYTHONS:
        candidates = [sys.executable, f"python{version}"]
        candidates += [str(path / "bin" / "python") for path in sorted(kept.glob(f"{version}.*"))]
        for candidate in candidates:
            if shutil.which(candidate) and _version(candidate) == version:
                yield version, candidate
                break


def _version(python: str) -> str:
    said = "import sys; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([python, "-c", said], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def main(arguments: Sequence[str] | None = None) -> int:
    """Tries everything, and tells the figures; returns the exit status."""
    parser = argparse.ArgumentParser(prog="make test-wheel", description=__doc__)
    parser.add_argument("--python", action="append", choices=PYTHONS, help="only this one")
    parser.add_argument("tests", nargs="*", help="which tests try it (all of them)")
    options = parser.parse_args(arguments)
    told = []
    try:
        wheel, sdist = build()
        for version, python in pythons():
            if options.python and version not in options.python:
                continue
            for extras in ((), EXTRAS):
                with tempfile.TemporaryDirectory(prefix="xaccel-wheel-") as folder:
                    installation = Installation(Path(folder), wheel, sdist, python)
                    outcome = installation.try_with(extras, options.tests)
                told.append((version, " ".join(extras) or "no extras", outcome))
    except WheelError as error:
        print(error, file=sys.stderr)
        return 1
    for version, kind, outcome in told:
        passed = outcome.tests - outcome.skipped - outcome.failed
        print(
            f"Python {version}, {kind}: {passed} passed, {outcome.skipped} skipped, "
            f"{outcome.failed} failed"
        )
    return 1 if not told or any(outcome.failed for _, _, outcome in told) else 0


if __name__ == "__main__":
    sys.exit(main())
