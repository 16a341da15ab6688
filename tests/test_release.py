"""The release command: what it writes, and when it refuses."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import xaccel_wsgi
from tools import release
from tools.release import ReleaseError, with_release, with_version
from tools.wheel import WheelError

SOURCE = '"""Face."""\n\n__version__ = "1.9.0"\n'
CHANGELOG = """# Changelog

## [Unreleased]

### Added

- Something.

## [1.9.0] - 2024-05-31

- The first.
"""


@pytest.mark.parametrize("version", ["1.9.1", "1.10.0", "2.0.0"])
def test_a_later_version_is_written(version: str) -> None:
    """Later by its numbers, not by its letters."""
    assert with_version(SOURCE, version) == f'"""Face."""\n\n__version__ = "{version}"\n'


@pytest.mark.parametrize("version", ["1.9.0", "1.8.9", "1.9", "v2.0.0", "2.0.0rc1", "02.0.0", ""])
def test_another_version_is_refused(version: str) -> None:
    """Not later, or not of the form."""
    with pytest.raises(ReleaseError):
        with_version(SOURCE, version)


def test_what_was_unreleased_is_moved() -> None:
    """Under the version and its date, above the earlier ones; the heading stays, empty."""
    released = with_release(CHANGELOG, "2.0.0", "2024-06-30")
    headings = re.findall(r"^## .*", released, re.MULTILINE)
    assert headings == ["## [Unreleased]", "## [2.0.0] - 2024-06-30", "## [1.9.0] - 2024-05-31"]
    assert "## [2.0.0] - 2024-06-30\n\n### Added\n\n- Something.\n\n## [1.9.0]" in released


def test_nothing_to_say_is_no_release() -> None:
    """Whoever releases says first what users will see."""
    once = with_release(CHANGELOG, "2.0.0", "2024-06-30")
    with pytest.raises(ReleaseError, match="Unreleased"):
        with_release(once, "2.1.0", "2024-07-01")


class House:
    """A small repository with a version and a changelog, in which a step of a release can fail."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Commits both; git is real, and the other steps do nothing."""
        self._folder = folder
        self.failing = ""
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
        for name in ("AUTHOR", "COMMITTER"):
            monkeypatch.setenv(f"GIT_{name}_NAME", "Nobody")
            monkeypatch.setenv(f"GIT_{name}_EMAIL", "nobody@example.com")
        files = {"VERSION_FILE": SOURCE, "CHANGELOG": CHANGELOG}
        for name, text in files.items():
            (folder / name).write_text(text)
            monkeypatch.setattr(release, name, folder / name)
        self.git("init", "--quiet")
        self.git("add", *files)
        self.git("commit", "--quiet", "--message", "Something")
        monkeypatch.setattr(release, "ROOT", folder)
        monkeypatch.setattr(release, "run", self._run)
        for name in ("build", "Installation", "_try"):
            monkeypatch.setattr(release, name, self._step(name))

    def git(self, *arguments: object) -> str:
        """Returns what git says."""
        command = ["git", *map(str, arguments)]
        return subprocess.run(
            command, cwd=self._folder, capture_output=True, text=True, check=True
        ).stdout

    def _run(self, *command: object) -> None:
        self._step(" ".join(map(str, command[:3])))()
        if command[0] == "git":
            self.git(*command[1:])

    def _step(self, name: str) -> Callable[..., tuple[None, None]]:
        def step(*_: object) -> tuple[None, None]:
            if self.failing and self.failing in name:
                raise WheelError(f"{name} failed.")
            return None, None

        return step


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """The repository of one test."""
    return House(tmp_path, monkeypatch)


def test_a_release_is_committed_and_tagged(house: House) -> None:
    """Nothing is left over."""
    assert release.main(["2.0.0"]) == 0
    assert house.git("log", "--format=%s %D", "-1").startswith("Version 2.0.0 ")
    assert house.git("describe", "--exact-match") == "v2.0.0\n"
    assert house.git("status", "--porcelain") == ""


@pytest.mark.parametrize(
    "failing", ["build", "reproduce", "Installation", "_try", "git commit", "git tag"]
)
def test_a_release_that_fails_leaves_everything_as_it_was(failing: str, house: House) -> None:
    """The tree and the branch, whichever step it was."""
    before = house.git("rev-parse", "HEAD")
    house.failing = failing
    assert release.main(["2.0.0"]) == 1
    assert house.git("rev-parse", "HEAD") == before
    assert house.git("status", "--porcelain") == ""
    assert house.git("tag") == ""


def test_the_version_is_in_one_place() -> None:
    """The build reads the one that the package has, and the command says it."""
    command = [Path(sys.executable).with_name("xaccel-wsgi"), "--version"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    assert said == xaccel_wsgi.__version__
