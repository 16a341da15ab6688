"""The same test of a view, written for each client."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client as DjangoClient
from django.test import override_settings
from django.urls import re_path

from tests.support import django_project
from tests.testing.applications import (
    URLS,
    Get,
    bare_client,
    django_client,
    flask_client,
    pyramid_client,
)
from xaccel_wsgi import MiddlewareMissingError, OriginError
from xaccel_wsgi.testing import SentFile, assert_sends, assert_sends_nothing

CLIENTS = {
    "Flask's client": flask_client,
    "WebTest, with Pyramid": pyramid_client,
    "Django's client": django_client,
    "Werkzeug's client, with a WSGI function": bare_client,
}


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes any look at the network an error."""

    def refuse(*_: object) -> Any:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture(params=CLIENTS.values(), ids=CLIENTS)
def get(request: pytest.FixtureRequest, sent_files: list[SentFile]) -> Iterator[Get]:
    """Asks each application; the files are recorded."""
    with request.param() as get:
        yield get


def test_this_file_under_that_name_to_this_user_and_not_to_that_one(
    get: Get, sent_files: list[SentFile]
) -> None:
    """What a view's test is about."""
    mine = get("/reports/7", "ada")
    sent = assert_sends(mine, "https://files.example/7.pdf", filename="Q3 résumé.pdf")
    assert (sent.url, sent_files) == (URLS["/reports/7"], [sent])
    theirs = get("/reports/7", "grace")
    assert theirs.status_code == 403
    assert_sends_nothing(theirs)
    assert sent_files == [sent]


def test_the_response_is_what_the_client_would_get(get: Get) -> None:
    """Cookies and the middleware's own decisions included, the special header not."""
    got = get("/reports/7", "ada")
    assert got.status_code == 200
    assert got.headers["Cache-Control"] == "private, no-cache"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["ETag"] == '"v7"'
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert "X-Remote-File" not in got.headers
    cookies = got.headers.get("Set-Cookie") or got.cookies.output()
    assert "seen=1" in cookies


def test_what_the_client_has_already_is_not_sent(get: Get) -> None:
    """By the file's own validators: 304, as in production."""
    got = get("/reports/7", "ada", **{"If-None-Match": '"v7"'})
    assert got.status_code == 304
    assert_sends_nothing(got)


def test_a_range_shows_among_what_the_remote_is_sent(get: Get) -> None:
    """And nothing else of the client's does."""
    sent = assert_sends(get("/reports/7", "ada", Range="bytes=0-9"))
    assert sent.request_headers == {"Range": "bytes=0-9"}


def test_a_url_outside_the_origins_fails_the_test(get: Get) -> None:
    """As it would fail the request."""
    with pytest.raises(OriginError):
        get("/outside", "ada")


@pytest.mark.parametrize("client", [flask_client, django_client, bare_client])
def test_a_forgotten_middleware_fails_the_test(client: Any, sent_files: list[SentFile]) -> None:
    """It isn't stood in for."""
    with client(wrapped=False) as get, pytest.raises(MiddlewareMissingError):
        get("/reports/7", "ada")


def test_a_page_for_a_failed_transfer_is_a_view_as_any_other(sent_files: list[SentFile]) -> None:
    """Django's client would ask for it; the middleware asks by itself."""

    def page(_: HttpRequest) -> HttpResponse:
        return HttpResponse("sorry")

    application = f"{django_project.__name__}.application"
    with override_settings(
        ROOT_URLCONF=(re_path("^errors/404$", page),), WSGI_APPLICATION=application
    ):
        assert DjangoClient().get("/errors/404").content == b"sorry"
    assert sent_files == []
