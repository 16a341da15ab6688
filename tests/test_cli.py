"""The command, run as a person runs it."""

import os
import re
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import pytest

from xaccel_wsgi.cli import arguments, main
from xaccel_wsgi.cli.arguments import installed_nginx, system_resolvers

APP = """
from flask import Flask
from xaccel_wsgi import XAccelMiddleware

class Broken:
    def __getattr__(self, name):
        raise KeyError("MY_DB")

broken = Broken()

def create_app():
    app = Flask(__name__)
    app.wsgi_app = XAccelMiddleware(app.wsgi_app, origins=["http://127.0.0.1:9000"])
    return app

app = create_app()
bare = Flask(__name__)

class Outer:
    def __init__(self, app):
        self.wrapped = app
    def __call__(self, environ, start_response):
        return self.wrapped(environ, start_response)

def decorated(app):
    def wrapper(environ, start_response):
        return app(environ, start_response)
    return wrapper

outer = decorated(Outer(app))

def from_ini(global_conf):
    return bare
"""

INI = """
[pipeline:main]
pipeline = xaccel bare

[filter:xaccel]
use = egg:xaccel-wsgi
origins = http://127.0.0.1:%(port)s/

[app:bare]
paste.app_factory = myapp:from_ini
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs `xaccel-wsgi` in a folder with an application."""
    (tmp_path / "myapp.py").write_text(APP)
    (tmp_path / "site.ini").write_text(INI)
    monkeypatch.delenv("XACCEL_TOKEN", raising=False)
    # Pyramid imports pkg_resources, which says that nobody should.
    monkeypatch.setenv("PYTHONWARNINGS", "ignore::UserWarning")

    def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        command = [Path(sys.executable).with_name("xaccel-wsgi"), *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    return run


@pytest.mark.parametrize("app", ["myapp:app", "myapp:create_app()", "myapp:outer"])
def test_the_middleware_is_found(app: str, run) -> None:
    """In an application, its factory, and behind wrappers."""
    done = run("nginx", app)
    assert done.returncode == 0, done.stderr
    for part in ("http", "server", "location"):
        assert f"# xaccel-wsgi, {part} part" in done.stdout
    assert "http/127\\.0\\.0\\.1:9000/" in done.stdout


@pytest.mark.parametrize(
    ("name", "port"),
    [("site.ini?port=9000", 9000), ("site.ini?port=9001#main", 9001)],
)
def test_an_ini_file_names_an_application(name: str, port: int, run) -> None:
    """As pserve reads it, variables included."""
    done = run("nginx", name)
    assert done.returncode == 0, done.stderr
    assert f"http/127\\.0\\.0\\.1:{port}/" in done.stdout


def test_settings_from_the_environment_alone(run) -> None:
    """For NGINX in a container of its own."""
    done = run("nginx", "--part", "location", XACCEL_ORIGINS="https://h", XACCEL_TOKEN="t" * 16)
    assert done.returncode == 0, done.stderr
    assert f'proxy_set_header X-Accel-Token "{"t" * 16};1;' in done.stdout


def test_output_writes_three_files_that_others_cannot_read(run, tmp_path: Path) -> None:
    """They hold the token."""
    done = run("nginx", "myapp:app", "--output", "conf")
    assert done.returncode == 0, done.stderr
    written = sorted((tmp_path / "conf").iterdir())
    assert [p.name for p in written] == [
        "xaccel-http.conf", "xaccel-location.conf", "xaccel-server.conf",
    ]  # fmt: skip
    assert {p.stat().st_mode & 0o007 for p in written} == {0}


def test_output_closes_a_file_that_others_could_read(run, tmp_path: Path) -> None:
    """As the shell makes one; its group keeps what it may."""
    part = tmp_path / "conf" / "xaccel-location.conf"
    part.parent.mkdir()
    part.touch()
    part.chmod(0o644)
    assert run("nginx", "myapp:app", "--output", "conf").returncode == 0
    assert part.stat().st_mode & 0o777 == 0o640


def test_it_is_for_the_nginx_of_this_machine(run) -> None:
    """As check has it; another is named."""
    installed = installed_nginx(None)
    number = ".".join(map(str, installed[1] if installed else (1, 22, 0)))
    assert f"For NGINX {number};" in run("nginx", "myapp:app").stderr
    assert "For NGINX 1.30.6;" in run("nginx", "myapp:app", "--nginx-version", "1.30.6").stderr


def test_a_configuration_without_a_token_is_said_to_be_one(run) -> None:
    """Every file would be streamed; sudo drops the environment."""
    assert "NO TOKEN IS SET" in run("nginx", "myapp:app").stderr
    assert "TOKEN" not in run("nginx", "myapp:app", XACCEL_TOKEN="t" * 16).stderr


def test_a_resolver_may_have_parameters(run) -> None:
    """Where DNS gives IPv6 addresses that can't be reached, say."""
    done = run(
        "nginx", "--part", "server", "--resolver", "10.0.0.2 ipv6=off", XACCEL_ORIGINS="https://h"
    )
    assert "resolver 10.0.0.2 ipv6=off;" in done.stdout


def test_standalone_says_how_to_start_and_stop_it(run, tmp_path: Path) -> None:
    """Wherever this machine has its NGINX."""
    done = run("nginx", "myapp:app", "--standalone", "site", "--listen", "8081")
    installed = installed_nginx(None)
    command = f"{installed[0] if installed else 'nginx'} -p site/ -e stderr -c nginx.conf"
    assert f"Start it with: {command}\n" in done.stderr
    assert f"Stop it with:  {command} -s stop\n" in done.stderr
    assert "listen 8081;" in (tmp_path / "site" / "nginx.conf").read_text()


def test_dns_servers_are_read_as_the_system_reads_them(tmp_path: Path) -> None:
    """resolv.conf(5): white space of any kind; NGINX knows no interface of a link-local address."""
    file = tmp_path / "resolv.conf"
    file.write_text(
        "# nameserver 192.0.2.1\nsearch example\nnameserver\t192.0.2.2\n"
        "nameserver  2001:db8::3 # the second\nnameserver fe80::1%eth0\n"
    )
    assert list(system_resolvers(file)) == ["192.0.2.2", "[2001:db8::3]"]


@pytest.mark.parametrize(("there", "more"), [(True, ""), (False, " ipv6=off")])
def test_nginx_is_given_no_addresses_that_lead_nowhere(
    there: bool, more: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would take one at random, and a second, and answer 502."""
    monkeypatch.setenv("XACCEL_ORIGINS", "https://files.example")
    monkeypatch.setattr(arguments, "system_resolvers", lambda: iter(("192.0.2.1", "192.0.2.2")))
    monkeypatch.setattr(arguments, "has_ipv6", lambda: there)
    assert main(["nginx", "--part", "server"]) == 0
    assert f"resolver 192.0.2.1 192.0.2.2{more};" in capsys.readouterr().out


def test_a_machine_without_dns_servers_has_none(tmp_path: Path) -> None:
    """It may do without the file."""
    assert list(system_resolvers(tmp_path / "resolv.conf")) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["myapp:bare"], "no XAccelMiddleware is found", id="no middleware"),
        pytest.param(["nothere:app"], "can't be loaded", id="no module"),
        pytest.param(["nothere.ini"], "can't be loaded", id="no file"),
        pytest.param(["site.ini?port=1#nothere"], "can't be loaded", id="no section"),
        pytest.param(["myapp:nothere"], "can't be loaded", id="no application"),
        pytest.param(["myapp"], "isn't a module and an application", id="no colon"),
        pytest.param(["myapp:broken.x"], "KeyError: 'MY_DB'", id="an application that fails"),
        pytest.param(["myapp:create_app"], "write myapp:create_app()", id="a factory by its name"),
        pytest.param([], "Name the application, as in myapp:app", id="nothing at all"),
        pytest.param(["myapp:app", "--output", "myapp.py/x"], "can't be written", id="output"),
        pytest.param(
            ["myapp:app", "--standalone", "x", "--part", "http"], "xaccel-wsgi: part:", id="part"
        ),
        pytest.param(["myapp:app", "--resolver", "a;b"], "isn't a DNS server", id="resolver"),
        pytest.param(["myapp:app", "--listen", "80"], "for --standalone alone", id="no standalone"),
        pytest.param(
            ["myapp:app", "--standalone", "x", "--app-server", "8000"], "isn't an address", id="app"
        ),
        pytest.param(
            ["myapp:app", "--standalone", "x", "--listen", "99999"], "isn't an address", id="port"
        ),
        pytest.param(
            ["myapp:app", "--standalone", "x", "--listen", "a b"], "isn't an address", id="listen"
        ),
    ],
)
def test_a_mistake_is_one_line_with_a_remedy(arguments: list[str], says: str, run) -> None:
    """Exit status 2 and no traceback."""
    done = run("nginx", *arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert re.fullmatch(r"xaccel-wsgi: [^\n]+\n", done.stderr)


def test_an_nginx_that_is_too_old_is_refused(run) -> None:
    """Nothing is written for it."""
    done = run("nginx", "myapp:app", "--nginx-version", "1.20")
    assert (done.returncode, done.stdout) == (2, "")
    assert "1.22" in done.stderr


@pytest.mark.parametrize("part", ["server", "location"])
def test_a_reader_that_has_enough(part: str) -> None:
    """As `head` has: status 1 and no traceback, however little there was to say."""
    command = [Path(sys.executable).with_name("xaccel-wsgi"), "nginx", "--part", part]
    said = {"XACCEL_ORIGINS": "http://127.0.0.1:9000", "XACCEL_TOKEN": "t" * 16}
    environ = {**os.environ, **said, "PYTHONUNBUFFERED": ""}
    with subprocess.Popen(command, env=environ, stdout=PIPE, stderr=PIPE) as started:
        assert started.stdout is not None
        started.stdout.close()
        assert started.stderr is not None
        assert b"Error" not in started.stderr.read()
    assert started.returncode == 1
