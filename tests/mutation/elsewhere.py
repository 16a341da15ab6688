"""The second hunt, for what no row sees: other tests, with the mutant in the generator.

As a plugin of pytest (`-p tests.mutation.elsewhere`), it makes the generator write the mutant.
"""

import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from xaccel_wsgi.carriers.nginx import config
from xaccel_wsgi.doctor.configuration.reading import read_text

from .mutants import Mutant, text_of

_ROOT = Path(__file__).parents[2]
_MUTANT = "XACCEL_MUTANT"
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)

# What NGINX does is tested here, and not what the text of its configuration is.
TESTS = (
    "tests/security/test_bypasses.py",
    "tests/carriers/test_receipts.py",
    "tests/security/test_logs.py",
    "tests/nginx",
    "tests/faults/test_connections.py",
    "tests/security/test_addresses.py",
    "tests/carriers",
)
_NOT_RUN = ("tests/nginx/test_configuration.py", "tests/nginx/test_surroundings.py")


def failing(mutant: Mutant, known: str) -> str:
    """Returns a test that fails with a mutant, `known` tried first; empty where none does."""
    return (known and _run(mutant, known)) or _run(mutant, *TESTS)


def _run(mutant: Mutant, *tests: str) -> str:
    ignored = [f"--ignore={path}" for path in _NOT_RUN]
    plugins = ["-p", __name__, "-p", "no:cacheprovider", "-p", "no:randomly"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-rfE", *plugins, *ignored, *tests],
        cwd=_ROOT,
        env={**os.environ, _MUTANT: pickle.dumps(mutant).hex()},
        capture_output=True,
        text=True,
        check=False,
    )
    found = _FAILED.search(done.stdout)
    return found[1] if found else ""


def _mutating(mutant: Mutant, part: Callable[..., str]) -> Callable[..., str]:
    def mutated(*arguments: object) -> str:
        return text_of(mutant.applied_to(read_text(part(*arguments))))

    return mutated


def pytest_configure() -> None:
    """Puts the mutant into the generator, wherever it is called."""
    mutant: Mutant = pickle.loads(bytes.fromhex(os.environ[_MUTANT]))
    name = f"{mutant.part}_part"
    mutated = _mutating(mutant, getattr(config, name))
    for module in (config, sys.modules[f"{config.__name__}.standalone"]):
        setattr(module, name, mutated)


if _MUTANT not in os.environ:
    del pytest_configure
