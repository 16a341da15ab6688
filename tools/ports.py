"""Ports of loopback, for servers that must be told theirs."""

import random
import socket
from itertools import islice

_HOST = "127.0.0.1"
# Below the kernel's ephemeral range, so that no outgoing connection takes one in the meantime.
_CANDIDATES = range(15000, 30000)


def free_port() -> int:
    """Returns a port that nobody listens on."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """Returns different ports that nobody listens on."""
    candidates = random.sample(_CANDIDATES, 100)
    found = list(islice(filter(_is_free, candidates), count))
    if len(found) < count:
        raise OSError("no free port found")
    return found


def listens(port: int) -> bool:
    """Tells whether somebody listens on a port."""
    with socket.socket() as probe:
        return probe.connect_ex((_HOST, port)) == 0


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError:
            return False
        return True
