"""What judges, audits and builds this project, and what is said of what it depends on."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tools.audit import EXTRAS, PACKAGE, installed_with, judged

PYPROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())


@pytest.mark.parametrize("group", ["lint", "audit", "release"])
def test_the_tools_are_pinned(group: str) -> None:
    """A new version of a tool comes with a commit; pytest is pinned by nobody, being a library."""
    loose = [each for each in PYPROJECT["dependency-groups"][group] if "==" not in each]
    assert [each for each in loose if not each.startswith("pytest>=")] == []


def found(name: str, *ids: str) -> dict[str, Any]:
    """Returns what pip-audit reports of a package."""
    vulnerabilities = [{"id": each, "fix_versions": ["2.0"]} for each in ids]
    return {"name": name, "version": "1.0", "vulns": vulnerabilities}


def test_a_vulnerability_that_users_install_is_a_failure() -> None:
    """Its name, its number and the cure are said."""
    report = {"dependencies": [found("Werkzeug", "PYSEC-1"), found("urllib3")]}
    lines, failed = judged(report, {"werkzeug", "urllib3"})
    assert failed
    assert lines[0] == "Werkzeug 1.0: PYSEC-1, fixed in 2.0 (users install it)"


def test_a_vulnerability_that_only_tests_need_is_said() -> None:
    """It doesn't keep anyone from building."""
    lines, failed = judged({"dependencies": [found("swift", "PYSEC-2")]}, {"werkzeug"})
    assert not failed
    assert lines[0] == "swift 1.0: PYSEC-2, fixed in 2.0 (only the tests need it)"


def test_what_was_not_audited_is_not_called_good() -> None:
    """An index without advisories answers as well."""
    skipped = {"name": "werkzeug", "skip_reason": "not found"}
    lines, failed = judged({"dependencies": [skipped, found("urllib3")]}, {"werkzeug", "urllib3"})
    assert not failed
    assert lines == ["NOT AUDITED: 1 of 2: werkzeug", "Audited 1 dependencies."]


def test_users_install_what_the_dependencies_need() -> None:
    """Theirs too, and those of the extras; nothing that only the tests need."""
    for package in ("boto3", "crossplane"):
        pytest.importorskip(package, reason="it needs the extras")
    names = set(installed_with(PACKAGE, EXTRAS))
    assert {"werkzeug", "markupsafe", "urllib3", "boto3", "botocore", "crossplane"} <= names
    assert names.isdisjoint({"pytest", "flask", "waitress"})
