"""A network of the tests' own: names resolve to what a test says, and connects are recorded."""

import socket
from collections.abc import Iterator, Sequence
from typing import Any

import pytest


class Network:
    """What this process's look-ups and connects meet while `network` is in use.

    Attributes:
        answers: For each name, one list of addresses a look-up; the last is repeated.
        routes: For an address, the local port that really answers; any other refuses.
        looked_up: Names, in order.
        connected: Addresses that a connect was tried to, in order.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        """Takes the place of the resolver and of connect."""
        self.answers: dict[str, list[Sequence[str]]] = {}
        self.routes: dict[str, int] = {}
        self.looked_up: list[str] = []
        self.connected: list[str] = []
        self._getaddrinfo = socket.getaddrinfo
        patch.setattr(socket, "getaddrinfo", self._look_up)
        real = socket.socket.connect

        def connect(sock: socket.socket, address: Any) -> None:
            self.connected.append(address[0])
            if address[0] not in self.routes:
                raise ConnectionRefusedError
            real(sock, ("127.0.0.1", self.routes[address[0]]))

        patch.setattr(socket.socket, "connect", connect)

    def _look_up(self, host: str, port: int, *args: Any, **options: Any) -> list[Any]:
        if host not in self.answers:
            return self._getaddrinfo(host, port, *args, **options)
        self.looked_up.append(host)
        answers = self.answers[host]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            (family, socket.SOCK_STREAM, 6, "", (address, port))
            for address in addresses
            for family in [socket.AF_INET6 if ":" in address else socket.AF_INET]
        ]


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    """The network of one test."""
    with monkeypatch.context() as patch:
        yield Network(patch)
