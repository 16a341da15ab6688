"""The streamer by itself: its speed to that of the client library, and its memory."""

import multiprocessing
import resource
import ssl
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import urllib3

from xaccel_wsgi import RemoteFile, XAccelMiddleware

from ..chapter import Bound, Chapter, Table
from ..measure import in_turns, medians, ratios
from ..stage import Stage

BLOCK_BYTES = 65536
LARGE_MB = (200, 2000)
_DIRECT, _STREAMED = "urllib3, reading alone", "the streamer"
_PROCESSES = multiprocessing.get_context("spawn")
_TEXT = f"""
One download of 100 MB over TLS in one process: read with urllib3 in blocks of {BLOCK_BYTES} bytes,
and read from the middleware as a WSGI server does. Memory is what a new process grows by while it
streams.
"""


def measure(rounds: int) -> Chapter:
    """Reads in turns; then lets new processes stream small and large."""
    with tempfile.TemporaryDirectory() as folder, Stage(Path(folder)) as stage:
        ca_file = str(stage.certificates.ca_file)
        pool = urllib3.PoolManager(ssl_context=ssl.create_default_context(cafile=ca_file))
        app = _application(stage.store, ca_file)
        readers = {
            _DIRECT: lambda: _mb_per_s(lambda: _read_directly(pool, f"{stage.store}/100m")),
            _STREAMED: lambda: _mb_per_s(lambda: _read(app, "/100m")),
        }
        values = in_turns(readers, rounds)
        app.close()
        pool.clear()
        growth_mb = {}
        for size_mb in LARGE_MB:
            with (stage.files / f"{size_mb}m").open("wb") as file:
                file.truncate(size_mb * 1_000_000)
            growth_mb[size_mb] = _growth_mb(stage.store, ca_file, f"/{size_mb}m")
    middle = medians(values)
    tables = [
        Table(("100 MB over TLS", "MB/s"), [(n, f"{v:,.0f}") for n, v in middle.items()]),
        Table(
            ("memory", "grows by"),
            [(f"one of {size} MB", f"{grown:.1f} MB") for size, grown in growth_mb.items()],
        ),
    ]
    bounds = [
        Bound(
            "of urllib3 alone",
            statistics.median(ratios(values, _STREAMED, _DIRECT)), 0.8, at_least=True,
        ),
        Bound(
            "2 GB grow the process by more than 200 MB do, in MB",
            growth_mb[LARGE_MB[1]] - growth_mb[LARGE_MB[0]], 2, at_least=False,
        ),
    ]  # fmt: skip
    return Chapter("The streamer", _TEXT, tables, bounds=bounds)


def _application(store: str, ca_file: str) -> XAccelMiddleware:
    def app(environ: dict[str, Any], start_response: Any) -> Any:
        return RemoteFile(store + environ["PATH_INFO"])(environ, start_response)

    return XAccelMiddleware(app, origins=[store], ca_file=ca_file, mode="stream")


def _read(app: XAccelMiddleware, path: str) -> int:
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "SCRIPT_NAME": ""}
    body = app(environ, lambda *_: lambda _: None)
    size = sum(map(len, body))
    body.close()
    return size


def _read_directly(pool: urllib3.PoolManager, url: str) -> int:
    response = pool.request("GET", url, preload_content=False)
    size = sum(map(len, response.stream(BLOCK_BYTES)))
    response.release_conn()
    return size


def _mb_per_s(read: Callable[[], int]) -> float:
    began = time.perf_counter()
    return read() / 1e6 / (time.perf_counter() - began)


def _growth_mb(store: str, ca_file: str, path: str) -> float:
    """Returns by how much a new process grows while it streams a file."""
    found = _PROCESSES.Queue()
    process = _PROCESSES.Process(target=_stream_and_tell, args=(store, ca_file, path, found))
    process.start()
    grown = float(found.get(timeout=120))
    process.join()
    return grown


def _stream_and_tell(store: str, ca_file: str, path: str, found: Any) -> None:
    app = _application(store, ca_file)
    # Buffers have their size after this.
    _read(app, "/100m")
    before = _peak_mb()
    _read(app, path)
    found.put(_peak_mb() - before)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
