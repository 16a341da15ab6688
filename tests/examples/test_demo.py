"""The demo's command: each example, with a real store, with and without NGINX, to its end."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.client import send
from tests.support.nginx import nginx_missing_reason
from tools.ports import free_port

ROOT = Path(__file__).parents[2]
# What anybody gets of each; the reading room lets nobody in unknown.
PAGES = {"flask": ("/", 200), "pyramid": ("/plates/atlas/orion/", 200)}

pytestmark = pytest.mark.matrix


@pytest.mark.skipif(nginx_missing_reason() is not None, reason=str(nginx_missing_reason()))
@pytest.mark.parametrize("how", [[], ["--nginx"]], ids=["alone", "NGINX"])
@pytest.mark.parametrize("example", PAGES)
def test_the_demo(example: str, how: list[str]) -> None:
    """It answers where it says, and ends when it is told to."""
    command = [sys.executable, "tools/demo", example, "--port", str(free_port()), *how]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as demo:
        assert demo.stdout is not None
        said = ""
        for line in demo.stdout:
            said += line
            if "Ctrl-C ends it." in line:
                break
        address = re.search(r"http://(\S+)/\n", said)
        assert address is not None, said
        path, status = PAGES[example]
        got = send(address[1], path)
        demo.send_signal(signal.SIGINT)
        said += demo.stdout.read()
    assert (got.status, demo.returncode) == (status, 0), said
    assert said.endswith("nothing is left running.\n")
