"""Errors: which page each status of the remote leads to, and what the pages say."""

from collections.abc import Iterator

from ....rules.answer import (
    ERROR_BODIES,
    ERROR_FIELDS,
    FOLLOWED_STATUSES,
    INTERCEPTED_STATUSES,
    PAGE_STATUSES,
    error_of,
)
from ....settings import Settings
from .layout import indented, wrapped
from .messages import messages
from .receipts import PAGE
from .untouched import untouched

# Where a redirect of the remote's leads.
FOLLOW = "$xaccel_follow"


def error_page(status: int) -> str:
    """Returns the location that answers with an error."""
    return f"@xaccel_{status}"


def error_pages(unsatisfiable: str) -> Iterator[str]:
    """Yields the directives that send each status of the remote to its page, 416 as told."""
    special = dict.fromkeys(FOLLOWED_STATUSES, f"= {FOLLOW}")
    special |= {401: f"={error_of(401)} @xaccel_401", 416: f"= {unsatisfiable}"}
    by_page: dict[str, list[int]] = {}
    for status in INTERCEPTED_STATUSES:
        page = special.get(status, f"= {error_page(error_of(status))}")
        by_page.setdefault(page, []).append(status)
    for page, statuses in sorted(by_page.items()):
        lines = list(wrapped([str(status) for status in statuses], 88))
        yield f"error_page {lines[0]}" + (f" {page};" if len(lines) == 1 else "")
        for line in lines[1:-1]:
            yield f"    {line}"
        if len(lines) > 1:
            yield f"    {lines[-1]} {page};"


def error_locations(settings: Settings) -> Iterator[str]:
    """Yields the pages."""
    for status in sorted(ERROR_BODIES):
        yield f"location {error_page(status)} {{"
        yield from indented(messages(settings))
        yield from indented(not_within_a_body(settings))
        yield "    # The file's rate would slow the page down, head and all."
        yield "    set $limit_rate 0;"
        if settings.error_page is not None and status in PAGE_STATUSES:
            yield from indented(_own(settings.error_page_path(status), status))
        else:
            yield from indented(_plain(status))
        yield "}"
        yield ""
    yield from _unauthorized(settings)


def not_within_a_body(settings: Settings) -> Iterator[str]:
    """Yields what keeps an error page out of a body that is on its way to the client."""
    if settings.cache is not None:
        yield "# Errors alone, without the application's 204, are those of a later slice:"
        yield "# the client must see the file end short, and nothing of this."
        yield 'if ($upstream_status ~ "^(?:[345]..,? ?)+$") { return 444; }'


def _own(path: str, status: int) -> Iterator[str]:
    yield f"set {PAGE} own;"
    yield "# The application renders it; the status stays."
    yield f"error_page {status} {path};"
    yield "# Where the application fails, its own location's error pages are still to come."
    yield "recursive_error_pages on;"
    yield f"return {status};"


def _plain(status: int) -> Iterator[str]:
    if status == 416:
        yield "# RFC 9110 section 15.5.17: the client learns the length."
        yield "add_header Content-Range $upstream_http_content_range always;"
    for name, value in ERROR_FIELDS:
        if name != "Content-Type":
            yield f"add_header {name} {value} always;"
    yield from plain_answer(status, dict(ERROR_FIELDS)["Content-Type"])


def plain_answer(status: int, content_type: str) -> Iterator[str]:
    """Yields what answers with a status and its text; an empty type sends none."""
    yield f'default_type "{content_type}";'
    yield "charset off;"
    yield from untouched()
    body = ERROR_BODIES[status].replace("\n", r"\n")
    yield f'return {status} "{body}";'


def _unauthorized(settings: Settings) -> Iterator[str]:
    yield "# NGINX copies a 401's WWW-Authenticate to whatever is answered instead"
    yield "# (ngx_http_upstream_intercept_errors); an access check that any may satisfy, and that"
    yield "# passes, takes it back (ngx_http_core_access_phase)."
    yield "location @xaccel_401 {"
    yield from indented(messages(settings))
    yield from indented(not_within_a_body(settings))
    yield "    satisfy any;"
    yield "    allow all;"
    yield "    # A file that isn't there, looked for once."
    status = error_of(401)
    if settings.error_page is None:
        yield f"    try_files /dev/null/nothing {error_page(status)};"
    else:
        yield "    set $limit_rate 0;"
        yield f"    set {PAGE} own;"
        yield f"    try_files /dev/null/nothing {settings.error_page_path(status)};"
    yield "}"
