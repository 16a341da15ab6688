"""Every command of ours in the documents exists, with its options, and works."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.prelude import STORE
from tests.docs.snippets import ROOT, Snippet, parameters
from xaccel_wsgi import cli

# What the documents call the reader's own module.
APP = f"""
from flask import Flask
from xaccel_wsgi import XAccelMiddleware

app = Flask(__name__)
app.wsgi_app = XAccelMiddleware(app.wsgi_app, origins=["{STORE}"])
"""
# These need nothing but the folder that they are run in; the others a site or an NGINX.
RUN = ("export", "xaccel-wsgi nginx")


def _commands(snippet: Snippet) -> list[str]:
    joined = snippet.text.replace("\\\n", " ")
    lines = (re.sub(r"(?:^|\s)#.*", "", line).strip() for line in joined.splitlines())
    return [re.sub(r"^\S*/bin/(?=xaccel-wsgi )", "", line) for line in lines if line]


@pytest.mark.parametrize("snippet", parameters("sh"))
def test_the_shell_reads_it(snippet: Snippet) -> None:
    """No quote is left open."""
    done = subprocess.run(["sh", "-n"], input=snippet.text, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("snippet", parameters("sh"))
def test_our_commands_run(snippet: Snippet, tmp_path: Path) -> None:
    """In an empty folder with the reader's application, /etc and /tmp being in that folder."""
    (tmp_path / "myapp.py").write_text(APP)
    lines = [line for line in _commands(snippet) if line.startswith(RUN)]
    script = re.sub(r"(?<![\w/])/(etc|tmp)/", rf"{tmp_path}/\1/", "\n".join(lines))
    folder = Path(sys.executable).parent
    environ = {"PATH": f"{folder}:{os.environ['PATH']}", "XACCEL_ORIGINS": STORE}
    done = subprocess.run(
        ["sh", "-eu"], input=script, text=True, capture_output=True, cwd=tmp_path, env=environ
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("snippet", parameters("sh"))
def test_our_other_commands_are_understood(snippet: Snippet) -> None:
    """Their options exist, and so does every target of make."""
    for line in _commands(snippet):
        words = shlex.split(line)
        if words[0] == "xaccel-wsgi":
            cli._parser().parse_args(words[1:])
        elif words[0] == "make":
            done = subprocess.run(["make", "-n", *words[1:]], cwd=ROOT, capture_output=True)
            assert done.returncode == 0, done.stderr
