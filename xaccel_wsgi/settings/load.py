"""Where the settings come from: each from the first place that has it.

A keyword argument, then a mapping (`app.config`, Pyramid's ini settings), then the environment. A
mapping may spell `read_timeout_s` as `XACCEL_READ_TIMEOUT_S` or as `xaccel.read_timeout_s`.
"""

import difflib
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..errors import SettingsError, shown
from ..rules.origin import AllowList, parse_origins
from .value import CARRIED_HEADERS, Settings, check

# Of the same length.
_MAPPING_PREFIXES = ("XACCEL_", "xaccel.")


def load_settings(
    mapping: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
    **options: Any,
) -> Settings:
    """Makes the settings from keyword arguments, over `mapping`, over `environ`.

    Args:
        mapping: A framework's configuration; what isn't `is_ours` in it is its own.
        environ: The process environment, by default; only `XACCEL_*` of it is read.
        options: One argument for each attribute of `Settings`. Lists may be given as strings,
            separated by white space or commas; numbers and booleans too.

    Raises:
        SettingsError: One of them is unknown or can't be used.
    """
    check(
        mapping is None or isinstance(mapping, Mapping), "config", type(mapping), "isn't a mapping",
        "Give settings by their names, as in origins=[...]; those of Django, too.",
    )  # fmt: skip
    values: dict[str, object] = {}
    for key, value in (os.environ if environ is None else environ).items():
        name = key.removeprefix("XACCEL_").lower()
        # The environment is shared with others, so what isn't known isn't an error.
        if key.startswith("XACCEL_") and name in _CONVERTERS and value:
            values[name] = value
    for key, value in (mapping or {}).items():
        if is_ours(key):
            values[_known(key[7:].lower(), key)] = value
    values |= {_known(name, name): value for name, value in options.items() if value is not None}
    if not values.get("internal_locations"):
        values.setdefault("origins", ())
    made = {name: _CONVERTERS[name](name, value) for name, value in values.items()}
    # With files of this machine alone nothing need be fetched.
    made.setdefault("origins", AllowList(()))
    return Settings(**made)


def is_ours(key: object) -> bool:
    """Tells whether a key of a framework's configuration is one of this package's settings."""
    return isinstance(key, str) and key.startswith(_MAPPING_PREFIXES)


def _known(name: str, written: str) -> str:
    if name not in _CONVERTERS:
        likely = difflib.get_close_matches(name, _CONVERTERS, n=1)
        guess = f"Did you mean {likely[0]}? " if likely else ""
        raise SettingsError(
            shown(written)[1:-1], "no such setting", f"{guess}There are {', '.join(_CONVERTERS)}."
        )
    return name


def _text(field: str, value: object) -> str:
    check(isinstance(value, str), field, type(value), "isn't a string", "Give a string.")
    return str(value)


def _optional_text(field: str, value: object) -> str | None:
    return None if value is None or value == "" else _text(field, value)


def _names(field: str, value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(value.replace(",", " ").split())
    check(isinstance(value, Iterable), field, value, "isn't a list", "Give a list of strings.")
    return tuple(_text(field, item) for item in value)  # type: ignore[attr-defined]


def _folders(field: str, value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, Mapping):
        value = _read_folders(field, _names(field, value))
    folders = {k: str(v) if isinstance(v, os.PathLike) else v for k, v in value.items()}
    return tuple(
        (_text(field, location), _text(field, folder).rstrip("/") or "/")
        for location, folder in folders.items()
    )


def _read_folders(field: str, entries: Iterable[str]) -> dict[str, str]:
    """Reads them as the environment and .ini files write them."""
    folders: dict[str, str] = {}
    for entry in entries:
        location, separator, folder = entry.partition("=")
        remedy = "Write each once, as in /protected/=/srv/files."
        check(separator, field, entry, "names no folder", remedy)
        check(location not in folders, field, location, "is there twice", remedy)
        folders[location] = folder
    return folders


def _header_names(field: str, value: object) -> tuple[str, ...]:
    return tuple({name.lower(): name for name in _names(field, value)}.values())


def _carried(field: str, value: object) -> tuple[str, ...]:
    return _header_names(field, (*CARRIED_HEADERS, *_names(field, value)))


def _number(kind: type[float] | type[int]) -> Callable[[str, object], float]:
    def convert(field: str, value: object) -> float:
        try:
            if isinstance(value, bool) or not isinstance(value, str | int | float):
                raise TypeError
            number = kind(value)
            if kind is int and isinstance(value, float) and number != value:
                raise ValueError
            return number
        except (TypeError, ValueError, OverflowError):
            raise SettingsError(field, f"{shown(value)} isn't a number", "Give a number.") from None

    return convert


def _boolean(field: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    words = {"true": True, "yes": True, "on": True, "1": True}
    words |= {"false": False, "no": False, "off": False, "0": False}
    check(
        isinstance(value, str) and value.lower() in words,
        field, value, "isn't a boolean", "Say true or false.",
    )  # fmt: skip
    return words[str(value).lower()]


# One converter a setting; `Settings` checks what they give.
_CONVERTERS: dict[str, Callable[[str, Any], Any]] = {
    "origins": lambda field, value: parse_origins(_names(field, value)),
    "mode": _text,
    "token": _optional_text,
    "prefix": _text,
    "request_header_names": _header_names,
    "carried_headers": _carried,
    "hidden_headers": _header_names,
    "ca_file": _optional_text,
    "connect_timeout_s": _number(float),
    "read_timeout_s": _number(float),
    "buffer_bytes": _number(int),
    "internal_locations": _folders,
    "error_page": _optional_text,
    "nginx_error_log": _optional_text,
    "pin_dns": _boolean,
    "cache": _optional_text,
    "cache_max_bytes": _number(int),
    "cache_slice_bytes": _number(int),
    "cache_unused_s": _number(float),
}
