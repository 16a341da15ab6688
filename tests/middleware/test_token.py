"""Who is handed a signed URL: only what shows the token; and what is said when nothing does."""

import logging
from collections.abc import Iterable
from wsgiref.validate import validator

import pytest
from webtest import lint
from werkzeug.test import create_environ, run_wsgi_app

from tests.support.remote import StubRemote, answer
from xaccel_wsgi import HandoffError, RemoteFile, XAccelMiddleware
from xaccel_wsgi.carriers.nginx.wire import gateway_token

TOKEN = "0123456789abcdef"
SECRET = "X-Amz-Signature=s3cr3t"


class Answer:
    """What a request to the middleware gave, two validators looking on."""

    def __init__(self, middleware: XAccelMiddleware, token: str | None, **headers: str) -> None:
        environ = create_environ(headers=headers)
        if token is not None:
            environ["HTTP_X_ACCEL_TOKEN"] = token
        app = validator(lint.middleware(middleware))
        try:
            got = run_wsgi_app(app, environ, buffered=True)
        finally:
            middleware.close()
        self.body = b"".join(got[0])
        self.status = got[1]
        self.fields = dict(got[2])


@pytest.fixture
def wrap(remote: StubRemote):
    """Wraps an application that sends the remote's /k, by a signed URL."""
    remote.script = {"/k": answer(200, [], b"file")}

    def wrap(**options: object) -> XAccelMiddleware:
        def app(environ, start_response) -> Iterable[bytes]:
            assert "HTTP_X_ACCEL_TOKEN" not in environ, "the application sees the token"
            return RemoteFile(remote.url(f"/k?{SECRET}"))(environ, start_response)

        inner = lint.middleware(validator(app))
        return XAccelMiddleware(inner, origins=[f"http://{remote.address}"], **options)

    return wrap


def test_auto_hands_over_where_the_token_is_shown(wrap, caplog) -> None:
    """NGINX in front: a 204 with nothing in it, and no complaint."""
    middleware = wrap(token=TOKEN)
    got = Answer(middleware, gateway_token(middleware.settings))
    assert (got.status, got.body) == ("204 No Content", b"")
    assert got.fields["X-Accel-Redirect"].endswith(f"/k?{SECRET}")
    assert got.fields["X-Accel-Token"] == TOKEN
    assert "Content-Type" not in got.fields
    assert caplog.records == []


@pytest.mark.parametrize(
    "shown", [None, "", "wrong", TOKEN[:-1], TOKEN + "x", f" {TOKEN}", "é" * 16, ";1;x"]
)
def test_a_client_at_the_apps_own_port_sees_no_signed_url(shown, wrap, caplog) -> None:
    """Auto streams for whoever doesn't show the token, and one line says what is missing."""
    middleware = wrap(token=TOKEN)
    for _ in range(3):
        got = Answer(middleware, shown)
        assert got.body == b"file"
        assert "s3cr3t" not in str(got.fields)
    (record,) = caplog.records
    assert "include the generated location part" in record.getMessage()


def test_nginx_mode_refuses_where_the_token_is_missing(wrap) -> None:
    """Mode "nginx" with a forgotten include: an error that says so, and nothing signed."""
    with pytest.raises(HandoffError, match="include the generated location part") as caught:
        Answer(wrap(token=TOKEN, mode="nginx"), None)
    assert "s3cr3t" not in str(caught.value)


def test_without_a_token_auto_streams_and_says_why(wrap, caplog) -> None:
    """A production site without a token works, slowly, and one line says why."""
    middleware = wrap()
    for _ in range(3):
        assert Answer(middleware, "anything").body == b"file"
    (record,) = caplog.records
    assert "XACCEL_TOKEN" in record.getMessage()


def test_stream_mode_never_hands_over(wrap) -> None:
    """Even with the token."""
    middleware = wrap(token=TOKEN, mode="stream")
    assert Answer(middleware, gateway_token(middleware.settings)).body == b"file"


def test_an_outdated_configuration_is_said_once(wrap, caplog) -> None:
    """Other settings than the configuration was made from: handed over, with one line."""
    middleware = wrap(token=TOKEN)
    for _ in range(2):
        assert Answer(middleware, f"{TOKEN};1;000000000000").status == "204 No Content"
    (record,) = caplog.records
    assert "make it anew" in record.getMessage()


def test_what_nginx_could_not_be_told_is_an_error_without_it_too(remote: StubRemote) -> None:
    """In development it is found as well; a mode of its own says that there will be no NGINX."""
    remote.script = {"/k": answer(200, [], b"file")}
    large = RemoteFile(remote.url("/k"), headers={"X-Request-Id": "v" * 16_000})
    origins = [f"http://{remote.address}"]
    with pytest.raises(HandoffError, match="buffer_bytes"):
        Answer(XAccelMiddleware(large, origins=origins), None)
    assert Answer(XAccelMiddleware(large, origins=origins, mode="stream"), None).body == b"file"


def test_whoever_asks_twice_with_one_environ_is_answered_twice(wrap) -> None:
    """A wrapper that tries once more, say; the application sees the token in neither."""
    middleware = wrap(token=TOKEN)
    environ = create_environ("/f", headers={"X-Accel-Token": gateway_token(middleware.settings)})
    for _ in range(2):
        _, status, headers = run_wsgi_app(middleware, environ)
        assert status == "204 No Content"
        assert "X-Accel-Redirect" in headers
        assert "X-Remote-File" not in headers


def test_no_client_header_chooses_the_carrier(wrap) -> None:
    """CVE-2025-61780 in Rack: X-Sendfile-Type of the client chose the mode."""
    hostile = {
        "X-Sendfile-Type": "X-Accel-Redirect",
        "X-Accel-Mapping": "/=/",
        "X-Accel-Redirect": "/_remote/",
        "X-Remote-File": "held:0",
    }
    got = Answer(wrap(token=TOKEN), None, **hostile)
    assert (got.status, got.body) == ("200 OK", b"file")


def test_a_handoff_too_large_is_our_error(wrap, remote: StubRemote) -> None:
    """Not NGINX's 502 "too big header"."""
    middleware = wrap(token=TOKEN, buffer_bytes=4096)
    middleware.app = lambda e, s: RemoteFile(remote.url("/k?" + "x" * 4096))(e, s)
    with pytest.raises(HandoffError, match="buffer_bytes"):
        Answer(middleware, gateway_token(middleware.settings))


def test_a_signature_is_in_no_log_line(wrap, remote: StubRemote, caplog) -> None:
    """Whatever goes wrong, at any level, also in the libraries below."""
    caplog.set_level(logging.DEBUG)
    broken = [b"HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 4\r\n\r\nfile"]
    for script in (answer(403), answer(302, [("Location", f"http://evil/?{SECRET}")]), broken):
        remote.script = {"/k": script}
        Answer(wrap(), None)
    assert len(caplog.records) >= 2
    assert "s3cr3t" not in caplog.text


def test_a_dropped_header_is_named_once(wrap, remote: StubRemote, caplog) -> None:
    """What the client doesn't get of the application's headers is said, with the remedy."""
    middleware = wrap(mode="stream")

    def app(environ, start_response) -> Iterable[bytes]:
        fields = RemoteFile(remote.url("/k")).response_headers(environ)
        start_response("200 OK", [*fields.items(), ("X-Mine", "1"), ("ETag", '"empty"')])
        return []

    middleware.app = app
    assert "X-Mine" not in Answer(middleware, None).fields
    assert "X-Mine" not in Answer(middleware, None).fields
    (record,) = caplog.records
    assert "X-Mine" in record.getMessage()
    assert "carried_headers" in record.getMessage()
