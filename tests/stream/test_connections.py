"""Kept connections: taken for the same place alone, and not kept for ever."""

import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from urllib3.connection import HTTPConnection

from tests.support.remote import StubRemote
from xaccel_wsgi import XAccelMiddleware
from xaccel_wsgi.carriers.stream.connection import Connections
from xaccel_wsgi.errors import SettingsError
from xaccel_wsgi.rules.url import parse_url
from xaccel_wsgi.settings import load_settings


class Kept:
    """A connection that is only kept."""

    is_connected = True
    closed = False

    def close(self) -> None:
        """Notes it."""
        self.closed = True


@pytest.fixture
def connections() -> Connections:
    """Of a wildcard, which has hosts without number."""
    return Connections(load_settings(environ={}, origins=["https://*.store.example"]))


@pytest.fixture
def keep(connections: Connections) -> Callable[[str], Kept]:
    """Gives back a connection to a host."""

    def keep(host: str) -> Kept:
        kept = Kept()
        url = parse_url(f"https://{host}.store.example/k")
        connections.give_back(url, cast(HTTPConnection, kept))
        return kept

    return keep


def test_a_connection_is_taken_for_its_own_host(
    connections: Connections, keep: Callable[[str], Kept]
) -> None:
    """The latest of them."""
    _, latest, _ = keep("a"), keep("a"), keep("b")
    taken, used_before = connections.take(parse_url("https://a.store.example/other"))
    assert taken is cast(HTTPConnection, latest)
    assert used_before


def test_what_nobody_takes_is_closed_in_the_end(
    keep: Callable[[str], Kept], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though nobody asks for its host again."""
    now_s = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: now_s)
    first = keep("a")
    now_s += 20
    second = keep("b")
    now_s += 20
    keep("c")
    assert (first.closed, second.closed) == (True, False)


def test_there_is_an_end_to_how_many_are_kept(keep: Callable[[str], Kept]) -> None:
    """A thousand hosts don't take a thousand descriptors."""
    kept = [keep(f"h{number}") for number in range(1000)]
    still_open = [each for each in kept if not each.closed]
    assert 1 <= len(still_open) <= 100
    # The latest of them.
    assert still_open == kept[-len(still_open) :]


def test_a_certificate_file_without_certificates_is_refused_at_the_start(tmp_path: Path) -> None:
    """With the setting's name, as all settings that can't be used."""
    file = tmp_path / "ca.pem"
    file.write_text("nothing of the kind")
    with pytest.raises(SettingsError, match=r"^ca_file: .*ca\.pem"):
        XAccelMiddleware(lambda *_: [], origins=["https://files.example"], ca_file=str(file))


def test_a_slow_look_up_leaves_the_time_to_connect(
    remote: StubRemote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`connect_timeout_s` is for the connection."""
    look_up = socket.getaddrinfo

    def slow(*arguments: object, **options: object) -> object:
        time.sleep(0.3)
        return look_up(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    origin = f"http://{remote.address}"
    settings = load_settings(environ={}, origins=[origin], connect_timeout_s=0.1)
    connection, _ = Connections(settings).take(parse_url(remote.url("/k")))
    connection.close()
