"""Fetching: from a handoff to the remote's final answer, redirects followed."""

import ssl
from collections.abc import Iterator
from http.client import HTTPConnection as StandardConnection
from http.client import HTTPException
from types import TracebackType
from typing import cast

from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError

from ...errors import XAccelError, shown
from ...handoff import Handoff
from ...rules.answer import FOLLOWED_STATUSES, MAX_HOPS, next_hop
from ...rules.fields import CONTROL, NAME, Fields
from ...rules.url import RemoteUrl
from ...settings import Settings
from ..receipt import Receipt
from .connection import Connections
from .response import StrictResponse

_FAILURES = (OSError, HTTPError, HTTPException)


class FetchError(Exception):
    """The remote gave no usable answer.

    Attributes:
        status: What the client gets.
        fields: Of the remote's answer, where there was one.
    """

    def __init__(self, status: int, reason: str, fields: Fields = ()) -> None:
        """Keeps them."""
        super().__init__(reason)
        self.status = status
        self.fields = fields


class RemoteAnswer:
    """An answer of the remote with its body still to be read.

    Attributes:
        url: What was asked last.
        status: Its status.
        fields: Its fields, in order, repeats kept.
    """

    def __init__(
        self,
        url: RemoteUrl,
        connection: HTTPConnection,
        response: StrictResponse,
        pool: Connections,
    ) -> None:
        """Takes over the connection."""
        self.url = url
        self.status = response.status
        self.fields: Fields = tuple(
            (name, value.strip(" \t"))
            for name, value in response.fields
            if _is_sendable(name, value)
        )
        self._connection = connection
        self._response = response
        self._pool = pool
        self._finished = False
        self._closed = False

    def value(self, name: str) -> str:
        """Returns a field's first value, or nothing; `name` is in lower case."""
        return next((value for each, value in self.fields if each.lower() == name), "")

    def blocks(self) -> Iterator[bytes]:
        """Yields the body as it arrives.

        Raises:
            FetchError: It broke off or fell silent.
        """
        try:
            yield from self._response.blocks()
        except _FAILURES as error:
            raise _fetch_error(error) from error
        self._finished = True
        # Now, since not every caller of a WSGI application closes what it has read to the end.
        self.close()

    def close(self) -> None:
        """Gives the connection back if the body was read to its end, or closes it."""
        if self._closed:
            return
        self._closed = True
        reusable = self._finished and not self._response.will_close and not self._has_excess()
        self._response.close()
        if reusable:
            self._pool.give_back(self.url, self._connection)
        else:
            self._connection.close()

    def _has_excess(self) -> bool:
        """Tells whether more than the answer came: the next answer couldn't be told from it."""
        stream, sock = self._response.fp, self._connection.sock
        if stream is None or sock is None:
            return False
        timeout_s = sock.gettimeout()
        sock.setblocking(False)
        try:
            return stream.peek(1) != b""
        except ssl.SSLWantReadError:
            return False
        except OSError:
            return True
        finally:
            sock.settimeout(timeout_s)

    def __enter__(self) -> "RemoteAnswer":
        """Closes at the end of a with statement."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Closes."""
        self.close()


def fetch(
    handoff: Handoff, settings: Settings, connections: Connections, receipt: Receipt
) -> RemoteAnswer:
    """Asks the remote, follows its redirects, and returns its final answer.

    Args:
        handoff: What to ask.
        settings: Where redirects may lead.
        connections: Where to take a connection from.
        receipt: Is told whom was asked and what came.

    Raises:
        FetchError: There is none: no connection, no answer in time, a redirect that isn't allowed.
    """
    url, fields = handoff.url, handoff.request_fields
    for hop in range(MAX_HOPS + 1):
        receipt.asking(url.origin)
        try:
            answer = _ask(url, fields, connections)
        except FetchError as error:
            receipt.remote_status = error.status
            raise
        receipt.answered(answer.status)
        if answer.status not in FOLLOWED_STATUSES:
            return answer
        receipt.redirects += 1
        with answer:
            location = answer.value("location")
        if hop == MAX_HOPS:
            break
        if not location:
            raise FetchError(502, _without_location(answer))
        try:
            following = next_hop(url, location, settings.origins)
        except XAccelError as error:
            raise FetchError(502, str(error)) from None
        if following.origin != url.origin:
            fields = tuple(f for f in fields if f[0].lower() not in handoff.credential_names)
        url = following
    raise FetchError(502, f"the remote redirected more than {MAX_HOPS} times")


def _without_location(answer: RemoteAnswer) -> str:
    problem = f"the remote answered {answer.status} without a Location"
    # Amazon S3's PermanentRedirect: the URL is signed for another region.
    region = answer.value("x-amz-bucket-region")
    return f"{problem}: the bucket is in the region {shown(region)}" if region else problem


def _ask(url: RemoteUrl, fields: Fields, connections: Connections) -> RemoteAnswer:
    try:
        connection, used_before = connections.take(url)
        try:
            response = _exchange(connection, url, fields)
        except OSError as error:
            # A kept connection may have died in the meantime. Silence isn't death.
            if not used_before or isinstance(error, TimeoutError):
                raise
            connection, _ = connections.take(url, fresh=True)
            response = _exchange(connection, url, fields)
    except XAccelError as error:
        raise FetchError(502, str(error)) from None
    except _FAILURES as error:
        raise _fetch_error(error) from error
    return RemoteAnswer(url, connection, response, connections)


def _exchange(connection: HTTPConnection, url: RemoteUrl, fields: Fields) -> StrictResponse:
    try:
        connection.putrequest("GET", url.target, skip_host=True, skip_accept_encoding=True)
        for name, value in (("Host", url.authority), *fields):
            # urllib3's own putheader takes a certain value for an order to leave the field out.
            StandardConnection.putheader(connection, name, value)
        connection.endheaders()
        # urllib3's own getresponse logs the whole URL, signature included, if a field is malformed.
        return cast(StrictResponse, StandardConnection.getresponse(connection))
    except BaseException:
        connection.close()
        raise


def _is_sendable(name: str, value: str) -> bool:
    """Tells whether every WSGI server sends the field: some fail on any other."""
    return NAME.fullmatch(name) is not None and CONTROL.search(value) is None


def _fetch_error(error: Exception) -> FetchError:
    # urllib3 wraps the one of a connection that isn't made. Words could be the remote's.
    timed_out = isinstance(error, TimeoutError) or isinstance(error.__cause__, TimeoutError)
    # Bytes of the remote's may stand in the message; they don't get to write log lines.
    return FetchError(504 if timed_out else 502, f"{type(error).__name__}: {shown(str(error))}")
