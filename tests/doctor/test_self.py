"""The test of an NGINX of this machine: a real one passes, one that is told wrong doesn't."""

import re

import pytest

from tests.support.nginx import nginx_version
from xaccel_wsgi import XAccelMiddleware
from xaccel_wsgi.carriers.nginx import config
from xaccel_wsgi.doctor.finding import Finding
from xaccel_wsgi.doctor.self_test import check_nginx
from xaccel_wsgi.errors import CheckError


def _check(binary: str) -> list[Finding]:
    major, minor, patch = nginx_version(binary)
    return list(check_nginx((binary, (major, minor, patch)), lambda _: None))


def test_a_real_nginx_is_in_order(nginx_binary: str) -> None:
    """Every scenario is tried, and none fails."""
    findings = _check(nginx_binary)
    assert [finding for finding in findings if finding.status != "ok"] == []
    assert sum(finding.id.startswith("self:") for finding in findings) == 8


@pytest.mark.parametrize(
    ("faults", "ids"),
    [
        pytest.param(
            [
                ("proxy_pass_request_headers off;", "proxy_pass_request_headers on;"),
                ("proxy_method GET;", ""),
                ('proxy_set_header Connection "";', "proxy_set_header Connection close;"),
                ("proxy_hide_header Set-Cookie;", ""),
            ],
            {"head", "self:request", "self:head-is-get", "self:kept", "self:hostile"},
            id="what is asked, and what is passed on",
        ),
        pytest.param(
            [
                (r"\$xaccel_upstream\$xaccel_target;", "$xaccel_upstream$uri$is_args$args;"),
                ("16384", "4096"),
                ("32768", "8192"),
                ("proxy_intercept_errors on;", ""),
            ],
            {"error", "self:bytes", "self:long", "self:redirects", "self:errors"},
            id="the URL, its length, and errors",
        ),
        pytest.param(
            [("add_header Content-Type [^;]*;", ""), ("proxy_hide_header Content-Type;", "")],
            {"self:hostile"},
            id="the type that the application gave",
        ),
    ],
)
def test_a_failure_is_found(
    faults: list[tuple[str, str]],
    ids: set[str],
    nginx_binary: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By its name, where NGINX is told something else than is generated."""
    generated = config.standalone

    def broken(*arguments: object) -> str:
        text = generated(*arguments)  # type: ignore[arg-type]
        for pattern, replacement in faults:
            text, count = re.subn(pattern, lambda _, r=replacement: r, text)
            assert count, pattern
        return text

    monkeypatch.setattr(config, "standalone", broken)
    found = {finding.id for finding in _check(nginx_binary) if finding.status != "ok"}
    assert found == ids


def test_a_machine_without_nginx_is_an_error() -> None:
    """It can't be checked, and the error says what to do."""
    with pytest.raises(CheckError, match="--nginx-binary"):
        list(check_nginx(None, lambda _: None))


def test_a_configuration_that_nginx_does_not_read(
    nginx_binary: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It can't be checked, and NGINX's own words are told."""
    monkeypatch.setattr(config, "standalone", lambda *_: "nonsense on;")
    with pytest.raises(CheckError, match="nonsense"):
        _check(nginx_binary)


@pytest.mark.parametrize("ends", ["abandoned", "impossible"])
def test_connections_are_closed_however_it_ends(
    ends: str, nginx_binary: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The streamer's, too."""
    closed = []
    monkeypatch.setattr(XAccelMiddleware, "close", lambda middleware: closed.append(middleware))
    major, minor, patch = nginx_version(nginx_binary)
    findings = check_nginx((nginx_binary, (major, minor, patch)), lambda _: None)
    if ends == "abandoned":
        next(findings)
        findings.close()  # type: ignore[attr-defined]
    else:
        monkeypatch.setattr(config, "standalone", lambda *_: "nonsense on;")
        with pytest.raises(CheckError):
            next(findings)
    assert len(closed) == 1
