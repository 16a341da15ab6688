"""The command `xaccel-wsgi`: prints or writes the NGINX configuration for an application."""

import argparse
import getpass
import importlib
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast, get_args

from . import __version__
from .errors import SettingsError, XAccelError
from .find import find_middleware
from .nginx import config
from .settings import Settings, load_settings

_PARTS: dict[str, Callable[[Settings, config.Target], str]] = {
    "http": config.http_part,
    "server": config.server_part,
    "location": config.location_part,
}
_ADDRESS = re.compile(r"(?:[A-Za-z0-9._-]+:|\[[0-9A-Fa-f:]+\]:)?[0-9]{1,5}|unix:/[^\s;{}\"'$]+")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit status: 0, or 2 for what couldn't be done."""
    options = _parser().parse_args(arguments)
    try:
        return cast(int, options.run(options))
    except XAccelError as error:
        print(f"xaccel-wsgi: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="xaccel-wsgi", description="Send remote files from Python web applications."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    nginx = commands.add_parser(
        "nginx",
        help="print the NGINX configuration for an application",
        description="Prints the NGINX configuration in three parts (http, server, location), "
        "or writes it.",
    )
    nginx.set_defaults(run=_nginx)
    nginx.add_argument(
        "app",
        nargs="?",
        metavar="MODULE:APP",
        help="the WSGI application, as in myapp:app or myapp:create_app(); "
        "without it the settings come from XACCEL_* alone",
    )
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
        type=_version,
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
    return parser


def _nginx(options: argparse.Namespace) -> int:
    settings = _settings_of(options.app)
    target = config.Target(
        version=options.nginx_version,
        resolvers=tuple(options.resolver or _system_resolvers()),
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
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    print(f"Wrote {path}", file=sys.stderr)


# --- Finding the settings ---


def _settings_of(name: str | None) -> Settings:
    if name is None:
        return load_settings()
    match = re.fullmatch(r"([\w.]+):([\w.]+)(\(\))?", name)
    if match is None:
        raise SettingsError(
            "app", f"{name!r} isn't a module and an application", "As in myapp:app."
        )
    sys.path.insert(0, os.getcwd())
    module_name, path, is_factory = match.groups()
    try:
        found: Any = importlib.import_module(module_name)
        for attribute in path.split("."):
            found = getattr(found, attribute)
    except (ImportError, AttributeError) as error:
        raise SettingsError(
            "app", f"{name} can't be loaded: {error}", "Run it where the application runs."
        ) from error
    if is_factory:
        found = found()
    middleware = find_middleware(found)
    if middleware is None:
        raise SettingsError(
            "app",
            f"no XAccelMiddleware is found in {name}",
            "Name the wrapped application, or leave the argument out and set XACCEL_*.",
        )
    return middleware.settings


def _system_resolvers() -> Iterator[str]:
    try:
        lines = Path("/etc/resolv.conf").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        word, _, address = line.partition(" ")
        address = address.strip()
        if word == "nameserver" and "%" not in address:
            yield f"[{address}]" if ":" in address else address


def _version(text: str) -> tuple[int, int, int]:
    match = re.fullmatch(r"(?:nginx/)?(\d+)\.(\d+)(?:\.(\d+))?", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} isn't a version such as 1.22.1")
    version = int(match[1]), int(match[2]), int(match[3] or 0)
    if version < config.OLDEST_VERSION:
        raise argparse.ArgumentTypeError(f"{text} is older than 1.22, which isn't supported")
    return version


def _check_address(field: str, address: str) -> None:
    if not _ADDRESS.fullmatch(address):
        raise SettingsError(
            field, f"{address!r} isn't an address", "Write host:port or unix:/path."
        )
