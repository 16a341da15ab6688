"""Runs the load and reports: `python -m tests.soak [--minutes 2] [--clients 500]`."""

import argparse
import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, suppress
from pathlib import Path

from tests.support.client import send
from tests.support.nginx import NginxServer, nginx_binaries, nginx_version
from tests.support.processes import children
from tests.support.site import CARRIERS, TOKEN, Carrier, nginx_in_front
from tests.support.waiting import wait_until
from tools.ports import free_port
from xaccel_wsgi.settings import load_settings

from .client import Download, WrongBodyError
from .held import Held
from .kinds import KINDS

# A thread for each client that streams, and some for the handoffs.
THREADS = 320
READ_TIMEOUT_S = 5
GROWTH_MAX_KIB = 16 * 1024
# glibc's malloc keeps some freed blocks for each thread by itself. Hundreds of threads fill these
# caches over hours, whatever the application does; without them its own memory can be seen.
NO_CACHES = "glibc.malloc.tcache_count=0"
WARM_UP_S = 60.0
# For how long the streamer keeps connections; and how long nothing may change for all to be quiet.
KEPT_S = 31.0
QUIET_S = 5.0
SIZES = (1, 1000, 40_000, 200_000, 700_000, 2_000_000)
SIZE_WEIGHTS = (1, 4, 8, 6, 3, 1)


class Servers:
    """The remote, the application under gunicorn and NGINX, each in processes of its own."""

    def __init__(self, folder: Path) -> None:
        """Starts them."""
        self._closing = ExitStack()
        try:
            self._start(folder)
        except BaseException:
            self._closing.close()
            raise

    def _start(self, folder: Path) -> None:
        remote = self._run([sys.executable, "-m", "tests.soak.remote"], {}, subprocess.PIPE)
        assert remote.stdout is not None
        self._closing.callback(remote.stdout.close)
        origin = f"http://127.0.0.1:{int(remote.stdout.readline())}"
        options = {
            "XACCEL_ORIGINS": origin,
            "XACCEL_TOKEN": TOKEN,
            "XACCEL_READ_TIMEOUT_S": str(READ_TIMEOUT_S),
        }
        address = f"127.0.0.1:{free_port()}"
        log = folder / "gunicorn.log"
        self._gunicorn = self._run(
            [
                *(sys.executable, "-m", "gunicorn", "tests.soak.application:make()"),
                *("--bind", address, "--workers", "1", "--threads", str(THREADS)),
                *("--worker-connections", "2000", "--backlog", "2048", "--timeout", "0"),
                *("--log-file", str(log), "--log-level", "error", "--no-control-socket"),
            ],
            options | {"SOAK_REMOTE": origin, "GLIBC_TUNABLES": NO_CACHES},
            subprocess.DEVNULL,
        )
        self.nginx: NginxServer = self._closing.enter_context(
            nginx_in_front(
                address, load_settings(environ=options), folder, nginx_binaries()[0], workers=2
            )
        )
        self.addresses: dict[Carrier, str] = {"nginx": self.nginx.address, "stream": address}
        wait_until(self._answers, within_s=20)
        self.pids: dict[Carrier, list[int]] = {
            "nginx": children(self.nginx.pid),
            "stream": children(self._gunicorn.pid),
        }

    def _run(
        self, command: list[str], environ: dict[str, str], stdout: int
    ) -> "subprocess.Popen[bytes]":
        # What the streamer logs of every fault isn't what this is about.
        process = subprocess.Popen(
            command,
            env=os.environ | environ,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._closing.callback(_end, process)
        return process

    def _answers(self) -> bool:
        with suppress(OSError):
            return all(send(each, "/whole/1/1").status == 200 for each in self.addresses.values())
        return False

    def held(self, carrier: Carrier) -> Held:
        """Returns what the processes of a carrier hold.

        Raises:
            OSError: One of them has ended.
        """
        return Held.by(self.pids[carrier])

    def close(self) -> None:
        """Ends them all."""
        self._closing.close()


def _end(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class Load:
    """The clients, and what became of their downloads.

    Attributes:
        ends: How often each kind ended how, by carrier.
        wrong: What ended as it must not; a line each.
        running: How many downloads are in progress.
    """

    def __init__(self, servers: Servers, seed: int) -> None:
        """Asks nothing yet."""
        self._servers = servers
        self._random = random.Random(seed)
        self.ends: Counter[tuple[Carrier, str, str]] = Counter()
        self.wrong: list[str] = []
        self.wrong_bodies = 0
        self.body_bytes = 0
        self.running = 0
        self.most_running = 0

    async def run(self, clients: int, seconds: float) -> None:
        """Keeps that many downloads going."""
        deadline = time.monotonic() + seconds
        async with asyncio.TaskGroup() as group:
            for number in range(clients):
                carrier = CARRIERS[number % len(CARRIERS)]
                group.create_task(self._client(carrier, deadline))
            group.create_task(self._progress(deadline))

    async def _client(self, carrier: Carrier, deadline: float) -> None:
        while time.monotonic() < deadline:
            (kind,) = self._random.choices(KINDS, [kind.weight for kind in KINDS])
            (size,) = self._random.choices(SIZES, SIZE_WEIGHTS)
            if kind.breaks:
                # Room for a break within it.
                size = max(size, 40_000)
            seed = self._random.getrandbits(63)
            download = Download(self._servers.addresses[carrier], kind.name, seed, size)
            self.running += 1
            self.most_running = max(self.most_running, self.running)
            try:
                end = await download.run()
            except WrongBodyError as error:
                self.wrong_bodies += 1
                end = f"WRONG BODY: {error}"
            except (OSError, TimeoutError) as error:
                end = f"{type(error).__name__}: {error}"
            finally:
                self.running -= 1
            self.body_bytes += size
            if end not in kind.ends:
                self.wrong.append(f"{kind.name} of {size} by {carrier}: {end}")
                end = "WRONG"
            self.ends[carrier, kind.name, end] += 1

    async def _progress(self, deadline: float) -> None:
        while (left_s := deadline - time.monotonic()) > 0:
            print(
                f"{left_s:6.0f} s left, {self.ends.total():7} downloads, "
                f"{self.running} in progress, {len(self.wrong)} wrong; "
                f"application: {self._servers.held('stream')}; "
                f"NGINX: {self._servers.held('nginx')}",
                flush=True,
            )
            await asyncio.sleep(min(10.0, left_s))


async def _fill(servers: Servers) -> None:
    """Has every thread of the application busy once, so that none is new later."""
    silent = [Download(servers.addresses["stream"], "silent", n, 1) for n in range(THREADS)]
    await asyncio.gather(*(each.run() for each in silent))


def _at_rest(servers: Servers) -> dict[Carrier, Held]:
    """Returns what is held when all is quiet, and no connection is kept from before."""
    time.sleep(KEPT_S)
    for address in servers.addresses.values():
        asyncio.run(Download(address, "whole", 1, 1).run())
    held, since = {each: servers.held(each) for each in CARRIERS}, time.monotonic()
    while time.monotonic() - since < QUIET_S:
        time.sleep(0.5)
        now = {each: servers.held(each) for each in CARRIERS}
        if any(
            (now[c].files, now[c].threads) != (held[c].files, held[c].threads) for c in CARRIERS
        ):
            since = time.monotonic()
        held = now
    return held


def _report(load: Load, rest: dict[Carrier, Held], end: dict[Carrier, Held]) -> bool:
    """Prints the figures; tells whether they are good."""
    print("\n| download | ends | through NGINX | streamed |\n| --- | --- | ---: | ---: |")
    for kind in KINDS:
        ends = dict.fromkeys(end for _, name, end in load.ends if name == kind.name)
        for how in ends:
            counts = (f"{load.ends[carrier, kind.name, how]:,}" for carrier in CARRIERS)
            print(f"| {kind.name} | {how} | {' | '.join(counts)} |")
    print(f"\n{load.ends.total():,} downloads, {load.most_running} at once at most")
    good = not load.wrong
    for line in load.wrong[:20]:
        print(f"WRONG: {line}")
    print(f"wrong bodies: {load.wrong_bodies}; wrong ends: {len(load.wrong)}")
    names: dict[Carrier, str] = {"stream": "application", "nginx": "NGINX's workers"}
    for carrier, name in names.items():
        before, after = rest[carrier], end[carrier]
        files = max(0, after.files - before.files)
        threads = max(0, after.threads - before.threads)
        growth_kib = after.memory_kib - before.memory_kib
        print(f"{name}: at rest {before}; in the end {after}")
        print(
            f"{name}: {files} sockets or files and {threads} threads leaked,"
            f" memory grew by {growth_kib / 1024:.1f} MiB"
        )
        good = good and files == 0 and threads == 0 and growth_kib < GROWTH_MAX_KIB
    return good


def main() -> None:
    """Does it all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--seed", type=int, default=random.getrandbits(32))
    options = parser.parse_args()
    if not nginx_binaries():
        sys.exit("There is no NGINX.")
    version = ".".join(map(str, nginx_version(nginx_binaries()[0])))
    print(f"NGINX {version}, {options.clients} clients, --seed {options.seed}")
    with tempfile.TemporaryDirectory() as folder:
        servers = Servers(Path(folder))
        try:
            print("Warming up ...")
            asyncio.run(_fill(servers))
            warm_up = Load(servers, options.seed)
            asyncio.run(warm_up.run(options.clients, WARM_UP_S))
            rest = _at_rest(servers)
            load = Load(servers, options.seed + 1)
            asyncio.run(load.run(options.clients, options.minutes * 60))
            end = _at_rest(servers)
        finally:
            servers.close()
    load.wrong += [f"in the warm-up: {line}" for line in warm_up.wrong]
    load.wrong_bodies += warm_up.wrong_bodies
    good = _report(load, rest, end)
    sys.exit(0 if good else "NOT GOOD")


if __name__ == "__main__":
    main()
