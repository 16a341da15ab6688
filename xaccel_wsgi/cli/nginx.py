"""`xaccel-wsgi nginx`: prints or writes the NGINX configuration for an application."""

import argparse
import getpass
import os
import re
import stat
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from ..carriers.nginx import config
from ..errors import SettingsError
from ..find import find_settings
from ..settings import Settings
from .arguments import (
    APP_HELP,
    default_resolvers,
    installed_nginx,
    spelled,
    target_version,
    version,
)

if TYPE_CHECKING:
    from argparse import _SubParsersAction

_PARTS: dict[str, Callable[[Settings, config.Target], str]] = {
    "http": config.http_part,
    "server": config.server_part,
    "location": config.location_part,
}
# For owner and group alone.
_MODE = 0o640
_LISTEN = "127.0.0.1:8080"
_APP_SERVER = "127.0.0.1:8000"
_HOST = r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])"
_ADDRESS = re.compile(rf"(?:{_HOST}:)?(?P<port>[1-9][0-9]{{0,4}})|unix:/[^\s;{{}}\"'$]+")
_RESOLVER = re.compile(rf"{_HOST}(?::[0-9]{{1,5}})?(?: valid=[0-9]+[smhd]?| ipv[46]=(?:on|off))*")


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
    nginx.add_argument("--part", choices=_PARTS, help="only this part")
    where = nginx.add_mutually_exclusive_group()
    where.add_argument(
        "--output", type=Path, metavar="DIR", help="write xaccel-http.conf, ... into DIR instead"
    )
    where.add_argument(
        "--standalone",
        type=Path,
        metavar="DIR",
        help="write DIR/nginx.conf, whole, which runs unprivileged from DIR",
    )
    nginx.add_argument(
        "--listen", metavar="ADDR", help=f"where the --standalone NGINX listens ({_LISTEN})"
    )
    nginx.add_argument(
        "--app-server",
        metavar="ADDR",
        help=f"where the --standalone NGINX finds the application ({_APP_SERVER})",
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
        metavar="X.Y.Z",
        help="the NGINX it is for (that of this machine, else 1.22.0); from 1.27.3 connections to "
        "named origins are kept while DNS is followed",
    )
    nginx.add_argument(
        "--resolver",
        action="append",
        metavar="ADDR",
        help="a DNS server for NGINX (those of /etc/resolv.conf, without IPv6 where there is none)",
    )


def _nginx(options: argparse.Namespace) -> int:
    _check_options(options)
    settings = find_settings(options.app)
    target = config.Target(
        version=target_version(options.nginx_version),
        resolvers=tuple(options.resolver or default_resolvers()),
        protocol=options.protocol,
    )
    if options.standalone:
        _write_standalone(options, settings, target)
    else:
        parts = [options.part] if options.part else list(_PARTS)
        # All of them before the first is written: half a configuration is worse than none.
        texts = {part: _PARTS[part](settings, target) for part in parts}
        if options.output:
            _write({options.output / f"xaccel-{part}.conf": text for part, text in texts.items()})
        else:
            print("\n".join(texts.values()))
    _tell(f"For NGINX {spelled(target.version)}; --nginx-version says another.")
    if settings.token is None and settings.mode == "auto":
        _tell(
            "NO TOKEN IS SET, so NGINX can't show the application that it is there, and the "
            "application streams every file itself. Set XACCEL_TOKEN for both, and make this anew. "
            "sudo passes it on with --preserve-env=XACCEL_TOKEN."
        )
    return 0


def _check_options(options: argparse.Namespace) -> None:
    remedy = "Leave one of the two out."
    if options.standalone and options.part:
        raise SettingsError("part", "--standalone writes the whole", remedy)
    for address in options.resolver or ():
        if not _RESOLVER.fullmatch(address):
            raise SettingsError(
                "resolver", f"{address!r} isn't a DNS server", "As in 127.0.0.53 or [::1]:53."
            )
    for field, is_listening in (("listen", True), ("app_server", False)):
        address = getattr(options, field)
        if address is None:
            continue
        if not options.standalone:
            raise SettingsError(field, "it is for --standalone alone", "Leave it out.")
        _check_address(field, address, is_listening=is_listening)


def _write_standalone(
    options: argparse.Namespace, settings: Settings, target: config.Target
) -> None:
    folder: Path = options.standalone
    user = getpass.getuser() if os.geteuid() == 0 else ""
    text = config.standalone(
        settings, target, options.listen or _LISTEN, options.app_server or _APP_SERVER, user
    )
    _write({folder / "nginx.conf": text}, folder / "temp")
    installed = installed_nginx(None)
    command = f"{installed[0] if installed else 'nginx'} -p {folder}/ -e stderr -c nginx.conf"
    _tell(f"Start it with: {command}")
    _tell(f"Stop it with:  {command} -s stop")


def _write(texts: Mapping[Path, str], *folders: Path) -> None:
    try:
        for folder in (*folders, *(path.parent for path in texts)):
            folder.mkdir(parents=True, exist_ok=True)
        for path, text in texts.items():
            _write_one(path, text)
    except OSError as error:
        raise SettingsError(
            "output",
            f"{error.filename} can't be written: {error.strerror}",
            "Name a folder that is yours; root's asks for sudo --preserve-env=XACCEL_TOKEN.",
        ) from None


def _write_one(path: Path, text: str) -> None:
    # It holds the token.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE)
    with os.fdopen(descriptor, "w") as file:
        # One that is there already keeps its owner and group, and loses its other readers.
        os.fchmod(descriptor, stat.S_IMODE(os.fstat(descriptor).st_mode) & _MODE)
        file.write(text)
    _tell(f"Wrote {path}")


def _tell(line: str) -> None:
    """Speaks beside what is printed, which may be on its way into a file."""
    print(line, file=sys.stderr)


def _check_address(field: str, address: str, *, is_listening: bool) -> None:
    match = _ADDRESS.fullmatch(address)
    port = match and match["port"]
    # NGINX listens at a port alone, and takes it for a host's name where it passes to.
    if match is None or (port and (int(port) > 65535 or not (match["host"] or is_listening))):
        raise SettingsError(
            field, f"{address!r} isn't an address", "Write host:port or unix:/path."
        )
