"""Reading configurations: files with what they include, the output of `nginx -T`, our own text.

crossplane does the parsing; it comes with the extra `doctor`.
"""

import fnmatch
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from ...errors import CheckError
from .tree import Directive

# How `nginx -T` begins each file.
_DUMPED_FILE = re.compile(r"^# configuration file (.+):$", re.MULTILINE)

# As crossplane returns them, the main one first: "file", "parsed" and more.
_Files = list[dict[str, Any]]


def read_file(path: str) -> Directive:
    """Reads a configuration with all that it includes.

    Args:
        path: Of an nginx.conf, or of a file with the output of `nginx -T`; `-` reads the latter
            from standard input.

    Returns:
        A directive without a name, whose block is the configuration.

    Raises:
        CheckError: It can't be read or parsed, or crossplane is missing.
    """
    if path == "-":
        return _read_dump(sys.stdin.read())
    try:
        text = Path(path).read_text(errors="replace")
    except OSError as error:
        raise CheckError(
            "nginx",
            f"{path} can't be read: {error.strerror}",
            "Run it as who may, or give it the output: nginx -T | xaccel-wsgi check --nginx -.",
        ) from None
    if _DUMPED_FILE.match(text.lstrip()):
        return _read_dump(text)
    return _root(_parsed(path))


def read_text(text: str) -> Directive:
    """Reads a configuration of ours; each directive with the comment before it.

    Raises:
        CheckError: crossplane is missing.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "generated.conf")
        Path(path).write_text(text)
        return _root(_parsed(path, comments=True))


def _read_dump(text: str) -> Directive:
    pieces = _DUMPED_FILE.split(text)
    if len(pieces) < 3:
        raise CheckError(
            "nginx",
            "this isn't the output of nginx -T: it names no configuration file",
            "As in: nginx -T | xaccel-wsgi check --nginx -.",
        )
    files: _Files = []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "one.conf")
        for name, content in zip(pieces[1::2], pieces[2::2], strict=True):
            Path(path).write_text(content.removeprefix("\n"))
            files += [{**each, "file": name} for each in _parsed(path, name, single=True)]
    for file in files:
        _include(file["parsed"], files, os.path.dirname(pieces[1]))
    return _root(files)


def _include(parsed: list[dict[str, Any]], files: _Files, folder: str) -> None:
    """Adds to each `include` what crossplane would: which of the files are meant."""
    names = [file["file"] for file in files]
    for each in parsed:
        if each["directive"] == "include":
            pattern = os.path.join(folder, each["args"][0])
            meant = sorted(name for name in names if _is_meant(name, pattern))
            each["includes"] = [names.index(name) for name in meant]
        _include(each.get("block", []), files, folder)


def _is_meant(name: str, pattern: str) -> bool:
    """Tells whether glob(3) finds the file, which NGINX asks: `*` passes neither `/` nor a dot."""
    parts, wanted = name.split("/"), pattern.split("/")
    return len(parts) == len(wanted) and all(
        fnmatch.fnmatchcase(part, each) and (each.startswith(".") or not part.startswith("."))
        for part, each in zip(parts, wanted, strict=True)
    )


def _parsed(path: str, name: str = "", **options: bool) -> _Files:
    # Whether arguments and contexts are right is for `nginx -t` to say.
    payload = _crossplane().parse(path, check_ctx=False, check_args=False, **options)
    for error in payload["errors"]:
        # crossplane's texts end in where it was.
        problem = re.sub(r" in \S+$", "", str(error["error"]))
        raise CheckError(
            "nginx",
            f"{name or error['file']}:{error['line']}: {problem}",
            "See what nginx -t says.",
        )
    files: _Files = payload["config"]
    return files


def _root(files: _Files) -> Directive:
    return Directive("", (), files[0]["file"], 0, tuple(_tree(files[0], files)))


def _tree(file: dict[str, Any], files: _Files, within: tuple[str, ...] = ()) -> Iterator[Directive]:
    """Makes directives of a file's and, in the place of `include`, of the included ones."""
    within = (*within, file["file"])

    def directives(parsed: list[dict[str, Any]], outer_reason: str) -> Iterator[Directive]:
        reason: list[str] = []
        after_comment = False
        for each in parsed:
            if each["directive"] == "#":
                reason = [*(reason if after_comment else ()), each["comment"].strip()]
                after_comment = True
                continue
            # A comment speaks for all that follows it, until the next one.
            after_comment = False
            said = " ".join(reason) or outer_reason
            for index in each.get("includes", ()):
                if files[index]["file"] not in within:
                    yield from _tree(files[index], files, within)
            if "includes" not in each:
                block = each.get("block")
                yield Directive(
                    each["directive"],
                    tuple(each["args"]),
                    file["file"],
                    each["line"],
                    None if block is None else tuple(directives(block, said)),
                    said,
                )

    return directives(file["parsed"], "")


def _crossplane() -> ModuleType:
    try:
        import crossplane
    except ImportError:
        raise CheckError(
            "nginx",
            "crossplane, which parses configurations, isn't installed",
            "Install it with: pip install 'xaccel-wsgi[doctor]'.",
        ) from None
    module: ModuleType = crossplane
    return module
