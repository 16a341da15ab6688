"""The table in docs/security.md: what was tried, how often, and how it ended; made by the suite.

A test says what it tries by a mark, whose kind is a row of the table:

    @pytest.mark.bypass("the internal path, asked for directly", "404")
    @pytest.mark.attack("a host that resolves to a private address", "502, not connected to")
    @pytest.mark.fault("a remote that resets the connection", "502")

Several tests may share a kind, and its outcome. What a test asserts is what the outcome says; the
table only counts. A test of one carrier says which by its `carrier` fixture, or by the mark's
`carrier="nginx"` or `"stream"`; without either it counts as decided before there is a carrier. One
that tries more than once says how often with the `tries` fixture.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.nginx import nginx_binaries, nginx_version

PAGE = Path(__file__).parents[2] / "docs" / "security.md"

SECTIONS = {
    "bypass": "Ways around the application",
    "attack": "Attacks",
    "fault": "Faults",
}
PLACES = {"": "before either", "nginx": "NGINX", "stream": "streamer"}

_BEGIN = "<!-- Made by the suite: make security-table. -->"
_END = "<!-- The end of what the suite made. -->"
# What a page has where the table is to stand.
MARKS = f"{_BEGIN}\n{_END}"
_BAR = r"\|"
_ATTEMPT, _TRIES = "xaccel_attempt", "xaccel_tries"


@dataclass(slots=True)
class Row:
    """One kind of attempt.

    Attributes:
        section: A key of SECTIONS.
        kind: What is tried.
        outcome: How it ends, as the tests assert it.
        tries: How often, for each key of PLACES.
        failures: How many tests of it failed.
    """

    section: str
    kind: str
    outcome: str
    tries: Counter[str] = field(default_factory=Counter)
    failures: int = 0


class Table:
    """The rows, filled in as the tests end."""

    def __init__(self, page: Path | None) -> None:
        """Starts empty; `page` is written to at the end, if given."""
        self.rows: dict[tuple[str, str], Row] = {}
        self.page = page

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: Iterable[pytest.Item]) -> None:
        """Notes what each test will try; before any is deselected."""
        for item in items:
            for section in SECTIONS:
                for mark in item.iter_markers(section):
                    kind, outcome = mark.args
                    row = self.rows.setdefault((section, kind), Row(section, kind, outcome))
                    if row.outcome != outcome:
                        raise pytest.UsageError(
                            f"{item.nodeid}: {kind!r} ends in {outcome!r} here, "
                            f"and in {row.outcome!r} elsewhere"
                        )
                    place = mark.kwargs.get("carrier") or _carrier_of(item)
                    item.user_properties.append((_ATTEMPT, (section, kind, place)))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Counts a test that was carried out; one that was skipped tried nothing."""
        if report.skipped or (report.when != "call" and report.passed):
            return
        tries = sum(value for name, value in report.user_properties if name == _TRIES) or 1
        for name, value in report.user_properties:
            if name == _ATTEMPT:
                section, kind, place = value
                row = self.rows[section, kind]
                row.failures += report.failed
                if report.when == "call":
                    row.tries[place] += tries

    def pytest_sessionfinish(self) -> None:
        """Writes the page."""
        if self.page is not None:
            text = self.page.read_text(encoding="utf-8")
            self.page.write_text(_filled_in(text, self.rows.values()), encoding="utf-8")


def _carrier_of(item: pytest.Item) -> str:
    callspec = getattr(item, "callspec", None)
    return "" if callspec is None else callspec.params.get("carrier", "")


def _filled_in(page: str, rows: Iterable[Row]) -> str:
    before, _, rest = page.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}\n{''.join(_lines(list(rows)))}\n{_END}{after}"


def _lines(rows: list[Row]) -> Iterator[str]:
    versions = sorted(nginx_version(binary) for binary in nginx_binaries())
    yield f"\nNGINX {', '.join('.'.join(map(str, version)) for version in versions)}.\n"
    for section, title in SECTIONS.items():
        own = [row for row in rows if row.section == section]
        yield f"\n### {title}\n\n{len(own)} kinds.\n\n"
        yield f"| kind | ends in | {' | '.join(PLACES.values())} | failures |\n"
        yield f"| --- | --- |{' ---: |' * len(PLACES)} ---: |\n"
        for row in own:
            counts = (f"{row.tries[place]:,}" if row.tries[place] else "" for place in PLACES)
            cells = (row.kind, row.outcome, *counts, str(row.failures))
            yield f"| {' | '.join(cell.replace('|', _BAR) for cell in cells)} |\n"


def read_page(page: Path = PAGE) -> list[Row]:
    """Returns the rows that a page has."""
    rows, sections = [], {title: section for section, title in SECTIONS.items()}
    section = ""
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("### "):
            section = sections.get(line[4:], "")
        elif section and line.startswith("| ") and not line.startswith(("| kind |", "| --- |")):
            kind, outcome, *counts, failures = _cells(line)
            tries = Counter(
                {p: int(c.replace(",", "")) for p, c in zip(PLACES, counts, strict=True) if c}
            )
            rows.append(Row(section, kind, outcome, tries, int(failures)))
    return rows


def _cells(line: str) -> list[str]:
    return [cell.strip().replace(_BAR, "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds --security-table."""
    parser.addoption(
        "--security-table",
        nargs="?",
        const=PAGE,
        type=Path,
        metavar="PAGE",
        help=f"write what was tried, and how it ended, into a page: docs/{PAGE.name}, if not said",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Makes the marks known, and starts counting."""
    for section in SECTIONS:
        config.addinivalue_line("markers", f"{section}(kind, outcome, carrier=None): a row there")
    table = Table(config.getoption("security_table"))
    config.pluginmanager.register(table, "security-table")


@pytest.fixture
def tries(request: pytest.FixtureRequest) -> Callable[[int], None]:
    """Says how often the test tries what its mark names; may be called again and again."""

    def add(number: int) -> None:
        request.node.user_properties.append((_TRIES, number))

    return add
