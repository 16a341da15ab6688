"""What may be written into a log, and who decides it."""

from pathlib import Path

import pytest

from tests.conftest import Views
from tests.support.client import send
from tests.support.remote import Close, Reset, Step, StubRemote, answer
from tests.support.site import Site
from xaccel_wsgi import RemoteFile

FORGED = "2030-01-01 ERROR forged"
ANSWERS: dict[str, list[Step]] = {
    "a status line": [f"HTTP/1.1 \r{FORGED}\r\n\r\n".encode(), Close()],
    "no status line": [f"{FORGED}\r\n\r\n".encode(), Close()],
    "a version": [f"HTTP/9\x0b{FORGED} 200 OK\r\n\r\n".encode(), Close()],
    "a field that is folded": [f"HTTP/1.1 200 OK\r\nA: b\r\n {FORGED}\r\n\r\n".encode(), Close()],
    "a redirect": answer(302, [("Location", f"/a\x0b{FORGED}")]),
    "a redirect's region": answer(301, [("x-amz-bucket-region", f"eu\x0b{FORGED}")]),
}


def _said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.name == "xaccel_wsgi"]


@pytest.mark.attack("a log line forged by the remote", "one line, escaped", carrier="stream")
@pytest.mark.parametrize("steps", ANSWERS.values(), ids=ANSWERS)
def test_a_log_line_forged_by_the_remote(
    steps: list[Step], site: Site, views: Views, remote: StubRemote, caplog
) -> None:
    """Whatever the remote says, a log record of ours is one printable line."""
    remote.script = {"/k": steps}
    views.view = lambda _: RemoteFile(remote.url("/k"))
    assert send(site.address("stream"), "/f").status == 502
    lines = _said(caplog)
    assert lines
    assert all(line.isprintable() for line in lines), lines


def test_a_refusal_is_logged_with_its_usual_causes(
    site: Site, views: Views, remote: StubRemote, caplog: pytest.LogCaptureFixture
) -> None:
    """S3 answers 403 for both: who may not list needn't know what there is."""
    remote.script = {"/k": answer(403)}
    views.view = lambda _: RemoteFile(remote.url("/k"))
    send(site.address("stream"), "/f")
    (line,) = _said(caplog)
    assert "expired signature" in line
    assert "missing key" in line


@pytest.mark.parametrize("status", [412, 416])
def test_what_the_client_asks_in_vain_is_not_logged(
    status: int, site: Site, views: Views, remote: StubRemote, caplog: pytest.LogCaptureFixture
) -> None:
    """Or whoever can ask could fill the disk."""
    remote.script = {"/k": answer(status)}
    views.view = lambda _: RemoteFile(remote.url("/k"))
    assert send(site.address("stream"), "/f").status == status
    assert _said(caplog) == []


def test_nginx_says_what_went_wrong_where_the_operator_wants_it(
    views: Views, remote: StubRemote, nginx_binary: str, tmp_path: Path
) -> None:
    """With nginx_error_log the reason is in that file; it and no other has the URL."""
    remote.script = {"/k": [Reset()]}
    views.view = lambda _: RemoteFile(remote.url("/k?X-Amz-Signature=secret"))
    (tmp_path / "nginx").mkdir()
    log = tmp_path / "transfers.log"
    options = {"origins": [f"http://{remote.address}"], "nginx_error_log": str(log)}
    with Site(views, tmp_path / "nginx", nginx_binary, **options) as site:
        assert send(site.nginx.address, "/f").status == 502
        others = site.nginx.error_log() + site.nginx.access_log()
    assert "reset by peer" in log.read_text()
    assert "secret" not in others
