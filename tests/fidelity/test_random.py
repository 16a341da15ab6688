"""Random rows, through both. `FIDELITY_N` says how many; what is found becomes a row."""

import os

from hypothesis import HealthCheck, Phase, given, settings

from .drawn import COVERED, rows
from .front import Front
from .rig import Rig, differences
from .row import Row

EXAMPLES = os.environ.get("FIDELITY_N", "")


@settings(
    max_examples=int(EXAMPLES or 300),
    deadline=None,
    # The usual run is the same each time; whoever names a number wants new ones.
    derandomize=not EXAMPLES,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)
@given(row=rows())
def test_random_rows(rig: Rig, front: Front, row: Row) -> None:
    """The client and the remote see the same."""
    nginx, stream = rig.through(front, row), rig.streamed(row)
    COVERED["client's status", str(nginx[0].status)] += 1
    COVERED["requests to remotes", str(len(nginx[0].asked))] += 1
    different = differences(nginx, stream)
    assert not different, "NGINX (first) and the streamer (second) differ:\n" + "\n".join(different)
