"""OpenStack Swift with its S3 API: a real object store, of one node, in a folder, on loopback.

It verifies SigV4 signatures, serves every awkward key, and needs no root, no memcached and nothing
in /etc. Used by the tests and by the demo:

    with SwiftS3(folder) as store:
        boto3.client("s3", endpoint_url=store.endpoint_url, **store.credentials)
"""

import os
import pwd
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

from .children import ChildError, Children
from .ports import free_ports, listens

HOST = "127.0.0.1"
ACCESS_KEY = "test:tester"
SECRET_KEY = "testing"  # noqa: S105
REGION = "us-east-1"
# Buckets are found by host names below it, too.
STORAGE_DOMAIN = "s3.localhost"
# The proxy speaks S3; the others keep the data and speak to it alone.
STORAGE_SERVERS = ("account", "container", "object")
SERVERS = (*STORAGE_SERVERS, "proxy")

# Swift lives in processes of its own: its imports patch the standard library.
_SERVER = Path(__file__).with_name("swift_server.py")


class SwiftS3:
    """A store that runs from `start` to `stop`, or for the time of a `with` block.

    Attributes:
        folder: Holds its configuration, logs and data; the caller removes it.
        ports: Where each of its four servers listens.
    """

    def __init__(
        self, folder: Path, port: int | None = None, pause: Callable[[float], None] = time.sleep
    ) -> None:
        """Chooses the ports.

        Args:
            folder: An existing folder, empty or left by an earlier store.
            port: Where the S3 API listens; a free one by default. The others are always free ones.
            pause: Waits that many seconds; may raise to end `start` early.
        """
        self.folder = folder.resolve()
        self.ports = dict(zip(SERVERS, free_ports(len(SERVERS)), strict=True))
        if port is not None:
            self.ports["proxy"] = port
        self._children = Children(self.folder, pause)

    @property
    def endpoint_url(self) -> str:
        """Where the S3 API answers, path style."""
        return f"http://{HOST}:{self.ports['proxy']}"

    @property
    def credentials(self) -> dict[str, str]:
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
            ChildError: A port is taken, or one of them ended or did not listen in time; none is
                left running.
        """
        for port in self.ports.values():
            # Swift would go on trying for long.
            if listens(port):
                raise ChildError(f"Swift can't start: port {port} is taken.")
        try:
            _write_configuration(self.folder, self.ports)
            rings = [f"{name}={self.ports[name]}" for name in STORAGE_SERVERS]
            command = (sys.executable, _SERVER)
            self._children.run(
                "swift-rings", [*command, "rings", self.folder / "etc", HOST, *rings]
            )
            for name in SERVERS:
                arguments = ("serve", _conf(self.folder, name), f"{name}-server")
                self._children.start(f"swift-{name}", [*command, *arguments])
            self._children.wait_until(
                lambda: all(map(listens, self.ports.values())), "Swift", timeout_s
            )
        except BaseException:
            self.stop()
            raise

    def check(self) -> None:
        """Raises ChildError if one of its servers has ended."""
        self._children.check()

    def stop(self) -> None:
        """Ends every process of it."""
        self._children.stop()


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
storage_domain = {storage_domain}
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
                storage_domain=STORAGE_DOMAIN,
                user_of_key=ACCESS_KEY.replace(":", "_"),
                secret_key=SECRET_KEY,
            )
        else:
            text += _STORAGE.format(name=name, app=name)
        _conf(folder, name).write_text(text)
