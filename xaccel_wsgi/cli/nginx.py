"""`xaccel-wsgi nginx`: prints or writes the NGINX configuration for an application."""

import argparse
import getpass
import os
import re
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from ..carriers.nginx import config
from ..errors import SettingsError
from ..find import find_settings
from ..settings import Settings
from .arguments import APP_HELP, system_resolvers, version

if TYPE_CHECKING:
    from argparse import _SubParsersAction

_PARTS: dict[str, Callable[[Settings, config.Target], str]] = {
    "http": config.http_part,
    "server": config.server_part,
    "location": config.location_part,
}
# For owner and group alone.
_MODE = 0o640
_ADDRESS = re.compile(r"(?:[A-Za-z0-9._-]+:|\[[0-9A-Fa-f:]+\]:)?[0-9]{1,5}|unix:/[^\s;{}\"'$]+")


def add_to(commands: "_SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the subcommand."""
    nginx = commands.add_parser(
        "nginx",
        help="print the NGINX configuration for an application",
        description="Prints the NGINX configuration in three parts (http, server, location), "
        "or writes it.",
    )
    nginx.set_defaults(run=_nginx)
    nginx.add_argument("app", nargs="?", metavar="MODULE:APP", help=APP_HELP)
    nginx.add_argument("--part", choices=_PARTS, help="print only this part")
    nginx.add_argument(
        "--output", type=Path, metavar="DIR", help="write xaccel-http.conf, ... into DIR instead"
    )
    nginx.add_argument(
        "--standalone",
        type=Path,
        metavar="DIR",
        help="write DIR/nginx.conf, whole, which runs unprivileged from DIR",
    )
    nginx.add_argument(
        "--listen", default="127.0.0.1:8080", metavar="ADDR", help="of --standalone (%(default)s)"
    )
    nginx.add_argument(
        "--app-server",
        default="127.0.0.1:8000",
        metavar="ADDR",
        help="where --standalone finds the application (%(default)s)",
    )
    nginx.add_argument(
        "--proxy-protocol",
        dest="protocol",
        choices=get_args(config.Protocol),
        default="http",
        help="how NGINX reaches the application (%(default)s)",
    )
    nginx.add_argument(
        "--nginx-version",
        type=version,
        default=config.OLDEST_VERSION,
        metavar="X.Y.Z",
        help="the NGINX it is for (1.22.0, the oldest supported); from 1.27.3 connections to "
        "named origins are kept while DNS is followed",
    )
    nginx.add_argument(
        "--resolver",
        action="append",
        metavar="ADDR",
        help="a DNS server for NGINX (those of /etc/resolv.conf)",
    )


def _nginx(options: argparse.Namespace) -> int:
    settings = find_settings(options.app)
    target = config.Target(
        version=options.nginx_version,
        resolvers=tuple(options.resolver or system_resolvers()),
        protocol=options.protocol,
    )
    if options.standalone:
        for field in ("listen", "app_server"):
            _check_address(field, getattr(options, field))
        folder: Path = options.standalone
        (folder / "temp").mkdir(parents=True, exist_ok=True)
        user = getpass.getuser() if os.geteuid() == 0 else ""
        text = config.standalone(settings, target, options.listen, options.app_server, user)
        _write(folder / "nginx.conf", text)
        print(f"Start it with: nginx -p {folder}/ -e stderr -c nginx.conf", file=sys.stderr)
        return 0
    parts = [options.part] if options.part else list(_PARTS)
    for part in parts:
        text = _PARTS[part](settings, target)
        if options.output:
            options.output.mkdir(parents=True, exist_ok=True)
            _write(options.output / f"xaccel-{part}.conf", text)
        else:
            print(text)
    return 0


def _write(path: Path, text: str) -> None:
    # It holds the token.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE)
    with os.fdopen(descriptor, "w") as file:
        # One that is there already keeps its owner and group, and loses its other readers.
        os.fchmod(descriptor, stat.S_IMODE(os.fstat(descriptor).st_mode) & _MODE)
        file.write(text)
    print(f"Wrote {path}", file=sys.stderr)


def _check_address(field: str, address: str) -> None:
    if not _ADDRESS.fullmatch(address):
        raise SettingsError(
            field, f"{address!r} isn't an address", "Write host:port or unix:/path."
        )
