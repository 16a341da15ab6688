"""Without an extra: what needs it is skipped, and says so.

Only where XACCEL_TEST_WITHOUT names the extra, as tools/wheel.py does. Anywhere else a missing
package is a failure.
"""

import os
from pathlib import Path

import pytest

PACKAGES = {"doctor": ("crossplane",), "s3": ("boto3", "botocore")}
# Whose conftest needs the extra as well.
FOLDERS = {"doctor": "doctor", "s3": "stores"}

MISSING = os.environ.get("XACCEL_TEST_WITHOUT", "").split()


def pytest_report_header() -> list[str]:
    """Says what isn't collected."""
    return [f"without the extra {extra}: nothing of tests/{FOLDERS[extra]}" for extra in MISSING]


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leaves out folders that are about an extra."""
    here = Path(__file__).parent
    return True if collection_path in {here / FOLDERS[extra] for extra in MISSING} else None


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> object:
    """Skips modules that import an extra's package."""
    report = yield
    _skip_for_an_extra(report, str(collector.path))
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> object:
    """Skips tests that come to need one."""
    report = yield
    _skip_for_an_extra(report, str(item.path))
    return report


def _skip_for_an_extra(report: pytest.TestReport | pytest.CollectReport, path: str) -> None:
    if not report.failed:
        return
    for extra in MISSING:
        if any(
            f"No module named '{package}'" in report.longreprtext for package in PACKAGES[extra]
        ):
            report.outcome = "skipped"
            report.longrepr = (path, 0, f"Skipped: it needs the extra {extra}")
