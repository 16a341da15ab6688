"""What arguments of several subcommands have in common."""

import argparse
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

from ..carriers.nginx import config

APP_HELP = (
    "the WSGI application, as in myapp:app, myapp:create_app() or app.ini; "
    "without it the settings come from XACCEL_* alone"
)

_RESOLV_CONF = Path("/etc/resolv.conf")


def version(text: str) -> tuple[int, int, int]:
    """Reads the version of an NGINX, as it or its -v says it."""
    match = re.fullmatch(r"(?:nginx/)?(\d+)\.(\d+)(?:\.(\d+))?", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} isn't a version such as 1.22.1")
    found = int(match[1]), int(match[2]), int(match[3] or 0)
    if found < config.OLDEST_VERSION:
        raise argparse.ArgumentTypeError(f"{text} is older than 1.22, which isn't supported")
    return found


def system_resolvers(file: Path = _RESOLV_CONF) -> Iterator[str]:
    """Yields the DNS servers that a resolv.conf names, as NGINX reads them."""
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return
    for line in lines:
        match line.split():
            case ["nameserver", address, *_] if "%" not in address:
                yield f"[{address}]" if ":" in address else address


def default_resolvers() -> tuple[str, ...]:
    """Returns the DNS servers of this machine, as NGINX is told of them.

    NGINX takes an address at random and gives up after the second, so that where IPv6 leads nowhere
    it mustn't be given such.
    """
    servers = tuple(system_resolvers())
    return servers if has_ipv6() or not servers else (*servers, "ipv6=off")


def has_ipv6() -> bool:
    """Tells whether this machine knows a way to the IPv6 internet; nothing is sent."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.connect(("2000::1", 53))
    except OSError:
        return False
    return True


def installed_nginx(binary: str | None) -> tuple[str, tuple[int, int, int]] | None:
    """Finds an NGINX of this machine and asks for its version.

    Args:
        binary: Its path or name; None is the usual one.

    Returns:
        Path and version; None where there is none that is supported.
    """
    # Debian has it where only root's PATH leads.
    path = shutil.which(binary or "nginx") or shutil.which(binary or "/usr/sbin/nginx")
    if path is None:
        return None
    said = subprocess.run([path, "-v"], capture_output=True, text=True, check=False).stderr  # noqa: S603
    match = re.search(r"nginx/[0-9.]+", said)
    try:
        return (path, version(match[0])) if match else None
    except argparse.ArgumentTypeError:
        return None


def target_version(
    named: tuple[int, int, int] | None, binary: str | None = None
) -> tuple[int, int, int]:
    """Returns the version of the NGINX that is meant: the named, else the installed, else any."""
    installed = None if named else installed_nginx(binary)
    return named or (installed[1] if installed else config.OLDEST_VERSION)


def spelled(version: tuple[int, int, int]) -> str:
    """Writes a version as NGINX does."""
    return ".".join(map(str, version))
