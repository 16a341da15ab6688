"""Receipts: both carriers write the same line for the same exchange."""

import json
import logging
import socket
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.test import Client

from tests.conftest import Views
from tests.support.client import send
from tests.support.remote import Hang, StubRemote, answer
from tests.support.site import TOKEN, Carrier, Site
from tests.support.store import store
from tests.support.waiting import wait_until
from xaccel_wsgi import RemoteFile, XAccelMiddleware
from xaccel_wsgi.carriers.receipt import NAMES

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

LOGGER = "xaccel_wsgi.receipts"
TIMES = ("time", "first_byte_s", "last_byte_s")
BODY = b"the remote's file\n" * 1000
FILE = store(BODY)

Receipts = Callable[[Carrier], dict[str, Any]]


class Log:
    """The lines of both carriers; each is written when its exchange is over, not when it's seen."""

    def __init__(self, site: Site, caplog: pytest.LogCaptureFixture) -> None:
        """Starts after what is there."""
        self._file = site.nginx.folder / "receipts.log"
        self._caplog = caplog
        self._before = len(self._of_nginx())

    def lines(self, carrier: Carrier) -> list[str]:
        """Returns what `carrier` has written by now."""
        if carrier == "nginx":
            return self._of_nginx()[self._before :]
        return [r.getMessage() for r in self._caplog.records if r.name == LOGGER]

    def one(self, carrier: Carrier) -> dict[str, Any]:
        """Waits for the only line of `carrier`."""
        wait_until(lambda: self.lines(carrier))
        (line,) = self.lines(carrier)
        read: dict[str, Any] = json.loads(line)
        return read

    def _of_nginx(self) -> list[str]:
        return self._file.read_text().splitlines()


@pytest.fixture
def log(site: Site, caplog: pytest.LogCaptureFixture) -> Log:
    """The receipts of one test."""
    caplog.set_level(logging.INFO, LOGGER)
    return Log(site, caplog)


def _redirected(remote: StubRemote) -> dict[str, Any]:
    return {"/k": answer(302, [("Location", remote.url("/l?sig=s3cret", "127.0.0.1"))]), "/l": FILE}


def _redirected_often(times: int) -> dict[str, Any]:
    paths = ["/k", *(f"/k{number}" for number in range(1, times + 1))]
    moved = {path: answer(302, [("Location", following)]) for path, following in pairwise(paths)}
    return {**moved, paths[-1]: FILE}


EXCHANGES: dict[str, tuple[Any, tuple[tuple[str, str], ...], str, dict[str, Any]]] = {
    "the whole": (
        {"/k": FILE}, (), "GET",
        {"status": 200, "bytes": len(BODY), "complete": True, "remote_status": 200},
    ),
    "a part": (
        {"/k": FILE}, (("Range", "bytes=5-9"),), "GET",
        {"status": 206, "bytes": 5, "complete": True, "remote_status": 206},
    ),
    "a head": (
        {"/k": FILE}, (), "HEAD",
        {"status": 200, "bytes": 0, "complete": True, "remote_status": 200},
    ),
    "a copy that is current": (
        {"/k": answer(304, framing="none")}, (("If-None-Match", '"a"'),), "GET",
        {"status": 304, "bytes": 0, "complete": True, "remote_status": 304},
    ),
    "an error, whose page is ours": (
        {"/k": answer(403, body=b"<secret/>")}, (), "GET",
        {"status": 502, "bytes": 41, "complete": True, "remote_status": 403},
    ),
    "a redirect": (
        _redirected, (), "GET",
        {"status": 200, "bytes": len(BODY), "complete": True, "redirects": 1},
    ),
    **{
        f"{times} redirects": (
            _redirected_often(times), (), "GET",
            {"status": 200, "bytes": len(BODY), "complete": True, "redirects": times},
        )
        for times in range(2, 6)
    },
    "a redirect that isn't followed": (
        {"/k": answer(302, [("Location", "https://evil.example/")])}, (), "GET",
        {"status": 502, "remote_status": 302, "redirects": 1},
    ),
    "redirects without end": (
        {"/k": answer(302, [("Location", "/k")])}, (), "GET",
        {"status": 502, "remote_status": 302, "redirects": 6},
    ),
    "no answer": (
        {"/k": [Hang()]}, (), "GET", {"status": 504, "remote_status": 504, "first_byte_s": None},
    ),
    "an answer that breaks off": (
        {"/k": answer(200, [], BODY, broken_after=10_000)}, (), "GET",
        {"status": 200, "complete": False, "remote_status": 200},
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("script", "fields", "method", "expected"), EXCHANGES.values(), ids=EXCHANGES
)
def test_the_same_line_from_both(
    script: Any,
    fields: tuple[tuple[str, str], ...],
    method: str,
    expected: dict[str, Any],
    log: Log,
    site: Site,
    views: Views,
    remote: StubRemote,
) -> None:
    """Times aside; and nothing of the signature in it."""
    remote.script = script(remote) if callable(script) else script
    views.view = lambda _: RemoteFile(remote.url("/k?sig=s3cret"), log_id='no. "7" \\')
    lines = {}
    for carrier in ("nginx", "stream"):
        send(site.address(carrier), "/f", fields, method=method)
        line = lines[carrier] = log.one(carrier)
        assert tuple(line) == NAMES
        assert {name: line[name] for name in expected} == expected
        assert (line["log_id"], line["origin"]) == ('no. "7" \\', f"http://{remote.address}")
        assert type(line["last_byte_s"]) is float
        assert type(line["first_byte_s"]) is type(expected.get("first_byte_s", 0.0))
        assert "s3cret" not in "".join(log.lines(carrier))
    same = [{n: v for n, v in line.items() if n not in TIMES} for line in lines.values()]
    if not lines["nginx"]["complete"]:
        # How much of it went out before is a matter of buffers.
        for line in same:
            assert line.pop("bytes") < len(BODY)
    assert same[0] == same[1]
    times = [datetime.fromisoformat(line["time"]) for line in lines.values()]
    assert abs(times[0] - times[1]) < timedelta(minutes=1)
    assert times[0].utcoffset() == times[1].utcoffset()


def test_a_body_without_a_length(
    log: Log, site: Site, views: Views, remote: StubRemote, carrier: Carrier
) -> None:
    """NGINX can't tell whether it was complete, and says so."""
    remote.script = {"/k": answer(200, [], BODY, framing="chunked")}
    views.view = lambda _: RemoteFile(remote.url("/k"))
    send(site.address(carrier), "/f")
    assert log.one(carrier)["complete"] is (None if carrier == "nginx" else True)


def test_a_client_that_goes_away(
    log: Log, site: Site, views: Views, remote: StubRemote, carrier: Carrier
) -> None:
    """Its download isn't complete, and the bytes are fewer than the file's."""
    size = 30_000_000
    remote.script = {"/k": store(bytes(size))}
    views.view = lambda _: RemoteFile(remote.url("/k"))
    host, _, port = site.address(carrier).rpartition(":")
    with socket.create_connection((host, int(port))) as client:
        client.sendall(b"GET /f HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(10_000)
    line = log.one(carrier)
    assert (line["status"], line["complete"], line["bytes"] < size) == (200, False, True)
    assert line["log_id"] == ""


def test_what_is_no_file_has_no_receipt(
    log: Log, site: Site, views: Views, remote: StubRemote, carrier: Carrier
) -> None:
    """Neither a page of the application, nor a copy that it knows to be current."""
    views.view = lambda _: RemoteFile(remote.url("/k"), etag="v1")
    assert send(site.address(carrier), "/f", [("If-None-Match", '"v1"')]).status == 304
    remote.script = {"/k": FILE}
    send(site.address(carrier), "/f")
    assert log.one(carrier)["status"] == 200


def test_a_guarded_location_writes_none(
    log: Log, site: Site, views: Views, remote: StubRemote
) -> None:
    """Whoever gets no file by a forged path gets no receipt for it; the next one does."""
    assert send(site.nginx.address, f"/_remote/http/{remote.address}/k").status == 404
    remote.script = {"/k": FILE}
    views.view = lambda _: RemoteFile(remote.url("/k"))
    send(site.nginx.address, "/f")
    assert log.one("nginx")["status"] == 200


def test_the_applications_own_error_page_is_not_the_remote(
    views: Views,
    remote: StubRemote,
    nginx_binary: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The page's own status and times don't stand for the remote's."""
    caplog.set_level(logging.INFO, LOGGER)
    remote.script = {"/k": answer(410, body=b"gone")}

    def app(environ: "WSGIEnvironment", start_response: Any) -> Any:
        if environ["PATH_INFO"].startswith("/errors/"):
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"a page"]
        return RemoteFile(remote.url("/k"))(environ, start_response)

    options = {"origins": [f"http://{remote.address}"], "error_page": "/errors/{status}"}
    with Site(app, tmp_path, nginx_binary, **options) as site:
        log = Log(site, caplog)
        for carrier in ("nginx", "stream"):
            assert send(site.address(carrier), "/f").body == b"a page"
            line = log.one(carrier)
            assert (line["status"], line["remote_status"], line["bytes"]) == (404, 410, 6)
            assert (type(line["first_byte_s"]), type(line["last_byte_s"])) == (float, float)


def test_the_cache_is_told(
    views: Views,
    remote: StubRemote,
    nginx_binary: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What came from a kept copy, and what didn't; then there is no remote to tell of."""
    remote.script = {"/k": FILE}
    views.view = lambda _: RemoteFile(remote.url("/k"), cache_key="v1")
    options = {"origins": [f"http://{remote.address}"], "cache": str(tmp_path / "cache")}
    with Site(views, tmp_path, nginx_binary, token=TOKEN, **options) as site:  # type: ignore[arg-type]
        for said, status in (("MISS", 206), ("HIT", None)):
            log = Log(site, caplog)
            send(site.nginx.address, "/f")
            line = log.one("nginx")
            assert (line["cache"], line["remote_status"]) == (said, status)
            assert (line["bytes"], line["complete"]) == (len(BODY), True)


def test_nobody_listens(
    remote: StubRemote, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a handler at INFO nothing is spent on a line."""
    caplog.set_level(logging.WARNING, LOGGER)
    monkeypatch.setattr("xaccel_wsgi.carriers.receipt.json.dumps", None)
    remote.script = {"/k": FILE}
    middleware = XAccelMiddleware(RemoteFile(remote.url("/k")), origins=[remote.url("")])
    with closing(middleware), Client(middleware).get("/f") as response:
        assert response.data == BODY


def test_a_page_has_none(log: Log, site: Site, views: Views) -> None:
    """And NGINX doesn't say that it looked for one in vain."""
    views.view = lambda _: (_ for _ in ()).throw(LookupError)  # type: ignore[assignment]
    # Its only worker writes about the first before it answers the second.
    for _ in range(2):
        assert send(site.nginx.address, "/page").status == 500
    assert log.lines("nginx") == []
    assert "uninitialized" not in site.nginx.error_log()
