"""The servers: a store with TLS, an application, and what may stand in front of it.

The application of most figures is an NGINX that replays handoffs header for header, so that the
configuration is measured and not Python; gunicorn with Flask stands beside it.
"""

import os
import re
import sys
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from tests.support.certificates import Certificates
from tests.support.closing import Closing
from tests.support.nginx import NginxServer, nginx_binaries, nginx_version, whole_configuration
from tools.children import Children
from tools.ports import free_port
from xaccel_wsgi import RemoteFile
from xaccel_wsgi.carriers.nginx import config
from xaccel_wsgi.carriers.nginx.wire import handoff_fields
from xaccel_wsgi.handoff import Handoff, make_handoff
from xaccel_wsgi.settings import Settings, load_settings

from .relay import Relay

SIZES = {"10k": 10_000, "1m": 1_000_000, "100m": 100_000_000}
LABELS = {"10k": "10 kB", "1m": "1 MB", "100m": "100 MB"}
TOKEN = "a-token-for-the-benchmarks-01234"
# As long as a signature is.
QUERY = "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=" + "0" * 350


class Stage(Closing):
    """A store, an application that replays, and fronts; all on this machine.

    Attributes:
        store: The origin, as an URL without a path: where the fronts find it.
        front: The generated configuration, as an URL: /10k, /cached/10k, /cold/10k, /plain/10k
            (proxy_pass alone) and /static/10k (from disk), and so on for the other sizes.
        recipe: The well-known recipe: /10k, ...
        replay: The application: /redirect/10k, ... leads clients to the store.
        files: The store's folder.
        certificates: The store's.
    """

    def __init__(self, folder: Path, *, round_trip_s: float = 0) -> None:
        """Starts everything; the store is `round_trip_s` away."""
        self._closing = ExitStack()
        self._folder = folder
        self._binary = nginx_binaries()[0]
        self._children = Children(folder)
        self._closing.callback(self._children.stop)
        self.certificates = Certificates(folder)
        try:
            self._start(round_trip_s)
        except BaseException:
            self._closing.close()
            raise

    def _start(self, round_trip_s: float) -> None:
        self.files = files = self._folder / "files"
        files.mkdir()
        for name, size in SIZES.items():
            (files / name).write_bytes(os.urandom(size))
        port = int(self._nginx("store", _store(files, self.certificates)).rpartition(":")[2])
        if round_trip_s:
            port = self._closing.enter_context(Relay(port, round_trip_s)).port
        self.store = f"https://localhost:{port}"
        self.settings = load_settings(
            environ={},
            origins=[self.store],
            token=TOKEN,
            ca_file=str(self.certificates.ca_file),
            pin_dns=True,
            cache=str(self._folder / "cache"),
        )
        # As an application on the same machine is best reached.
        app_server = f"unix:{self._folder}/app.sock"
        replay = self._nginx("replay", _replay(self.store, self.settings, app_server))
        self.replay = f"http://{replay}"
        upstream = f"upstream limit {{ server localhost:{port}; keepalive 16; }}"
        limits = _limits(self.certificates, files)
        self.front = f"http://{self._generated('front', app_server, upstream, limits)}"
        self.recipe = f"http://{self._nginx('recipe', _recipe(app_server))}"

    def _generated(self, name: str, app_server: str, in_http: str = "", in_server: str = "") -> str:
        """Starts the configuration as it is generated, with more in it; without a log."""
        folder = self._folder / name
        (folder / "temp").mkdir(parents=True)
        version = nginx_version(self._binary)
        target = config.Target(version=(version[0], version[1], version[2]))
        user = "root" if os.geteuid() == 0 else ""
        listen = f"127.0.0.1:{free_port()}"
        text = config.standalone(self.settings, target, listen, app_server, user)
        text = re.sub(r"(?m)^( *)access_log .*$", r"\1access_log off;", text, count=1)
        text = re.sub(r"(?m)^ *access_log receipts.*\n", "", text)
        text = text.replace("worker_connections 1024", "worker_connections 4096")
        text = text.replace("server_name _;", f"server_name _;\n{in_server}")
        text = text.replace("    upstream xaccel_app", f"    {in_http}\n    upstream xaccel_app")
        return self._run(folder, text)

    def _nginx(self, name: str, http: str) -> str:
        folder = self._folder / name
        folder.mkdir()
        text = whole_configuration(f"access_log off;\n{http}", error_level="error")
        text = text.replace("    access_log access.log;\n", "")
        return self._run(folder, text.replace("worker_connections 512", "worker_connections 4096"))

    def _run(self, folder: Path, text: str) -> str:
        (folder / "nginx.conf").write_text(text)
        return self._closing.enter_context(NginxServer(folder, self._binary)).address

    def gunicorn(self, *options: str, mode: str = "stream") -> str:
        """Starts the Flask application under gunicorn, with one worker; returns its URL."""
        port = free_port()
        address = f"127.0.0.1:{port}"
        environ = {
            **os.environ,
            "BENCHMARK_STORE": self.store,
            "XACCEL_ORIGINS": self.store,
            "XACCEL_TOKEN": TOKEN,
            "XACCEL_CA_FILE": str(self.certificates.ca_file),
            "XACCEL_PIN_DNS": "true",
            "XACCEL_CACHE": self.settings.cache or "",
            "XACCEL_MODE": mode,
        }
        command = [sys.executable, "-m", "gunicorn", "-w1", "-b", address, "--log-level", "error"]
        self._children.start(
            f"gunicorn-{port}", [*command, *options, "benchmarks.app:app"], environ=environ
        )
        self._children.wait_until(lambda: _answers(f"http://{address}/ping"), "gunicorn", 15)
        return f"http://{address}"

    def generated_before(self, app: str) -> str:
        """Starts the generated configuration before an application; returns its URL."""
        return f"http://{self._generated(f'front-{free_port()}', app.removeprefix('http://'))}"

    def close(self) -> None:
        """Stops everything."""
        self._closing.close()


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except OSError:
        return False
    return True


# --- Configurations ---


def _store(files: Path, certificates: Certificates) -> str:
    return f"""
        sendfile on;
        server {{
            listen 127.0.0.1:{free_port()} ssl;
            ssl_certificate {certificates.certificate_file};
            ssl_certificate_key {certificates.key_file};
            ssl_protocols TLSv1.2 TLSv1.3;
            keepalive_requests 1000000;
            root {files};
        }}
    """


def _replay(store: str, settings: Settings, app_server: str) -> str:
    """An application whose answers are those that the middleware gave."""
    locations = []
    for name in SIZES:
        handed = {"filename": "report.pdf"}
        for path, key, replaced in (
            (f"/{name}", None, {}),
            (f"/cached/{name}", "v1", {}),
            # A version that nobody has seen: every request is a first one.
            (f"/cold/{name}", "new", {"X-Accel-Cache-Key": "$request_id"}),
            (f"/part/{name}", None, {"X-Accel-Request-Range": "$http_range"}),
            (f"/cached-part/{name}", "v1", {"X-Accel-Request-Range": "$http_range"}),
            (f"/cold-part/{name}", "new", {
                "X-Accel-Request-Range": "$http_range", "X-Accel-Cache-Key": "$request_id",
            }),
        ):  # fmt: skip
            remote = RemoteFile(f"{store}/{name}{QUERY}", cache_key=key, **handed)
            request = {"REQUEST_METHOD": "GET"}
            if "X-Accel-Request-Range" in replaced:
                request["HTTP_RANGE"] = "bytes=0-0"
            handoff = make_handoff(remote, request, [], settings)
            assert isinstance(handoff, Handoff)
            fields = dict(handoff_fields(handoff, settings)) | replaced
            locations.append(_answer(path, fields))
        address = store.removeprefix("https://").replace("localhost", "127.0.0.1")
        fields = {
            "X-Accel-Redirect": f"/remote/https/{address}/{name}{QUERY}",
            "Content-Disposition": 'attachment; filename="report.pdf"',
        }
        locations.append(_answer(f"/recipe/{name}", fields))
        locations.append(_answer(f"/redirect/{name}", {"Location": f"{store}/{name}{QUERY}"}, 302))
    listen = f"listen 127.0.0.1:{free_port()};\nlisten {app_server};"
    return f"server {{\n{listen}\n{''.join(locations)} }}"


def _answer(path: str, fields: dict[str, str], status: int = 204) -> str:
    headers = " ".join(f"add_header {name} '{value}' always;" for name, value in fields.items())
    return f"location = {path} {{ {headers} return {status}; }}\n"


def _limits(certificates: Certificates, files: Path) -> str:
    """What nothing that asks an application can beat."""
    return f"""
        location /plain/ {{
            proxy_pass https://limit/;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_ssl_verify on;
            proxy_ssl_trusted_certificate {certificates.ca_file};
            proxy_ssl_name localhost;
            proxy_ssl_server_name on;
            proxy_ssl_protocols TLSv1.2 TLSv1.3;
            proxy_max_temp_file_size 0;
        }}
        location /static/ {{
            alias {files}/;
            sendfile on;
        }}
    """


def _recipe(app_server: str) -> str:
    """The configuration that most pages about X-Accel-Redirect to a remote lead to."""
    return f"""
        server {{
            listen 127.0.0.1:{free_port()};
            location ~ ^/remote/(?<how>https?)/(?<place>[^/]+)/(?<path>.*)$ {{
                internal;
                proxy_pass $how://$place/$path$is_args$args;
                proxy_set_header Host $place;
                proxy_set_header Authorization "";
                proxy_hide_header Content-Disposition;
                add_header Content-Disposition $upstream_http_content_disposition;
                proxy_max_temp_file_size 0;
            }}
            location / {{
                proxy_pass http://{app_server}:/recipe/;
            }}
        }}
    """
