"""Applications that name files of this machine by themselves go on untouched, by both carriers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flask
import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django_sendfile import sendfile

from tests.frameworks.conftest import Ask
from tests.support.django_project import project
from tests.support.site import TOKEN
from xaccel_wsgi import XAccelMiddleware

NAME = "Q3 résumé, 100%.pdf"
CONTENT = b"a report of this machine's"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files are."""
    folder = tmp_path_factory.mktemp("files")
    (folder / NAME).write_bytes(CONTENT)
    return folder


def django_sendfile2(folder: Path) -> Iterator[Any]:
    """Django, with its package for this."""

    def report(request: HttpRequest) -> HttpResponse:
        return sendfile(request, folder / NAME, attachment=True)

    def missing(request: HttpRequest) -> HttpResponse:
        return sendfile(request, folder / "missing.pdf")

    with project(
        path("report", report),
        path("missing", missing),
        SENDFILE_BACKEND="django_sendfile.backends.nginx",
        SENDFILE_ROOT=folder,
        SENDFILE_URL="/protected",
        SENDFILE_CHECK_FILE_EXISTS=False,
    ) as app:
        yield app


def by_hand(folder: Path) -> Iterator[Any]:
    """Flask, with a header that somebody wrote once."""
    app = flask.Flask(__name__)

    @app.get("/report")
    def report() -> flask.Response:
        response = flask.Response(mimetype="application/pdf")
        response.headers["X-Accel-Redirect"] = "/protected/Q3%20r%C3%A9sum%C3%A9,%20100%25.pdf"
        response.headers.set("Content-Disposition", "attachment", filename=NAME)
        return response

    @app.get("/missing")
    def missing() -> flask.Response:
        return flask.Response(headers={"X-Accel-Redirect": "/protected/missing.pdf"})

    yield app


@pytest.fixture(scope="module", params=[django_sendfile2, by_hand], ids=lambda p: p.__name__)
def app(request: pytest.FixtureRequest, folder: Path) -> Iterator[XAccelMiddleware]:
    """Each, wrapped."""
    for app in request.param(folder):
        yield XAccelMiddleware(app, internal_locations={"/protected/": folder}, token=TOKEN)


def test_a_file_arrives_under_its_name(ask: Ask) -> None:
    """With the application's type and disposition."""
    got = ask("/report")
    assert (got.status, got.body) == (200, CONTENT)
    assert got.value("Content-Type") == "application/pdf"
    assert got.value("Content-Length") == str(len(CONTENT))
    assert got.value("Content-Disposition").startswith("attachment; filename=")
    assert got.value("X-Accel-Redirect") is None


def test_a_part_of_it(ask: Ask) -> None:
    """Neither framework had to know about ranges."""
    got = ask("/report", ("Range", "bytes=2-7"))
    assert (got.status, got.body) == (206, b"report")


def test_what_the_client_has_already(ask: Ask) -> None:
    """Nor about versions."""
    etag = ask("/report").value("ETag")
    assert ask("/report", ("If-None-Match", etag)).status == 304


def test_a_file_that_is_missing(ask: Ask) -> None:
    """404."""
    assert ask("/missing").status == 404
