"""The generated configuration, read and run by real NGINX."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.nginx import nginx_version
from xaccel_wsgi.carriers.nginx import config
from xaccel_wsgi.errors import SettingsError
from xaccel_wsgi.settings import Settings, load_settings

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
        pytest.param(["http://[::1]:9000"], id="IPv6"),
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


def test_the_longest_host_has_room(nginx_binary: str, tmp_path: Path) -> None:
    """253 characters (RFC 1035 section 2.3.4); NGINX's maps have room for 46 by themselves."""
    host = ".".join(letter * 62 for letter in "abcd") + ".e"
    settings = load_settings(environ={}, origins=[f"https://{host}"])
    user = "root" if os.geteuid() == 0 else ""
    text = config.standalone(
        settings, _target(nginx_binary), "127.0.0.1:8080", "127.0.0.1:8000", user
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
    assert "server localhost:443 max_fails=0;" in text
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
    text = config.http_part(settings, target)
    assert ("server localhost:443 resolve max_fails=0;" in text) is follows


def test_a_name_without_any_resolver_is_refused() -> None:
    """NGINX would answer 502 to every request."""
    settings = load_settings(environ={}, origins=[EXACT_HTTPS])
    with pytest.raises(SettingsError, match="--resolver"):
        config.http_part(settings, config.Target())
    with pytest.raises(SettingsError, match="--resolver"):
        config.server_part(settings, config.Target())


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="plain"),
        pytest.param(
            {
                "cache": "/var/cache/nginx/xaccel",
                "error_page": "/errors/{status}",
                "internal_locations": {"/protected/": "/srv/files"},
            },
            id="with all that there is",
        ),
    ],
)
@pytest.mark.parametrize("part", [config.http_part, config.server_part, config.location_part])
def test_every_paragraph_says_why_it_is_there(
    part: Callable[[Settings, config.Target], str], options: dict[str, Any]
) -> None:
    """In its first line, or in the first of its block."""
    settings = load_settings(
        environ={}, origins=[EXACT_HTTPS, WILDCARD], token="0123456789abcdef", **options
    )
    text = part(settings, config.Target(resolvers=("127.0.0.1:9",)))
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        assert re.match(r"(?:\S+[^\n]*\{\n)?\s*#", paragraph)


def test_the_cache_keeps_as_much_and_as_long_as_it_is_told() -> None:
    """`max_size` and `inactive` of proxy_cache_path."""
    settings = load_settings(
        environ={}, origins=[EXACT_HTTP], token="0123456789abcdef", cache="/var/cache/nginx/xaccel",
        cache_max_bytes=50_000_000, cache_unused_s=3600,
    )  # fmt: skip
    (path,) = re.findall(r"proxy_cache_path ([^;]+);", config.http_part(settings, config.Target()))
    assert {"max_size=50000000", "inactive=3600s"} <= set(path.split())
