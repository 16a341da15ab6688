"""One rig for each NGINX, for the whole session; and what the random rows covered."""

from collections.abc import Iterator

import pytest

from tests.support.nginx import nginx_binaries, nginx_missing_reason

from .drawn import COVERED
from .rig import Rig


@pytest.fixture(scope="session", params=nginx_binaries() or [""])
def rig(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """Both ways to the client."""
    reason = nginx_missing_reason()
    if reason is not None:
        pytest.skip(reason)
    with Rig(tmp_path_factory.mktemp("rig"), request.param) as running:
        yield running


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says what was drawn, where random rows were played."""
    if not COVERED:
        return
    terminalreporter.section("what the random rows covered")
    for kind in dict.fromkeys(kind for kind, _ in COVERED):
        counts = sorted(((n, c) for (k, n), c in COVERED.items() if k == kind), key=lambda p: -p[1])
        terminalreporter.write_line(f"{kind}: " + ", ".join(f"{n} {c}" for n, c in counts))
