"""The NGINX that a configuration is for."""

from dataclasses import dataclass
from typing import Literal

Protocol = Literal["http", "uwsgi"]

OLDEST_VERSION = (1, 22, 0)
_SYSTEM_CA_FILE = "/etc/ssl/certs/ca-certificates.crt"


@dataclass(frozen=True, slots=True)
class Target:
    """The NGINX that the configuration is for.

    Attributes:
        version: Its version.
        resolvers: Addresses of its DNS servers.
        protocol: How it reaches the application.
        ca_file: Certificate authorities, where the settings name none.
    """

    version: tuple[int, int, int] = OLDEST_VERSION
    resolvers: tuple[str, ...] = ()
    protocol: Protocol = "http"
    ca_file: str = _SYSTEM_CA_FILE

    @property
    def follows_dns(self) -> bool:
        """Whether an upstream may be a name that is looked up again and again.

        `server ... resolve` without the commercial subscription came with 1.27.3.
        """
        return self.version >= (1, 27, 3)
