"""Carrying a handoff out: the remote's answer becomes this application's response."""

import logging
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wsgi import ClosingIterator

from ...handoff import Handoff
from ...rules.answer import client_fields, error_status
from ...rules.fields import Fields
from ...settings import Settings
from ..error_page import Page
from ..rate import limited
from ..receipt import Receipt
from .connection import Connections
from .fetch import FetchError, RemoteAnswer, fetch

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = logging.getLogger("xaccel_wsgi")


class Streamer:
    """Sends files through this process; made once, used by all requests."""

    def __init__(self, settings: Settings) -> None:
        """Loads what every request needs."""
        self._settings = settings
        self._connections = Connections(settings)
        # What the application may say isn't the remote's to say.
        names = (*settings.hidden_headers, *settings.carried_headers)
        self._hidden = frozenset(name.lower() for name in names)

    def send(
        self,
        handoff: Handoff,
        environ: "WSGIEnvironment",
        start_response: "StartResponse",
        error_page: Callable[[int, Fields], Page],
    ) -> Iterable[bytes]:
        """Answers the client with the remote file, or with the error that NGINX would give.

        Args:
            handoff: What to fetch, and what to tell the client.
            environ: The client's request.
            start_response: The server's.
            error_page: Gives the page for a status, told the fields of the remote's answer.
        """
        cookies: Fields = tuple(("Set-Cookie", value) for value in handoff.cookies)
        is_head = environ["REQUEST_METHOD"] == "HEAD"
        receipt = Receipt(log_id=handoff.log_id or "")
        try:
            answer, body = self._begin(handoff, receipt, is_head=is_head)
        except FetchError as error:
            receipt.ended()
            receipt.status = error.status
            page = error_page(error.status, error.fields)
            reason = HTTP_STATUS_CODES[error.status]
            # The page's cookies last, as in NGINX: of two with one name the later one counts.
            start_response(f"{error.status} {reason}", [*cookies, *page.fields])
            return _receipted(iter([] if is_head else [page.body]), receipt)
        fields = client_fields(handoff.response_fields, self._hidden, answer.status, answer.fields)
        receipt.status = answer.status
        reason = HTTP_STATUS_CODES.get(answer.status, "Unknown")
        try:
            start_response(f"{answer.status} {reason}", [*fields, *cookies])
        except BaseException:
            # Nobody will close what isn't returned.
            answer.close()
            raise
        if is_head:
            answer.close()
            return _receipted(body, receipt)
        body = _logged(body, answer, receipt)
        if handoff.limit_rate is not None:
            body = limited(body, handoff.limit_rate)
        return _receipted(body, receipt, answer.close)

    def _begin(
        self, handoff: Handoff, receipt: Receipt, *, is_head: bool
    ) -> tuple[RemoteAnswer, Iterator[bytes]]:
        """Returns an answer that passes, and its body, of which the first block has come.

        So an early break is still an error.

        Raises:
            FetchError: There is none; the log says why.
        """
        try:
            answer = fetch(handoff, self._settings, self._connections, receipt)
        except FetchError as error:
            log.warning("%s for the client: %s: %s", error.status, handoff.url, error)
            raise
        status = error_status(answer.status)
        if status is not None:
            answer.close()
            _log_error(answer, status)
            raise FetchError(status, f"it answered {answer.status}", answer.fields)
        if is_head:
            return answer, iter(())
        blocks = answer.blocks()
        try:
            first = next(blocks, b"")
        except FetchError as error:
            answer.close()
            log.warning("%s for the client: %s: %s", error.status, answer.url, error)
            raise
        return answer, chain((first,) if first else (), blocks)

    def close(self) -> None:
        """Closes the idle connections."""
        self._connections.close()


def _log_error(answer: RemoteAnswer, status: int) -> None:
    if status in (412, 416):
        # The client's own doing, as often as it likes.
        return
    hint = ""
    if answer.status == 403:
        hint = " (a wrong or expired signature, or a missing key without permission to list)"
    log.warning("%s for the client: %s answered %s%s", status, answer.url, answer.status, hint)


def _logged(blocks: Iterator[bytes], answer: RemoteAnswer, receipt: Receipt) -> Iterator[bytes]:
    """Lets a broken body break the response; the client sees it end short."""
    try:
        yield from blocks
    except FetchError as error:
        log.warning("broken off: %s: %s", answer.url, error)
        raise
    finally:
        receipt.ended()


def _receipted(
    blocks: Iterator[bytes], receipt: Receipt, *closes: Callable[[], None]
) -> Iterable[bytes]:
    """Counts what the server took, and has the receipt written at the end, however that comes."""

    def counted() -> Iterator[bytes]:
        for block in blocks:
            yield block
            # The server came back for more, so it has sent this.
            receipt.bytes += len(block)
        receipt.complete = True
        receipt.write()

    return ClosingIterator(counted(), [*closes, receipt.write])
