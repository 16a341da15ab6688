"""Every row of the table, through both."""

from collections import Counter

import pytest

from .deviations import DEVIATIONS
from .rig import Rig, Seen
from .row import Row
from .rows import ROWS

SENTENCES = [row.says for row in ROWS]


@pytest.mark.parametrize("row", ROWS, ids=SENTENCES)
def test_row(rig: Rig, row: Row) -> None:
    """The client and the remote see the same; and what the design says."""
    nginx, stream = rig.play(row)
    differences = [
        line for pair in zip(nginx, stream, strict=True) for line in Seen.differences(*pair)
    ]
    deviation = DEVIATIONS.get(row.says)
    if deviation is not None and deviation.concerns(rig.version):
        assert differences, f"no deviation any more: {deviation.reason}"
    else:
        assert not differences, "NGINX (first) and the streamer (second) differ:\n" + "\n".join(
            differences
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
    assert seen.broken_off == row.breaks_off
    assert seen.excess == b""
    for name, value in row.has:
        assert seen.values(name) == [value], name
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
    """And each has its reason."""
    assert set(DEVIATIONS) <= set(SENTENCES)
    assert all(deviation.reason for deviation in DEVIATIONS.values())
