"""A WSGI application under waitress, in this process."""

import threading
from typing import TYPE_CHECKING

from waitress import wasyncore
from waitress.server import TcpWSGIServer, create_server

from tests.support.closing import Closing

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class Server(Closing):
    """A running server; made by `serve`.

    Attributes:
        port: Of 127.0.0.1, chosen by the kernel.
    """

    def __init__(self, app: "WSGIApplication", threads: int) -> None:
        """Listens and serves at once."""
        self._map: dict[int, wasyncore.dispatcher] = {}
        server = create_server(app, map=self._map, host="127.0.0.1", port=0, threads=threads)
        if not isinstance(server, TcpWSGIServer):
            raise TypeError("waitress made another kind of server")
        self._server = server
        self.port = int(server.effective_port)
        self._stopping = False
        self._loop = threading.Thread(target=self._run, daemon=True, name="waitress-loop")
        self._loop.start()

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    def _run(self) -> None:
        while not self._stopping:
            wasyncore.loop(timeout=10.0, map=self._map, use_poll=True, count=1)

    def close(self) -> None:
        """Stops; threads and sockets end with it."""
        if self._stopping:
            return
        self._stopping = True
        self._server.pull_trigger()
        self._loop.join(5)
        own = (self._server, self._server.trigger)
        channels = [each for each in self._map.values() if each not in own]
        for channel in channels:
            # A thread that is still sending learns that its client is gone.
            channel.connected = False
        self._server.task_dispatcher.shutdown(timeout=2)
        # Channels first: closing the trigger before would leave their threads one to pull.
        for channel in channels:
            channel.close()
        self._server.close()


def serve(app: "WSGIApplication", *, threads: int = 8) -> Server:
    """Serves an application on an ephemeral port of 127.0.0.1 until closed."""
    return Server(app, threads)
