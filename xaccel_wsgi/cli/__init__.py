"""The command `xaccel-wsgi`: one file for each of its subcommands."""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import cast

from .. import __version__
from ..errors import XAccelError
from . import check, explain, nginx


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command.

    Returns:
        Its exit status: 0, or 1 for what was found or refused, or 2 for what couldn't be done.
    """
    options = _parser().parse_args(arguments)
    try:
        status = cast(int, options.run(options))
        # Whether somebody still reads shows only when it goes out.
        sys.stdout.flush()
        return status
    except XAccelError as error:
        print(f"xaccel-wsgi: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader has what it wants, as `head` does; nothing more is to be written at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="xaccel-wsgi", description="Send remote files from Python web applications."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    nginx.add_to(commands)
    check.add_to(commands)
    explain.add_to(commands)
    return parser
