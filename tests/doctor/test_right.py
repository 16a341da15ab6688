"""What the generator makes is in order, whatever it was asked for; and so is how it is read."""

import subprocess
from pathlib import Path

import pytest

from tests.doctor.configurations import ORIGINS, RESOLVERS, TOKEN, Files
from tests.support.nginx import nginx_version
from xaccel_wsgi.carriers.nginx import config
from xaccel_wsgi.doctor.configuration import check_configuration
from xaccel_wsgi.doctor.configuration.reading import read_file
from xaccel_wsgi.doctor.configuration.tree import Scope
from xaccel_wsgi.doctor.finding import Finding
from xaccel_wsgi.settings import load_settings

# From 1.27.3 on upstreams follow DNS.
VERSIONS = [(1, 22, 1), (1, 30, 6)]
OPTIONS: dict[str, dict[str, object]] = {
    "the default": {},
    "no token": {"token": None},
    "exact and https": {"origins": ["https://store.example"]},
    "pinned": {"origins": ["https://store.example"], "pin_dns": True},
    "an address": {"origins": ["http://127.0.0.1:9000"]},
    "a path prefix": {"origins": ["https://storage.googleapis.com/my.bucket-1/"]},
    "a prefix of its own": {"prefix": "/behind/the/scenes/"},
    "a cache": {"cache": "/var/cache/xaccel"},
    "error pages of the application's": {"error_page": "/errors/{status}"},
    "local files": {"internal_locations": {"/protected/": "/srv/files/"}},
    "local files alone": {"origins": None, "internal_locations": {"/protected/": "/srv/files/"}},
    "a log for messages": {"nginx_error_log": "/var/log/nginx/transfers.log"},
    "more headers": {
        "hidden_headers": ["x-amz-meta-owner"],
        "carried_headers": ["X-Mine"],
        "request_header_names": ["Authorization", "X-Api-Key"],
    },
    "large handoffs": {"buffer_bytes": 65536},
    "short times": {"connect_timeout_s": 0.5, "read_timeout_s": 1},
}


def _wrong(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.status != "ok"]


@pytest.mark.parametrize("version", VERSIONS, ids=lambda v: ".".join(map(str, v)))
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_what_is_generated_is_in_order(
    options: dict[str, object], version: tuple[int, int, int], tmp_path: Path
) -> None:
    """Included into a site, over HTTP and over uwsgi."""
    settings = load_settings(environ={}, **{"origins": ORIGINS, "token": TOKEN, **options})
    for protocol in ("http", "uwsgi"):
        findings = Files(settings, version, protocol).check(tmp_path / protocol)
        assert _wrong(findings) == []
        assert {finding.status for finding in findings} == {"ok"}


@pytest.mark.parametrize("protocol", ["http", "uwsgi"])
def test_the_standalone_configuration_is_in_order(
    protocol: config.Protocol, tmp_path: Path
) -> None:
    """As the command writes it."""
    settings = load_settings(environ={}, origins=ORIGINS, token=TOKEN)
    target = config.Target(resolvers=RESOLVERS, protocol=protocol)
    path = tmp_path / "nginx.conf"
    path.write_text(config.standalone(settings, target, "127.0.0.1:1", "127.0.0.1:2", ""))
    path.chmod(0o600)
    assert _wrong(list(check_configuration(str(path), settings, target))) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("proxy_read_timeout 1m;", id="minutes"),
        pytest.param("proxy_buffer_size 16k;", id="kilobytes"),
        pytest.param("proxy_buffer_size 32k;", id="more room"),
        pytest.param("proxy_ssl_trusted_certificate /etc/pki/tls/cert.pem;", id="authorities"),
        pytest.param("resolver 203.0.113.9 valid=10s;", id="another resolver"),
        pytest.param("access_log /var/log/files.log; access_log off;", id="a log"),
        pytest.param("limit_conn downloads 3;", id="a limit"),
        pytest.param("proxy_hide_header X-More;", id="one more hidden"),
    ],
)
def test_the_same_said_otherwise(text: str, tmp_path: Path) -> None:
    """What means the same, or is the operator's own affair, is no finding."""
    files = Files()
    server = files.texts["xaccel-server.conf"]
    for directive in text.split("; "):
        name = directive.split()[0]
        old = [line for line in server.splitlines() if line.strip().startswith(f"{name} ")]
        new = directive.rstrip(";") + ";"
        single = name not in ("proxy_hide_header", "access_log") and old
        server = (
            server.replace(old[0].strip(), new)
            if single
            else server.replace("return 404;", f"return 404; {new}", 1)
        )
    files.texts["xaccel-server.conf"] = server
    assert _wrong(files.check(tmp_path)) == []


def test_the_sites_own_headers_are_repeated(tmp_path: Path) -> None:
    """Our locations cancel the server's add_header, so a site puts its own beside ours."""
    files = Files()
    files.texts["xaccel-server.conf"] = files.texts["xaccel-server.conf"].replace(
        "add_header Content-Disposition",
        "add_header X-Site 1 always;\nadd_header Content-Disposition",
    )
    assert _wrong(files.check(tmp_path)) == []


def test_an_nginx_that_could_keep_connections_is_told_so(tmp_path: Path) -> None:
    """Generated for the oldest, read by one that follows DNS."""
    settings = load_settings(environ={}, origins=["https://store.example"], token=TOKEN)
    files = Files(settings)
    files.version = (1, 30, 6)
    found = _wrong(files.check(tmp_path))
    assert {finding.id for finding in found} >= {"missing:upstream:xaccel_0"}


def _dump(binary: str, main: Path) -> Path:
    """Writes what NGINX itself says that it reads."""
    main.write_text(f"pid {main.parent}/pid; error_log stderr;" + main.read_text())
    command = [binary, "-T", "-q", "-p", f"{main.parent}/", "-e", "stderr", "-c", main.name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    dump = main.with_name("dump")
    dump.write_text(done.stdout)
    return dump


def test_nginx_reads_the_site_too(nginx_binary: str, tmp_path: Path) -> None:
    """So that the faults are seeded into a configuration that is one; and its -T says the same."""
    major, minor, patch = nginx_version(nginx_binary)
    files = Files(version=(major, minor, patch))
    main = files.write(tmp_path)
    dump = _dump(nginx_binary, main)
    target = config.Target(files.version, RESOLVERS)
    read, dumped = (
        list(check_configuration(str(path), files.settings, target)) for path in (main, dump)
    )
    assert _wrong(read) == []
    assert [f.id for f in read] == [f.id for f in dumped]
    assert [f.where for f in read] == [f.where for f in dumped]


def test_a_file_is_included_only_where_nginx_includes_it(nginx_binary: str, tmp_path: Path) -> None:
    """`*` ends at a `/` and finds no hidden file, as glob(3) has it, which NGINX asks."""
    main = tmp_path / "nginx.conf"
    main.write_text(
        "events {} http { include conf.d/*.conf; server { listen 127.0.0.1:1; "
        "include conf.d/old/*.conf; include conf.d/.hidden.conf; include */[b]?.conf; } }"
    )
    texts = {
        "conf.d/a.conf": "charset utf-8;",
        "conf.d/old/b.conf": "expires 1d;",
        "conf.d/.hidden.conf": "gzip on;",
        "conf.d/bb.conf": "etag off;",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (http,) = Scope(read_file(str(_dump(nginx_binary, main)))).within("http")
    (server,) = http.within("server")
    assert [str(d) for d in http.block if d.name != "server"] == ["charset utf-8;", "etag off;"]
    assert [str(d) for d in server.block] == [
        "listen 127.0.0.1:1;", "expires 1d;", "gzip on;", "etag off;",
    ]  # fmt: skip
