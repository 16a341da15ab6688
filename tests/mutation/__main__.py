"""Hunts every mutant: `make mutate`; with `--all` also those that are explained, by every row.

Exits with 1 if a mutant survives that isn't explained.
"""

import argparse
import json
import logging
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.fidelity.rows import ROWS
from tests.support.nginx import nginx_binaries

from .elsewhere import failing, likely_failing
from .hunt import Hunt
from .mutants import Mutant

# Which row saw a mutant last time; it is asked first.
_MEMORY = Path("build/mutation.json")
_HUNTERS = os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Caught:
    """How a mutant ended.

    Attributes:
        id: Its own.
        directive: The directive's.
        explanation: The comment that says why no row can see it, if it does.
        killers: What saw it; the first alone, unless all were asked.
        was_hunted: Whether anything was asked.
    """

    id: str
    directive: str
    explanation: str
    killers: tuple[str, ...]
    was_hunted: bool = True


def main(arguments: list[str]) -> int:
    """Runs the hunters and reports."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("only", nargs="*", help="words of the mutants to hunt; all without")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    results: multiprocessing.Queue[Caught | None] = multiprocessing.Queue()
    hunters = [
        multiprocessing.Process(
            target=_hunt, args=(number, options.only, options.all, results), daemon=True
        )
        for number in range(_HUNTERS)
    ]
    for hunter in hunters:
        hunter.start()
    caught: list[Caught] = []
    running = len(hunters)
    while running:
        result = results.get()
        if result is None:
            running -= 1
            continue
        caught.append(result)
        if result.was_hunted and not (result.killers or result.explanation):
            print(f"SURVIVED  {result.id}", flush=True)
    for hunter in hunters:
        hunter.join()
    if any(hunter.exitcode for hunter in hunters):
        return 2
    _remember(caught)
    return _report(caught, time.monotonic() - began, with_rows=options.all and not options.only)


def _hunt(
    number: int, only: list[str], everything: bool, results: "multiprocessing.Queue[Caught | None]"
) -> None:
    """Hunts this hunter's share of the mutants."""
    # The streamer and the application log what the rows make them.
    logging.disable(logging.CRITICAL)
    memory: dict[str, str] = json.loads(_MEMORY.read_text()) if _MEMORY.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        hunt = Hunt(Path(folder), nginx_binaries()[0])
        for mutant in hunt.mutants[number::_HUNTERS]:
            if all(word in mutant.id for word in only):
                results.put(_caught(hunt, mutant, memory.get(mutant.id, ""), everything))
        hunt.close()
    results.put(None)


def _caught(hunt: Hunt, mutant: Mutant, last_time: str, everything: bool) -> Caught:
    directive = mutant.id.removesuffix(f": {mutant.change}")
    if mutant.explanation and not everything:
        return Caught(mutant.id, directive, mutant.explanation, (), was_hunted=False)
    seen: list[str] = []
    is_elsewhere = "::" in last_time
    if test := likely_failing(mutant, last_time if is_elsewhere else ""):
        seen.append(test)
    if everything or not seen:
        says, _, surrounding = last_time.rpartition(" / ")
        for killer in hunt.killers(mutant, first=[(says, surrounding)]):
            seen.append(killer)
            if not everything:
                break
    if not seen and (test := failing(mutant)):
        seen.append(test)
    return Caught(mutant.id, directive, mutant.explanation, tuple(seen))


def _remember(caught: Iterable[Caught]) -> None:
    memory = json.loads(_MEMORY.read_text()) if _MEMORY.exists() else {}
    memory |= {each.id: each.killers[0] for each in caught if each.killers}
    _MEMORY.parent.mkdir(exist_ok=True)
    _MEMORY.write_text(json.dumps(memory, indent=0, sort_keys=True))


def _report(caught: list[Caught], took_s: float, *, with_rows: bool) -> int:
    survivors = [each for each in caught if not each.killers and not each.explanation]
    explained = [each for each in caught if not each.killers and each.explanation]
    for each in explained:
        print(f"explained {each.id}: {each.explanation}")
    for each in caught:
        if each.killers and each.explanation:
            print(f"SEEN, THOUGH EXPLAINED  {each.id}: by {each.killers[0]}")
    if with_rows:
        used = {killer.rpartition(" / ")[0] for each in caught for killer in each.killers}
        idle = [row.says for row in ROWS if row.says not in used]
        print(f"{len(idle)} of {len(ROWS)} rows see no mutant:")
        for says in idle:
            print(f"    {says}")
    for title, count in (("mutants", lambda e: e.id), ("directives", lambda e: e.directive)):
        whole = len({count(each) for each in caught})
        unguarded = {count(each) for each in survivors}
        silent = {count(each) for each in explained} - unguarded
        print(
            f"{whole} {title}: {whole - len(silent) - len(unguarded)} killed, "
            f"{len(silent)} explained, {len(unguarded)} unexplained"
        )
    print(f"in {took_s:.0f} s")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
