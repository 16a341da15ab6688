"""Connections to origins: opened to a checked address, kept, reused.

urllib3's connection classes send a request target as it is given, which its pools and every
high-level client don't; a signature covers the bytes.
"""

import ipaddress
import re
import socket
import ssl
import threading
import time
from collections import defaultdict, deque
from email.errors import FirstHeaderLineIsContinuationDefect, MissingHeaderBodySeparatorDefect
from http.client import HTTPException, HTTPResponse, RemoteDisconnected
from io import BufferedIOBase

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from ..errors import OriginError
from ..settings import Settings
from ..url import RemoteUrl

# As many as NGINX's `keepalive` keeps in the generated configuration, and shorter than servers do.
_IDLE_MAX = 16
_IDLE_S = 30.0

# Defects of a multipart body don't count: the head alone is parsed.
_MALFORMED = (MissingHeaderBodySeparatorDefect, FirstHeaderLineIsContinuationDefect)
# Folded lines (RFC 9112 section 5.2) among them: on their way through a server they split fields.
_SPLITTING = re.compile(r"[\x00\r\n]")
_LENGTH = re.compile(r"[0-9]{1,18}")

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_CARRIER_GRADE_NAT = ipaddress.IPv4Network("100.64.0.0/10")


class _Lines:
    """A response's stream, as long as its head is read; remembers the last line."""

    def __init__(self, stream: BufferedIOBase) -> None:
        self._stream = stream
        self.last = b""

    def readline(self, limit: int = -1) -> bytes:
        self.last = self._stream.readline(limit)
        return self.last

    def close(self) -> None:
        self._stream.close()


class StrictResponse(HTTPResponse):
    """A response whose head leaves no doubt about where head and body end.

    The standard one takes the end of the connection for the end of the head, and so an answer that
    broke off for an empty file; after a malformed line it forgets the fields that follow; and of
    contradicting lengths it takes one.
    """

    def begin(self) -> None:
        """Reads the head.

        Raises:
            http.client.HTTPException: It is malformed, or the connection ended within it.
        """
        stream = self.fp
        lines = _Lines(stream)
        self.fp = lines  # type: ignore[assignment]
        try:
            super().begin()
            # Interim answers (RFC 9110 section 15.2); the standard class skips 100 alone.
            while 102 <= self.status <= 199:
                self.headers = None  # type: ignore[assignment]
                super().begin()
        except ValueError as error:
            raise HTTPException("the head of the answer has a number that is none") from error
        finally:
            # None where the head was so bad that the standard class closed the stream.
            if self.fp is not None:
                self.fp = stream
        if lines.last not in (b"\r\n", b"\n"):
            raise RemoteDisconnected("the connection ended within the head of the answer")
        if any(isinstance(defect, _MALFORMED) for defect in self.headers.defects) or any(
            _SPLITTING.search(value) for value in self.headers.values()
        ):
            raise HTTPException("the head of the answer has a malformed field")
        lengths = self.headers.get_all("Content-Length", [])
        codings = self.headers.get_all("Transfer-Encoding", [])
        # RFC 9112 section 6.3: whoever reads them differently sees another body.
        if (
            len(lengths) + len(codings) > 1
            or not all(_LENGTH.fullmatch(length) for length in lengths)
            or not all(coding.lower() == "chunked" for coding in codings)
        ):
            raise HTTPException("the answer's length is ambiguous")


class Connections:
    """The open connections of one middleware; safe for threads, one user at a time for each."""

    def __init__(self, settings: Settings) -> None:
        """Loads the certificate authorities, so that a bad file fails now."""
        self._settings = settings
        self._tls = ssl.create_default_context(cafile=settings.ca_file)
        self._lock = threading.Lock()
        self._idle: defaultdict[str, deque[tuple[float, HTTPConnection]]] = defaultdict(deque)

    def take(self, url: RemoteUrl, *, fresh: bool = False) -> tuple[HTTPConnection, bool]:
        """Returns a connection for `url`, and whether it was used before.

        Raises:
            OSError, urllib3.exceptions.HTTPError: None could be opened.
            OriginError: A wildcard's host resolves to an address that isn't public.
        """
        while not fresh:
            with self._lock:
                idle = self._idle[url.origin]
                if not idle:
                    break
                since, connection = idle.pop()
            if time.monotonic() - since < _IDLE_S and connection.is_connected:
                return connection, True
            connection.close()
        return self._open(url), False

    def give_back(self, url: RemoteUrl, connection: HTTPConnection) -> None:
        """Keeps a connection whose last answer was read to its end."""
        with self._lock:
            idle = self._idle[url.origin]
            idle.append((time.monotonic(), connection))
            surplus = idle.popleft()[1] if len(idle) > _IDLE_MAX else None
        if surplus is not None:
            surplus.close()

    def close(self) -> None:
        """Closes the idle ones."""
        with self._lock:
            idle = [connection for queue in self._idle.values() for _, connection in queue]
            self._idle.clear()
        for connection in idle:
            connection.close()

    def _open(self, url: RemoteUrl) -> HTTPConnection:
        host = url.host.strip("[]")
        found = socket.getaddrinfo(host, url.effective_port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not self._settings.origins.names_exactly(url):
            for address in addresses:
                if not is_public(address):
                    raise OriginError(
                        "origins",
                        f"{host} resolves to {address}, which isn't public, "
                        "and only a wildcard admits it",
                        "Name the host exactly, if it is meant.",
                    )
        failure: Exception | None = None
        for address in addresses:
            connection = self._make(url, address)
            try:
                connection.connect()
            except (OSError, HTTPError) as error:
                connection.close()
                failure = error
            else:
                # From here on the same silence is allowed to the head and to the body.
                connection.timeout = self._settings.read_timeout_s
                if connection.sock is not None:
                    connection.sock.settimeout(self._settings.read_timeout_s)
                return connection
        raise failure or OSError(f"{host} has no address")

    def _make(self, url: RemoteUrl, address: str) -> HTTPConnection:
        # The checked address is connected to; a second look-up could answer otherwise.
        timeout_s = self._settings.connect_timeout_s
        connection = (
            HTTPConnection(address, url.effective_port, timeout=timeout_s)
            if url.scheme == "http"
            else HTTPSConnection(
                address,
                url.effective_port,
                timeout=timeout_s,
                ssl_context=self._tls,
                server_hostname=url.host,
            )
        )
        connection.response_class = StrictResponse
        return connection


def is_public(address: str) -> bool:
    """Tells whether `address` is on the public internet, also behind its IPv6 disguises."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        hidden = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if hidden is None and ip in _NAT64:
            hidden = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if hidden:
            return is_public(str(hidden))
    elif ip in _CARRIER_GRADE_NAT:
        return False
    return ip.is_global and not ip.is_multicast
