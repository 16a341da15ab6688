"""The NGINX configuration that carries handoffs out, each directive with its reason.

Three parts to include: `http` (maps and upstreams), `server` (the internal location and where its
errors and redirects end), `location` (for every location that passes to the application). The
tables of `answer` and the expressions of `origin` are compiled in; no rule is made here.
"""

from .http import http_part
from .location import location_part
from .server import server_part
from .standalone import standalone
from .target import OLDEST_VERSION, Protocol, Target

__all__ = [
    "OLDEST_VERSION",
    "Protocol",
    "Target",
    "http_part",
    "location_part",
    "server_part",
    "standalone",
]
