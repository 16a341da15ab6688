"""An application with both carriers in front of it: real NGINX as generated, and the streamer."""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tests.support.closing import Closing
from tests.support.nginx import NginxServer, nginx_version
from tests.support.wsgi import serve
from tools.ports import free_port
from xaccel_wsgi import XAccelMiddleware
from xaccel_wsgi.carriers.nginx import config
from xaccel_wsgi.find import find_middleware
from xaccel_wsgi.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

Carrier = Literal["nginx", "stream"]
CARRIERS: tuple[Carrier, ...] = ("nginx", "stream")

TOKEN = "a-token-for-the-tests-0123456789"
# Nobody answers on the port that discards.
NOBODY = "127.0.0.1:9"


def nginx_in_front(
    app_server: str,
    settings: Settings,
    folder: Path,
    binary: str,
    *,
    resolver: str = NOBODY,
    beside: str = "",
    around: str = "",
    workers: int = 1,
) -> NginxServer:
    """Starts NGINX with the configuration that is generated from an application's settings.

    `beside` is what else the site's `server` block has, `around` the same of its `http` block.
    """
    major, minor, patch = nginx_version(binary)
    target = config.Target(version=(major, minor, patch), resolvers=(resolver,))
    user = "root" if os.geteuid() == 0 else ""
    (folder / "temp").mkdir()
    text = config.standalone(settings, target, f"127.0.0.1:{free_port()}", app_server, user)
    # Kept connections are a worker's own; with one, which is used again is no matter of luck.
    text = re.sub(r"(?m)^worker_processes \d+;", f"worker_processes {workers};", text)
    text = text.replace("server_name _;", f"server_name _;\n{beside}")
    text = text.replace("http {", f"http {{\n{around}", 1)
    (folder / "nginx.conf").write_text(text)
    return NginxServer(folder, binary)


class Site(Closing):
    """One application, reachable through NGINX with the token and without either.

    Attributes:
        app: The middleware around the application.
        nginx: The NGINX in front.
    """

    def __init__(
        self,
        app: "WSGIApplication",
        folder: Path,
        binary: str,
        *,
        resolver: str = NOBODY,
        beside: str = "",
        around: str = "",
        **options: Any,
    ) -> None:
        """Serves `app` behind a newly generated configuration.

        One that has no middleware yet is wrapped, with the settings of `options`. `beside` is what
        else the `server` block has, `around` the same of the `http` block.
        """
        found = find_middleware(app)
        if found is None:
            app = found = XAccelMiddleware(app, **{"token": TOKEN, **options})
        self.app = found
        self._server = serve(app)
        try:
            self.nginx = nginx_in_front(
                self._server.address,
                self.app.settings,
                folder,
                binary,
                resolver=resolver,
                beside=beside,
                around=around,
            )
        except BaseException:
            self._server.close()
            raise

    def address(self, carrier: Carrier) -> str:
        """Returns where `carrier` answers."""
        return self.nginx.address if carrier == "nginx" else self._server.address

    def close(self) -> None:
        """Stops both."""
        self.nginx.close()
        self._server.close()
        self.app.close()
