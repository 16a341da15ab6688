"""Pyramid: `config.include("xaccel_wsgi")`; and the filter for PasteDeploy's .ini pipelines."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .middleware import XAccelMiddleware
from .remote_file import RemoteFile
from .settings import is_ours

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def includeme(config: Any) -> None:
    """Lets views return a RemoteFile, and puts the middleware in place.

    Where neither the settings nor the environment say where files may come from, that is left to
    the pipeline around the application: `[filter:xaccel]`.

    Args:
        config: Pyramid's Configurator; `xaccel.*` and `XACCEL_*` of its settings are ours.

    Raises:
        SettingsError: One of them can't be used; when the application is made.
    """
    from pyramid.events import ApplicationCreated

    config.add_response_adapter(_response, RemoteFile)
    config.add_subscriber(_wrap, ApplicationCreated)


def _response(remote: RemoteFile) -> Any:
    from pyramid.threadlocal import get_current_request

    request = get_current_request()
    response = request.response
    response.headers.update(remote.response_headers(request.environ))
    return response


def _wrap(event: Any) -> None:
    router = event.app
    in_settings = any(map(is_ours, router.registry.settings))
    # A token alone may be the pipeline's.
    in_environ = "XACCEL_ORIGINS" in os.environ or "XACCEL_INTERNAL_LOCATIONS" in os.environ
    if in_settings or in_environ:
        router.execution_policy = _Policy(router, router.execution_policy)


class _Policy:
    """An execution policy whose response is the whole application behind the middleware."""

    def __init__(self, router: Any, policy: Callable[..., Any]) -> None:
        def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Any:
            return policy(environ, router)(environ, start_response)

        self.middleware = XAccelMiddleware(app, router.registry.settings)

    def __call__(self, environ: "WSGIEnvironment", router: Any) -> XAccelMiddleware:  # noqa: ARG002
        return self.middleware


def paste_filter(
    app: "WSGIApplication",
    global_conf: dict[str, str],  # noqa: ARG001
    **local_conf: str,
) -> XAccelMiddleware:
    """Makes the filter for `[filter:xaccel] use = egg:xaccel-wsgi`; its keys are the settings."""
    return XAccelMiddleware(app, None, **local_conf)
