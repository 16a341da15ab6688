"""The scenario table, a module for each subject."""

from ..row import Row
from . import (
    app_headers,
    collisions,
    conditionals,
    error_pages,
    filenames,
    framing,
    hidden,
    hostile,
    inline,
    methods,
    ranges,
    redirects,
    statuses,
    tls,
    urls,
    vendors,
)

ROWS: tuple[Row, ...] = (
    *methods.ROWS,
    *urls.ROWS,
    *ranges.ROWS,
    *conditionals.ROWS,
    *statuses.ROWS,
    *error_pages.ROWS,
    *redirects.ROWS,
    *tls.ROWS,
    *app_headers.ROWS,
    *filenames.ROWS,
    *inline.ROWS,
    *collisions.ROWS,
    *vendors.ROWS,
    *hidden.ROWS,
    *framing.ROWS,
    *hostile.ROWS,
)
