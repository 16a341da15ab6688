"""The whole table in each surrounding of the generated parts, on each NGINX: `make test-all`."""

from collections.abc import Callable, Iterable

import pytest

from .deviations import DEVIATIONS
from .front import Front
from .rig import Rig, differences
from .row import Row
from .rows import ROWS
from .seen import Seen
from .surroundings import SURROUNDINGS, Surrounding

pytestmark = pytest.mark.matrix


@pytest.fixture(scope="session")
def everywhere(rig: Rig, nginx_binary: str) -> Front:
    """Each NGINX, in all surroundings."""
    return rig.front(nginx_binary, SURROUNDINGS)


@pytest.fixture(scope="session")
def streamed(rig: Rig) -> Callable[[Row], list[Seen]]:
    """What is seen of the streamer, which stands in no surrounding: each row is played once."""
    seen: dict[str, list[Seen]] = {}

    def streamed(row: Row) -> list[Seen]:
        if row.says not in seen:
            seen[row.says] = rig.streamed(row)
        return seen[row.says]

    return streamed


@pytest.mark.parametrize("surrounding", SURROUNDINGS, ids=[each.says for each in SURROUNDINGS])
def test_the_table(
    surrounding: Surrounding,
    rig: Rig,
    everywhere: Front,
    streamed: Callable[[Row], list[Seen]],
    record_property: Callable[[str, object], None],
) -> None:
    """The same as the streamer's answers, whatever stands around."""
    found: list[str] = []
    rows = listed = 0
    for row in ROWS:
        if not everywhere.way(surrounding, row.kind).can_take(row):
            continue
        rows += 1
        deviation = DEVIATIONS.get(row.says)
        if surrounding.excuse(row) or (deviation and deviation.concerns(everywhere.version)):
            listed += 1
            continue
        here, stream = rig.through(everywhere, row, surrounding), streamed(row)
        different: Iterable[str] = differences(here, stream)
        if surrounding.changes_the_apps_own and any(_is_the_apps_own(row, seen) for seen in stream):
            different = [line for line in different if line.startswith(("status", "request"))]
        found += [f"{row.says}: {line}" for line in different]
    version = ".".join(map(str, everywhere.version))
    record_property(
        "table", f"NGINX {version}, {surrounding.says}: {rows} rows, {listed} of them listed"
    )
    assert not found, "NGINX (first) and the streamer (second) differ:\n" + "\n".join(found)


def _is_the_apps_own(row: Row, seen: Seen) -> bool:
    """Tells whether the answer is the application's: its error page, or a 304 of its own."""
    return (row.kind == "own pages" and seen.status >= 400) or (
        seen.status == 304 and not seen.asked
    )
