"""The servers, and how each is started."""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
APP = "tests.servers.app:application"

_APACHE = Path("/usr/sbin/apache2")


@dataclass(frozen=True, slots=True)
class Server:
    """A server.

    Attributes:
        name: What people call it, with its worker if it has several.
        command: Returns its command line for a folder of its own and a port.
        in_every_run: Whether `make test` has it; else only `make test-all`.
        is_optional: Whether there are machines that it can't be installed on.
        runs_as_another: Whether it gives up root's rights, if it has them.
        remedy: How it is installed.
    """

    name: str
    command: Callable[[Path, int], Sequence[str]]
    in_every_run: bool = False
    is_optional: bool = False
    runs_as_another: bool = False
    remedy: str = "make build/ready-matrix installs it"


def _script(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _gunicorn(worker: str, *more: str) -> Callable[[Path, int], Sequence[str]]:
    return lambda folder, port: [
        *(_script("gunicorn"), "--worker-class", worker, "--workers", "2", *more),
        *("--bind", f"127.0.0.1:{port}", "--no-control-socket", APP),
    ]


def _apache(folder: Path, port: int) -> Sequence[str]:
    """Apache with mod_wsgi, from a folder, as whoever starts it; as root it needs another user."""
    user = "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""
    packages = [path for path in sys.path if path.endswith("site-packages")]
    module_path = ":".join([str(ROOT), *packages])
    (folder / "app.wsgi").write_text(f"from {APP.replace(':', ' import ')}\n")
    modules = "".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
        for name in ("mpm_event", "authz_core", "wsgi")
    )
    (folder / "apache.conf").write_text(
        f"ServerRoot {folder}\nServerName 127.0.0.1\nListen 127.0.0.1:{port}\n{user}{modules}"
        f"PidFile {folder}/apache.pid\nErrorLog /dev/stderr\n"
        f"WSGISocketPrefix {folder}/wsgi\n"
        f"WSGIDaemonProcess app processes=1 threads=8 python-path={module_path}\n"
        f"WSGIProcessGroup app\nWSGIApplicationGroup %{{GLOBAL}}\n"
        f"WSGIScriptAlias / {folder}/app.wsgi\n"
        f"<Directory {folder}>\nRequire all granted\n</Directory>\n"
    )
    return [str(_APACHE), "-X", "-f", str(folder / "apache.conf")]


SERVERS = (
    Server(
        "waitress",
        lambda _, port: [_script("waitress-serve"), f"--listen=127.0.0.1:{port}", APP],
        in_every_run=True,
    ),
    Server("gunicorn sync", _gunicorn("sync")),
    Server("gunicorn gthread", _gunicorn("gthread", "--threads", "4")),
    Server(
        "uWSGI",
        lambda _, port: [
            *(_script("uwsgi"), "--http-socket", f"127.0.0.1:{port}", "--module", APP),
            *("--virtualenv", sys.prefix, "--need-app", "--master", "--die-on-term"),
            *("--threads", "4", "--pythonpath", str(ROOT)),
        ],
    ),
    Server(
        "cheroot",
        lambda _, port: [_script("cheroot"), "--bind", f"127.0.0.1:{port}", APP],
    ),
    Server(
        "werkzeug",
        lambda _, port: [sys.executable, "-m", "tests.servers.werkzeug", str(port)],
    ),
    Server(
        "granian",
        lambda _, port: [
            *(_script("granian"), "--interface", "wsgi", "--host", "127.0.0.1"),
            *("--port", str(port), "--workers", "1", "--blocking-threads", "4", APP),
        ],
        is_optional=True,
    ),
    Server(
        "mod_wsgi",
        _apache,
        is_optional=True,
        runs_as_another=True,
        remedy="tools/install-apache installs it",
    ),
)
