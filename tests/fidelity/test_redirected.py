"""The table once more behind a redirect; in part, and whole in `make test-all`."""

import os

import pytest

from .front import Front
from .redirected import redirected
from .rig import Rig, differences
from .row import Row
from .rows import ROWS

PLAYED = [moved for row in ROWS if (moved := redirected(row)) is not None]
SAMPLE = PLAYED if os.environ.get("XACCEL_TEST_ALL") else PLAYED[:: len(PLAYED) // 150]


@pytest.mark.parametrize("row", SAMPLE, ids=[row.says for row in SAMPLE])
def test_a_redirected_row(rig: Rig, front: Front, row: Row) -> None:
    """The client and the remotes see the same."""
    different = differences(rig.through(front, row), rig.streamed(row))
    assert not different, "NGINX (first) and the streamer (second) differ:\n" + "\n".join(different)
