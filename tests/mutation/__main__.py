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
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

# Nothing of the project itself: hunters of tables import it changed.
from .tables import hunt_table, load_what_is_not_ours, table_mutants

# Which row or test saw a mutant last time; it is asked first.
_MEMORY = Path("build/mutation.json")
_HUNTERS = os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Caught:
    """How a mutant ended.

    Attributes:
        id: Its own.
        subject: The directive that it changes, or the entry of a table.
        explanation: The comment that says why no row can see it, if it does.
        killers: What saw it; the first alone, unless all were asked.
        was_hunted: Whether anything was asked.
    """

    id: str
    subject: str
    explanation: str
    killers: tuple[str, ...]
    was_hunted: bool = True


@dataclass(frozen=True, slots=True)
class Order:
    """What the hunters are to do.

    Attributes:
        only: Words that a mutant's name has to have.
        everything: Whether every row is asked, and the explained ones are hunted.
        memory: What saw which mutant last time.
    """

    only: tuple[str, ...]
    everything: bool
    memory: dict[str, str]

    def asks_for(self, name: str) -> bool:
        """Tells whether a mutant is to be hunted."""
        return all(word in name for word in self.only)


Hunter = Callable[[Order, "Synchronized[int]"], Iterator[Caught]]


def main(arguments: list[str]) -> int:
    """Runs the hunters and reports."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("only", nargs="*", help="words of the mutants to hunt; all without")
    options = parser.parse_args(arguments)
    memory = json.loads(_MEMORY.read_text()) if _MEMORY.exists() else {}
    order = Order(tuple(options.only), options.all, memory)
    status = 0
    hunters = {"configuration": _directives, "cache": _of_the_cache, "tables": _tables}
    for title, hunter in hunters.items():
        began = time.monotonic()
        caught = []
        for each in _hunt(hunter, order):
            caught.append(each)
            if each.killers and memory.get(each.id) != each.killers[0]:
                memory[each.id] = each.killers[0]
                _remember(memory)
        print(f"--- {title}: in {time.monotonic() - began:.0f} s")
        status |= _report(caught, with_rows=options.all and hunter is _directives)
    return status


def _remember(memory: dict[str, str]) -> None:
    _MEMORY.parent.mkdir(exist_ok=True)
    _MEMORY.write_text(json.dumps(memory, indent=0, sort_keys=True))


def _hunt(hunter: Hunter, order: Order) -> Iterator[Caught]:
    """Yields what several hunters find, who take one mutant after the other."""
    results: multiprocessing.Queue[Caught | None] = multiprocessing.Queue()
    following: Synchronized[int] = multiprocessing.Value("i", 0)  # type: ignore[assignment]
    processes = [
        multiprocessing.Process(target=_run, args=(hunter, order, following, results))
        for _ in range(_HUNTERS)
    ]
    for process in processes:
        process.start()
    running = len(processes)
    while running:
        result = results.get()
        if result is None:
            running -= 1
            continue
        if result.was_hunted and not (result.killers or result.explanation):
            print(f"SURVIVED  {result.id}", flush=True)
        yield result
    for process in processes:
        process.join()
        if process.exitcode:
            raise SystemExit(2)


def _run(
    hunter: Hunter,
    order: Order,
    following: "Synchronized[int]",
    results: "multiprocessing.Queue[Caught | None]",
) -> None:
    # The streamer and the application log what the rows make them.
    logging.disable(logging.CRITICAL)
    try:
        for caught in hunter(order, following):
            results.put(caught)
    finally:
        results.put(None)


def _taken(count: int, following: "Synchronized[int]") -> Iterator[int]:
    """Yields the indexes that nobody else takes."""
    while True:
        with following.get_lock():
            index = following.value
            following.value += 1
        if index >= count:
            return
        yield index


def _directives(order: Order, following: "Synchronized[int]") -> Iterator[Caught]:
    from tests.support.nginx import nginx_binaries

    from .elsewhere import failing, likely_failing
    from .hunt import Hunt

    with tempfile.TemporaryDirectory() as folder:
        hunt = Hunt(Path(folder), nginx_binaries()[0])
        mutants = [mutant for mutant in hunt.mutants if order.asks_for(mutant.id)]
        for index in _taken(len(mutants), following):
            mutant = mutants[index]
            subject = mutant.id.removesuffix(f": {mutant.change}")
            if mutant.explanation and not order.everything:
                yield Caught(mutant.id, subject, mutant.explanation, (), was_hunted=False)
                continue
            known = order.memory.get(mutant.id, "")
            seen: list[str] = []
            if test := likely_failing(mutant, known if "::" in known else ""):
                seen.append(test)
            if order.everything or not seen:
                says, _, surrounding = known.rpartition(" / ")
                for killer in hunt.killers(mutant, first=[(says, surrounding)]):
                    seen.append(killer)
                    if not order.everything:
                        break
            if not seen and (test := failing(mutant)):
                seen.append(test)
            yield Caught(mutant.id, subject, mutant.explanation, tuple(seen))
        hunt.close()


def _of_the_cache(order: Order, following: "Synchronized[int]") -> Iterator[Caught]:
    from tests.support.nginx import nginx_binaries, nginx_version

    from .elsewhere import failing_of_the_cache
    from .mutants import cache_mutants

    major, minor, patch = (*nginx_version(nginx_binaries()[0]), 0, 0)[:3]
    mutants = {mutant.id: mutant for mutant in cache_mutants((major, minor, patch))}
    chosen = [mutant for name, mutant in mutants.items() if order.asks_for(name)]
    for index in _taken(len(chosen), following):
        mutant = chosen[index]
        subject = mutant.id.removesuffix(f": {mutant.change}")
        if mutant.explanation and not order.everything:
            yield Caught(mutant.id, subject, mutant.explanation, (), was_hunted=False)
            continue
        seen = failing_of_the_cache(mutant, order.memory.get(mutant.id, ""))
        yield Caught(mutant.id, subject, mutant.explanation, (seen,) if seen else ())


def _tables(order: Order, following: "Synchronized[int]") -> Iterator[Caught]:
    load_what_is_not_ours()
    mutants = [mutant for mutant in table_mutants() if order.asks_for(mutant.id)]
    for index in _taken(len(mutants), following):
        mutant = mutants[index]
        seen = hunt_table(mutant, order.memory.get(mutant.id, ""))
        yield Caught(mutant.id, mutant.id, "", (seen,) if seen else ())


def _report(caught: list[Caught], *, with_rows: bool) -> int:
    survivors = [each for each in caught if not each.killers and not each.explanation]
    explained = [each for each in caught if not each.killers and each.explanation]
    for each in explained:
        print(f"explained {each.id}: {each.explanation}")
    for each in caught:
        if each.killers and each.explanation:
            print(f"SEEN, THOUGH EXPLAINED  {each.id}: by {each.killers[0]}")
    if with_rows:
        _report_idle_rows(caught)
    for title, names in (("mutants", _ids), ("directives or entries", _subjects)):
        unguarded = names(survivors)
        silent = names(explained) - unguarded
        whole = len(names(caught))
        print(
            f"{whole} {title}: {whole - len(silent) - len(unguarded)} killed, "
            f"{len(silent)} explained, {len(unguarded)} unexplained"
        )
    return 1 if survivors else 0


def _ids(caught: Iterable[Caught]) -> set[str]:
    return {each.id for each in caught}


def _subjects(caught: Iterable[Caught]) -> set[str]:
    return {each.subject for each in caught}


def _report_idle_rows(caught: Iterable[Caught]) -> None:
    from tests.fidelity.rows import ROWS

    used = {killer.rpartition(" / ")[0] for each in caught for killer in each.killers}
    idle = [row.says for row in ROWS if row.says not in used]
    print(f"{len(idle)} of {len(ROWS)} rows see no mutant:")
    for says in idle:
        print(f"    {says}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
