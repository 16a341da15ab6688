"""The cache: cold and warm, whole files and parts of them."""

import tempfile
from functools import partial
from pathlib import Path

from ..chapter import Bound, Chapter, comparison
from ..load import requests_per_s
from ..measure import in_turns, lower_bound, medians, ratios
from ..stage import LABELS, Stage

CONNECTIONS = 16
PART_BYTES = 65536

_STATIC, _WARM, _COLD, _NONE = "static file", "cache, warm", "cache, cold", "no cache"
_RECIPE = "X-Accel, the recipe"
_TEXT = """
The application is asked each time; a warm cache has the bytes on NGINX's disk, a cold one fetches
them and writes them there. Cold is the worst case here: every single request is for a file that
nobody has asked for. The static file stands for what NGINX can do at all; no application is asked
for it.
"""
# wrk gives each connection the next part of the file.
_PARTS = f"""
local at = 0
request = function()
    at = (at + 7 * {PART_BYTES}) % (99 * 1000000)
    local range = string.format("bytes=%d-%d", at, at + {PART_BYTES - 1})
    return wrk.format(nil, nil, {{["Range"] = range}})
end
"""


def measure(rounds: int) -> Chapter:
    """Loads each in turns."""
    tables, plots, bounds = [], [], []
    with tempfile.TemporaryDirectory() as folder, Stage(Path(folder)) as stage:
        script = Path(folder) / "parts.lua"
        script.write_text(_PARTS)
        for size in ("10k", "1m", "parts"):
            name, way = ("100m", "part") if size == "parts" else (size, "")
            places = {
                _STATIC: f"{stage.front}/static/{name}",
                _WARM: f"{stage.front}/cached{'-part' if way else ''}/{name}",
                _COLD: f"{stage.front}/cold{'-part' if way else ''}/{name}",
                _NONE: f"{stage.front}/{'part/' if way else ''}{name}",
                _RECIPE: f"{stage.recipe}/{name}",
            }
            values = in_turns(
                {
                    n: partial(
                        requests_per_s, u, connections=CONNECTIONS, script=script if way else None
                    )
                    for n, u in places.items()
                },
                rounds,
            )
            table, plot = comparison(
                f"cache-{size}",
                "64 kB of 100 MB" if way else LABELS[size],
                "requests/s",
                medians(values),
                to=_STATIC,
                ours=[_WARM, _COLD, _NONE],
            )
            tables.append(table)
            plots.append(plot)
            if size == "10k":
                times = lower_bound(ratios(values, _WARM, _RECIPE))
                bounds.append(Bound("10 kB, warm: times the recipe", times, 15, at_least=True))
            if size == "1m":
                part = lower_bound(ratios(values, _WARM, _STATIC))
                bounds.append(Bound("1 MB, warm: of the static file", part, 0.7, at_least=True))
    return Chapter("From the cache", _TEXT, tables, plots, bounds)
