"""One download: asks for it, checks every byte, and says how it ended."""

import asyncio
import contextlib
from dataclasses import dataclass

from .body import Check
from .kinds import BROKEN, LEFT, UNANSWERED, WHOLE

# Longer than any deadline of the settings and any body; what takes longer hangs.
PATIENCE_S = 60.0

_READ_BYTES = 65536
_LINGERING_READS, _LINGERING_S = 30, 0.1


class WrongBodyError(Exception):
    """What arrived isn't what was sent."""


@dataclass(frozen=True, slots=True)
class Download:
    """What is asked for.

    Attributes:
        address: Of NGINX or of the application.
        kind: A kind's name.
        seed, size: Of the body.
    """

    address: str
    kind: str
    seed: int
    size: int

    async def run(self) -> str:
        """Returns how it ended.

        Raises:
            WrongBodyError: With a body that isn't the one that was asked for.
            TimeoutError: It hangs.
        """
        host, _, port = self.address.partition(":")
        async with asyncio.timeout(PATIENCE_S):
            reader, writer = await asyncio.open_connection(host, int(port), limit=_READ_BYTES)
            try:
                return await self._exchange(reader, writer)
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
        method = "HEAD" if self.kind == "head" else "GET"
        first, end = (self.size // 3, self.size // 2 + 1) if self.kind == "part" else (0, self.size)
        ranged = f"Range: bytes={first}-{end - 1}\r\n" if self.kind == "part" else ""
        writer.write(
            f"{method} /{self.kind}/{self.seed}/{self.size} HTTP/1.1\r\n"
            f"Host: soak.example\r\nConnection: close\r\n{ranged}\r\n".encode()
        )
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, OSError):
            return UNANSWERED
        status_line, *lines = head.decode("latin-1").split("\r\n")
        status = int(status_line.split(" ")[1])
        fields = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines)}
        if status not in (200, 206):
            await reader.read()
            return str(status)
        length = fields.get("content-length")
        self._expect(length in (str(end - first), None))
        if self.kind == "head":
            self._expect(not await reader.read(1))
            return WHOLE
        check = Check(self.seed, first)
        chunked = fields.get("transfer-encoding") == "chunked"
        try:
            if self.kind == "leaving":
                check.feed(await reader.read(_READ_BYTES))
            elif chunked:
                await _read_chunks(reader, check)
            else:
                await self._read(reader, check)
        except (asyncio.IncompleteReadError, OSError):
            self._expect(check.right)
            return BROKEN
        self._expect(check.right and check.position <= end)
        if self.kind == "leaving":
            return LEFT
        if check.position == end:
            return WHOLE
        # Chunks that came to their end say that this was all.
        self._expect(not chunked)
        return BROKEN

    async def _read(self, reader: asyncio.StreamReader, check: Check) -> None:
        if self.kind == "lingering":
            for _ in range(_LINGERING_READS):
                check.feed(await reader.read(self.size // 100))
                await asyncio.sleep(_LINGERING_S)
        while block := await reader.read(_READ_BYTES):
            check.feed(block)

    def _expect(self, right: bool) -> None:
        if not right:
            raise WrongBodyError(f"{self.kind} {self.seed} {self.size} at {self.address}")


async def _read_chunks(reader: asyncio.StreamReader, check: Check) -> None:
    while size := int(await reader.readuntil(b"\r\n"), 16):
        while size:
            block = await reader.read(min(size, _READ_BYTES))
            if not block:
                raise asyncio.IncompleteReadError(block, size)
            check.feed(block)
            size -= len(block)
        await reader.readexactly(2)
    await reader.readexactly(2)
