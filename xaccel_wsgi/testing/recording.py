"""Recording: the middleware carries nothing, and notes what it would have carried."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

from ..handoff import Handoff
from ..middleware import XAccelMiddleware
from ..rules.answer import client_fields
from .django_client import goes_through_the_middleware
from .sent_file import HEADER, SentFile

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@contextmanager
def sent_files() -> Iterator[list[SentFile]]:
    """Keeps every middleware of this process from the network; gives the files sent meanwhile.

    A client's response has the status, headers and cookies that the file would have, and no body.
    """
    sent: list[SentFile] = []

    def record(
        _: XAccelMiddleware,
        handoff: Handoff,
        received: "WSGIEnvironment",  # noqa: ARG001
        start_response: "StartResponse",
    ) -> Iterable[bytes]:
        file = SentFile.from_handoff(handoff)
        sent.append(file)
        fields = client_fields(handoff.response_fields, frozenset(), 200, ())
        cookies = [("Set-Cookie", value) for value in handoff.cookies]
        start_response("200 OK", [*fields, *cookies, (HEADER, file.header)])
        return []

    with patch.object(XAccelMiddleware, "_carry", record), goes_through_the_middleware():
        yield sent
