"""The list of checks is of this source: each is there, once, and its tests are."""

from pathlib import Path

import pytest

import xaccel_wsgi

from .checks import CHECKS, Check

# Not beside each other where the installed package is tried.
PACKAGE = Path(xaccel_wsgi.__file__).parent
ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.says)
def test_the_check_is_where_the_list_says(check: Check) -> None:
    """A list that is out of date would remove nothing, or something else."""
    source = (PACKAGE / check.file).read_text(encoding="utf-8")
    assert source.count(check.code) == 1
    compile(source.replace(check.code, check.instead), check.file, "exec")
    assert all((ROOT / test).is_file() for test in check.tests)
