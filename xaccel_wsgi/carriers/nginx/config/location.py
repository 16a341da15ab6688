"""The part for every location that passes to the application."""

from collections.abc import Iterator

from ....settings import Settings
from ..wire import TOKEN_FIELD, gateway_token
from .layout import text_of
from .target import Target
from .variables import snake


def location_part(settings: Settings, target: Target) -> str:
    """Returns what belongs into every location that passes to the application."""
    return text_of(_location(settings, target))


def _location(settings: Settings, target: Target) -> Iterator[str]:
    module = "proxy" if target.protocol == "http" else "uwsgi"
    yield "# xaccel-wsgi, location part: for every location that passes to the application."
    value = gateway_token(settings)
    yield "# Shows the application that NGINX is in front, and which configuration it has. The"
    yield "# client's own header of that name is replaced."
    if module == "proxy":
        yield f'proxy_set_header {TOKEN_FIELD} "{value}";'
    else:
        yield f'uwsgi_param HTTP_{snake(TOKEN_FIELD).upper()} "{value}";'
    yield "# A handoff with a long signed URL is one large block of headers."
    yield f"{module}_buffer_size {settings.buffer_bytes};"
    yield "# Changes no answer: NGINX wants these to fit the size above."
    yield f"{module}_buffers 8 {settings.buffer_bytes};"
    yield f"{module}_busy_buffers_size {2 * settings.buffer_bytes};"
