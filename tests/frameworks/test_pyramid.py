"""Pyramid: `config.include("xaccel_wsgi")` is all; and the filter for .ini pipelines."""

import pytest
import webtest
from paste.deploy import loadapp
from pyramid.config import Configurator

from tests.support.remote import StubRemote, answer
from xaccel_wsgi import RemoteFile
from xaccel_wsgi.find import find_middleware


@pytest.fixture
def app(remote: StubRemote):
    """A Pyramid application whose view sets a cookie beside the file."""
    remote.script = {"/k": answer(200, [("Content-Type", "image/png")], b"file")}

    def view(request):
        request.response.set_cookie("seen", "1")
        return RemoteFile(remote.url("/k"), filename="é.png")

    with Configurator(settings={"xaccel.origins": f"http://{remote.address}"}) as config:
        config.include("xaccel_wsgi")
        config.add_route("file", "/file")
        config.add_view(view, route_name="file")
        app = config.make_wsgi_app()
    yield app
    find_middleware(app).close()


def test_a_view_returns_a_remote_file(app) -> None:
    """With the cookie of request.response."""
    got = webtest.TestApp(app).get("/file")
    assert (got.body, got.headers["Content-Type"]) == (b"file", "image/png")
    assert got.headers["Set-Cookie"].startswith("seen=1")
    assert "filename*=UTF-8''%C3%A9.png" in got.headers["Content-Disposition"]


def test_other_views_are_untouched(app) -> None:
    """Pyramid's own 404."""
    assert webtest.TestApp(app).get("/none", status=404).status_int == 404


def test_the_paste_filter(tmp_path, remote: StubRemote) -> None:
    """`use = egg:xaccel-wsgi` in a pipeline."""
    (tmp_path / "app.ini").write_text(
        "[pipeline:main]\npipeline = xaccel app\n"
        f"[filter:xaccel]\nuse = egg:xaccel-wsgi\norigins = http://{remote.address}\n"
        "[app:app]\npaste.app_factory = tests.frameworks.test_pyramid:text_form\n"
        f"url = {remote.url('/k')}\n"
    )
    remote.script = {"/k": answer(200, [("Content-Type", "image/png")], b"file")}
    app = loadapp(f"config:{tmp_path}/app.ini")
    assert webtest.TestApp(app).get("/").body == b"file"
    app.close()


def text_form(global_conf: dict, url: str):
    """An application that names its file by the special header."""

    def app(environ, start_response):
        start_response("200 OK", [("X-Remote-File", url), ("Content-Type", "text/html")])
        return []

    return app
