"""Throughput by size: the generated configuration between the recipe and the limit of proxying."""

import tempfile
from functools import partial
from pathlib import Path

from ..chapter import Bound, Chapter, comparison
from ..load import rate
from ..measure import in_turns, lower_bound, medians, ratios
from ..stage import LABELS, Stage

CONNECTIONS = 16
# Of small files a second's rate says little: which process has which core counts for more.
_DURATIONS_S = {"10k": 3, "1m": 1, "100m": 1}

_PROXY, _OURS, _RECIPE = "proxy_pass alone", "X-Accel, generated", "X-Accel, the recipe"
_TEXT = f"""
An application says which file; NGINX fetches it from a store with TLS, {CONNECTIONS} clients at
once. `proxy_pass` alone asks no application, so it is the limit of any proxying. The recipe is
what most pages about X-Accel-Redirect to a remote lead to: it opens a connection for each file,
and verifies no certificate. Application, store, NGINX and clients share this machine: all of
their work counts.
"""


def measure(rounds: int) -> Chapter:
    """Loads each with each size, in turns."""
    tables, plots, bounds = [], [], []
    with tempfile.TemporaryDirectory() as folder, Stage(Path(folder)) as stage:
        for size in _DURATIONS_S:
            places = {
                _PROXY: f"{stage.front}/plain/{size}",
                _OURS: f"{stage.front}/{size}",
                _RECIPE: f"{stage.recipe}/{size}",
            }
            in_bytes = size == "100m"
            measure_one = partial(
                _mb_per_s if in_bytes else _requests_per_s, duration_s=_DURATIONS_S[size]
            )
            values = in_turns({n: partial(measure_one, u) for n, u in places.items()}, rounds)
            unit = "MB/s" if in_bytes else "requests/s"
            table, plot = comparison(
                f"size-{size}", LABELS[size], unit, medians(values), to=_PROXY, ours=[_OURS]
            )
            tables.append(table)
            plots.append(plot)
            if not in_bytes:
                says = f"{LABELS[size]}: of proxy_pass alone, lower bound of the 95% interval"
                limit = {"10k": 0.75, "1m": 0.9}[size]
                bounds.append(
                    Bound(says, lower_bound(ratios(values, _OURS, _PROXY)), limit, at_least=True)
                )
            if size == "10k":
                to_recipe = lower_bound(ratios(values, _OURS, _RECIPE))
                says = f"{LABELS[size]}: times the recipe, lower bound"
                bounds.append(Bound(says, to_recipe, 2, at_least=True))
    return Chapter("Through NGINX", _TEXT, tables, plots, bounds)


def _requests_per_s(url: str, *, duration_s: int) -> float:
    return rate(url, connections=CONNECTIONS, duration_s=duration_s).requests_per_s


def _mb_per_s(url: str, *, duration_s: int) -> float:
    return rate(url, connections=CONNECTIONS, duration_s=duration_s).bytes_per_s / 1e6
