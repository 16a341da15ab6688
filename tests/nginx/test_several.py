"""Several applications behind one NGINX, as docs/nginx.md has it: the http part is there once."""

from pathlib import Path

from tests.support.client import send
from tests.support.nginx import NginxServer, whole_configuration
from tests.support.remote import StubRemote, answer
from tests.support.wsgi import serve
from tools.ports import free_port
from xaccel_wsgi import RemoteFile, XAccelMiddleware
from xaccel_wsgi.carriers.nginx import config
from xaccel_wsgi.settings import load_settings

TARGET = config.Target()


def _application(origin: str) -> XAccelMiddleware:
    # One that isn't in front of NGINX refuses, and each has a token of its own.
    token = "a-token-of-its-own-" + origin.rpartition(":")[2]
    return XAccelMiddleware(RemoteFile(f"{origin}/k"), origins=[origin], token=token, mode="nginx")


def _server(address: str, app: XAccelMiddleware, app_server: str) -> str:
    return (
        f"server {{\nlisten {address};\n{config.server_part(app.settings, TARGET)}\n"
        f"location / {{ {config.location_part(app.settings, TARGET)}\n"
        f"proxy_pass http://{app_server}; }} }}\n"
    )


def test_each_sends_its_own_files_and_connections_are_kept(
    nginx_binary: str, tmp_path: Path
) -> None:
    """A server each, with other origins and another token; http is made with all origins."""
    with (
        StubRemote(lambda _: answer(200, [], b"first")) as first,
        StubRemote(lambda _: answer(200, [], b"second")) as second,
    ):
        origins = [f"http://{remote.address}" for remote in (first, second)]
        one, other = (_application(origin) for origin in origins)
        addresses = [f"127.0.0.1:{free_port()}" for _ in origins]
        http = config.http_part(load_settings(environ={}, origins=origins), TARGET)
        with serve(one) as one_server, serve(other) as other_server:
            servers = _server(addresses[0], one, one_server.address)
            servers += _server(addresses[1], other, other_server.address)
            (tmp_path / "nginx.conf").write_text(whole_configuration(http + servers))
            with NginxServer(tmp_path, nginx_binary):
                got = [send(address, "/").body for address in addresses * 2]
        assert got == [b"first", b"second"] * 2
        assert (first.connections, second.connections) == (1, 1)
