"""Machines that fail: processes are killed, reloaded or told to quit; a disk is full."""

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.support.client import Received, receive, send
from tests.support.nginx import NginxServer
from tests.support.processes import children
from tests.support.remote import Request, Step, StubRemote, answer
from tests.support.site import TOKEN, Carrier, Site, nginx_in_front
from tests.support.store import store
from tests.support.waiting import wait_until
from tools.children import Children
from tools.ports import free_port
from xaccel_wsgi import RemoteFile
from xaccel_wsgi.settings import load_settings

from .ends import End, end_of
from .sent import BODY, HALF, SIZED

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="it takes Linux's /proc")


class HalfWay:
    """A remote's script that stops in the middle of the file until it may go on."""

    def __init__(self) -> None:
        """Waits at first."""
        self.reached = threading.Semaphore(0)
        self.go_on = threading.Event()

    def __call__(self, _: Request) -> Iterator[Step]:
        """Plays it."""
        yield SIZED + HALF
        self.reached.release()
        self.go_on.wait(10)
        yield BODY[len(HALF) :]


def refuses(address: str) -> bool:
    """Tells whether nobody listens there."""
    host, _, port = address.partition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == errno.ECONNREFUSED


@contextmanager
def half_received(address: str, remote: StubRemote) -> Iterator[tuple[socket.socket, HalfWay]]:
    """A client that has the beginning of a file whose rest is still to come."""
    remote.script = {"/k": (half_way := HalfWay())}
    host, _, port = address.partition(":")
    with socket.create_connection((host, int(port)), 10) as connection:
        connection.sendall(b"GET /f HTTP/1.1\r\nHost: app.example\r\nConnection: close\r\n\r\n")
        assert connection.recv(1, socket.MSG_PEEK)
        yield connection, half_way
        half_way.go_on.set()


def rest_of(connection: socket.socket) -> End:
    """Returns how it ends."""
    with connection.makefile("rb") as stream:
        return end_of(receive(stream))


# --- NGINX ---


@pytest.fixture
def remote() -> Iterator[StubRemote]:
    """A remote of the test's own."""
    with StubRemote({"/k": SIZED + BODY}) as remote:
        yield remote


@pytest.fixture
def nginx(remote: StubRemote, nginx_binary: str, tmp_path: Path) -> Iterator[NginxServer]:
    """An NGINX that may be killed."""

    def view(environ, start_response):
        return RemoteFile(remote.url("/k"))(environ, start_response)

    with Site(view, tmp_path, nginx_binary, origins=[remote.url("")]) as site:
        yield site.nginx


@pytest.mark.fault("NGINX reloaded under load", "200, whole", carrier="nginx")
def test_a_reload_breaks_nothing(
    nginx: NginxServer, remote: StubRemote, tries: Callable[[int], None]
) -> None:
    """Transfers in progress go on to their end; new ones begin meanwhile; old workers leave."""
    half_way = HalfWay()
    remote.script = {"/k": half_way}
    with ThreadPoolExecutor(20) as pool:
        running = [pool.submit(send, nginx.address, "/f") for _ in range(20)]
        for _ in running:
            assert half_way.reached.acquire(timeout=10)
        (before,) = children(nginx.pid)
        os.kill(nginx.pid, signal.SIGHUP)
        wait_until(lambda: len(children(nginx.pid)) == 2)
        remote.script = {"/k": SIZED + BODY}
        new = [send(nginx.address, "/f") for _ in range(10)]
        half_way.go_on.set()
        old = [each.result() for each in running]
    wait_until(lambda: before not in children(nginx.pid))
    tries(len(old) + len(new))
    assert {end_of(each) for each in (*old, *new)} == {End.WHOLE}


@pytest.mark.fault("NGINX told to quit during a transfer", "200, whole", carrier="nginx")
def test_quitting_waits(nginx: NginxServer, remote: StubRemote) -> None:
    """It ends when the transfer has ended."""
    with half_received(nginx.address, remote) as (connection, half_way):
        os.kill(nginx.pid, signal.SIGQUIT)
        wait_until(lambda: refuses(nginx.address))
        half_way.go_on.set()
        assert rest_of(connection) == End.WHOLE
    wait_until(lambda: children(nginx.pid) == [])


@pytest.mark.fault("an NGINX worker killed during a transfer", "200, broken off", carrier="nginx")
def test_a_killed_worker_breaks_what_it_carried(nginx: NginxServer, remote: StubRemote) -> None:
    """Visibly; and the next is served by its successor."""
    with half_received(nginx.address, remote) as (connection, _):
        (before,) = children(nginx.pid)
        os.kill(before, signal.SIGKILL)
        assert rest_of(connection) == End.BROKEN
    wait_until(lambda: children(nginx.pid) not in ([], [before]))
    remote.script = {"/k": SIZED + BODY}
    assert end_of(send(nginx.address, "/f")) == End.WHOLE


class SmallDisk:
    """A file system of its own; `folder` is where."""

    def __init__(self, folder: Path, size_kib: int) -> None:
        """Mounts it, or skips the test."""
        self.folder = folder
        folder.mkdir()
        self._mount(f"size={size_kib}k")

    def resize(self, size_kib: int) -> None:
        """Makes room."""
        self._mount(f"remount,size={size_kib}k")

    def _mount(self, options: str) -> None:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", self.folder]
        if os.geteuid() or subprocess.run(command, capture_output=True).returncode:
            pytest.skip("NO SMALL DISK: mounting one takes root, and leave to mount")

    def close(self) -> None:
        """Unmounts it."""
        subprocess.run(["umount", self.folder], check=True)


@pytest.mark.fault("a full disk under NGINX's temporary files", "200, whole", carrier="nginx")
def test_no_file_is_written_on_the_way(
    nginx_binary: str, remote: StubRemote, tmp_path: Path
) -> None:
    """A large file for a slow client waits at the remote, not on disk."""
    body = BODY * 100
    remote.script = {"/k": answer(200, body=body)}

    def view(environ, start_response):
        return RemoteFile(remote.url("/k"), limit_rate=20 * len(body))(environ, start_response)

    with closing(SmallDisk(tmp_path / "disk", 4)) as disk:
        filler = disk.folder / "everything"
        filler.write_bytes(b"x" * 4096)
        folder = tmp_path / "nginx"
        folder.mkdir()
        with Site(view, folder, nginx_binary, origins=[remote.url("")]) as site:
            proxy_temp = folder / "temp" / "proxy"
            proxy_temp.rmdir()
            proxy_temp.symlink_to(disk.folder)
            assert end_of(send(site.nginx.address, "/f"), body) == End.WHOLE
            assert "No space" not in site.nginx.error_log()
        assert list(disk.folder.iterdir()) == [filler]


@pytest.mark.fault("a full disk under the cache", "200, broken off", carrier="nginx")
def test_a_full_cache(nginx_binary: str, remote: StubRemote, tmp_path: Path) -> None:
    """NGINX gives up a body that it can't keep, visibly; with room again it serves it."""
    body = BODY * 50

    def view(environ, start_response):
        return RemoteFile(remote.url("/k"), cache_key="1")(environ, start_response)

    remote.script = store(body, [("ETag", '"1"')])
    with closing(SmallDisk(tmp_path / "disk", 1500)) as disk:
        cache = str(disk.folder / "cache")
        folder = tmp_path / "nginx"
        folder.mkdir()
        with Site(view, folder, nginx_binary, origins=[remote.url("")], cache=cache) as site:
            for _ in range(3):
                assert end_of(send(site.nginx.address, "/f"), body) == End.BROKEN
            disk.resize(65536)
            assert end_of(send(site.nginx.address, "/f"), body) == End.WHOLE


# --- The application ---


class Application:
    """gunicorn with one worker, and NGINX in front of it.

    Attributes:
        entered: A file that is there once `/never` was asked for.
        pid: The process id of gunicorn's master.
        nginx: The NGINX.
    """

    def __init__(self, remote: StubRemote, folder: Path, binary: str) -> None:
        """Starts both."""
        self.entered = folder / "entered"
        self._address = f"127.0.0.1:{free_port()}"
        options = {"XACCEL_ORIGINS": remote.url(""), "XACCEL_TOKEN": TOKEN}
        self._children = Children(folder)
        try:
            self.pid = self._children.start(
                "gunicorn",
                [
                    *(sys.executable, "-m", "gunicorn", "tests.faults.served:app"),
                    *("--bind", self._address, "--workers", "1", "--threads", "8"),
                    "--no-control-socket",
                ],
                environ=os.environ
                | options
                | {"REMOTE": remote.url("/k"), "ENTERED": str(self.entered)},
            )
            self._children.wait_until(self._answers, "gunicorn", 10)
            self.nginx = nginx_in_front(
                self._address, load_settings(environ=options), folder, binary
            )
        except BaseException:
            self._children.stop()
            raise

    def _answers(self) -> bool:
        try:
            return send(self._address, "/f").status == 200
        except OSError:
            return False

    @property
    def worker(self) -> int:
        """The worker's process id."""
        found: list[int] = []

        def there_is_one() -> bool:
            found[:] = children(self.pid)
            return len(found) == 1

        wait_until(there_is_one)
        return found[0]

    def address(self, carrier: Carrier) -> str:
        """Returns where `carrier` answers."""
        return self.nginx.address if carrier == "nginx" else self._address

    def ask(self, carrier: Carrier, target: str = "/f") -> Received:
        """Sends one request."""
        return send(self.address(carrier), target)

    def close(self) -> None:
        """Stops both."""
        self.nginx.close()
        self._children.stop()


@pytest.fixture(scope="module")
def module_remote() -> Iterator[StubRemote]:
    """The remote of the application."""
    with StubRemote({"/k": SIZED + BODY}) as remote:
        yield remote


@pytest.fixture(scope="module")
def module_application(
    module_remote: StubRemote, nginx_binary: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Application]:
    """One for all tests; what they kill is replaced."""
    application = Application(module_remote, tmp_path_factory.mktemp("gunicorn"), nginx_binary)
    yield application
    application.close()


@pytest.fixture
def application(module_application: Application, module_remote: StubRemote) -> Application:
    """The application, serving, with no connection kept."""
    module_remote.reset()
    module_remote.script = {"/k": answer(200, [("Connection", "close")], BODY)}
    wait_until(lambda: end_of(module_application.ask("stream")) == End.WHOLE)
    module_remote.reset()
    module_application.entered.unlink(missing_ok=True)
    return module_application


@pytest.mark.fault(
    "the application's worker killed during a transfer", "200, broken off; NGINX: 200, whole"
)
def test_a_killed_application_worker(
    carrier: Carrier, application: Application, module_remote: StubRemote
) -> None:
    """What NGINX carries doesn't need the application any more."""
    with half_received(application.address(carrier), module_remote) as (connection, half_way):
        before = application.worker
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: application.worker != before)
        half_way.go_on.set()
        assert rest_of(connection) == (End.WHOLE if carrier == "nginx" else End.BROKEN)
    module_remote.script = {"/k": SIZED + BODY}
    assert end_of(application.ask(carrier)) == End.WHOLE


@pytest.mark.fault(
    "the application's worker killed in the view",
    "closed without an answer; NGINX: 502 of its own",
)
def test_a_worker_killed_in_the_view(carrier: Carrier, application: Application) -> None:
    """Nothing was handed over, and nothing is fetched."""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(application.ask, carrier, "/never")
        wait_until(application.entered.exists)
        os.kill(application.worker, signal.SIGKILL)
        assert running.result().status == (502 if carrier == "nginx" else 0)


@pytest.mark.fault("the application reloaded under load", "200, whole")
def test_a_reloaded_application(
    carrier: Carrier,
    application: Application,
    module_remote: StubRemote,
    tries: Callable[[int], None],
) -> None:
    """The old worker sends what it began."""
    module_remote.script = {"/k": (half_way := HalfWay())}
    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(application.ask, carrier) for _ in range(4)]
        for _ in running:
            assert half_way.reached.acquire(timeout=10)
        before = application.worker
        os.kill(application.pid, signal.SIGHUP)
        wait_until(lambda: children(application.pid) not in ([], [before]))
        half_way.go_on.set()
        ends = {end_of(each.result()) for each in running}
    tries(len(running))
    assert ends == {End.WHOLE}
