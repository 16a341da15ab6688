"""What more clients at once cost: throughput from one to 256 of them."""

import tempfile
from functools import partial
from pathlib import Path

from ..chapter import Chapter, Plot, Table
from ..load import requests_per_s
from ..measure import in_turns, medians
from ..plot import lines
from ..stage import Stage

CLIENTS = (1, 16, 64, 256)
_TEXT = "The same as above with 1 MB, and with 1 to 256 clients at once, each on a kept connection."


def measure(rounds: int) -> Chapter:
    """Loads each with each number of clients, in turns."""
    series: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder, Stage(Path(folder)) as stage:
        places = {
            "proxy_pass alone": f"{stage.front}/plain/1m",
            "X-Accel, generated": f"{stage.front}/1m",
            "X-Accel, the recipe": f"{stage.recipe}/1m",
            "cache, warm": f"{stage.front}/cached/1m",
        }
        for clients in CLIENTS:
            values = in_turns(
                {n: partial(requests_per_s, u, connections=clients) for n, u in places.items()},
                max(3, rounds // 2),
            )
            for name, value in medians(values).items():
                series.setdefault(name, []).append(value)
    rows = [(name, *(f"{value:,.0f}" for value in each)) for name, each in series.items()]
    table = Table(("requests/s", *(f"{clients} clients" for clients in CLIENTS)), rows)
    picture = lines("1 MB, requests/s", CLIENTS, series, "clients at once")
    return Chapter(
        "Many clients", _TEXT, [table], [Plot("clients", "Requests/s by clients", picture)]
    )
