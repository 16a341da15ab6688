"""The real servers that tests start: waitress and NGINX."""

import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tools.ports import free_port

from .client import send
from .nginx import (
    BINARIES_VARIABLE,
    NginxServer,
    nginx_binaries,
    nginx_missing_reason,
    nginx_version,
    whole_configuration,
)
from .remote import Close, Hang, Reset, Routes, StubRemote, answer
from .waiting import wait_until
from .wsgi import serve

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

missing = nginx_missing_reason()
needs_nginx = pytest.mark.skipif(missing is not None, reason=str(missing))


def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Answers with what it was asked, and breaks off where it is told to."""
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("X-Method", environ["REQUEST_METHOD"])])
    yield environ["PATH_INFO"].encode() + body
    if environ["PATH_INFO"] == "/breaks":
        raise ConnectionError("on purpose")


def test_waitress_serves_and_ends() -> None:
    """It serves, and leaves no thread behind."""
    before = set(threading.enumerate())
    with serve(app) as server:
        received = send(server.address, "/x", [("Content-Length", "1")], method="POST", body=b"y")
        assert (received.status, received.body) == (200, b"/xy")
        assert received.value("X-Method") == "POST"
        broken = send(server.address, "/breaks")
        assert (broken.body, broken.broken_off) == (b"/breaks", True)
    wait_until(lambda: set(threading.enumerate()) <= before)


def test_missing_nginx_is_a_skip_or_in_ci_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """And a listed binary that isn't there is an error anywhere."""
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.delenv(BINARIES_VARIABLE, raising=False)
    monkeypatch.delenv("CI", raising=False)
    assert (nginx_missing_reason() or "").startswith("NO NGINX")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="NO NGINX"):
        nginx_missing_reason()
    monkeypatch.setenv(BINARIES_VARIABLE, "/nowhere/nginx")
    with pytest.raises(FileNotFoundError, match="/nowhere/nginx"):
        nginx_missing_reason()


@needs_nginx
@pytest.mark.parametrize("binary", nginx_binaries())
def test_nginx_in_front_of_the_stub(binary: str, tmp_path: Path) -> None:
    """A trivial proxy: answers pass, logs can be read, no process is left."""
    assert nginx_version(binary) >= (1, 22)
    script: Routes = {
        "/x": answer(200, [("X-Own", "1")], b"body"),
        "/chunked": answer(200, body=b"body" * 5000, framing="chunked"),
        "/1.0": answer(200, body=b"body", version="HTTP/1.0", framing="until-close"),
        "/short": answer(200, body=b"body" * 5000, broken_after=100),
        "/reset": [Reset()],
        "/closed": [Close()],
        "/hang": [Hang()],
    }
    with StubRemote(script) as remote:
        (tmp_path / "nginx.conf").write_text(
            whole_configuration(
                f"upstream stub {{ server {remote.address}; keepalive 4; }}\n"
                f"server {{\n listen 127.0.0.1:{free_port()};\n"
                "location / { proxy_pass http://stub; proxy_http_version 1.1;"
                ' proxy_set_header Connection ""; proxy_read_timeout 200ms; } }'
            )
        )
        with NginxServer(tmp_path, binary) as nginx:
            received = [send(nginx.address, "/x") for _ in range(3)]
            assert {(r.status, r.value("X-Own"), r.body) for r in received} == {(200, "1", b"body")}
            assert len({request.connection for request in remote.asked("/x")}) == 1
            assert send(nginx.address, "/chunked").body == b"body" * 5000
            assert send(nginx.address, "/1.0").body == b"body"
            short = send(nginx.address, "/short")
            assert (short.body, short.broken_off) == (b"body" * 25, True)
            assert send(nginx.address, "/reset").status == 502
            assert send(nginx.address, "/closed").status == 502
            assert send(nginx.address, "/hang").status == 504
            pid = nginx.pid
        assert "upstream prematurely closed connection" in nginx.error_log()
        assert nginx.access_log().count('"GET /x HTTP/1.1" 200') == 3
        assert remote.failures == []
    with pytest.raises(ProcessLookupError):
        os.killpg(pid, 0)


@needs_nginx
def test_nginx_that_does_not_start_says_why(tmp_path: Path) -> None:
    """The message is NGINX's own."""
    (tmp_path / "nginx.conf").write_text(whole_configuration("server {\nlisten 9;\nnonsense; }"))
    with pytest.raises(RuntimeError, match='unknown directive "nonsense"'):
        NginxServer(tmp_path, nginx_binaries()[0])
