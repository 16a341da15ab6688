"""An example application with a real S3 store and, if asked, a real NGINX, in one command.

Everything listens on 127.0.0.1, writes into one temporary folder, and is gone when it ends. With
S3_ENDPOINT_URL set, the files go to that store's bucket S3_BUCKET instead.
"""

import argparse
import http.client
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parents[2]
sys.path[0] = str(ROOT)

from tools.children import ChildError, Children  # noqa: E402
from tools.demo.examples import EXAMPLES, Example  # noqa: E402
from tools.ports import free_port, listens  # noqa: E402
from tools.swift_s3 import HOST, SwiftS3  # noqa: E402

# Where NGINX lies on machines whose PATH, for all but root, leaves these out.
SYSTEM_FOLDERS = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin")
START_S = 30


class Refused(Exception):  # noqa: N818 - the visitor's to change, rather than an error
    """The demo can't start as things are; the message says what would help."""


class Stopped(Exception):  # noqa: N818 - not an error
    """Somebody asked for the end."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the demo until it is told to end; returns the exit status."""
    parser = argparse.ArgumentParser(prog="tools/demo", description=__doc__)
    parser.add_argument(
        "example", nargs="?", choices=EXAMPLES, default="flask", help="which one (%(default)s)"
    )
    parser.add_argument("--nginx", action="store_true", help="have NGINX move the bytes")
    parser.add_argument("--port", type=int, default=8080, help="where it answers (%(default)s)")
    options = parser.parse_args(arguments)
    kind = EXAMPLES[options.example]
    pause = _pause_until_stopped()
    try:
        _check_packages(kind)
        _check_port(options.port)
        nginx = _find_nginx() if options.nginx else None
        with tempfile.TemporaryDirectory(prefix="xaccel-demo-") as folder:
            _run(kind, Path(folder), options.port, nginx, pause)
    except Stopped:
        _say("\nEnded; nothing is left running.")
    except (ChildError, Refused) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _run(
    kind: type[Example],
    folder: Path,
    port: int,
    nginx: str | None,
    pause: Callable[[float], None],
) -> None:
    """Starts everything in order and watches over it; ends it in reverse order."""
    with ExitStack() as stack:
        environ = _environment()
        if environ.get("S3_ENDPOINT_URL"):
            store = None
        else:
            _say("Starting an object store ...")
            (folder / "store").mkdir()
            store = stack.enter_context(SwiftS3(folder / "store", pause=pause))
            _use_store(environ, store)
        children = Children(folder, pause)
        stack.callback(children.stop)

        _say("Filling the store with files ...")
        example = kind(folder, environ)
        children.run("fill-store", example.fill, environ=environ, cwd=ROOT)
        if nginx:
            # The application hands over to nobody who doesn't show the token.
            environ |= {"XACCEL_MODE": "nginx", "XACCEL_TOKEN": secrets.token_urlsafe(32)}
            app_port = free_port()
            children.start("application", example.serve(app_port), environ=environ, cwd=ROOT)
            _start_nginx(children, environ, nginx, example.app, folder / "nginx", port, app_port)
        else:
            environ["XACCEL_MODE"] = "stream"
            children.start("application", example.serve(port), environ=environ, cwd=ROOT)
        children.wait_until(lambda: _answers(port), "The application", START_S)

        carrier = "NGINX" if nginx else "this Python"
        _say("\n" + example.welcome.format(url=f"http://{HOST}:{port}/"))
        _say(
            f"The files lie in {environ['S3_ENDPOINT_URL']} and pass through {carrier};\n"
            '"What happened" below each of them tells how.'
        )
        if nginx:
            _say(f"NGINX writes what it answers to {folder / 'nginx' / 'access.log'}")
        _say("Ctrl-C ends it.")
        while True:
            children.check()
            if store:
                store.check()
            pause(0.5)


# --- What it runs ---


def _environment() -> dict[str, str]:
    """Returns the visitor's environment, without what the demo decides."""
    decided = ("GUNICORN_CMD_ARGS", "XACCEL_MODE", "XACCEL_TOKEN")
    environ = {name: value for name, value in os.environ.items() if name not in decided}
    # A proxy for the world outside must not be asked for loopback.
    for name in ("NO_PROXY", "no_proxy"):
        environ[name] = ",".join(filter(None, (environ.get(name), HOST)))
    environ.setdefault("SECRET_KEY", secrets.token_hex())
    return environ


def _use_store(environ: dict[str, str], store: SwiftS3) -> None:
    """Puts this store in the place of any that the visitor's own settings speak of."""
    for name in [name for name in environ if name.startswith(("AWS_", "S3_"))]:
        del environ[name]
    credentials = store.credentials
    environ |= {
        "S3_ENDPOINT_URL": store.endpoint_url,
        "AWS_ACCESS_KEY_ID": credentials["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": credentials["aws_secret_access_key"],
        "AWS_REGION": credentials["region_name"],
        # What ~/.aws says is about other stores.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def _start_nginx(
    children: Children,
    environ: Mapping[str, str],
    nginx: str,
    app: str,
    prefix: Path,
    port: int,
    app_port: int,
) -> None:
    generate = (f"{sysconfig.get_path('scripts')}/xaccel-wsgi", "nginx", app)
    places = ("--standalone", str(prefix), "--listen", f"{HOST}:{port}")
    app_server = ("--app-server", f"{HOST}:{app_port}")
    children.run("configuration", [*generate, *places, *app_server], environ=environ, cwd=ROOT)
    in_folder = ("-p", f"{prefix}/", "-c", "nginx.conf", "-e", "stderr", "-g", "daemon off;")
    children.start("nginx", [nginx, *in_folder])


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


# --- What it needs ---


def _check_packages(kind: type[Example]) -> None:
    needed = ["boto3", "xaccel_wsgi", *kind.packages]
    if not os.environ.get("S3_ENDPOINT_URL"):
        needed.append("swift")
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    if missing:
        raise Refused(
            f"Not installed: {', '.join(missing)}. Say: tools/set-up demo\n"
            "and then: .venv/bin/python tools/demo"
        )


def _check_port(port: int) -> None:
    if not 0 < port < 65536:
        raise Refused(f"{port} is no port; choose one from 1024 to 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise Refused(f"Port {port} is for root only; choose another with --port.") from None
        except OSError:
            raise Refused(f"Port {port} is taken; choose another with --port.") from None
    # Where address reuse is read more generously, a listener doesn't keep others from binding.
    if listens(port):
        raise Refused(f"Port {port} is taken; choose another with --port.")


def _find_nginx() -> str:
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), *SYSTEM_FOLDERS))
    nginx = shutil.which("nginx", path=path)
    if nginx is None:
        raise Refused(
            "NGINX is not installed. Say: apt-get install nginx-light\n"
            "or leave --nginx out: the application then sends the files itself."
        )
    return nginx


# --- Its end ---


def _pause_until_stopped() -> Callable[[float], None]:
    """Returns a `sleep` that raises Stopped once a signal has asked for the end."""
    stop = threading.Event()

    def note(_number: int, _frame: FrameType | None) -> None:
        # Raising here could part a process just started from whoever is to end it.
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, note)
    # Unless nohup said that it may outlive the terminal.
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, note)

    def pause(seconds: float) -> None:
        if stop.wait(seconds):
            raise Stopped

    return pause


def _say(text: str) -> None:
    # The terminal may be gone already.
    with suppress(OSError):
        print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
