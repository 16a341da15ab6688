"""`xaccel-wsgi explain`: what becomes of a URL."""

import argparse
import os
import sys
from typing import TYPE_CHECKING

from ..carriers.nginx import config
from ..doctor.explain import explain
from ..doctor.report import Terminal
from ..find import find_settings
from .arguments import APP_HELP, target_version, version

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_to(commands: "_SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the subcommand."""
    parser = commands.add_parser(
        "explain",
        help="show what becomes of a URL",
        description="Shows how a URL is read, which origin admits it, what NGINX is told and what "
        "it sends. Asks nobody. The exit status is 1 where the URL is refused.",
    )
    parser.set_defaults(run=_explain)
    parser.add_argument("url", metavar="URL", help="of a file, as for a RemoteFile")
    parser.add_argument("--app", metavar="MODULE:APP", help=APP_HELP)
    parser.add_argument(
        "--nginx-version", type=version, metavar="X.Y.Z", help="the NGINX (that of this machine)"
    )
    parser.add_argument(
        "--show-query", action="store_true", help="show the query, which may be a signature"
    )


def _explain(options: argparse.Namespace) -> int:
    known = options.app or os.environ.get("XACCEL_ORIGINS")
    settings = find_settings(options.app) if known else None
    target = config.Target(target_version(options.nginx_version))
    explanation = explain(options.url, settings, target, show_query=options.show_query)
    terminal = Terminal(sys.stdout, sys.stderr)
    for section in explanation.sections:
        terminal.section(section.heading, section.lines)
    if explanation.refused is not None:
        terminal.refusal(explanation.refused.problem, explanation.refused.remedy)
        return 1
    if settings is None:
        terminal.note("Which origin admits it isn't known: give --app, or set XACCEL_ORIGINS.")
    return 0
