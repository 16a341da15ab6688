"""Makes a release, but for the upload: `make release VERSION=1.2.3`.

Writes the version and moves the changelog's entries, builds sdist and wheel into dist/, installs
the wheel into an empty environment, and has the sdist's own tests try it there. If all of that
holds it commits and tags; if not, the tree is left as it was.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tools.wheel import DIST, EXTRAS, ROOT, Installation, WheelError, build, run

# The one place that has the version; the build reads it there, too.
VERSION_FILE = ROOT / "xaccel_wsgi" / "__init__.py"
CHANGELOG = ROOT / "CHANGELOG.md"

_VERSION = re.compile(r'^__version__ = "([^"]+)"$', re.MULTILINE)
_UNRELEASED = re.compile(r"^## \[Unreleased\]\n+((?:(?!^## ).*\n?)*)", re.MULTILINE)


class ReleaseError(Exception):
    """Why there is no release; the message says what would help."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Makes the release; returns the exit status."""
    parser = argparse.ArgumentParser(prog="make release", description=__doc__)
    parser.add_argument("version", metavar="VERSION", help="of the form 1.2.3")
    parser.add_argument("tests", nargs="*", help="which tests try it (all of them)")
    options = parser.parse_args(arguments)
    try:
        _release(options.version, options.tests)
    except (ReleaseError, WheelError) as error:
        print(f"No release: {error}", file=sys.stderr)
        return 1
    print(
        f"\nReleased {options.version}: committed, tagged, and built into dist/."
        f"\nTo publish it: git push --follow-tags, then upload dist/."
    )
    return 0


def with_version(source: str, version: str) -> str:
    """Returns the version file's text with the new version.

    Raises:
        ReleaseError: It isn't of the form 1.2.3, or isn't later than the present one.
    """
    if not re.fullmatch(r"(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}", version):
        raise ReleaseError(f"{version!r} isn't of the form 1.2.3.")
    (present,) = _VERSION.findall(source)
    if _numbers(version) <= _numbers(present):
        raise ReleaseError(f"{version} isn't later than {present}.")
    return _VERSION.sub(f'__version__ = "{version}"', source)


def with_release(changelog: str, version: str, date: str) -> str:
    """Returns the changelog with what was unreleased under the new version.

    Raises:
        ReleaseError: Nothing is.
    """
    unreleased = _UNRELEASED.search(changelog)
    if unreleased is None or not unreleased[1].strip():
        raise ReleaseError("CHANGELOG.md has nothing under [Unreleased]; say what users will see.")
    moved = f"## [Unreleased]\n\n## [{version}] - {date}\n\n{unreleased[1]}"
    return changelog[: unreleased.start()] + moved + changelog[unreleased.end() :]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _release(version: str, tests: Sequence[str]) -> None:
    if _output("git", "status", "--porcelain"):
        raise ReleaseError("there are uncommitted changes; commit or stash them.")
    if _output("git", "tag", "--list", f"v{version}"):
        raise ReleaseError(f"the tag v{version} exists.")
    versioned = with_version(VERSION_FILE.read_text(), version)
    released = with_release(CHANGELOG.read_text(), version, f"{datetime.now(UTC):%Y-%m-%d}")
    with _undone_on_failure(VERSION_FILE, CHANGELOG):
        VERSION_FILE.write_text(versioned)
        CHANGELOG.write_text(released)
        wheel, sdist = build()
        run(sys.executable, "-m", "tools.reproduce", DIST)
        with tempfile.TemporaryDirectory(prefix="xaccel-release-") as folder:
            _try(Installation(Path(folder), wheel, sdist, sys.executable), version, tests)
        run("git", "commit", "--quiet", "--message", f"Version {version}", "--all")
        run("git", "tag", "--annotate", "--message", f"Version {version}", f"v{version}")


def _try(installation: Installation, version: str, tests: Sequence[str]) -> None:
    said = _output(installation.scripts / "xaccel-wsgi", "--version")
    if said != version:
        raise ReleaseError(f"the installed command says it is {said}.")
    outcome = installation.try_with(EXTRAS, tests)
    if outcome.failed or not outcome.tests:
        raise ReleaseError(f"{outcome.failed} of {outcome.tests} tests failed.")


@contextmanager
def _undone_on_failure(*paths: Path) -> Iterator[None]:
    head = _output("git", "rev-parse", "HEAD")
    before = {path: path.read_text() for path in paths}
    try:
        yield
    except BaseException:
        for path, text in before.items():
            path.write_text(text)
        # The commit, where only the tag failed.
        run("git", "reset", "--quiet", head)
        raise


def _output(*command: object) -> str:
    done = subprocess.run(
        [str(word) for word in command], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
