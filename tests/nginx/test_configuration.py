"""The generated configuration, read and run by real NGINX."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.nginx import nginx_version
from xaccel_wsgi.carriers.nginx import config
from xaccel_wsgi.errors import SettingsError
from xaccel_wsgi.settings import load_settings

EXACT_HTTP = "http://127.0.0.1:9000"
EXACT_HTTPS = "https://localhost"
WILDCARD = "https://*.s3.amazonaws.com"
PREFIX = "https://storage.googleapis.com/my.bucket-1/"


def _target(binary: str, **options: object) -> config.Target:
    major, minor, patch = nginx_version(binary)
    return config.Target(version=(major, minor, patch), resolvers=("127.0.0.1:9",), **options)  # type: ignore[arg-type]


def _accepts(binary: str, folder: Path, text: str) -> str:
    (folder / "temp").mkdir()
    (folder / "nginx.conf").write_text(text)
    command = [binary, "-t", "-q", "-p", f"{folder}/", "-e", "stderr", "-c", "nginx.conf"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.mark.parametrize("protocol", ["http", "uwsgi"])
@pytest.mark.parametrize("token", [None, "0123456789abcdef"], ids=["without token", "with token"])
@pytest.mark.parametrize(
    "origins",
    [
        pytest.param([EXACT_HTTP], id="http"),
        pytest.param([EXACT_HTTPS], id="https"),
        pytest.param([WILDCARD], id="wildcard"),
        pytest.param([PREFIX], id="path prefix"),
        pytest.param([EXACT_HTTP, EXACT_HTTPS, WILDCARD, PREFIX], id="all"),
    ],
)
def test_nginx_accepts_it_without_a_warning(
    origins: list[str], token: str | None, protocol: str, nginx_binary: str, tmp_path: Path
) -> None:
    """`nginx -t` says nothing at all."""
    settings = load_settings(environ={}, origins=origins, token=token)
    user = "root" if os.geteuid() == 0 else ""
    text = config.standalone(
        settings, _target(nginx_binary, protocol=protocol), "127.0.0.1:8080", "127.0.0.1:8000", user
    )
    assert _accepts(nginx_binary, tmp_path, text) == ""


def test_the_longest_header_names_have_room(nginx_binary: str, tmp_path: Path) -> None:
    """In NGINX's tables of variables and headers, whose buckets are no larger by themselves."""
    longest = {"carried_headers": "a", "hidden_headers": "b", "request_header_names": "c"}
    names = {setting: [letter * 90] for setting, letter in longest.items()}
    settings = load_settings(environ={}, origins=[EXACT_HTTP], **names)
    user = "root" if os.geteuid() == 0 else ""
    text = config.standalone(
        settings, _target(nginx_binary), "127.0.0.1:8080", "127.0.0.1:8000", user
    )
    assert _accepts(nginx_binary, tmp_path, text) == ""


def test_a_pinned_origin_is_an_upstream_without_a_resolver() -> None:
    """pin_dns=True keeps connections on an NGINX that can't follow DNS."""
    settings = load_settings(environ={}, origins=[EXACT_HTTPS], pin_dns=True)
    text = config.http_part(settings, config.Target()) + config.server_part(
        settings, config.Target()
    )
    assert "server localhost:443;" in text
    assert re.search(r"^\s*resolver", text, re.MULTILINE) is None


@pytest.mark.parametrize(
    ("version", "follows"), [((1, 27, 2), False), ((1, 27, 3), True), ((1, 30, 6), True)]
)
def test_a_named_origin_follows_dns_where_nginx_can(
    version: tuple[int, int, int], follows: bool
) -> None:
    """`resolve` needs 1.27.3; before it the resolver is used without kept connections."""
    settings = load_settings(environ={}, origins=[EXACT_HTTPS])
    target = config.Target(version=version, resolvers=("127.0.0.1:9",))
    assert ("server localhost:443 resolve;" in config.http_part(settings, target)) is follows


def test_a_name_without_any_resolver_is_refused() -> None:
    """NGINX would answer 502 to every request."""
    settings = load_settings(environ={}, origins=[EXACT_HTTPS])
    with pytest.raises(SettingsError, match="--resolver"):
        config.http_part(settings, config.Target())
    with pytest.raises(SettingsError, match="--resolver"):
        config.server_part(settings, config.Target())


def test_every_directive_of_the_server_part_follows_a_reason() -> None:
    """No block of directives stands without a comment before it."""
    settings = load_settings(environ={}, origins=[EXACT_HTTPS], token="0123456789abcdef")
    text = config.server_part(settings, config.Target(resolvers=("127.0.0.1:9",)))
    location = text[text.index("location ^~") : text.index("location @xaccel_hop")]
    assert len(re.findall(r"^\s*#", location, re.MULTILINE)) >= 20


def test_https_is_verified_in_both_locations() -> None:
    """NGINX verifies nothing by default, and a hop's location inherits nothing."""
    settings = load_settings(environ={}, origins=[EXACT_HTTPS])
    text = config.server_part(settings, config.Target(resolvers=("127.0.0.1:9",)))
    for directive in ("proxy_ssl_verify on;", "proxy_ssl_server_name on;", "proxy_ssl_name"):
        assert text.count(directive) == 2
