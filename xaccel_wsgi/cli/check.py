"""`xaccel-wsgi check`: the doctor, for a live site, a configuration or an NGINX."""

import argparse
import os
import shlex
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..carriers.nginx import config
from ..doctor.finding import Finding, Progress
from ..doctor.report import Terminal, as_json, exit_status
from ..find import find_settings
from ..settings import Settings
from .arguments import APP_HELP, installed_nginx, spelled, system_resolvers, target_version, version

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_to(commands: "_SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the subcommand."""
    check = commands.add_parser(
        "check",
        help="check a live site, an NGINX configuration, or the NGINX of this machine",
        description="Checks a live site by one of its own downloads; or the real NGINX "
        "configuration against the one that would be generated; or whether the NGINX of this "
        "machine does what is needed. The exit status is 0 if all is in order, 1 if something was "
        "found, warnings included, 2 if it couldn't be checked.",
    )
    check.set_defaults(run=_check)
    which = check.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "url", nargs="?", metavar="URL", help="a download of a live site; asked about 20 times"
    )
    which.add_argument(
        "--nginx",
        metavar="FILE",
        help="the configuration: nginx.conf, or the output of nginx -T; - reads it from the input",
    )
    which.add_argument(
        "--self", action="store_true", help="start NGINX in a temporary folder and try it"
    )
    check.add_argument("--app", metavar="MODULE:APP", help=APP_HELP)
    check.add_argument(
        "--header",
        action="append",
        default=[],
        metavar="NAME:VALUE",
        help='for the URL: what permits the download, as in "Cookie: session=..."; never printed',
    )
    check.add_argument("--filename", help="for the URL: what the download should be called")
    check.add_argument(
        "--nginx-binary",
        metavar="PATH",
        help="for --self, and for the version that --nginx compares with (nginx)",
    )
    check.add_argument(
        "--nginx-version",
        type=version,
        metavar="X.Y.Z",
        help="for --nginx: the NGINX that reads the configuration (the binary's version)",
    )
    check.add_argument("--json", action="store_true", help="print findings for machines")


def _check(options: argparse.Namespace) -> int:
    terminal = Terminal(sys.stdout, sys.stderr)
    look = _self if options.self else _configuration if options.nginx else _site
    subject, findings = look(options, _no_progress if options.json else terminal.progress)
    if options.json:
        found = list(findings)
        print(as_json(found))
    else:
        found = terminal.show(subject, findings)
        terminal.conclude(found, _next_steps(options, found))
    return exit_status(found)


def _no_progress(_: str) -> None:
    """Leaves the terminal to the JSON."""


def _site(options: argparse.Namespace, progress: Progress) -> tuple[str, Iterator[Finding]]:
    from ..doctor.site import Site, check_site

    # Without an application only the token is of use, and not even that is needed.
    settings: Settings | None = None
    if options.app or os.environ.get("XACCEL_ORIGINS"):
        settings = find_settings(options.app)
    site = Site(options.url, options.header)
    return str(site.url), check_site(
        site,
        progress,
        settings=settings,
        token=settings.token if settings else os.environ.get("XACCEL_TOKEN") or None,
        filename=options.filename,
    )


def _configuration(
    options: argparse.Namespace, progress: Progress
) -> tuple[str, Iterator[Finding]]:
    from ..doctor.configuration import check_configuration

    settings = find_settings(options.app)
    progress("Comparing the configuration with the one that would be generated")
    version = target_version(options.nginx_version, options.nginx_binary)
    target = config.Target(version, tuple(system_resolvers()) or ("127.0.0.1",))
    subject = f"{options.nginx}, read by NGINX {spelled(version)}, for {options.app or 'XACCEL_*'}"
    return subject, check_configuration(options.nginx, settings, target)


def _self(options: argparse.Namespace, progress: Progress) -> tuple[str, Iterator[Finding]]:
    from ..doctor.self_test import check_nginx

    installed = installed_nginx(options.nginx_binary)
    return installed[0] if installed else "", check_nginx(installed, progress)


def _next_steps(options: argparse.Namespace, found: list[Finding]) -> list[str]:
    wrong = [finding for finding in found if finding.status != "ok"]
    app = shlex.quote(options.app or "MODULE:APP")
    if not wrong:
        return []
    if options.nginx:
        number = spelled(target_version(options.nginx_version, options.nginx_binary))
        anew = (
            "Make the parts anew rather than mending them, for uwsgi_pass with --proxy-protocol "
            f"uwsgi: xaccel-wsgi nginx {app} --output /etc/nginx/xaccel --nginx-version {number}"
        )
        # What is lost around the parts is mended there.
        are_wrong = not all(finding.id.startswith("lost:") for finding in wrong)
        return [*((anew,) if are_wrong else ()), "nginx -t, then reload.", "Run this check again."]
    if options.self:
        return ["Use an NGINX from 1.22 on with its usual modules; then run this check again."]
    if all(finding.id == "carrier:unknown" for finding in wrong):
        return ["Run it again with XACCEL_TOKEN set to the site's token."]
    return [
        "See whether NGINX is told what it should be: "
        f"xaccel-wsgi check --nginx /etc/nginx/nginx.conf --app {app}",
        "Run this check again.",
    ]
