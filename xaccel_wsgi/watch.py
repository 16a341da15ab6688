"""What an application answers, watched for the header that names a file."""

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from .carriers.local import HEADER as INTERNAL_HEADER
from .errors import shown
from .remote_file import HEADER
from .rules.fields import Fields

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse

log = logging.getLogger("xaccel_wsgi")


class Watch:
    """The start_response that the application gets; holds back what names a file.

    Attributes:
        passed: Whether a response was passed on to the server.
        held: The header by which the last response names a file: X-Remote-File, or X-Accel-Redirect
            to an internal location; None where it names none.
        value: That header's value, if held.
        fields: The response's other headers, if held.
    """

    __slots__ = ("_exc_info", "_locations", "_start_response", "fields", "held", "passed", "value")

    def __init__(self, start_response: "StartResponse", locations: tuple[str, ...]) -> None:
        """Takes the server's start_response, and the internal locations that are ours."""
        self._start_response = start_response
        self._locations = locations
        self._exc_info: OptExcInfo | None = None
        self.passed = False
        self.held: str | None = None
        self.value = ""
        self.fields: Fields = ()

    def __call__(
        self,
        status: str,
        headers: list[tuple[str, str]],
        exc_info: "OptExcInfo | None" = None,
    ) -> Callable[[bytes], object]:
        """Passes the response on, or holds it (PEP 3333)."""
        if self.held and exc_info is None:
            raise AssertionError("start_response was called twice without exc_info (PEP 3333)")
        self.held = self._naming(headers)
        if self.held is None:
            return self._pass(status, headers, exc_info)
        named = self.held.lower()
        others = [field for field in headers if field[0].lower() != named]
        if self.held == HEADER and status[:3] != "200":
            log.warning(
                "%s on a response with status %s was removed; only a 200 sends the file",
                HEADER,
                shown(status),
            )
            self.held = None
            return self._pass(status, others, exc_info)
        if exc_info is not None and self.passed:
            self._exc_info = exc_info
        self.value = next(value for name, value in headers if name.lower() == named)
        self.fields = tuple(others)
        return _discard

    def late(
        self,
        status: str,
        headers: list[tuple[str, str]],
        exc_info: "OptExcInfo | None" = None,
    ) -> Callable[[bytes], object]:
        """The server's start_response, for the answer in place of the one that was held."""
        exc_info = exc_info or self._exc_info
        return self._start_response(status, headers, *((exc_info,) if exc_info else ()))

    def _naming(self, headers: Sequence[tuple[str, str]]) -> str | None:
        found = None
        for name, value in headers:
            # Lengths first: this is asked for every header of every response.
            if len(name) == len(HEADER) and name.lower() == HEADER.lower():
                return HEADER
            if (
                self._locations
                and len(name) == len(INTERNAL_HEADER)
                and name.lower() == INTERNAL_HEADER.lower()
                and value.startswith(self._locations)
            ):
                found = INTERNAL_HEADER
        return found

    def _pass(
        self, status: str, headers: list[tuple[str, str]], exc_info: "OptExcInfo | None"
    ) -> Callable[[bytes], object]:
        self.passed = True
        return self._start_response(status, headers, *((exc_info,) if exc_info else ()))


def _discard(_: bytes) -> object:
    return None
