"""How a configuration is laid out and quoted; nothing here knows what it says."""

from collections.abc import Iterable, Iterator


def text_of(lines: Iterable[str]) -> str:
    """Joins lines into a text."""
    return "\n".join(lines) + "\n"


def indented(lines: Iterable[str]) -> Iterator[str]:
    """Indents lines by one level."""
    return ("    " + line if line else line for line in lines)


def indent(text: str, levels: int) -> str:
    """Indents a text by some levels."""
    pad = "    " * levels
    return "\n".join(pad + line if line else line for line in text.splitlines()) + "\n"


def wrapped(words: Iterable[str], width: int) -> Iterator[str]:
    """Yields lines of words, each under `width` characters where a word allows it."""
    line = ""
    for word in words:
        if line and len(line) + len(word) >= width:
            yield line
            line = ""
        line = f"{line} {word}" if line else word
    yield line


def quoted(expression: str) -> str:
    """Fits an expression into NGINX's double quotes, which keep all other backslashes."""
    return expression.replace('"', r"\"")


def milliseconds(seconds: float) -> str:
    """Writes a time as NGINX reads it; never 0, which would mean something else."""
    return f"{max(1, round(seconds * 1000))}ms"
