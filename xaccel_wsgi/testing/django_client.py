"""Django's test client, which calls Django itself and not the WSGI application around it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from werkzeug.test import run_wsgi_app

from ..find import find_middleware
from ..remote_file import HEADER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@contextmanager
def goes_through_the_middleware() -> Iterator[None]:
    """Puts the middleware around WSGI_APPLICATION into the way of Django's test clients.

    Where there is none, a view's RemoteFile raises, as it would in production.
    """
    if "django.test" not in sys.modules:
        yield
        return
    from django.core.servers.basehttp import get_internal_wsgi_application
    from django.http import HttpResponse
    from django.http.response import ResponseHeaders
    from django.test.client import ClientHandler

    ask_django = ClientHandler.__call__

    def ask(handler: ClientHandler, environ: "WSGIEnvironment") -> HttpResponse:
        middleware = find_middleware(get_internal_wsgi_application())
        if middleware is None:
            return ask_django(handler, environ)
        responses: list[Any] = []

        def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
            response = ask_django(handler, environ)
            responses.append(response)
            status = f"{response.status_code} {response.reason_phrase}"
            start_response(status, list(response.headers.items()))
            return []

        through = copy(middleware)
        through.app = app
        _, status, headers = run_wsgi_app(through, environ)
        if not responses:
            # The middleware's own answer: an error page, which the application renders for it.
            return ask_django(handler, environ)
        response = responses[0]
        if HEADER in response.headers:
            # What the client would get; cookies stay where Django keeps them.
            response.status_code = int(status.partition(" ")[0])
            response.headers = ResponseHeaders(dict(headers))
        return response

    with patch.object(ClientHandler, "__call__", ask):
        yield
