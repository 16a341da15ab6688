"""The remote: sends `/KIND/SEED/SIZE` as the kind says, well or badly; prints its port first."""

import asyncio
import contextlib
import socket
import struct

from tests.support.remote import chunk

from .body import part

# How long a body takes, and in how many pieces: downloads overlap, as they do with real clients.
_PIECES = 12
_PIECE_S = 0.05
_SLOW_PIECE_S = 0.4
_IDLE_S = 2.0
_OK = b"HTTP/1.1 200 OK\r\n"


class _Exchange:
    """One answer."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        seed: int,
        size: int,
        head: bytes,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._seed = seed
        self._size = size
        self._head = head

    async def say(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def answer(self, kind: str) -> bool:
        """Tells whether the connection may be used again."""
        match kind:
            case "whole" | "slow" | "lingering" | "leaving" | "head":
                await self.say(self._sized())
                await self.body(_SLOW_PIECE_S if kind == "slow" else _PIECE_S)
                return True
            case "chunked":
                await self.chunks(_PIECES)
                await self.say(b"0\r\n\r\n")
                return True
            case "part":
                await self.send_part()
                return True
            case "redirected":
                location = b"/whole/%d/%d" % (self._seed, self._size)
                await self.say(_no_body(b"302 Found", b"Location: %s\r\n" % location))
                return True
            case "loop":
                location = b"/loop/%d/%d" % (self._seed, self._size)
                await self.say(_no_body(b"302 Found", b"Location: %s\r\n" % location))
                return True
            case "missing":
                await self.say(_no_body(b"404 Not Found"))
                return True
            case "denied":
                await self.say(_no_body(b"403 Forbidden"))
                return True
            case "busy":
                await self.say(_no_body(b"503 Slow Down"))
                return True
            case "reset":
                self.reset()
            case "closed":
                pass
            case "silent":
                await self.wait()
            case "half-head":
                await self.say(_OK + b"X-Own: ")
            case "dripping-head":
                await self.say(_OK + b"X-Own: ")
                while True:
                    await self.say(b"a")
                    await asyncio.sleep(_PIECE_S)
            case "flooding-head":
                await self.say(_OK)
                while True:
                    await self.say(b"X-Own: %s\r\n" % (b"a" * 1000))
            case "flooding-error":
                await self.say(b"HTTP/1.1 500 Oh\r\nContent-Length: 1000000000000\r\n\r\n")
                while True:
                    await self.say(b"<p>" * 10000)
            case "cut":
                await self.say(self._sized() + part(self._seed, 0, self._size - 1))
            case "reset-within":
                await self.say(self._sized() + part(self._seed, 0, self._size // 2))
                await asyncio.sleep(_PIECE_S)
                self.reset()
            case "stopped":
                await self.say(self._sized() + part(self._seed, 0, self._size // 2))
                await self.wait()
            case "cut-chunks":
                await self.chunks(_PIECES // 2)
            case "bad-chunk":
                await self.chunks(_PIECES // 2)
                await self.say(b"+5\r\nwrong\r\n0\r\n\r\n")
            case _:
                raise ValueError(f"no such kind: {kind}")
        return False

    async def body(self, piece_s: float) -> None:
        step = -(-self._size // _PIECES)
        for at in range(0, self._size, step):
            await asyncio.sleep(piece_s)
            await self.say(part(self._seed, at, min(at + step, self._size)))

    async def chunks(self, pieces: int) -> None:
        await self.say(_OK + b"Transfer-Encoding: chunked\r\n\r\n")
        step = -(-self._size // _PIECES)
        for at in range(0, min(pieces * step, self._size), step):
            await asyncio.sleep(_PIECE_S)
            await self.say(chunk(part(self._seed, at, min(at + step, self._size))))

    async def send_part(self) -> None:
        wanted = self._head.lower().partition(b"\r\nrange: bytes=")[2].partition(b"\r\n")[0]
        first, last = map(int, wanted.split(b"-"))
        await self.say(
            b"HTTP/1.1 206 Partial Content\r\nContent-Length: %d\r\n"
            b"Content-Range: bytes %d-%d/%d\r\n\r\n" % (last + 1 - first, first, last, self._size)
        )
        await self.say(part(self._seed, first, last + 1))

    async def wait(self) -> None:
        """Says nothing until the other side has gone."""
        while not self._reader.at_eof():
            await asyncio.sleep(_PIECE_S)

    def reset(self) -> None:
        sock: socket.socket = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    def _sized(self) -> bytes:
        return _OK + b"Content-Length: %d\r\n\r\n" % self._size


def _no_body(status: bytes, field: bytes = b"") -> bytes:
    return b"HTTP/1.1 %s\r\n%sContent-Length: 0\r\n\r\n" % (status, field)


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        goes_on = True
        while goes_on:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _IDLE_S)
            kind, seed, size = head.split(b" ", 2)[1].decode().removeprefix("/").split("/")
            exchange = _Exchange(reader, writer, int(seed), int(size), head)
            goes_on = await exchange.answer(kind)
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        pass  # The other side's right.
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _main() -> None:
    server = await asyncio.start_server(_serve, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main())
