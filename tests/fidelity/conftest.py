"""One rig for the whole session, and an NGINX of each kind; and what the random rows covered."""

from collections.abc import Iterator

import pytest

from .drawn import COVERED
from .front import Front
from .rig import Rig


@pytest.fixture(scope="session")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """Remotes, application and streamer."""
    with Rig(tmp_path_factory.mktemp("rig")) as running:
        yield running


@pytest.fixture(scope="session")
def front(rig: Rig, nginx_binary: str) -> Front:
    """Each NGINX, in the plain surrounding."""
    return rig.front(nginx_binary)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says what was drawn, where random rows were played; and where the table was played."""
    tables = [
        value
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == "table"
    ]
    if tables:
        terminalreporter.section("where the table gives one answer")
        for line in tables:
            terminalreporter.write_line(line)
    if COVERED:
        terminalreporter.section("what the random rows covered")
    for kind in dict.fromkeys(kind for kind, _ in COVERED):
        counts = sorted(((n, c) for (k, n), c in COVERED.items() if k == kind), key=lambda p: -p[1])
        terminalreporter.write_line(f"{kind}: " + ", ".join(f"{n} {c}" for n, c in counts))
