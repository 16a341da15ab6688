"""How the application's other requests fare while many clients download slowly."""

import tempfile
import time
import urllib.request
from pathlib import Path

from ..chapter import Bound, Chapter, Plot, Table
from ..load import SlowClients
from ..measure import percentile
from ..plot import bars
from ..stage import Stage

CLIENTS = 500
BYTES_PER_S = 20_000
ASKED = 400
PATIENCE_S = 10.0

_TEXT = f"""
{CLIENTS} clients download 100 MB each at {BYTES_PER_S // 1000} kB/s, and meanwhile one more asks
for a small page, {ASKED} times. gunicorn has one worker. Behind NGINX that worker is free again
at once. When it streams, a `sync` worker serves one download and nobody else; threads help for as
long as there are more threads than downloads.
"""


def measure(rounds: int) -> Chapter:
    """Compares idle and busy, in turns, for each way of sending."""
    figures: dict[str, list[tuple[float, ...]]] = {}
    with tempfile.TemporaryDirectory() as folder, Stage(Path(folder)) as stage:
        sync = stage.gunicorn(mode="nginx")
        ways = {
            "behind NGINX, one sync worker": stage.generated_before(sync),
            f"streamed, one worker of {CLIENTS + 50} threads": stage.gunicorn(
                "-kgthread", f"--threads={CLIENTS + 50}"
            ),
            "streamed, one worker of 8 threads": stage.gunicorn("-kgthread", "--threads=8"),
            "streamed, one sync worker": stage.gunicorn(),
        }
        for name, address in ways.items():
            is_ours = name.startswith("behind")
            for _ in range(max(5, rounds // 2) if is_ours else 1):
                idle = _asked_ms(address)
                with SlowClients(
                    f"{address}/100m", count=CLIENTS, bytes_per_s=BYTES_PER_S
                ) as clients:
                    served = clients.served(within_s=2 * PATIENCE_S)
                    busy = _asked_ms(address)
                    print(f"  {name}: {served} of {CLIENTS} downloads are served", flush=True)
                figures.setdefault(name, []).append(
                    tuple(percentile(each, p) for each in (idle, busy) for p in (50, 99))
                )
                # Connections that were cut must be noticed before the next round.
                time.sleep(0.5)
    rows, ratios, busy_p99_ms = [], {}, {}
    for name, rounds_of in figures.items():
        ordered = sorted(rounds_of, key=lambda each: each[3] / each[1])
        middle = ordered[len(ordered) // 2]
        ratios[name] = middle[3] / middle[1]
        busy_p99_ms[name] = middle[3]
        rows.append((name, *(_ms(value) for value in middle), f"{ratios[name]:.2f}"))
    heads = ("milliseconds", "idle p50", "p99", "busy p50", "p99", "p99 to idle")
    ours = next(iter(ratios.values()))
    says = f"p99 with {CLIENTS} downloads, to the idle one, median of {len(figures[rows[0][0]])}"
    picture = bars(
        f"A small page beside {CLIENTS} slow downloads, p99",
        busy_p99_ms,
        "ms; 10k is no answer",
        ours=[rows[0][0]],
    )
    return Chapter(
        "The application's other requests",
        _TEXT,
        [Table(heads, rows)],
        [Plot("other-requests", "p99 of other requests", picture)],
        [Bound(says, ours, 1.5, at_least=False)],
    )


def _asked_ms(address: str) -> list[float]:
    """Asks for the page again and again; who isn't answered once isn't asked any more."""
    took = []
    for _ in range(ASKED):
        began = time.perf_counter()
        try:
            urllib.request.urlopen(f"{address}/ping", timeout=PATIENCE_S).read()
        except OSError:
            return [PATIENCE_S * 1000]
        took.append((time.perf_counter() - began) * 1000)
    return took


def _ms(value: float) -> str:
    return "no answer" if value >= PATIENCE_S * 1000 else f"{value:.2f}"
