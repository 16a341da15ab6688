"""The release command: what it writes, and when it refuses."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import xaccel_wsgi
from tools.release import ReleaseError, with_release, with_version

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


def test_the_version_is_in_one_place() -> None:
    """The build reads the one that the package has, and the command says it."""
    command = [Path(sys.executable).with_name("xaccel-wsgi"), "--version"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    assert said == xaccel_wsgi.__version__
