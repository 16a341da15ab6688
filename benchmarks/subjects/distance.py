"""A store at a distance: how long a client waits for the first byte, and for the last."""

import tempfile
from functools import partial
from pathlib import Path

from ..chapter import Bound, Chapter, Plot, Table
from ..load import time_to_bytes_s
from ..measure import Measured, in_turns, medians
from ..plot import bars
from ..stage import LABELS, Stage

ROUND_TRIP_S = 0.025
_AWAY = f"{ROUND_TRIP_S * 1000:.0f} ms away"

_PROXY, _OURS, _RECIPE = "proxy_pass alone", "X-Accel, generated", "X-Accel, the recipe"
_COLD, _REDIRECT = "cache, cold", "redirect to the signed URL"
_TEXT = f"""
The store is a round trip of {_AWAY} (a relay delays every byte), NGINX is near. One client
at a time asks on a connection of its own. Kept connections are what counts: without them TCP and
TLS take their round trips before the question is even sent. A redirect to the signed URL lets the
client pay them. A cold cache asks for each slice when the one before has been sent, so that a
first download of 100 MB takes a hundred round trips; later ones take none.
"""


def measure(rounds: int) -> Chapter:
    """Asks each in turns, near and far."""
    near, _ = _asked(0, {"10k": max(rounds, 10), "1m": max(rounds, 10)})
    far, first_byte_ms = _asked(
        ROUND_TRIP_S, {"10k": max(rounds, 10), "1m": max(rounds, 10), "100m": 5}
    )
    picture = bars(f"First byte of 10 kB, store {_AWAY}", first_byte_ms, "ms", ours=[_OURS])
    ours = first_byte_ms[_OURS]
    bounds = [
        Bound("first byte, to proxy_pass alone", ours / first_byte_ms[_PROXY], 1.1, at_least=False),
        Bound("first byte, to the recipe's", ours / first_byte_ms[_RECIPE], 0.5, at_least=False),
    ]
    plot = Plot("distance", "Milliseconds until the first byte", picture)
    return Chapter("At a distance", _TEXT, [near, far], [plot], bounds)


def _asked(round_trip_s: float, sizes: dict[str, int]) -> tuple[Table, dict[str, float]]:
    """Returns the table, and the milliseconds until the first byte of the smallest size."""
    rows: dict[str, list[str]] = {}
    first_bytes: list[dict[str, float]] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        Stage(Path(folder), round_trip_s=round_trip_s) as stage,
    ):
        for size, rounds in sizes.items():
            places = {
                _PROXY: f"{stage.front}/plain/{size}",
                _OURS: f"{stage.front}/{size}",
                _COLD: f"{stage.front}/cold/{size}",
                _RECIPE: f"{stage.recipe}/{size}",
                _REDIRECT: f"{stage.replay}/redirect/{size}",
            }
            ask = partial(time_to_bytes_s, tls=stage.certificates.client_context())
            both = in_turns({n: partial(ask, u) for n, u in places.items()}, rounds)
            first, last = (_milliseconds(both, part) for part in (0, 1))
            first_bytes.append(first)
            for name in places:
                cells = (f"{first[name]:.1f}", f"{last[name]:.1f}")
                rows.setdefault(name, [name]).extend(cells)
    heads = [f"{round_trip_s * 1000:.0f} ms away; milliseconds"]
    for size in sizes:
        heads += [f"{LABELS[size]}, first byte", "last byte"]
    return Table(heads, list(rows.values())), first_bytes[0]


def _milliseconds(both: dict[str, list[tuple[float, float]]], part: int) -> dict[str, float]:
    values: Measured = {name: [each[part] * 1000 for each in pairs] for name, pairs in both.items()}
    return medians(values)
