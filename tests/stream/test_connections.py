"""Kept connections: taken for the same place alone, and not kept for ever."""

from collections.abc import Callable
from typing import cast

import pytest
from urllib3.connection import HTTPConnection

from xaccel_wsgi.carriers.stream.connection import Connections
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
