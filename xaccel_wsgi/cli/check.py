"""`xaccel-wsgi check`: the doctor, for an NGINX configuration."""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..doctor.finding import Finding, Progress
from ..doctor.report import Terminal, as_json, exit_status
from ..find import find_settings
from ..nginx import config
from .arguments import APP_HELP, system_resolvers, version

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_to(commands: "_SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the subcommand."""
    check = commands.add_parser(
        "check",
        help="check an NGINX configuration",
        description="Checks the real NGINX configuration against the one that would be generated. "
        "The exit status is 0 if all is in order, 1 if something was found, 2 if it "
        "couldn't be checked.",
    )
    check.set_defaults(run=_check)
    which = check.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--nginx",
        metavar="FILE",
        help="the configuration: nginx.conf, or the output of nginx -T; - reads it from the input",
    )
    check.add_argument("--app", metavar="MODULE:APP", help=APP_HELP)
    check.add_argument(
        "--nginx-version",
        type=version,
        metavar="X.Y.Z",
        help="the NGINX that reads the configuration (the one of this machine)",
    )
    check.add_argument("--json", action="store_true", help="print findings for machines")


def _check(options: argparse.Namespace) -> int:
    terminal = Terminal(sys.stdout, sys.stderr)
    findings = _findings(options, terminal.progress)
    if options.json:
        found = list(findings)
        print(as_json(found))
    else:
        found = terminal.show(findings)
        terminal.conclude(found, _next_steps(options, found))
    return exit_status(found)


def _findings(options: argparse.Namespace, progress: Progress) -> Iterator[Finding]:
    from ..doctor.configuration import check_configuration

    settings = find_settings(options.app)
    target = config.Target(
        version=options.nginx_version or _installed_version() or config.OLDEST_VERSION,
        resolvers=tuple(system_resolvers()) or ("127.0.0.1",),
    )
    progress("Comparing ...")
    return check_configuration(options.nginx, settings, target)


def _next_steps(options: argparse.Namespace, found: list[Finding]) -> list[str]:
    if all(finding.status == "ok" for finding in found):
        return []
    command = " ".join(["xaccel-wsgi nginx", *([options.app] if options.app else [])])
    return [
        f"Make the parts anew rather than mending them: {command} --output /etc/nginx/xaccel",
        "nginx -t, then reload.",
        "Run this check again.",
    ]


def _installed_version() -> tuple[int, int, int] | None:
    """Asks the NGINX of this machine; None where there is none, or an unsupported one."""
    # Debian has it where only root's PATH leads.
    binary = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if binary is None:
        return None
    said = subprocess.run([binary, "-v"], capture_output=True, text=True, check=False).stderr  # noqa: S603
    try:
        return version(said.rpartition(":")[2].split()[0])
    except (argparse.ArgumentTypeError, IndexError):
        return None
