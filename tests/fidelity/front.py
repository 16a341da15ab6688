"""The front: a real NGINX with the generated configuration, once in each surrounding."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from tests.support import client, http2
from tests.support.client import Received
from tests.support.closing import Closing
from tests.support.nginx import NginxServer, nginx_version, whole_configuration
from tools.ports import free_port
from xaccel_wsgi import Settings
from xaccel_wsgi.carriers.nginx import config

from .row import Kind, Row
from .surroundings import Surrounding

HOST = "app.example"


@dataclass(frozen=True, slots=True)
class Way:
    """A way to an application.

    Attributes:
        address: Host and port.
        http2: Whether it is spoken there.
    """

    address: str
    http2: bool = False

    def can_take(self, row: Row) -> bool:
        """Tells whether a row's request can be made on it."""
        names = {name.lower() for name, _ in row.fields}
        return not (self.http2 and (row.version != "HTTP/1.1" or names & http2.NOT_IN_HTTP2))

    def ask(self, row: Row) -> Received:
        """Makes a row's request."""
        if self.http2:
            return http2.send(
                self.address, row.target, row.fields, method=row.method, body=row.body, host=HOST
            )
        return client.send(
            self.address,
            row.target,
            row.fields,
            method=row.method,
            body=row.body,
            host=HOST,
            version=row.version,
        )


@dataclass(frozen=True, slots=True)
class App:
    """An application server behind the front.

    Attributes:
        settings: Its middleware's.
        addresses: Where it listens, by protocol.
    """

    settings: Settings
    addresses: dict[Literal["http", "uwsgi"], str]


@dataclass(frozen=True, slots=True)
class Parts:
    """The generated texts."""

    http: str
    server: str
    location: str


def generated(settings: Settings, target: config.Target) -> Parts:
    """Returns the generated texts."""
    return Parts(
        config.http_part(settings, target),
        config.server_part(settings, target),
        config.location_part(settings, target),
    )


Change = Callable[[Parts], Parts]


def unchanged(parts: Parts) -> Parts:
    """Returns the parts as they were generated."""
    return parts


class Front(Closing):
    """A running NGINX, with a server block for each surrounding and each application.

    Attributes:
        version: The NGINX's.
        nginx: Its process.
    """

    def __init__(
        self,
        folder: Path,
        binary: str,
        apps: Mapping[Kind, App],
        surroundings: Iterable[Surrounding],
        change: Change = unchanged,
    ) -> None:
        """Writes the configuration and starts.

        Args:
            folder: Its own.
            binary: The NGINX.
            apps: The applications behind; what the last one has in the `http` block, all have.
            surroundings: What stands around the parts.
            change: What becomes of the generated parts.
        """
        self.version = nginx_version(binary)
        self._ways: dict[tuple[str, Kind], Way] = {}
        major, minor, patch = (*self.version, 0, 0)[:3]
        target = config.Target(version=(major, minor, patch), resolvers=("127.0.0.1:9",))
        http, servers = "", []
        for surrounding in surroundings:
            servers.append(_filled(surrounding.http, folder=str(folder)))
            for kind, app in apps.items():
                own_target = replace(target, protocol=surrounding.protocol)
                parts = change(generated(app.settings, own_target))
                http = parts.http
                way = Way(f"127.0.0.1:{free_port()}", surrounding.http2)
                self._ways[surrounding.says, kind] = way
                address = app.addresses[surrounding.protocol]
                servers.append(self._server(surrounding, way, parts, address, folder))
        _furnish(folder)
        (folder / "nginx.conf").write_text(whole_configuration(f"{http}\n{''.join(servers)}"))
        self.nginx = NginxServer(folder, binary)

    def _server(
        self, surrounding: Surrounding, way: Way, parts: Parts, app: str, folder: Path
    ) -> str:
        http2 = ""
        if way.http2:
            # Its own directive came with 1.25.1.
            http2 = "" if self.version >= (1, 25, 1) else " http2"
        switch = "http2 on;" if way.http2 and not http2 else ""
        gateway = _filled(
            surrounding.gateway,
            **{"location": parts.location, "pass": _filled(surrounding.passing, app=app)},
        )
        said = _filled(surrounding.server, folder=str(folder))
        return (
            f"\nserver {{\nlisten {way.address}{http2};\n{switch}\n{said}\n"
            f"{parts.server}\n{gateway}\n}}\n"
        )

    def way(self, surrounding: Surrounding, kind: Kind) -> Way:
        """Returns the way through a surrounding to an application."""
        return self._ways[surrounding.says, kind]

    def close(self) -> None:
        """Stops the NGINX."""
        self.nginx.close()


def _filled(text: str, **values: str) -> str:
    """Fills in `{name}`; every other brace is NGINX's."""
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _furnish(folder: Path) -> None:
    """Makes the files that surroundings name."""
    (folder / "static").mkdir()
    for name in ("404.html", "500.html"):
        (folder / "static" / name).write_text("the server block's own page")
    # An authority that has signed nothing.
    from trustme import CA

    CA().cert_pem.write_to_path(folder / "hostile.pem")
