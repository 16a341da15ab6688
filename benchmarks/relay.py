"""A relay that makes a remote far away: every byte takes half a round trip longer.

The kernel would do that with netem, where it has it; this works everywhere. What it can't delay
is the handshake of TCP itself, so what a client sends first is held back for that round trip.
"""

import asyncio
import multiprocessing
import time

from tests.support.closing import Closing
from tools.ports import free_port

_BLOCK_BYTES = 1 << 18
_PROCESSES = multiprocessing.get_context("fork")


class Relay(Closing):
    """A relay before 127.0.0.1:`to_port`, in a process of its own.

    Attributes:
        port: Where it listens.
    """

    def __init__(self, to_port: int, round_trip_s: float) -> None:
        """Starts it."""
        self.port = free_port()
        ready = _PROCESSES.Event()
        self._process = _PROCESSES.Process(
            target=_run, args=(self.port, to_port, round_trip_s, ready), daemon=True
        )
        self._process.start()
        if not ready.wait(10):
            raise RuntimeError("the relay didn't start")

    def close(self) -> None:
        """Ends it."""
        self._process.kill()
        self._process.join()


def _run(port: int, to_port: int, round_trip_s: float, ready: "multiprocessing.Event") -> None:
    async def serve() -> None:
        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connected_at = time.monotonic() + round_trip_s
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", to_port)
            await asyncio.gather(
                _pass_on(reader, far_writer, round_trip_s / 2, connected_at),
                _pass_on(far_reader, writer, round_trip_s / 2, 0),
                return_exceptions=True,
            )

        server = await asyncio.start_server(accept, "127.0.0.1", port, limit=_BLOCK_BYTES)
        ready.set()
        await server.serve_forever()

    asyncio.run(serve())


async def _pass_on(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay_s: float, not_before: float
) -> None:
    """Writes what is read, in order, each block when it would have arrived."""
    on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(maxsize=4096)

    async def read() -> None:
        while True:
            block = await reader.read(_BLOCK_BYTES)
            sent_at = max(time.monotonic(), not_before)
            await on_the_way.put((sent_at + delay_s, block))
            if not block:
                return

    reading = asyncio.ensure_future(read())
    try:
        while True:
            arrives_at, block = await on_the_way.get()
            await asyncio.sleep(max(0.0, arrives_at - time.monotonic()))
            if not block:
                return
            writer.write(block)
            await writer.drain()
    finally:
        reading.cancel()
        writer.close()
