"""What keeps all but the application's own answers out of an internal location."""

from collections.abc import Iterator

from ....settings import Settings
from ..wire import TOKEN_FIELD
from .variables import upstream_field


def guard(settings: Settings) -> Iterator[str]:
    """Yields the check that stands first in every internal location that begins a transfer."""
    yield "# rewrite and try_files lead to internal locations as well, and so does any other"
    yield "# upstream of this server; the application shows that it was the one."
    if settings.token is None:
        yield 'if ($upstream_http_x_accel_redirect = "") { return 404; }'
    else:
        yield f'if ({upstream_field(TOKEN_FIELD)} != "{settings.token}") {{ return 404; }}'
