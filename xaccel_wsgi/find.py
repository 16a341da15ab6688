"""Finding the middleware in an application that was wrapped, and wrapped again."""

import importlib
import inspect
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from .errors import SettingsError
from .middleware import XAccelMiddleware
from .settings import Settings, load_settings

_DEPTH = 8
_INI = re.compile(r"[^?#]+\.ini(?:\?[^#]*)?(?:#.*)?")


def find_settings(name: str | None) -> Settings:
    """Finds the settings of the application that is called `name`.

    Args:
        name: `module:app`, `module:factory()`, or an .ini file of PasteDeploy's: `app.ini`,
            `app.ini#section`, `app.ini?variable=value`. None takes the settings from `XACCEL_*`.

    Raises:
        SettingsError: The name leads to no application with the middleware.
    """
    if name is None:
        return _settings_of_the_environment()
    app = _load(name)
    middleware = find_middleware(app)
    if middleware is None:
        raise SettingsError(
            "app",
            f"no XAccelMiddleware is found in {name}",
            f"If it makes the application, write {name}()."
            if inspect.isfunction(app)
            else "Name the wrapped application, or leave the argument out and set XACCEL_*.",
        )
    return middleware.settings


def _settings_of_the_environment() -> Settings:
    if not any(os.environ.get(name) for name in ("XACCEL_ORIGINS", "XACCEL_INTERNAL_LOCATIONS")):
        raise SettingsError(
            "app",
            "no application is named, and XACCEL_ORIGINS isn't set",
            "Name the application, as in myapp:app; or set XACCEL_ORIGINS=https://files.example.com.",
        )
    return load_settings()


def _load(name: str) -> object:
    sys.path.insert(0, os.getcwd())
    if _INI.fullmatch(name):
        return _load_ini(name)
    match = re.fullmatch(r"([\w.]+):([\w.]+)(\(\))?", name)
    if match is None:
        raise SettingsError(
            "app", f"{name!r} isn't a module and an application", "As in myapp:app, or app.ini."
        )
    module_name, path, is_factory = match.groups()
    with _loading(name):
        found: Any = importlib.import_module(module_name)
        for attribute in path.split("."):
            found = getattr(found, attribute)
        return found() if is_factory else found


def _load_ini(name: str) -> object:
    with _loading(name):
        # Pyramid's; who has PasteDeploy alone has no pserve either.
        from pyramid.paster import get_app

        return get_app(name)


@contextmanager
def _loading(name: str) -> Iterator[None]:
    """Makes one error of whatever an application may raise while it is loaded."""
    try:
        yield
    except SettingsError:
        raise
    except Exception as error:
        raise SettingsError(
            "app",
            f"{name} can't be loaded: {type(error).__name__}: {error}",
            "Run it where the application runs, in its environment.",
        ) from error


def find_middleware(app: object) -> XAccelMiddleware | None:
    """Finds the middleware in an application, through attributes, wrappers and closures."""
    level, seen = [app], {id(app)}
    for _ in range(_DEPTH):
        following = []
        for candidate in level:
            if isinstance(candidate, XAccelMiddleware):
                return candidate
            for inner in _inside(candidate):
                if id(inner) not in seen:
                    seen.add(id(inner))
                    following.append(inner)
        level = following
    return None


def _inside(candidate: object) -> Iterator[object]:
    if inspect.isfunction(candidate):
        yield getattr(candidate, "__wrapped__", None)
        for cell in candidate.__closure__ or ():
            # One that isn't set yet is empty.
            with suppress(ValueError):
                yield cell.cell_contents
    elif inspect.ismethod(candidate):
        yield from (candidate.__func__, candidate.__self__)
    elif hasattr(candidate, "__dict__") and not isinstance(candidate, type):
        yield from (value for value in vars(candidate).values() if callable(value))
