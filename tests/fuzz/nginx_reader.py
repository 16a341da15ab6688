"""NGINX asked what it reads: as the host of a URL, and as admitted by the generated location.

It answers by itself, so that it can be asked by the hundred thousand: no remote is connected to, as
no DNS server is told and no address but this machine's own can be reached from 127.0.0.1.
"""

import re
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.support.closing import Closing
from tests.support.nginx import NginxServer, whole_configuration
from tools.ports import free_port
from xaccel_wsgi.carriers.nginx import config
from xaccel_wsgi.settings import Settings

_BATCH = 200
_ANSWER = re.compile(rb"HTTP/1\.1 .*?\r\n\r\n", re.DOTALL)
_READ = re.compile(rb"\r\nX-Read: ([^\r\n]*)")


class NginxReader(Closing):
    """A running NGINX with two questions to ask."""

    def __init__(
        self, folder: Path, binary: str, settings: Settings, *, resolver: str | None = None
    ) -> None:
        """Starts it; the allow list is that of the settings."""
        self._address, inner = ("127.0.0.1", free_port()), free_port()
        text = config.server_part(settings, config.Target(resolvers=("127.0.0.1:9",)))
        expression = re.search(r'^    location ~ (".*") \{$', text, re.MULTILINE)
        if expression is None:
            raise ValueError("the generated configuration has no location with the allow list")
        (folder / "nginx.conf").write_text(
            whole_configuration(
                f"""
    keepalive_requests 1000000;
    access_log off;
    variables_hash_max_size 4096;
    client_header_buffer_size 8k;
    server {{
        listen 127.0.0.1:{self._address[1]};
        proxy_set_header X-Ask $http_x_ask;
        location / {{
            proxy_pass http://127.0.0.1:{inner};
        }}
        location ^~ {settings.prefix} {{
            internal;
            return 404;
            location ~ {expression[1]} {{
                internal;
                add_header X-Read "$xaccel_scheme://$xaccel_authority" always;
                return 200;
            }}
        }}
    }}
    server {{
        listen 127.0.0.1:{inner};
        # The host that this URL is connected to: proxy_pass has read it when it fails. A second
        # server, since NGINX closes the connection after a 500.
        location = /host {{
            {f"resolver {resolver};" if resolver else ""}
            proxy_bind 127.0.0.1;
            proxy_connect_timeout 50ms;
            proxy_pass $http_x_ask;
            add_header X-Read "$proxy_host $proxy_port" always;
        }}
        # What an X-Accel-Redirect to this path reaches.
        location = /path {{
            add_header X-Accel-Redirect $http_x_ask;
            return 204;
        }}
    }}
""",
                error_level="emerg",
            )
        )
        self._nginx = NginxServer(folder, binary)

    def hosts(self, urls: Sequence[bytes]) -> Iterator[tuple[str, int] | None]:
        """Yields host and port that `proxy_pass` reads of each URL; None where it refuses it."""
        for read in self._ask("/host", urls):
            authority, _, port = (read or b"").decode("latin-1").rpartition(" ")
            yield (authority.removesuffix(f":{port}"), int(port)) if authority else None

    def admitted(self, paths: Sequence[bytes]) -> Iterator[str | None]:
        """Yields the origin that the generated location reads of each internal path, or None."""
        for read in self._ask("/path", paths):
            yield None if read is None else read.decode("latin-1")

    def _ask(self, about: str, values: Sequence[bytes]) -> Iterator[bytes | None]:
        with socket.create_connection(self._address, 30) as client:
            answers = self._answers(client)
            for at in range(0, len(values), _BATCH):
                batch = values[at : at + _BATCH]
                client.sendall(
                    b"".join(
                        b"GET %s HTTP/1.1\r\nHost: x\r\nX-Ask: %s\r\n\r\n" % (about.encode(), value)
                        for value in batch
                    )
                )
                for _ in batch:
                    found = _READ.search(next(answers))
                    yield found[1] if found else None

    @staticmethod
    def _answers(client: socket.socket) -> Iterator[bytes]:
        waiting = b""

        def more() -> bytes:
            received = client.recv(65536)
            if not received:
                raise ConnectionError(f"NGINX ended the connection after {waiting!r}")
            return received

        while True:
            while (head := _ANSWER.match(waiting)) is None:
                waiting += more()
            length = re.search(rb"\r\nContent-Length: ([0-9]+)", head[0])
            end = head.end() + (int(length[1]) if length else 0)
            while len(waiting) < end:
                waiting += more()
            yield head[0]
            waiting = waiting[end:]

    def close(self) -> None:
        """Stops."""
        self._nginx.close()
