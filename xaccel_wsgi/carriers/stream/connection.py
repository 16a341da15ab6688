"""Connections to origins: opened to a checked address, kept, reused.

urllib3's connection classes send a request target as it is given, which its pools and every
high-level client don't; a signature covers the bytes.
"""

import ssl
import threading
import time
from collections import defaultdict, deque
from functools import partial

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from ...rules.url import RemoteUrl
from ...settings import Settings
from .addresses import addresses_of
from .response import StrictResponse

# As many as NGINX's `keepalive` keeps in the generated configuration, and shorter than servers do.
_IDLE_MAX = 16
_IDLE_S = 30.0

# An origin, and whether it is named exactly.
_Place = tuple[str, bool]


class Connections:
    """The open connections of one middleware; safe for threads, one user at a time for each."""

    def __init__(self, settings: Settings) -> None:
        """Loads the certificate authorities, so that a bad file fails now."""
        self._settings = settings
        self._tls = ssl.create_default_context(cafile=settings.ca_file)
        self._lock = threading.Lock()
        self._idle: defaultdict[_Place, deque[tuple[float, HTTPConnection]]] = defaultdict(deque)

    def take(self, url: RemoteUrl, *, fresh: bool = False) -> tuple[HTTPConnection, bool]:
        """Returns a connection for `url`, and whether it was used before.

        Raises:
            OSError, urllib3.exceptions.HTTPError: None could be opened.
            OriginError: A wildcard's host resolves to an address that isn't public.
        """
        while not fresh:
            with self._lock:
                idle = self._idle[self._place(url)]
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
            idle = self._idle[self._place(url)]
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

    def _place(self, url: RemoteUrl) -> _Place:
        """What a kept connection is for; an unchecked one isn't for a wildcard's URL."""
        return url.origin, self._settings.origins.names_exactly(url)

    def _open(self, url: RemoteUrl) -> HTTPConnection:
        failure: Exception | None = None
        # NGINX tries two; here it may be more, in the same time.
        deadline = time.monotonic() + 2 * self._settings.connect_timeout_s
        for address in addresses_of(url, self._settings.origins):
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
        raise failure or OSError(f"{url.host} has no address")

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
