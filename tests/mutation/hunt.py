"""The hunt: which row of the table sees a mutant, the likeliest asked first."""

import itertools
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.fidelity.front import Front, Parts
from tests.fidelity.redirected import redirected
from tests.fidelity.rig import Rig, differences
from tests.fidelity.row import Row, Turns
from tests.fidelity.rows import ROWS
from tests.fidelity.seen import Seen
from tests.fidelity.surroundings import (
    GUARDED,
    HOSTILE,
    OWN_CACHE,
    PLAIN,
    TRY_FILES,
)
from tests.fidelity.test_rows import check
from xaccel_wsgi.doctor.configuration.reading import read_text
from xaccel_wsgi.doctor.configuration.tree import Directive

from .mutants import Mutant, mutants_of, text_of

SURROUNDINGS = (PLAIN, HOSTILE, GUARDED, TRY_FILES, OWN_CACHE)
PARTS = ("http", "server", "location")

ALL_ROWS = (*ROWS, *(moved for row in ROWS if (moved := redirected(row)) is not None))
# What a surrounding does, it does to nearly every row, but for those about connections and time.
SURROUNDED_ROWS = (
    *ROWS[::20],
    *(row for row in ROWS if row.times > 1 or row.at_least_s or isinstance(row.remote, Turns)),
)

# By which word the rows are known that have to do with a directive, where it isn't in its own; by
# how the directive's place ends.
_ABOUT = {
    "gunzip": "gzip",
    "limit_rate_after": "limit_rate",
    "proxy_pass_header": "x-amz-request-id",
    "client_max_body_size": "method='post'",
    "chunked_transfer_encoding": "chunked",
    "proxy_buffer_size": "as long as a handoff",
    "proxy_limit_rate": "as fast as it comes",
    "proxy_next_upstream_timeout": "kept connection",
    # Before the other location keeps a session that needs no certificate any more.
    "@xaccel_hop > proxy_ssl_verify_depth": "from http to https",
    "proxy_ssl_verify_depth": "url='{secure}",
}
# Rows that wait for something are asked last.
_SLOW_S = 0.2
# How many of those that saw most so far are asked before the whole table.
_BEST = 25

# A row in a surrounding.
Case = tuple[str, str]


class Hunt:
    """One rig, and what its rows see of the generated configuration as it is and as it isn't.

    Attributes:
        mutants: All of them.
    """

    def __init__(self, folder: Path, binary: str) -> None:
        """Starts the rig and the unchanged NGINX."""
        self._folder = folder
        self._binary = binary
        self._rig = Rig(folder)
        self._rows = {row.says: row for row in ALL_ROWS}
        self._surroundings = {each.says: each for each in SURROUNDINGS}
        self._texts = {row.says: repr(row).lower() for row in ALL_ROWS}
        self._trees: dict[str, Directive] = {}
        self._unchanged: dict[Case, list[Seen]] = {}
        self._saw_most: Counter[Case] = Counter()
        # What differs from itself, for the time of day is in it.
        self._unsteady: set[Case] = set()
        found: dict[str, Mutant] = {}

        def collect(parts: Parts) -> Parts:
            for part in PARTS:
                for mutant in mutants_of(part, self._tree(getattr(parts, part))):
                    found.setdefault(mutant.id, mutant)
            return self._written(parts)

        self._front = self._rig.front(binary, SURROUNDINGS, change=collect)
        self.mutants = list(found.values())

    def close(self) -> None:
        """Stops everything."""
        self._rig.close()

    def killer(self, mutant: Mutant, first: Case) -> str:
        """Returns what sees the mutant: a case, or what NGINX says when it starts; or nothing."""
        with self._mutated(mutant) as front:
            if front is None:
                return "NGINX does not start"
            if said := _warnings(front) - _warnings(self._front):
                return f"NGINX warns: {min(said)}"
            for case in self._in_order(mutant, first):
                if self._sees(case, front):
                    self._saw_most[case] += 1
                    return " / ".join(case)
        return ""

    def blind(self, mutant: Mutant, rows: Iterable[str]) -> set[str]:
        """Returns those of `rows` that don't see the mutant; all, if nearly every row does.

        For what breaks everything needs no row.
        """
        rows = set(rows)
        with self._mutated(mutant) as front:
            if front is None:
                return rows
            sample = [row.says for row in ROWS[:: len(ROWS) // 20]]
            if sum(self._sees((says, PLAIN.says), front) for says in sample) > len(sample) // 2:
                return rows
            return {says for says in rows if not self._sees((says, PLAIN.says), front)}

    @contextmanager
    def _mutated(self, mutant: Mutant) -> Iterator[Front | None]:
        """Starts an NGINX with the mutant, if it does start."""
        with tempfile.TemporaryDirectory(dir=self._folder) as folder, ExitStack() as running:
            try:
                front = self._rig.front(
                    self._binary,
                    SURROUNDINGS,
                    change=lambda parts: self._written(parts, mutant),
                    folder=Path(folder),
                )
            except RuntimeError:
                yield None
                return
            yield running.enter_context(front)

    def _in_order(self, mutant: Mutant, first: Case) -> Iterator[Case]:
        words = _words(mutant)
        telling = [says for says, text in self._texts.items() if any(w in text for w in words)]
        best = [case for case, _ in self._saw_most.most_common(_BEST)]
        everywhere = (
            (row.says, s.says)
            for s in SURROUNDINGS
            for row in (ALL_ROWS if s is PLAIN else SURROUNDED_ROWS)
        )
        told = ((says, s.says) for s in SURROUNDINGS[:2] for says in telling)
        ordered = dict.fromkeys(
            case
            for case in itertools.chain([first], told, best, everywhere)
            if case[0] in self._rows and case[1] in self._surroundings
        )
        slow = [case for case in ordered if case != first and self._is_slow(case)]
        yield from (case for case in ordered if case not in slow)
        yield from slow

    def _is_slow(self, case: Case) -> bool:
        row = self._rows[case[0]]
        return row.at_least_s > 0 or any(
            seen.took_s > _SLOW_S for seen in self._unchanged.get((case[0], PLAIN.says), ())
        )

    def _sees(self, case: Case, front: Front) -> bool:
        row, surrounding = self._rows[case[0]], self._surroundings[case[1]]
        if case in self._unsteady or not front.way(surrounding, row.kind).can_take(row):
            return False
        if case not in self._unchanged:
            self._unchanged[case] = self._rig.through(self._front, row, surrounding)
        before = self._unchanged[case]
        try:
            after = self._rig.through(front, row, surrounding)
        except OSError:
            # No answer in time, or none at all.
            after = []
        if after and not self._differ(row, before, after):
            return False
        again = self._rig.through(self._front, row, surrounding)
        if self._differ(row, before, again):
            self._unsteady.add(case)
        return case not in self._unsteady

    def _differ(self, row: Row, before: list[Seen], after: list[Seen]) -> bool:
        return bool(differences(before, after)) or (
            self._holds(row, before) and not self._holds(row, after)
        )

    def _holds(self, row: Row, seen: list[Seen]) -> bool:
        try:
            check(self._rig, row, seen)
        except AssertionError:
            return False
        return True

    def _written(self, parts: Parts, mutant: Mutant | None = None) -> Parts:
        """Returns the parts with the mutant in its place, written from their trees."""
        texts = {}
        for part in PARTS:
            tree = self._tree(getattr(parts, part))
            if mutant is not None and mutant.part == part:
                tree = mutant.applied_to(tree)
            texts[part] = text_of(tree)
        return Parts(**texts)

    def _tree(self, text: str) -> Directive:
        if text not in self._trees:
            self._trees[text] = read_text(text)
        return self._trees[text]


def _warnings(front: Front) -> set[str]:
    said = (front.nginx.folder / "output.log").read_text(errors="replace")
    return {re.sub(r" in \S+$", "", line) for line in said.splitlines() if "[warn]" in line}


def _words(mutant: Mutant) -> set[str]:
    """Returns the words by which a row that has to do with a mutant may be known."""
    heads = " ".join(mutant.place[-2:]) + f" {mutant.change}"
    names = re.findall(r"\$xaccel_(?:request|response|final)_([a-z0-9_]+)", heads)
    words = {name.replace("_", "-") for name in names}
    words |= {word.lower() for word in re.findall(r"[A-Za-z][A-Za-z0-9]+(?:-[A-Za-z0-9]+)+", heads)}
    words |= {f"({n}," for n in re.findall(r"without ([0-9]{3})$", mutant.change)}
    words |= {f" {n} " for n in re.findall(r"without ([0-9]{3})$", mutant.change)}
    last = mutant.place[-1].split(" ")
    if last[0] in ("proxy_hide_header", "add_header", "proxy_set_header"):
        words = {last[1].lower()}
    place = " > ".join((*mutant.place[:-1], last[0]))
    about = next((word for end, word in _ABOUT.items() if place.endswith(end)), None)
    return words if about is None else {about}
