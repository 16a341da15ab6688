"""Django: the headers go into an HttpResponse, and its middlewares treat it as any other."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.cache import cache_page
from django.views.decorators.csrf import csrf_exempt

from tests.frameworks.conftest import Ask
from tests.frameworks.contract import NAME, Contract
from tests.support.django_project import MIDDLEWARE, project
from tests.support.remote import StubRemote, answer
from tests.support.site import TOKEN
from xaccel_wsgi import RemoteFile, XAccelMiddleware

# In the order that Django's documentation gives.
MORE_MIDDLEWARE = [
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.locale.LocaleMiddleware",
]


def _send(request: HttpRequest, remote: RemoteFile) -> HttpResponse:
    return HttpResponse(headers=remote.response_headers(request.META))


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(MIDDLEWARE, id="startproject's middlewares"),
        pytest.param([*MORE_MIDDLEWARE, *MIDDLEWARE], id="conditional GET, GZip and locale too"),
    ],
)
def app(request: pytest.FixtureRequest, session_remote: StubRemote) -> Iterator[XAccelMiddleware]:
    """The project, wrapped as in wsgi.py."""
    url = session_remote.url("/k")

    def file(request: HttpRequest) -> HttpResponse:
        response = _send(request, RemoteFile(url, filename=NAME))
        response.set_cookie("seen", "1")
        response["Vary"] = "Cookie"
        return response

    def page(request: HttpRequest) -> HttpResponse:
        response = HttpResponse("a page", status=201)
        response.set_cookie("seen", "1")
        return response

    async def later(request: HttpRequest) -> HttpResponse:
        return _send(request, RemoteFile(url))

    def session(request: HttpRequest) -> HttpResponse:
        request.session["downloads"] = 1
        return _send(request, RemoteFile(url))

    urls = [
        path("file", file),
        path("versioned", lambda r: _send(r, RemoteFile(url, etag="v1"))),
        path("outside", lambda r: _send(r, RemoteFile("https://elsewhere.example/k?secret"))),
        path("text", lambda r: HttpResponse(headers={"X-Remote-File": url})),
        path("page", page),
        path("export", csrf_exempt(lambda r: _send(r, RemoteFile(url)))),
        path("async", later),
        path("session", session),
        path("cached", cache_page(60)(lambda r: _send(r, RemoteFile(url)))),
        path("any", lambda r: _send(r, RemoteFile(r.GET["url"]))),
    ]
    with project(*urls, MIDDLEWARE=request.param) as app:
        yield XAccelMiddleware(app, origins=[f"http://{session_remote.address}"], token=TOKEN)


class TestDjango(Contract):
    """What every framework does."""


def test_what_middlewares_add_arrives(ask: Ask) -> None:
    """The security and clickjacking middlewares' headers, beside the file as beside a page."""
    names = ("X-Frame-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy")
    file, page = ask("/file"), ask("/page")
    assert [file.value(name) for name in names] == ["DENY", "same-origin", "same-origin"]
    assert [page.value(name) for name in names] == ["DENY", "same-origin", "same-origin"]


def test_nothing_is_computed_over_the_empty_body(ask: Ask) -> None:
    """No ETag of it, no length, no coding, whatever the client asks for."""
    got = ask("/file", ("Accept-Encoding", "gzip"))
    assert got.value("ETag") == '"theirs"'
    assert got.value("Content-Length") == "8"
    assert got.value("Content-Encoding") is None


def test_the_remotes_version_decides(ask: Ask, remote: StubRemote) -> None:
    """Conditional requests are forwarded, not answered by Django."""
    remote.script = {"/k": answer(304, [("ETag", '"theirs"')], framing="none")}
    got = ask("/file", ("If-None-Match", '"theirs"'))
    assert (got.status, got.value("ETag")) == (304, '"theirs"')
    assert remote.requests[0].value("If-None-Match") == '"theirs"'


def test_the_session_is_saved(ask: Ask) -> None:
    """Its cookie and the Vary that belongs to it arrive beside the file."""
    got = ask("/session")
    assert got.value("Set-Cookie").startswith("sessionid=")
    assert "Cookie" in got.value("Vary")


def test_an_async_view(ask: Ask) -> None:
    """Under WSGI Django runs it to its end first."""
    assert ask("/async").body == b"the file"


def test_a_cached_response_sends_no_file(ask: Ask, remote: StubRemote) -> None:
    """A RemoteFile belongs to one request: an error, and never another request's file."""
    assert ask("/cached").body == b"the file"
    remote.requests.clear()
    got = ask("/cached")
    assert (got.status, remote.requests) == (500, [])


def test_the_url_of_django_storages_is_asked_for_as_it_was_signed(
    ask: Ask, remote: StubRemote
) -> None:
    """`storage.url(name)` of a FileField in S3."""
    pytest.importorskip("boto3", reason="the extra s3 isn't installed")
    from storages.backends.s3 import S3Storage

    storage = S3Storage(
        access_key="key",
        secret_key="secret",
        bucket_name="reports",
        region_name="eu-west-1",
        endpoint_url=f"http://{remote.address}",
        addressing_style="path",
        signature_version="s3v4",
    )
    url = storage.url("2024/Q3 résumé, 100%.pdf")
    remote.script = lambda request: answer(200, [], b"the file")
    assert ask(f"/any?{urlencode({'url': url})}").body == b"the file"
    assert [f"http://{remote.address}{request.target}" for request in remote.requests] == [url]
