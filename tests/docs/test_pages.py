"""What the documents must have, and what the site must not."""

import configparser
import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

import xaccel_wsgi
from tests.docs.snippets import LANGUAGES, ROOT, SNIPPETS, Snippet, parameters
from xaccel_wsgi import RemoteFile, Settings
from xaccel_wsgi.settings import CARRIED_HEADERS, load_settings

REFERENCE = (ROOT / "docs" / "reference.md").read_text()


@pytest.mark.parametrize("snippet", [pytest.param(s, id=s.place) for s in SNIPPETS])
def test_a_snippet_says_its_language(snippet: Snippet) -> None:
    """None escapes its test by another word on the fence."""
    assert snippet.language in LANGUAGES


@pytest.mark.parametrize("snippet", parameters("ini"))
def test_an_ini_file_is_read(snippet: Snippet) -> None:
    """And names no setting that isn't one."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(snippet.text)
    for section in parser.sections():
        named = {k: v for k, v in parser[section].items() if k.startswith("xaccel.")}
        load_settings({"xaccel.origins": "https://h", **named}, environ={})


@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_a_setting_has_its_row(name: str) -> None:
    """No setting is left for readers of the source to find."""
    assert re.search(rf"^\| `{name}` \|", REFERENCE, re.MULTILINE)


# Described there, not listed.
_DESCRIBED = {"origins", "carried_headers", "hidden_headers"}
_IN_WORDS = {"none": None, "the system's": None, "false": False, "10 GiB": 10 * 1024**3}


@pytest.mark.parametrize("name", sorted({field.name for field in fields(Settings)} - _DESCRIBED))
def test_a_setting_has_the_default_that_is_documented(name: str) -> None:
    """It is what holds where nothing is said."""
    row = re.search(rf"^\| `{name}` \| ([^|]+) \|", REFERENCE, re.MULTILINE)
    assert row is not None
    said = row[1].strip("`")
    default = getattr(load_settings(environ={}, origins=["https://h"]), name)
    if isinstance(default, tuple):
        default = ", ".join(default) or None
    assert default == _IN_WORDS.get(said, int(said) if said.isdigit() else said)


@pytest.mark.parametrize("name", [field.name for field in fields(RemoteFile)])
def test_an_argument_has_its_row(name: str) -> None:
    """Nor an argument."""
    assert re.search(rf"^\| (?:`\w+`, )*`{name}`(?:, `\w+`)* \|", REFERENCE, re.MULTILINE)


def test_the_carried_headers_are_listed() -> None:
    """All of them, and no other, in their order."""
    listed = re.search(r"and cookies: (.*?)\. For another", REFERENCE, re.DOTALL)
    assert listed is not None
    assert tuple(re.split(r",\s+", listed[1])) == CARRIED_HEADERS


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")), ids=lambda page: page.name)
def test_a_link_of_the_folder_leads_somewhere(page: Path) -> None:
    """Links and pictures of the pages outside of the site; the site's own its build checks."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("name", xaccel_wsgi.__all__)
def test_a_public_name_is_described(name: str) -> None:
    """The reference knows all that the package gives."""
    assert re.search(rf"`{name}\b|^## {name}$", REFERENCE, re.MULTILINE)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The built site: the text of each page by its path."""
    folder: Path = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environ = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {str(p.relative_to(folder)): p.read_text() for p in folder.rglob("*.html")}


def test_the_site_loads_nothing_from_elsewhere(pages: dict[str, str]) -> None:
    """No font, script, style or picture of another host: who reads is nobody's business."""
    loads = re.compile(
        r"<(?:script|img|iframe|source|video|audio|object)\b[^>]*\b(?:src|data)=[\"']?(?:https?:)?//"
        r"|<link\b[^>]*\brel=[\"']?(?:stylesheet|preconnect|preload|icon)[^>]*"
        r"\bhref=[\"']?(?:https?:)?//|url\([\"']?(?:https?:)?//|@import"
    )
    assert {path: loads.findall(text) for path, text in pages.items() if loads.search(text)} == {}
