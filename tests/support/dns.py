"""A name server on a port of its own, for NGINX's `resolver`: it answers as it is told."""

import ipaddress
import socket
import struct
import threading
from collections.abc import Mapping
from typing import Literal

from tests.support.closing import Closing

# An address or several, or how else a look-up ends.
Lookup = Literal["no such name", "failure", "silence"] | str | tuple[str, ...]

_CODES = {"no such name": 3, "failure": 2}
_A, _SECONDS = 1, 60


class StubDns(Closing):
    """Answers from `names` on 127.0.0.1; other names don't exist.

    Attributes:
        names: What each name leads to: IPv4 addresses, or a failure.
        asked: The names that were looked up, oldest first.
    """

    def __init__(self, names: Mapping[str, Lookup]) -> None:
        """Listens at once."""
        self.names = dict(names)
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True, name="stub-dns")
        self._thread.start()

    @property
    def address(self) -> str:
        """Host and port, as NGINX's `resolver` takes them."""
        return f"127.0.0.1:{self._socket.getsockname()[1]}"

    def _serve(self) -> None:
        while True:
            query, peer = self._socket.recvfrom(4096)
            if not query:
                return
            answer = self._answer(query)
            if answer:
                self._socket.sendto(answer, peer)

    def _answer(self, query: bytes) -> bytes:
        """RFC 1035 section 4.1: the header and the question again, and perhaps addresses."""
        labels, at = [], 12
        while size := query[at]:
            labels.append(query[at + 1 : at + 1 + size].decode("ascii"))
            at += 1 + size
        question = query[12 : at + 5]
        (kind,) = struct.unpack_from("!H", query, at + 1)
        name = ".".join(labels).lower()
        self.asked.append(name)
        found = self.names.get(name, "no such name")
        if found == "silence":
            return b""
        code = _CODES.get(found, 0) if isinstance(found, str) else 0
        addresses = () if code or kind != _A else (found,) if isinstance(found, str) else found
        packed = [ipaddress.IPv4Address(address).packed for address in addresses]
        # 0xc00c: the name of the question.
        records = [struct.pack("!HHHIH", 0xC00C, kind, 1, _SECONDS, 4) + each for each in packed]
        head = query[:2] + struct.pack("!5H", 0x8180 | code, 1, len(records), 0, 0)
        return head + question + b"".join(records)

    def close(self) -> None:
        """Stops."""
        if self._socket.fileno() < 0:
            return
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", self._socket.getsockname())
        self._thread.join(5)
        self._socket.close()
