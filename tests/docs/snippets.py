"""The fenced snippets of README.md, CONTRIBUTING.md and docs/, and how each language is tested.

A snippet's language says how it is tested:

- `python` with a variable `app`: a whole application, run as a file of its own. It is asked for
  /reports/7 and must hand a file over.
- `python` with tests: run by pytest, beside the page's last application as `myapp.py`.
- `python` otherwise: a fragment, run with the names of `prelude.py`. With a `return` outside of a
  function it is the inside of a view. Routes that it adds to `app` are asked, too.
- `sh`: `xaccel-wsgi` and `export` are run, `make` is looked up, all else is checked for syntax.
- `nginx`: goes through `nginx -t`, in the block where it belongs.
- `ini`, `yaml`, `dockerfile`: to be read, with the values of our own settings checked for `ini`.
- `text`, `http`: what somebody says or sees; not tested.
"""

import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
LANGUAGES = {"python", "sh", "nginx", "ini", "yaml", "dockerfile", "text", "http"}

_FENCE = re.compile(r"^( *)```([^\n]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Snippet:
    """One fenced block.

    Attributes:
        place: File and line, as in `docs/nginx.md:7`.
        language: The fence's first word.
        text: Its lines, without the indentation that they share.
    """

    place: str
    language: str
    text: str

    @property
    def is_application(self) -> bool:
        """Whether it makes an `app` of its own."""
        return re.search(r"^(?: {4})?app = ", self.text, re.MULTILINE) is not None

    @property
    def has_tests(self) -> bool:
        """Whether it is a module of tests."""
        return re.search(r"^ *def test_", self.text, re.MULTILINE) is not None

    @property
    def application(self) -> str:
        """The text of the page's last application before it."""
        page = self.place.partition(":")[0]
        before = SNIPPETS[: SNIPPETS.index(self)]
        found = [s for s in before if s.place.startswith(f"{page}:") and s.is_application]
        return found[-1].text


def _snippets() -> list[Snippet]:
    found = []
    for page in PAGES:
        text = page.read_text()
        for match in _FENCE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            place = f"{page.relative_to(ROOT)}:{line}"
            language = match[2].partition(" ")[0]
            found.append(Snippet(place, language, textwrap.dedent(match[3])))
    return found


SNIPPETS = _snippets()


def parameters(language: str, kind: Callable[[Snippet], bool] | None = None) -> list[object]:
    """Returns the snippets of a language, or of one kind of it, as parameters of a test."""
    return [
        pytest.param(snippet, id=snippet.place)
        for snippet in SNIPPETS
        if snippet.language == language and (kind is None or kind(snippet))
    ]
