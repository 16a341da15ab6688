"""Load, and how the answers were: many requests with wrk, single ones timed, slow clients."""

import contextlib
import multiprocessing
import re
import socket
import ssl
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.support.closing import Closing

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import Synchronized

_UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30}
_SLOW_BLOCK_BYTES = 4096
_PROCESSES = multiprocessing.get_context("fork")


# --- Many ---


@dataclass(frozen=True, slots=True)
class Rate:
    """What wrk measured.

    Attributes:
        requests_per_s: Whole answers.
        bytes_per_s: All that arrived, heads included.
    """

    requests_per_s: float
    bytes_per_s: float


def rate(url: str, *, connections: int, script: Path | None = None, duration_s: int = 1) -> Rate:
    """Loads a server for a while.

    Args:
        url: What is asked for, again and again.
        connections: How many clients do, each on a kept connection.
        script: A Lua file for wrk, for requests that differ.
        duration_s: For how long.

    Raises:
        RuntimeError: Some were answered with an error, or not at all.
    """
    command = ["wrk", "-t1", f"-c{connections}", f"-d{duration_s}s", "--timeout", "20s"]
    command += ["-s", str(script)] if script else []
    done = subprocess.run([*command, url], capture_output=True, text=True, check=True)
    requests = re.search(r"Requests/sec:\s+([0-9.]+)", done.stdout)
    transfer = re.search(r"Transfer/sec:\s+([0-9.]+)([KMG]?)B", done.stdout)
    failed = "Non-2xx" in done.stdout or "Socket errors" in done.stdout
    if failed or requests is None or transfer is None:
        raise RuntimeError(f"{url}: {done.stdout}")
    return Rate(float(requests[1]), float(transfer[1]) * _UNITS[transfer[2]])


def requests_per_s(url: str, *, connections: int, script: Path | None = None) -> float:
    """Returns the requests of `rate` alone."""
    return rate(url, connections=connections, script=script).requests_per_s


# --- Single ones ---


def time_to_bytes_s(url: str, *, tls: ssl.SSLContext | None = None) -> tuple[float, float]:
    """Returns the seconds until the first byte of the file, and until its last.

    A redirect is followed, on a connection of its own, as a browser does.

    Raises:
        ConnectionError: The file didn't come, or not whole.
    """
    began = time.perf_counter()
    while True:
        place, first_s, last_s = _ask(url, tls, began)
        if not place:
            return first_s, last_s
        url = place


def _ask(url: str, tls: ssl.SSLContext | None, began: float) -> tuple[str, float, float]:
    parts = urlsplit(url)
    address = (parts.hostname or "", parts.port or 0)
    with socket.create_connection(address, 30) as plain:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = plain
        if parts.scheme == "https":
            if tls is None:
                raise ValueError("https needs a context")
            connection = tls.wrap_socket(plain, server_hostname=parts.hostname)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.sendall(
            f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode()
        )
        received = b""
        while b"\r\n\r\n" not in received:
            block = connection.recv(65536)
            if not block:
                raise ConnectionError(f"{url} broke off")
            received += block
        head, _, start = received.partition(b"\r\n\r\n")
        first_s = time.perf_counter() - began
        redirect = re.search(rb"\r\nLocation: (\S+)", head, re.IGNORECASE)
        if head.startswith(b"HTTP/1.1 30") and redirect:
            return redirect[1].decode(), 0, 0
        if not head.startswith(b"HTTP/1.1 200"):
            raise ConnectionError(f"{url}: {head!r}")
        size = len(start)
        while block := connection.recv(1 << 20):
            if not size:
                first_s = time.perf_counter() - began
            size += len(block)
        last_s = time.perf_counter() - began
        length = re.search(rb"\r\nContent-Length: ([0-9]+)", head, re.IGNORECASE)
        if length is None or int(length[1]) != size:
            raise ConnectionError(f"{url} isn't whole: {size} bytes behind {head!r}")
        return "", first_s, last_s


# --- Slow ones ---


class SlowClients(Closing):
    """Clients that download slowly until the `with` block ends, in a process of their own."""

    def __init__(self, url: str, *, count: int, bytes_per_s: int) -> None:
        """Starts them all at once."""
        self.count = count
        self._served = _PROCESSES.Value("i", 0)
        self._process = _PROCESSES.Process(
            target=_download_slowly, args=(url, count, bytes_per_s, self._served), daemon=True
        )
        self._process.start()

    def served(self, within_s: float) -> int:
        """Returns how many get something of the file, when all do or the time is over."""
        deadline = time.monotonic() + within_s
        while self._served.value < self.count and time.monotonic() < deadline:
            time.sleep(0.05)
        return int(self._served.value)

    def close(self) -> None:
        """Ends them."""
        self._process.kill()
        self._process.join()


def _download_slowly(url: str, count: int, bytes_per_s: int, served: "Synchronized[int]") -> None:
    parts = urlsplit(url)
    request = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
    clients = []
    for _ in range(count):
        client = socket.socket()
        # No room for what wasn't read, so that the server has to wait.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SLOW_BLOCK_BYTES)
        client.connect((parts.hostname, parts.port))
        client.sendall(request)
        client.setblocking(False)
        clients.append(client)
    got = [0] * count
    pause_s = _SLOW_BLOCK_BYTES / bytes_per_s / count
    while True:
        for number, client in enumerate(clients):
            with contextlib.suppress(BlockingIOError):
                got[number] += len(client.recv(_SLOW_BLOCK_BYTES))
            time.sleep(pause_s)
        served.value = sum(size > 0 for size in got)
