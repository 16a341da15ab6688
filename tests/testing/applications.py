"""One application in four frameworks, each with the client that its people test with.

Every path is Ada's alone. A view names the file; a hook gives the download its final name.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import flask
import webtest
import werkzeug.test
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client as DjangoClient
from django.test import override_settings
from django.urls import re_path
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPForbidden

from tests.support import django_project
from xaccel_wsgi import RemoteFile, XAccelMiddleware

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ORIGIN = "https://files.example"
URLS = {"/reports/7": f"{ORIGIN}/7.pdf?signature=1", "/outside": "https://elsewhere.example/7.pdf"}
FINAL_NAME = "attachment; filename=\"Q3 resume.pdf\"; filename*=UTF-8''Q3%20r%C3%A9sum%C3%A9.pdf"

# Asks for a path as somebody, and returns the client's own response.
Get = Callable[..., Any]


def _remote(path: str) -> RemoteFile:
    return RemoteFile(URLS[path], filename="before.pdf", etag="v7")


def _wrapped(app: Any, wrapped: bool) -> Any:
    return XAccelMiddleware(app, origins=[ORIGIN]) if wrapped else app


@contextmanager
def flask_client(*, wrapped: bool = True) -> Iterator[Get]:
    """Flask and its test client."""
    app = flask.Flask("reports")
    app.testing = True
    app.wsgi_app = _wrapped(app.wsgi_app, wrapped)  # type: ignore[method-assign]

    @app.get("/<path:path>")
    def report(path: str) -> Any:
        if flask.request.headers.get("X-Person") != "ada":
            flask.abort(403)
        return _remote(f"/{path}")

    @app.after_request
    def name(response: flask.Response) -> flask.Response:
        response.set_cookie("seen", "1")
        response.headers["Content-Disposition"] = FINAL_NAME
        return response

    client = app.test_client()
    yield lambda path, person, **more: client.get(path, headers={"X-Person": person, **more})


@contextmanager
def pyramid_client() -> Iterator[Get]:
    """Pyramid and WebTest."""

    def name(request: Any, response: Any) -> None:
        response.set_cookie("seen", "1")
        response.headers["Content-Disposition"] = FINAL_NAME

    def report(request: Any) -> RemoteFile:
        if request.headers.get("X-Person") != "ada":
            raise HTTPForbidden
        request.add_response_callback(name)
        return _remote(request.path)

    with Configurator(settings={"xaccel.origins": ORIGIN}) as config:
        config.include("xaccel_wsgi")
        config.add_route("report", "/*path")
        config.add_view(report, route_name="report")
    client = webtest.TestApp(config.make_wsgi_app())
    yield lambda path, person, **more: client.get(
        path, headers={"X-Person": person, **more}, expect_errors=True
    )


@contextmanager
def django_client(*, wrapped: bool = True) -> Iterator[Get]:
    """Django and its test client."""

    def report(request: HttpRequest) -> HttpResponse:
        if request.headers.get("X-Person") != "ada":
            raise PermissionDenied
        response = HttpResponse(headers=_remote(request.path).response_headers(request.META))
        response.set_cookie("seen", "1")
        response.headers["Content-Disposition"] = FINAL_NAME
        return response

    name = "application" if wrapped else "django_application"
    with override_settings(
        ROOT_URLCONF=(re_path("", report),), WSGI_APPLICATION=f"{django_project.__name__}.{name}"
    ):
        client = DjangoClient()
        yield lambda path, person, **more: client.get(path, headers={"X-Person": person, **more})


@contextmanager
def bare_client(*, wrapped: bool = True) -> Iterator[Get]:
    """A WSGI function and Werkzeug's client."""

    def report(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ.get("HTTP_X_PERSON") != "ada":
            start_response("403 Forbidden", [("Content-Type", "text/plain")])
            return [b"not yours"]
        headers = _remote(environ["PATH_INFO"]).response_headers(environ)
        headers["Content-Disposition"] = FINAL_NAME
        start_response("200 OK", [*headers.items(), ("Set-Cookie", "seen=1")])
        return []

    client = werkzeug.test.Client(_wrapped(report, wrapped))
    yield lambda path, person, **more: client.get(path, headers={"X-Person": person, **more})
