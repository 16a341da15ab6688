"""Pyramid: `config.include("xaccel_wsgi")` is all; and the filter for .ini pipelines."""

from pathlib import Path
from typing import Any

import pytest
import webtest
from paste.deploy import loadapp
from pyramid.authorization import ACLHelper, Allow, Deny, Everyone
from pyramid.config import Configurator
from pyramid.paster import get_app
from pyramid.response import Response

from tests.frameworks.conftest import Ask
from tests.frameworks.contract import NAME, Contract
from tests.support.remote import StubRemote, answer
from tests.support.site import TOKEN
from xaccel_wsgi import MiddlewareMissingError, OriginError, RemoteFile, SettingsError
from xaccel_wsgi.find import find_middleware


class Security:
    """Whoever says a name has it; what a name may do stands in the resource's ACL."""

    def identity(self, request: Any) -> str | None:
        return request.headers.get("X-Person")

    def permits(self, request: Any, context: Any, permission: str) -> Any:
        principals = [Everyone, self.identity(request)]
        return ACLHelper().permits(context, principals, permission)


class Reports:
    """The root: traversal finds a report by its name."""

    def __init__(self, request: Any) -> None:
        pass

    def __getitem__(self, name: str) -> "Report":
        return Report()


class Report:
    """A report that Ada may read."""

    __acl__ = ((Allow, "ada", "read"), (Deny, Everyone, "read"))


def tween_factory(handler: Any, registry: Any) -> Any:
    """Has the last word on a response, as Pyramid's own tweens have."""

    def tween(request: Any) -> Any:
        response = handler(request)
        if "renamed" in request.params:
            response.content_disposition = "inline"
            response.set_cookie("tween", "1")
        return response

    return tween


def main(global_config: dict[str, str], **settings: str) -> Any:
    """Makes the application, from an .ini or from a dict."""
    url = settings["test.url"]

    def file(request: Any) -> RemoteFile:
        request.response.set_cookie("seen", "1")
        request.response.vary = ["Cookie"]
        return RemoteFile(url, filename=NAME)

    def text(request: Any) -> Response:
        return Response(headers={"X-Remote-File": url})

    def page(request: Any) -> Response:
        return Response("a page", status=201, headers={"Set-Cookie": "seen=1"})

    def outside(request: Any) -> RemoteFile:
        return RemoteFile("https://elsewhere.example/k?secret")

    def explain(error: OriginError, request: Any) -> Response:
        return Response(error.problem, status=500)

    views = {
        "file": file,
        "versioned": lambda request: RemoteFile(url, etag="v1"),
        "outside": outside,
        "text": text,
        "page": page,
        "export": lambda request: RemoteFile(url),
    }
    with Configurator(settings=settings, root_factory=Reports) as config:
        config.include("xaccel_wsgi")
        config.set_security_policy(Security())
        config.add_tween(f"{__name__}.tween_factory")
        for name, view in views.items():
            config.add_route(name, f"/{name}")
            config.add_view(view, route_name=name)
        # A renderer is only for what isn't a response.
        config.add_route("rendered", "/rendered")
        config.add_view(views["export"], route_name="rendered", renderer="json")
        config.add_view(views["export"], context=Report, permission="read")
        config.add_exception_view(explain, context=OriginError)
        return config.make_wsgi_app()


@pytest.fixture(scope="module")
def app(session_remote: StubRemote) -> Any:
    """An application with security, tweens and exception views."""
    settings = {"xaccel.origins": f"http://{session_remote.address}", "xaccel.token": TOKEN}
    return main({}, **settings, **{"test.url": session_remote.url("/k")})


class TestPyramid(Contract):
    """What every framework does."""


def test_an_acl_lets_ada_in_and_nobody_else(ask: Ask, remote: StubRemote) -> None:
    """Found by traversal; the remote isn't asked for whoever may not read."""
    assert ask("/any-report", ("X-Person", "grace")).status == 403
    assert remote.requests == []
    assert ask("/any-report", ("X-Person", "ada")).body == b"the file"


def test_a_tween_has_the_last_word(ask: Ask) -> None:
    """It sees a normal response."""
    got = ask("/file?renamed=1")
    assert (got.body, got.value("Content-Disposition")) == (b"the file", "inline")
    assert {cookie[:5] for cookie in got.values("Set-Cookie")} == {"seen=", "tween"}


def test_an_exception_view_sees_a_forbidden_origin(ask: Ask) -> None:
    """With the URL's query redacted."""
    assert b"elsewhere.example/k?[redacted]" in ask("/outside").body


def test_a_view_with_a_renderer_returns_a_remote_file(ask: Ask) -> None:
    """It isn't rendered."""
    assert ask("/rendered").body == b"the file"


INI = """
[app:main]
paste.app_factory = tests.frameworks.test_pyramid:main
test.url = {url}
xaccel.origins = {origin}
xaccel.read_timeout_s = 7
"""
PIPELINE = """
[pipeline:main]
pipeline = xaccel app

[filter:xaccel]
use = egg:xaccel-wsgi
origins = {origin}
read_timeout_s = 7

[app:app]
paste.app_factory = tests.frameworks.test_pyramid:text_form
url = {url}
"""
FILTERED = """
[pipeline:main]
pipeline = xaccel app

[filter:xaccel]
use = egg:xaccel-wsgi
origins = {origin}
read_timeout_s = 7

[app:app]
paste.app_factory = tests.frameworks.test_pyramid:main
test.url = {url}
"""


@pytest.mark.parametrize(
    ("ini", "path", "load"),
    [
        pytest.param(INI, "/file", get_app, id="the include, by pserve's loader"),
        pytest.param(FILTERED, "/file", get_app, id="the include, with the filter around it"),
        pytest.param(PIPELINE, "/", get_app, id="the filter, by pserve's loader"),
        pytest.param(PIPELINE, "/", lambda p: loadapp(f"config:{p}"), id="the filter, by Paste"),
    ],
)
def test_an_ini_file(ini: str, path: str, load: Any, tmp_path: Path, remote: StubRemote) -> None:
    """`xaccel.*` of the application's section, or the keys of the filter's own."""
    remote.script = {"/k": answer(200, [("Content-Type", "image/png")], b"the file")}
    text = ini.format(url=remote.url("/k"), origin=f"http://{remote.address}")
    (tmp_path / "app.ini").write_text(text)
    app = load(str(tmp_path / "app.ini"))
    assert webtest.TestApp(app).get(path).body == b"the file"
    middleware = find_middleware(app)
    assert middleware is not None
    assert middleware.settings.read_timeout_s == 7
    middleware.close()


def test_origins_in_the_environment_are_enough(
    remote: StubRemote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The include puts the middleware in place."""
    monkeypatch.setenv("XACCEL_ORIGINS", f"http://{remote.address}")
    middleware = find_middleware(main({}, **{"test.url": remote.url("/k")}))
    assert middleware is not None
    middleware.close()


def test_origins_may_be_spelled_as_in_the_environment(remote: StubRemote) -> None:
    """Whoever shares a configuration between frameworks."""
    settings = {"XACCEL_ORIGINS": f"http://{remote.address}"}
    middleware = find_middleware(main({}, **settings, **{"test.url": remote.url("/k")}))
    assert middleware is not None
    middleware.close()


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        pytest.param({}, MiddlewareMissingError, id="nothing is said: when a file is to be sent"),
        pytest.param({"xaccel.mode": "stream"}, SettingsError, id="no origins: at the start"),
    ],
)
def test_a_forgotten_setting_is_an_error(settings: dict[str, str], error: type) -> None:
    """And leaks nothing."""
    with pytest.raises(error):
        webtest.TestApp(main({}, **settings, **{"test.url": "https://h/k"})).get("/file")


def text_form(global_config: dict[str, str], url: str) -> Any:
    """An application of no framework, that names its file by the special header."""

    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("X-Remote-File", url), ("Content-Type", "text/html")])
        return []

    return app
