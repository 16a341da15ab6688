"""Rows behind a redirect: NGINX follows in a location of its own, where all has to hold again."""

from dataclasses import replace

from tests.support.remote import answer

from .deviations import DEVIATIONS
from .row import Row, Turns

# No row finds a connection that was used before.
_MOVED = answer(302, (("Location", "/moved"), ("Connection", "close")))


def redirected(row: Row) -> Row | None:
    """Returns a row whose remote moves the file first; None where the row has its own redirects.

    What the design says of the row doesn't hold any more; that both carriers do the same does.
    """
    if isinstance(row.remote, Turns):
        remote = Turns(_MOVED, *row.remote.answers)
    elif isinstance(row.remote, dict) or "{inside}" in str(row.url) or row.says in DEVIATIONS:
        return None
    else:
        remote = Turns(_MOVED, row.remote)
    return replace(
        row,
        says=f"behind a redirect: {row.says}",
        remote=remote,
        status=None,
        body_is=None,
        has=(),
        has_not=(),
        asked=None,
        asked_with=(),
        asked_without=(),
        connections=None,
        breaks_off=None,
        at_most_s=60,
    )
