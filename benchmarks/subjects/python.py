"""With a real application: gunicorn and Flask behind NGINX, and streaming the files themselves."""

import tempfile
from functools import partial
from pathlib import Path

from ..chapter import Chapter, comparison
from ..load import requests_per_s
from ..measure import in_turns, medians
from ..stage import LABELS, Stage

CONNECTIONS = 16
_BEHIND = "behind NGINX"
_TEXT = f"""
The same application under gunicorn with one worker, {CONNECTIONS} clients: behind NGINX with the
generated configuration, and streaming by itself. Here Python's own time for a request counts as
well.
"""


def measure(rounds: int) -> Chapter:
    """Loads each in turns."""
    tables, plots = [], []
    with tempfile.TemporaryDirectory() as folder, Stage(Path(folder)) as stage:
        ways = {
            _BEHIND: stage.generated_before(
                stage.gunicorn("-kgthread", "--threads=4", mode="nginx")
            ),
            "streamed, gthread": stage.gunicorn("-kgthread", f"--threads={CONNECTIONS}"),
            "streamed, sync": stage.gunicorn(),
        }
        for size in ("10k", "1m"):
            values = in_turns(
                {
                    n: partial(requests_per_s, f"{u}/{size}", connections=CONNECTIONS)
                    for n, u in ways.items()
                },
                max(5, rounds // 2),
            )
            title = f"gunicorn, one worker, {LABELS[size]}"
            table, plot = comparison(
                f"python-{size}", title, "requests/s", medians(values), to=_BEHIND, ours=[*ways]
            )
            tables.append(table)
            plots.append(plot)
    return Chapter("With gunicorn and Flask", _TEXT, tables, plots)
