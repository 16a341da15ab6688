"""Finding the middleware in an application that was wrapped, and wrapped again."""

import inspect
from collections.abc import Iterator
from contextlib import suppress

from .middleware import XAccelMiddleware

_DEPTH = 8


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
