"""Connections to origins: opened to a checked address, kept, reused.

urllib3's connection classes send a request target as it is given, which its pools and every
high-level client don't; a signature covers the bytes.
"""

import ipaddress
import socket
import ssl
import threading
import time
from collections import defaultdict, deque
from functools import partial

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from ..errors import OriginError
from ..settings import Settings
from ..url import RemoteUrl
from .response import StrictResponse

# As many as NGINX's `keepalive` keeps in the generated configuration, and shorter than servers do.
_IDLE_MAX = 16
_IDLE_S = 30.0

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_CARRIER_GRADE_NAT = ipaddress.IPv4Network("100.64.0.0/10")


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
        # NGINX tries two; here it may be more, in the same time.
        deadline = time.monotonic() + 2 * self._settings.connect_timeout_s
        for address in addresses:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                break
            connection = self._make(url, address, min(left_s, self._settings.connect_timeout_s))
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

    def _make(self, url: RemoteUrl, address: str, timeout_s: float) -> HTTPConnection:
        # The checked address is connected to; a second look-up could answer otherwise.
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
        connection.response_class = partial(  # type: ignore[assignment]
            StrictResponse,
            timeout_s=self._settings.read_timeout_s,
            max_head_bytes=self._settings.buffer_bytes,
        )
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
