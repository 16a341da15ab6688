"""Ports for servers that must be told theirs."""

import random
import socket

# Below the kernel's ephemeral range, so that no outgoing connection takes one in the meantime.
_CANDIDATES = range(15000, 30000)


def free_port() -> int:
    """Returns a port of 127.0.0.1 that nobody listens on."""
    for port in random.sample(_CANDIDATES, 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no free port found")
