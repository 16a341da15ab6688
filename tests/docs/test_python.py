"""Every Python snippet runs as it stands."""

import logging
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.docs.ask import TOKEN, check_handover
from tests.docs.prelude import prelude
from tests.docs.snippets import ROOT, SNIPPETS, Snippet, parameters
from tests.support.accounts import Accounts


def test_the_readme_has_an_application_for_each_framework() -> None:
    """Flask, Pyramid, and anything else."""
    readme = [s for s in SNIPPETS if s.place.startswith("README.md:") and s.language == "python"]
    assert sum(snippet.is_application for snippet in readme) >= 3


@pytest.mark.parametrize("snippet", parameters("python", lambda s: s.is_application))
def test_an_application_hands_its_file_over(snippet: Snippet, tmp_path: Path) -> None:
    """Copied into a file, with the token in the environment, it answers for NGINX."""
    (tmp_path / "myapp.py").write_text(snippet.text)
    command = [sys.executable, "-m", "tests.docs.ask", tmp_path / "myapp.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("snippet", parameters("python", lambda s: s.has_tests))
def test_the_documents_tests_pass(snippet: Snippet, tmp_path: Path) -> None:
    """By pytest, against the application of the same page."""
    (tmp_path / "myapp.py").write_text(snippet.application)
    (tmp_path / "test_myapp.py").write_text(snippet.text)
    command = [sys.executable, "-m", "pytest", "-W", "error", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.fixture
def log_as_it_was() -> Iterator[None]:
    """Takes back what a page does to the logger of the receipts."""
    receipts = logging.getLogger("xaccel_wsgi.receipts")
    level, propagate, handlers = receipts.level, receipts.propagate, list(receipts.handlers)
    yield
    receipts.setLevel(level)
    receipts.propagate = propagate
    receipts.handlers[:] = handlers


def _is_fragment(snippet: Snippet) -> bool:
    return not (snippet.is_application or snippet.has_tests)


@pytest.mark.usefixtures("log_as_it_was")
@pytest.mark.parametrize("snippet", parameters("python", _is_fragment))
def test_a_fragment_runs(
    snippet: Snippet, accounts: Accounts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With the prelude's names; the routes that it adds hand files over."""
    monkeypatch.chdir(tmp_path)
    for name, value in {**accounts.environ, "XACCEL_TOKEN": TOKEN}.items():
        monkeypatch.setenv(name, value)
    names = prelude()
    _run(snippet, names)
    for path in _added_routes(names["app"]):
        check_handover(names["app"], path)


def _run(snippet: Snippet, names: dict[str, Any]) -> None:
    try:
        code = compile(snippet.text, snippet.place, "exec")
    except SyntaxError as error:
        if error.msg != "'return' outside function":
            raise
        inside = textwrap.indent(snippet.text, "    ")
        code = compile(f"def view():\n{inside}\nview()\n", snippet.place, "exec")
    exec(code, names)


def _added_routes(app: Any) -> list[str]:
    """Returns a path for each of the Flask application's own GET routes, 7 for each variable.

    Error pages are no files.
    """
    adapter = app.url_map.bind("localhost")
    return [
        adapter.build(rule.endpoint, dict.fromkeys(rule.arguments, 7))
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static" and "GET" in rule.methods and "/errors/" not in rule.rule
    ]
