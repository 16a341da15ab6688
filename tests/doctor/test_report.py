"""What a person sees in a terminal, and a machine in its place."""

import io
import json
import re

import pytest

from xaccel_wsgi.doctor.finding import Finding
from xaccel_wsgi.doctor.report import Terminal, as_json, exit_status

OK = Finding(id="a", status="ok", group="First", what="All is well", where="a.conf:1")
WARN = Finding(
    id="b", status="warn", group="First", what="Slow", where="a.conf:2", why="It waits.", fix="x;"
)
BAD = Finding(
    id="c", status="bad", group="Second", what="Open to everybody who asks for it in any way",
    where="b.conf:3", why="Anyone may have any file, past the application.",
    fix="internal;\n" + "\n".join(f"proxy_hide_header X-{n};" for n in range(9)),
)  # fmt: skip


class _Tty(io.TextIOWrapper):
    """A terminal that remembers what was written to it."""

    def __init__(self, encoding: str, *, is_tty: bool) -> None:
        super().__init__(io.BytesIO(), encoding=encoding)
        self._is_tty = is_tty

    def isatty(self) -> bool:
        return self._is_tty

    @property
    def text(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode(self.encoding)  # type: ignore[attr-defined]


def _shown(
    monkeypatch: pytest.MonkeyPatch, *, columns: int = 80, encoding: str = "utf-8",
    is_tty: bool = False, **environ: str
) -> str:  # fmt: skip
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"COLUMNS": str(columns), **environ}.items():
        monkeypatch.setenv(name, value)
    stream = _Tty(encoding, is_tty=is_tty)
    terminal = Terminal(stream, _Tty(encoding, is_tty=is_tty))
    found = terminal.show("The site", [OK, WARN, BAD])
    terminal.conclude(found, ["Do this.", "Then that."])
    return stream.text


def test_findings_stand_under_their_headings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Good ones in a line; of others where, why, and what to write; and what it comes to."""
    assert (
        _shown(monkeypatch)
        == """The site

First
  ✓ All is well
  ! Slow
    a.conf:2
    It waits.
    → x;

Second
  ✗ Open to everybody who asks for it in any way
    b.conf:3
    Anyone may have any file, past the application.
    → internal;
    → proxy_hide_header X-0;
    → proxy_hide_header X-1;
      and 7 more such lines

1 wrong, 1 to look at, 1 in order.
Next
  1. Do this.
  2. Then that.
"""
    )


def test_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Text is wrapped under itself."""
    text = _shown(monkeypatch, columns=40)
    assert max(map(len, text.splitlines())) <= 40
    assert "  ✗ Open to everybody who asks for it in\n    any way\n" in text


def test_colours_where_there_are_some(monkeypatch: pytest.MonkeyPatch) -> None:
    """They change nothing of the text."""
    coloured = _shown(monkeypatch, is_tty=True)
    assert "\x1b[31m✗" in coloured
    assert re.sub(r"\x1b\[[0-9]+m", "", coloured) == _shown(monkeypatch)


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_no_colours_where_none_are_wanted(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """https://no-color.org, and terminals that know none."""
    assert "\x1b" not in _shown(monkeypatch, is_tty=True, **environ)


def test_a_terminal_without_unicode(monkeypatch: pytest.MonkeyPatch) -> None:
    """Marks are letters then."""
    text = _shown(monkeypatch, encoding="ascii")
    assert "  x Open" in text
    assert "  + All" in text


def test_progress_is_wiped_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stands on a terminal's last line for as long as it is true, and nowhere else."""
    monkeypatch.setenv("TERM", "xterm")
    stream, errors = _Tty("utf-8", is_tty=True), _Tty("utf-8", is_tty=True)
    terminal = Terminal(stream, errors)
    terminal.progress("Asking")
    assert errors.text == "Asking"
    terminal.show("x", [OK])
    assert errors.text == "Asking\r      \r"
    silent = _Tty("utf-8", is_tty=False)
    Terminal(stream, silent).progress("Asking")
    assert silent.text == ""


def test_json_has_every_finding_whole() -> None:
    """Every finding with its five fields."""
    found = json.loads(as_json([OK, BAD]))["findings"]
    assert [f["id"] for f in found] == ["a", "c"]
    assert found[0].keys() >= {"id", "status", "where", "why", "fix"}


@pytest.mark.parametrize(
    ("findings", "status"), [([OK], 0), ([OK, WARN], 1), ([BAD], 1), ([], 0)], ids=str
)
def test_the_exit_status(findings: list[Finding], status: int) -> None:
    """0 is clean, 1 has findings."""
    assert exit_status(findings) == status
