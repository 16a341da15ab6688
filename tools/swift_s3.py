"""OpenStack Swift with its S3 API: a real object store, of one node, in a folder, on loopback.

It verifies SigV4 signatures, serves every awkward key, and needs no root, no memcached and nothing
in /etc. Used by the tests and by the demo:

    with SwiftS3(folder) as store:
        boto3.client("s3", endpoint_url=store.endpoint_url, **store.credentials)

Swift is imported in child processes only: its imports patch the standard library.
"""

import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

HOST = "127.0.0.1"
ACCESS_KEY = "test:tester"
SECRET_KEY = "testing"
REGION = "us-east-1"
# The proxy speaks S3; the others keep the data and speak to it alone.
STORAGE_SERVERS = ("account", "container", "object")
SERVERS = (*STORAGE_SERVERS, "proxy")


class SwiftError(Exception):
    """Swift didn't start, or ended by itself; the message ends with the log."""


@dataclass(frozen=True, slots=True)
class _Process:
    name: str
    log: Path
    popen: subprocess.Popen[bytes]


class SwiftS3:
    """A store that runs from `start` to `stop`, or for the time of a `with` block.

    Attributes:
        folder: Holds its configuration, logs and data; the caller removes it.
        ports: Where each of its four servers listens.
    """

    def __init__(self, folder: Path, port: int | None = None) -> None:
        """Chooses the ports.

        Args:
            folder: An existing folder, empty or left by an earlier store.
            port: Where the S3 API listens; a free one by default. The others are always free ones.
        """
        self.folder = folder.resolve()
        self.ports = dict(zip(SERVERS, free_ports(len(SERVERS)), strict=True))
        if port is not None:
            self.ports["proxy"] = port
        self._processes: list[_Process] = []

    @property
    def endpoint_url(self) -> str:
        """Where the S3 API answers, path style."""
        return f"http://{HOST}:{self.ports['proxy']}"

    @property
    def credentials(self) -> Mapping[str, str]:
        """What `boto3.client` wants to know beside the endpoint."""
        return {
            "aws_access_key_id": ACCESS_KEY,
            "aws_secret_access_key": SECRET_KEY,
            "region_name": REGION,
        }

    def __enter__(self) -> Self:
        """Starts it."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stops it."""
        self.stop()

    def start(self, timeout_s: float = 30) -> None:
        """Starts the four servers and returns when all of them listen.

        Raises:
            SwiftError: A port is taken, or one of them ended or did not listen in time; none is
                left running.
        """
        for port in self.ports.values():
            if _listens(port):
                raise SwiftError(f"port {port} is taken")
        try:
            _write_configuration(self.folder, self.ports)
            self._make_rings(timeout_s)
            for name in SERVERS:
                self._spawn(name, "serve", str(_conf(self.folder, name)), f"{name}-server")
            deadline = time.monotonic() + timeout_s
            while not all(_listens(port) for port in self.ports.values()):
                self.check()
                if time.monotonic() > deadline:
                    raise SwiftError(f"Swift did not listen within {timeout_s} s")
                time.sleep(0.05)
        except BaseException:
            self.stop()
            raise

    def check(self) -> None:
        """Raises SwiftError if one of its servers has ended."""
        for process in self._processes:
            status = process.popen.poll()
            if status is not None:
                raise SwiftError(
                    f"Swift's {process.name} server ended with status {status}:\n"
                    f"{process.log.read_text(errors='replace')[-2000:].strip()}"
                )

    def stop(self, timeout_s: float = 5) -> None:
        """Ends every process of it; those that don't end in time are killed."""
        for process in self._processes:
            _signal_group(process.popen, signal.SIGTERM)
        deadline = time.monotonic() + timeout_s
        for process in self._processes:
            with suppress(subprocess.TimeoutExpired):
                process.popen.wait(max(0, deadline - time.monotonic()))
            _signal_group(process.popen, signal.SIGKILL)
            process.popen.wait()
        self._processes.clear()

    def _spawn(self, name: str, *arguments: str) -> _Process:
        log = self.folder / f"{name}.log"
        with log.open("wb") as output:
            popen = subprocess.Popen(
                [sys.executable, __file__, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # A group of its own: Ctrl-C at the terminal reaches whoever called `start`, not it.
                start_new_session=True,
            )
        process = _Process(name, log, popen)
        self._processes.append(process)
        return process

    def _make_rings(self, timeout_s: float) -> None:
        ports = (str(self.ports[name]) for name in STORAGE_SERVERS)
        process = self._spawn("rings", "rings", str(self.folder / "etc"), *ports)
        try:
            status = process.popen.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise SwiftError(f"Swift's rings were not made within {timeout_s} s") from None
        if status:
            self.check()
        self._processes.remove(process)


def free_ports(count: int) -> list[int]:
    """Returns different ports of loopback that nobody listens on now."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        # All are held before the first is let go, so none comes twice.
        for one in sockets:
            one.bind((HOST, 0))
        return [one.getsockname()[1] for one in sockets]


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def _signal_group(popen: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(popen.pid, number)


def _conf(folder: Path, name: str) -> Path:
    return folder / "etc" / f"{name}-server.conf"


_SWIFT_CONF = """\
[swift-hash]
swift_hash_path_prefix = loopback
swift_hash_path_suffix = loopback

[storage-policy:0]
name = gold
default = yes
"""

# Logs go to standard error; `log_address` names no socket, so that they go nowhere else.
_COMMON = """\
[DEFAULT]
bind_ip = {host}
bind_port = {port}
swift_dir = {folder}/etc
devices = {folder}/node
user = {user}
workers = 0
mount_check = false
disable_fallocate = true
log_address = {folder}/no-syslog
log_level = WARNING
"""

_STORAGE = """
[pipeline:main]
pipeline = {name}-server

[app:{name}-server]
use = egg:swift#{app}
"""

# s3_acl is off: whoever has the key owns every bucket. memcache, which tempauth wants to see,
# points at a port where nobody is; the limits keep Swift from asking, and telling, again and again.
_PROXY = """
[pipeline:main]
pipeline = catch_errors gatekeeper cache s3api tempauth copy slo dlo symlink proxy-server

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true

[filter:catch_errors]
use = egg:swift#catch_errors

[filter:gatekeeper]
use = egg:swift#gatekeeper

[filter:cache]
use = egg:swift#memcache
memcache_servers = {host}:1
connect_timeout = 0.05
error_suppression_limit = 1
error_suppression_interval = 3600
set log_level = CRITICAL

[filter:s3api]
use = egg:swift#s3api
location = {region}
storage_domain = s3.localhost
s3_acl = false
dns_compliant_bucket_names = true
allow_multipart_uploads = true

[filter:tempauth]
use = egg:swift#tempauth
user_{user_of_key} = {secret_key} .admin

[filter:copy]
use = egg:swift#copy

[filter:slo]
use = egg:swift#slo

[filter:dlo]
use = egg:swift#dlo

[filter:symlink]
use = egg:swift#symlink
"""


def _write_configuration(folder: Path, ports: Mapping[str, int]) -> None:
    (folder / "etc").mkdir(exist_ok=True)
    device = folder / "node" / "disk"
    device.mkdir(parents=True, exist_ok=True)
    (folder / "etc" / "swift.conf").write_text(_SWIFT_CONF)
    user = pwd.getpwuid(os.geteuid()).pw_name
    for name, port in ports.items():
        text = _COMMON.format(host=HOST, port=port, folder=folder, user=user)
        if name == "proxy":
            text += _PROXY.format(
                host=HOST,
                region=REGION,
                user_of_key=ACCESS_KEY.replace(":", "_"),
                secret_key=SECRET_KEY,
            )
        else:
            text += _STORAGE.format(name=name, app=name)
        _conf(folder, name).write_text(text)


# What follows runs in the children.


def _make_rings(etc: str, *ports: str) -> None:
    """Writes the three rings, of one device each."""
    from swift.common.ring import RingBuilder  # type: ignore[import-untyped]

    for name, port in zip(STORAGE_SERVERS, ports, strict=True):
        builder = RingBuilder(part_power=2, replicas=1, min_part_hours=0)
        address = {"ip": HOST, "port": int(port)}
        address |= {f"replication_{key}": value for key, value in address.items()}
        device = {"id": 0, "region": 1, "zone": 1, "device": "disk", "weight": 1.0, "meta": ""}
        builder.add_dev(device | address)
        builder.rebalance()
        builder.get_ring().save(f"{etc}/{name}.ring.gz")


def _serve(conf: str, section: str) -> int:
    """Runs one server until it is ended."""
    from swift.common import utils  # type: ignore[import-untyped]

    # It is read by `import swift.common.wsgi`, from /etc/swift unless said before.
    utils.SWIFT_CONF_FILE = str(Path(conf).with_name("swift.conf"))
    from swift.common.wsgi import run_wsgi  # type: ignore[import-untyped]

    # Verbose is what sends the log to standard error.
    return int(run_wsgi(conf, section, verbose=True))


if __name__ == "__main__":
    if sys.argv[1] == "rings":
        _make_rings(*sys.argv[2:])
    else:
        sys.exit(_serve(*sys.argv[2:]))
