"""Every row of the table, through both."""

from collections import Counter

import pytest

from .deviations import DEVIATIONS
from .front import Front
from .rig import Rig, differences
from .row import Row
from .rows import ROWS
from .seen import Seen

SENTENCES = [row.says for row in ROWS]


@pytest.mark.parametrize("row", ROWS, ids=SENTENCES)
def test_row(rig: Rig, front: Front, row: Row) -> None:
    """The client and the remote see the same; and what the design says."""
    nginx, stream = rig.through(front, row), rig.streamed(row)
    different = differences(nginx, stream)
    deviation = DEVIATIONS.get(row.says)
    if deviation is not None and deviation.concerns(front.version):
        assert different, f"no deviation any more: {deviation.reason}"
    else:
        assert not different, "NGINX (first) and the streamer (second) differ:\n" + "\n".join(
            different
        )
        check(rig, row, nginx)
    check(rig, row, stream)


def check(rig: Rig, row: Row, all_seen: list[Seen]) -> None:
    """Holds the last answer against what the row says of it."""
    seen = all_seen[-1]
    if row.status is not None:
        assert seen.status == row.status
    if row.body_is is not None:
        assert seen.body == row.body_is
    if row.breaks_off is not None:
        assert seen.broken_off == row.breaks_off
    assert seen.excess == b""
    for name, value in row.has:
        assert seen.values(name) == [value], name
    for name in {name for name, _ in row.has_all}:
        assert seen.values(name) == [v for n, v in row.has_all if n == name]
    for name in row.has_not:
        assert seen.values(name) == [], name
    if row.asked is not None:
        assert [f"{name} {line.split(' ')[1]}" for name, line, _, _ in seen.asked] == [*row.asked]
    if row.asked_with or row.asked_without:
        last = seen.asked[-1][2]
        for name, value in row.asked_with:
            assert [v for n, v in last if n == name.lower()] == [rig.placed(value)], name
        for name in row.asked_without:
            assert [v for n, v in last if n == name.lower()] == [], name
    assert row.at_least_s <= seen.took_s <= row.at_most_s
    if row.connections is not None:
        assert sum(each.opened for each in all_seen) == row.connections


def test_sentences_are_unique() -> None:
    """They are the rows' names."""
    assert [says for says, count in Counter(SENTENCES).items() if count > 1] == []


def test_deviations_name_rows() -> None:
    """That there are."""
    assert set(DEVIATIONS) <= set(SENTENCES)
