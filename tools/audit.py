"""Asks whether a dependency has a known vulnerability: `make audit`.

Fails for one in what users install with this package; one in what only its tests need is said.
Where the advisories can't be asked, that is said too, loudly, and is no failure: a machine without
the network can still build.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PACKAGE = "xaccel-wsgi"
EXTRAS = ("", "doctor", "s3")
TIMEOUT_S = 300

# pip-audit's report: https://pypi.org/project/pip-audit, "JSON".
Report = Mapping[str, Any]


def main() -> int:
    """Audits the environment that this runs in; returns the exit status."""
    report = _report()
    if report is None:
        print("NOT AUDITED: the advisories can't be reached.", file=sys.stderr)
        return 0
    lines, failed = judged(report, dict.fromkeys(installed_with(PACKAGE, EXTRAS)))
    print("\n".join(lines), file=sys.stderr)
    return 1 if failed else 0


def judged(report: Report, ours: Iterable[str]) -> tuple[list[str], bool]:
    """Returns what there is to say, and whether it is a failure.

    Args:
        report: pip-audit's.
        ours: Canonical names of what users install.
    """
    ours = set(ours)
    lines, failed = [], False
    dependencies = [each for each in report["dependencies"] if each["name"] != PACKAGE]
    skipped = [each["name"] for each in dependencies if "skip_reason" in each]
    for each in dependencies:
        is_ours = canonicalize_name(each["name"]) in ours
        for found in each.get("vulns", ()):
            whose = "users install it" if is_ours else "only the tests need it"
            fixed = ", ".join(found["fix_versions"]) or "no version yet"
            lines.append(
                f"{each['name']} {each['version']}: {found['id']}, fixed in {fixed} ({whose})"
            )
            failed = failed or is_ours
    if skipped:
        lines.append(f"NOT AUDITED: {len(skipped)} of {len(dependencies)}: {', '.join(skipped)}")
    lines.append(f"Audited {len(dependencies) - len(skipped)} dependencies.")
    return lines, failed


def installed_with(package: str, extras: Iterable[str]) -> Iterator[str]:
    """Yields the canonical names of all that an installed package needs, and of what that needs."""
    waiting, seen = [(package, tuple(extras))], set()
    while waiting:
        name, wanted = waiting.pop()
        try:
            required = requires(name) or []
        except PackageNotFoundError:
            # Of another platform, or of an extra that isn't installed here.
            continue
        for text in required:
            requirement = Requirement(text)
            marker = requirement.marker
            if marker and not any(marker.evaluate({"extra": extra}) for extra in wanted or ("",)):
                continue
            found = canonicalize_name(requirement.name)
            if found not in seen:
                seen.add(found)
                yield found
                waiting.append((found, ("", *requirement.extras)))


def _report() -> Report | None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pip_audit", "--progress-spinner", "off"]
        command += ["--skip-editable", "--format", "json", "--output", str(path)]
        try:
            # Its status doesn't tell a vulnerability from a network that isn't there.
            done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, check=False)
        except subprocess.TimeoutExpired:
            return None
        if not path.exists():
            print(done.stderr.decode(errors="replace")[-500:], file=sys.stderr)
            return None
        report: Report = json.loads(path.read_text())
        return report


if __name__ == "__main__":
    sys.exit(main())
