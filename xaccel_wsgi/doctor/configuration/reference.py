"""The configuration as it should be: generated for the application and for this very NGINX."""

from dataclasses import replace
from typing import get_args

from ...carriers.nginx import config
from ...settings import Settings
from .reading import read_text
from .tree import Directive, Scope


class Reference:
    """The generated parts, parsed.

    Attributes:
        root: A configuration with all of them in it.
        http, server: The blocks that hold these parts.
        locations: The block that holds the location part, for each protocol.
        chosen: Names of directives whose value is the operator's choice, not the generator's.
    """

    def __init__(self, settings: Settings, target: config.Target) -> None:
        """Generates and parses them."""
        protocols: tuple[config.Protocol, ...] = get_args(config.Protocol)
        passing = "\n".join(
            f"location /{protocol} {{\n"
            f"{config.location_part(settings, replace(target, protocol=protocol))}\n}}"
            for protocol in protocols
        )
        self.root = read_text(
            f"http {{\n{config.http_part(settings, target)}\n"
            f"server {{\n{config.server_part(settings, target)}\n{passing}\n}} }}\n"
        )
        (http,) = self.root.block or ()
        server = http.block[-1] if http.block else http
        own, locations = (server.block or ())[:-2], (server.block or ())[-2:]
        # Each part by itself, without the blocks that were put around it here.
        self.http = Scope(replace(http, block=(http.block or ())[:-1]))
        self.server = Scope(replace(server, block=own))
        self.locations = {
            protocol: Scope(location)
            for protocol, location in zip(protocols, locations, strict=True)
        }
        self.chosen = {"resolver"}
        if settings.ca_file is None:
            self.chosen.add("proxy_ssl_trusted_certificate")

    def shows_token(self, protocol: config.Protocol) -> Directive:
        """Returns what shows the token to the application."""
        # The location part begins with it.
        return self.locations[protocol].block[0]
