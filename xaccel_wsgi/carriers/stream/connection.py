"""Connections to origins: opened to a checked address, kept, reused.

urllib3's connection classes send a request target as it is given, which its pools and every
high-level client don't; a signature covers the bytes.
"""

import ssl
import threading
import time
from functools import partial
from typing import NamedTuple

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from ...errors import SettingsError, shown
from ...rules.url import RemoteUrl
from ...settings import Settings
from .addresses import addresses_of
from .response import StrictResponse

# In all, for a wildcard has hosts without number; and for a shorter time than servers keep them.
_IDLE_MAX = 64
_IDLE_S = 30.0

# An origin, and whether it is named exactly.
_Place = tuple[str, bool]


class _Idle(NamedTuple):
    since_s: float
    place: _Place
    connection: HTTPConnection


class Connections:
    """The open connections of one middleware; safe for threads, one user at a time for each."""

    def __init__(self, settings: Settings) -> None:
        """Loads the certificate authorities, so that a bad file fails now.

        Raises:
            SettingsError: `ca_file` holds none.
        """
        self._settings = settings
        try:
            self._tls = ssl.create_default_context(cafile=settings.ca_file)
        except OSError as error:
            raise SettingsError(
                "ca_file",
                f"{shown(settings.ca_file)} holds no certificates: {error}",
                "Give a PEM file's path.",
            ) from None
        self._lock = threading.Lock()
        # In the order in which they were given back.
        self._idle: list[_Idle] = []

    def take(self, url: RemoteUrl, *, fresh: bool = False) -> tuple[HTTPConnection, bool]:
        """Returns a connection for `url`, and whether it was used before.

        Raises:
            OSError, urllib3.exceptions.HTTPError: None could be opened.
            OriginError: A wildcard's host resolves to an address that isn't public.
        """
        while not fresh and (idle := self._latest(self._place(url))) is not None:
            if time.monotonic() - idle.since_s < _IDLE_S and idle.connection.is_connected:
                return idle.connection, True
            idle.connection.close()
        return self._open(url), False

    def _latest(self, place: _Place) -> _Idle | None:
        with self._lock:
            for at in range(len(self._idle) - 1, -1, -1):
                if self._idle[at].place == place:
                    return self._idle.pop(at)
        return None

    def give_back(self, url: RemoteUrl, connection: HTTPConnection) -> None:
        """Keeps a connection whose last answer was read to its end."""
        with self._lock:
            now_s = time.monotonic()
            self._idle.append(_Idle(now_s, self._place(url), connection))
            # Also those of hosts that nobody asks for any more.
            surplus = 0
            while len(self._idle) - surplus > _IDLE_MAX or self._idle[surplus].since_s < (
                now_s - _IDLE_S
            ):
                surplus += 1
            closing, self._idle = self._idle[:surplus], self._idle[surplus:]
        for idle in closing:
            idle.connection.close()

    def close(self) -> None:
        """Closes the idle ones."""
        with self._lock:
            closing, self._idle = self._idle, []
        for idle in closing:
            idle.connection.close()

    def _place(self, url: RemoteUrl) -> _Place:
        """What a kept connection is for; an unchecked one isn't for a wildcard's URL."""
        return url.origin, self._settings.origins.names_exactly(url)

    def _open(self, url: RemoteUrl) -> HTTPConnection:
        failure: Exception = OSError(f"{url.host} has no address")
        addresses = addresses_of(url, self._settings.origins)
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
        raise failure

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
