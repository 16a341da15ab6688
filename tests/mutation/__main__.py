"""Hunts every mutant: `make mutate`. With `--all` also those that are explained.

Exits with 1 if a mutant survives that isn't explained. With `--rows` names the rows that see none.
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
        killer: What saw it first; empty where nothing did.
        was_hunted: Whether anything was asked.
    """

    id: str
    subject: str
    explanation: str
    killer: str
    was_hunted: bool = True


@dataclass(frozen=True, slots=True)
class Order:
    """What the hunters are to do.

    Attributes:
        only: Words that a mutant's name has to have.
        everything: Whether the explained ones are hunted, too.
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
    parser.add_argument("--all", action="store_true", help="also what is explained")
    parser.add_argument("--rows", action="store_true", help="which rows see no mutant at all")
    parser.add_argument("only", nargs="*", help="words of the mutants to hunt; all without")
    options = parser.parse_args(arguments)
    memory = json.loads(_MEMORY.read_text()) if _MEMORY.exists() else {}
    order = Order(tuple(options.only), options.all, memory)
    if options.rows:
        return _report_idle_rows(order)
    status = 0
    hunters = {"configuration": _directives, "cache": _of_the_cache, "tables": _tables}
    for title, hunter in hunters.items():
        began = time.monotonic()
        caught = []
        for each in _hunt(hunter, order):
            caught.append(each)
            if each.killer and memory.get(each.id) != each.killer:
                memory[each.id] = each.killer
                _remember(memory)
        print(f"--- {title}: in {time.monotonic() - began:.0f} s")
        status |= _report(caught)
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
        if result.was_hunted and not (result.killer or result.explanation):
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
                yield Caught(mutant.id, subject, mutant.explanation, "", was_hunted=False)
                continue
            known = order.memory.get(mutant.id, "")
            says, _, surrounding = known.rpartition(" / ")
            killer = (
                likely_failing(mutant, known if "::" in known else "")
                or hunt.killer(mutant, first=(says, surrounding))
                or failing(mutant)
            )
            yield Caught(mutant.id, subject, mutant.explanation, killer)
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
            yield Caught(mutant.id, subject, mutant.explanation, "", was_hunted=False)
            continue
        seen = failing_of_the_cache(mutant, order.memory.get(mutant.id, ""))
        yield Caught(mutant.id, subject, mutant.explanation, seen)


def _tables(order: Order, following: "Synchronized[int]") -> Iterator[Caught]:
    load_what_is_not_ours()
    mutants = [mutant for mutant in table_mutants() if order.asks_for(mutant.id)]
    for index in _taken(len(mutants), following):
        mutant = mutants[index]
        seen = hunt_table(mutant, order.memory.get(mutant.id, ""))
        yield Caught(mutant.id, mutant.id, "", seen)


def _report(caught: list[Caught]) -> int:
    survivors = [each for each in caught if not each.killer and not each.explanation]
    explained = [each for each in caught if not each.killer and each.explanation]
    for each in explained:
        print(f"explained {each.id}: {each.explanation}")
    for each in caught:
        if each.killer and each.explanation:
            print(f"SEEN, THOUGH EXPLAINED  {each.id}: by {each.killer}")
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


def _report_idle_rows(order: Order) -> int:
    from tests.fidelity.rows import ROWS

    with multiprocessing.Pool(_HUNTERS) as pool:
        shares = [(order, number) for number in range(_HUNTERS)]
        blind = set.intersection(*pool.starmap(_blind_rows, shares))
    print(f"{len(blind)} of {len(ROWS)} rows see no mutant:")
    for row in ROWS:
        if row.says in blind:
            print(f"    {row.says}")
    return 0


def _blind_rows(order: Order, share: int) -> set[str]:
    """Returns the rows that see none of one hunter's share of the mutants."""
    from tests.fidelity.rows import ROWS
    from tests.support.nginx import nginx_binaries

    from .hunt import Hunt

    logging.disable(logging.CRITICAL)
    blind = {row.says for row in ROWS}
    with tempfile.TemporaryDirectory() as folder:
        hunt = Hunt(Path(folder), nginx_binaries()[0])
        for mutant in hunt.mutants[share::_HUNTERS]:
            if order.asks_for(mutant.id):
                blind = hunt.blind(mutant, blind)
        hunt.close()
    return blind


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
