"""Finding the middleware in an application, whatever is wrapped around it."""

import functools
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.django_project import application, django_application
from xaccel_wsgi import XAccelMiddleware
from xaccel_wsgi.find import find_middleware


class _Outer:
    def __init__(self, app: Any) -> None:
        self.app = app

    def call(self, *arguments: Any) -> Any:
        return self.app(*arguments)


def _closure(app: Any) -> Callable[..., Any]:
    def wrapped(*arguments: Any) -> Any:
        return later(app, *arguments)

    if app is None:
        # Makes `later` a variable of this function that is never set.
        later = None
    return wrapped


def _decorated(app: Any) -> Callable[..., Any]:
    # As Django's handlers are: a function around an object that isn't one.
    @functools.wraps(app, updated=())
    def wrapped(*arguments: Any) -> Any:
        return None

    return wrapped


@pytest.mark.parametrize(
    "wrap",
    [
        pytest.param(lambda app: app, id="itself"),
        pytest.param(_Outer, id="an object's attribute"),
        pytest.param(lambda app: _Outer(app).call, id="an object's method"),
        pytest.param(_closure, id="a closure with a variable that isn't set"),
        pytest.param(_decorated, id="a decorated object"),
        pytest.param(lambda app: _Outer(_closure(_decorated(app))), id="all together"),
    ],
)
def test_it_is_found(wrap: Callable[[Any], Any]) -> None:
    """Behind each way to wrap an application."""
    middleware = XAccelMiddleware(_Outer(None), origins=["https://files.example"])
    assert find_middleware(wrap(middleware)) is middleware


def test_it_is_not_found_where_it_is_not() -> None:
    """Django alone has none; Django's wrapped application does."""
    assert find_middleware(django_application) is None
    assert find_middleware(application) is application
