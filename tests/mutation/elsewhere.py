"""The second hunt, for what no row sees: other tests, with the mutant in the generator.

As a plugin of pytest (`-p tests.mutation.elsewhere`), it makes the generator write the mutant.
"""

import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from tests.support.summary import failed_tests
from xaccel_wsgi.carriers.nginx import config
from xaccel_wsgi.doctor.configuration.reading import read_text

from .mutants import Mutant, text_of

_ROOT = Path(__file__).parents[2]
_MUTANT = "XACCEL_MUTANT"

# What NGINX does is tested here, and not what the text of its configuration is.
TESTS = (
    "tests/security/test_bypasses.py",
    "tests/carriers/test_receipts.py",
    "tests/security/test_canaries.py",
    "tests/nginx/test_connections.py",
    "tests/faults/test_connections.py",
    "tests/security/test_addresses.py",
    "tests/nginx/test_surroundings.py",
)
# For the cache's own lines: its tests, and the whole table with it.
_CACHE_TESTS = ("tests/nginx/test_cache.py", "tests/fidelity/test_kept.py", TESTS[0])
# Mutants that rows have nothing to do with, and who has.
_OTHERS_OWN = (
    (re.compile(r"log_format|xaccel_(?:complete|log_id|page|receipt|redirects)"), TESTS[1]),
    (re.compile(r"xaccel_(?:remote_status|first_byte_s|last_byte_s)"), TESTS[1]),
    (re.compile(r"internal|x_accel_token|return 404"), TESTS[0]),
    (re.compile(r"error_log"), TESTS[2]),
    (re.compile(r"_timeout|proxy_next_upstream|proxy_ssl_"), TESTS[4]),
    (re.compile(r"client_abort|proxy_store|location @\.\.\. > recursive"), TESTS[6]),
)

# What rows have to see, for they are about nothing else.
_ROWS_OWN = re.compile(r"proxy_hide_header|add_header|proxy_set_header|error_page|[a-z_]+ off\b")


def likely_failing(mutant: Mutant, known: str) -> str:
    """Returns a test that fails with a mutant, of those that are about its subject."""
    tests = [test for words, test in _OTHERS_OWN if words.search(mutant.id)]
    return (known and _run(mutant, known)) or (_run(mutant, *tests) if tests else "")


def failing(mutant: Mutant) -> str:
    """Returns a test that fails with a mutant; empty where none does."""
    return "" if _ROWS_OWN.match(mutant.place[-1]) else _run(mutant, *TESTS)


def failing_of_the_cache(mutant: Mutant, known: str) -> str:
    """Returns the same of the tests that are about the cache."""
    return (known and _run(mutant, known)) or _run(mutant, *_CACHE_TESTS)


def _run(mutant: Mutant, *tests: str) -> str:
    failed = _first_failing(tests, {_MUTANT: pickle.dumps(mutant).hex()})
    if failed and not _is_green(failed):
        raise RuntimeError(f"{failed} fails without a mutant, too")
    return failed


@cache
def _is_green(test: str) -> bool:
    return not _first_failing([test], {})


def _first_failing(tests: Iterable[str], environ: dict[str, str]) -> str:
    plugins = ["-p", __name__, "-p", "no:cacheprovider", "-p", "no:randomly"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-rfE", *plugins, *tests],
        cwd=_ROOT,
        env={**os.environ, "XACCEL_TEST_ALL": "1", **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    return next(iter(failed_tests(done.stdout)), "")


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
