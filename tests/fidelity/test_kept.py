"""The table once more with the cache on: a kept copy answers as the store does, cold and warm."""

import os

import pytest

from .deviations import KEPT_DEVIATIONS
from .front import Front
from .rig import Rig
from .row import Row, Turns
from .rows import ROWS
from .seen import Seen

# How much of what newer NGINX breaks off has gone out by then is a matter of luck.
BY_LUCK = {"a chunk whose lines end in line feeds alone"}
# Every answer by turns is about connections; the text form has no version.
PLAYED = [
    row
    for row in ROWS
    if not (row.text_form or isinstance(row.remote, Turns) or row.says in BY_LUCK)
]
SAMPLE = PLAYED if os.environ.get("XACCEL_TEST_ALL") else PLAYED[:: len(PLAYED) // 150]


@pytest.fixture(scope="session")
def keeping(rig: Rig, nginx_binary: str) -> Front:
    """Each NGINX, without a cache and with one."""
    return rig.front(nginx_binary, kinds=("plain", "kept"))


@pytest.mark.parametrize("row", SAMPLE, ids=[row.says for row in SAMPLE])
def test_a_kept_row(rig: Rig, keeping: Front, row: Row) -> None:
    """What the client gets without a cache, from a new one, and from a warm one."""
    plain, cold, warm = rig.kept(keeping, row)
    differences = [line for kept in (cold, warm) for line in _differences(plain, kept)]
    deviation = KEPT_DEVIATIONS.get(row.says)
    if deviation is not None and deviation.concerns(keeping.version):
        assert differences, f"no deviation any more: {deviation.reason}"
    else:
        assert not differences, "without (first) and with the cache:\n" + "\n".join(differences)


def _differences(plain: Seen, kept: Seen) -> list[str]:
    # Fewer questions are what a cache is for. That parts are served, NGINX says with a 200 alone.
    same = {"field only first: accept-ranges: bytes"} if plain.status != 200 else set()
    return [
        line
        for line in plain.differences(kept)
        if not line.startswith("request") and line not in same
    ]


def test_kept_deviations_name_rows() -> None:
    """That are played."""
    assert set(KEPT_DEVIATIONS) <= {row.says for row in PLAYED}
