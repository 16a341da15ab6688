"""Findings as a person reads them in a terminal, and as a machine does."""

import json
import os
import shutil
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TextIO

from .finding import Finding, Status

_MARKS: dict[Status, tuple[str, str, str]] = {
    # In Unicode, in ASCII, and the colour (ECMA-48 SGR).
    "ok": ("✓", "+", "32"),
    "warn": ("!", "!", "33"),
    "bad": ("✗", "x", "31"),
}
_TOTALS: dict[Status, str] = {"bad": "wrong", "warn": "to look at", "ok": "in order"}
_BOLD, _DIM, _FIX = "1", "2", "36"
_WIDEST = 100
_FIX_LINES = 3


class Terminal:
    """Where a person reads; knows what it can show."""

    def __init__(self, stream: TextIO, errors: TextIO) -> None:
        """Findings go to `stream`, progress to `errors` where that is a terminal."""
        self._stream = stream
        self._errors = errors
        self._colours = _has_colours(stream)
        self._unicode = (stream.encoding or "").lower().replace("-", "") == "utf8"
        self._width = min(_WIDEST, shutil.get_terminal_size().columns)
        self._progress = 0

    def show(self, subject: str, findings: Iterable[Finding]) -> list[Finding]:
        """Prints what is looked at, and findings as they come, under their headings.

        Returns:
            The findings.
        """
        shown: list[Finding] = []
        try:
            for finding in findings:
                self._clear()
                if not shown:
                    self._paragraph(subject, "", "", style=_DIM)
                if not shown or finding.group != shown[-1].group:
                    self._print("\n" + self._styled(_BOLD, finding.group))
                self._finding(finding)
                shown.append(finding)
        finally:
            self._clear()
        return shown

    def conclude(self, findings: Sequence[Finding], next_steps: Sequence[str]) -> None:
        """Prints what it comes to, and what to do next."""
        statuses = [finding.status for finding in findings]
        parts = [
            self._styled(_MARKS[status][2], f"{statuses.count(status)} {word}")
            for status, word in _TOTALS.items()
            if status in statuses
        ]
        self._print("\n" + ", ".join(parts) + ".")
        if next_steps:
            self._print(self._styled(_BOLD, "Next"))
            for number, step in enumerate(next_steps, 1):
                self._paragraph(step, f"  {number}. ", "     ")

    def section(self, heading: str, lines: Sequence[tuple[str, str]]) -> None:
        """Prints lines of a label and what there is to say about it."""
        self._print("\n" + self._styled(_BOLD, heading))
        for label, text in lines:
            padded = f"  {label:<13}"
            styled = self._styled(_DIM, padded)
            self._paragraph(text, styled, " " * 15, invisible=len(styled) - len(padded))

    def refusal(self, problem: str, remedy: str) -> None:
        """Prints why something goes no further."""
        finding = Finding(
            id="refused", status="bad", group="", what=f"Refused: {problem}", fix=remedy
        )
        self._print("")
        self._finding(finding)

    def note(self, text: str) -> None:
        """Prints a remark."""
        self._print("")
        self._paragraph(text, "", "")

    def progress(self, text: str) -> None:
        """Shows on the last line what is being done."""
        if not self._errors.isatty() or os.environ.get("TERM") == "dumb":
            return
        self._clear()
        line = text[: self._width - 1]
        self._errors.write(line)
        self._errors.flush()
        self._progress = len(line)

    def _clear(self) -> None:
        if self._progress:
            self._errors.write("\r" + " " * self._progress + "\r")
            self._errors.flush()
            self._progress = 0

    def _finding(self, finding: Finding) -> None:
        fancy, plain, colour = _MARKS[finding.status]
        mark = self._styled(colour, fancy if self._unicode else plain)
        self._paragraph(finding.what, f"  {mark} ", "    ", invisible=len(mark) - 1)
        if finding.status == "ok":
            return
        if finding.where:
            self._paragraph(finding.where, "    ", "    ", style=_DIM)
        if finding.why:
            self._paragraph(finding.why, "    ", "    ")
        lines = finding.fix.splitlines()
        arrow = "→" if self._unicode else "->"
        for line in lines[:_FIX_LINES]:
            self._paragraph(line, f"    {arrow} ", " " * (5 + len(arrow)), style=_FIX)
        if len(lines) > _FIX_LINES:
            self._paragraph(f"and {len(lines) - _FIX_LINES} more such lines", "      ", "      ")

    def _paragraph(
        self, text: str, first: str, rest: str, *, style: str = "", invisible: int = 0
    ) -> None:
        """Prints `text` within the width; `invisible` is how much of `first` takes no room."""
        indent = " " * (len(first) - invisible)
        # What can't be broken runs over rather than being torn: it is to be copied.
        lines = textwrap.wrap(
            text,
            max(self._width, 40),
            initial_indent=indent,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
        lines[0] = first + lines[0][len(indent) :]
        for line in lines:
            self._print(self._styled(style, line) if style else line)

    def _styled(self, style: str, text: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self._colours else text

    def _print(self, text: str) -> None:
        print(text, file=self._stream, flush=True)


def as_json(findings: Iterable[Finding]) -> str:
    """Returns the findings for a machine."""
    return json.dumps({"findings": [asdict(finding) for finding in findings]}, indent=2)


def exit_status(findings: Iterable[Finding]) -> int:
    """Returns 0 where all is in order, 1 where something was found."""
    return int(any(finding.status != "ok" for finding in findings))


def _has_colours(stream: TextIO) -> bool:
    # https://no-color.org
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
