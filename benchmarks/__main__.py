"""Measures and writes docs/benchmarks.md: `python -m benchmarks [--rounds N] [SUBJECT ...]`.

With subjects named, only those are measured, and printed instead of written.
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.support.nginx import nginx_binaries, nginx_version

from .chapter import Bound, Chapter, Table
from .subjects import SUBJECTS

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
# Beside the page.
PLOTS = "benchmarks"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns 1 where a promise isn't kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("subjects", nargs="*", choices=[[], *SUBJECTS], metavar="SUBJECT")
    parser.add_argument("--rounds", type=int, default=10, help="of each comparison (10)")
    options = parser.parse_args(arguments)
    names = options.subjects or list(SUBJECTS)
    chapters = []
    for name in names:
        began = time.monotonic()
        chapters.append(SUBJECTS[name](options.rounds))
        print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
    bounds = [bound for chapter in chapters for bound in chapter.bounds]
    if options.subjects:
        print("\n".join(line for chapter in chapters for line in chapter.lines(PLOTS)))
    else:
        _write(chapters, bounds, options.rounds)
    for bound in bounds:
        print(*bound.row(), sep="  ")
    return 0 if all(bound.holds for bound in bounds) else 1


def _write(chapters: Sequence[Chapter], bounds: Sequence[Bound], rounds: int) -> None:
    folder = PAGE.parent / PLOTS
    folder.mkdir(exist_ok=True)
    for chapter in chapters:
        for plot in chapter.plots:
            (folder / f"{plot.name}.svg").write_text(plot.svg)
    PAGE.write_text("\n".join([*_heading(rounds), *_promises(bounds), *_body(chapters)]) + "\n")
    print(f"Wrote {PAGE}")


def _heading(rounds: int) -> list[str]:
    nginx = ".".join(map(str, nginx_version(nginx_binaries()[0])))
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return [
        "# Benchmarks",
        "",
        "Made by `make bench`, which takes some minutes on a quiet machine; this time one with "
        f"{os.cpu_count()} cores and {memory_gb:.0f} GB, {platform.system()}, "
        f"Python {platform.python_version()}, NGINX {nginx}. Figures differ by machine; "
        "ratios within one run are what to look at. Each comparison is measured in turns, "
        f"{rounds} times (some fewer, as said by their code in `benchmarks/subjects`), and "
        "given as the median; intervals are of the mean, at 95%.",
        "",
    ]


def _promises(bounds: Sequence[Bound]) -> list[str]:
    missed = [bound for bound in bounds if not bound.holds]
    return [
        "## What was promised",
        "",
        f"{len(bounds) - len(missed)} of {len(bounds)} hold in this run.",
        "",
        *Table(("promised", "", "measured", ""), [bound.row() for bound in bounds]).lines(),
        "",
    ]


def _body(chapters: Sequence[Chapter]) -> list[str]:
    return [line for chapter in chapters for line in chapter.lines(PLOTS)]


if __name__ == "__main__":
    sys.exit(main())
