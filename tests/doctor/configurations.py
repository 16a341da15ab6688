"""A site's configuration of several files, and ways to break it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from xaccel_wsgi.carriers.nginx import config
from xaccel_wsgi.doctor.configuration import check_configuration
from xaccel_wsgi.doctor.finding import Finding
from xaccel_wsgi.settings import Settings, load_settings

TOKEN = "a-token-for-the-doctor-0123"
ORIGINS = ("https://*.s3.amazonaws.com", "http://127.0.0.1:9000")
RESOLVERS = ("192.0.2.1",)

# A real site has locations of its own, and its own opinion about all files.
_MAIN = """
events {}
http {
    gzip on;
    gzip_types *;
    resolver 192.0.2.1;
    include xaccel-http.conf;
    map $http_upgrade $connection_upgrade { default upgrade; "" close; }
    upstream other { server 127.0.0.1:7000; }
    server {
        listen 8080;
        server_name www.example.com;
        return 301 https://files.example.com$request_uri;
    }
    include sites/*.conf;
}
"""
_SITE = """
server {
    listen 8081;
    server_name files.example.com;
    add_header Strict-Transport-Security "max-age=63072000";
    include xaccel-server.conf;
    location / {
        include xaccel-location.conf;
        proxy_set_header Host $http_host;
        proxy_pass http://127.0.0.1:8000;
    }
    location /api/ {
        include xaccel-location.conf;
        proxy_pass http://127.0.0.1:8000/v2/;
    }
    location /other/ { proxy_pass http://other; }
    location ~ \\.pdf$ { root /var/www; }
}
"""

Edit = Callable[["Files"], None]


@dataclass
class Files:
    """The files by name, changed by edits before they are written.

    Attributes:
        settings: The application's.
        version: The NGINX that they are for.
        protocol: How NGINX reaches the application.
        texts: The files.
    """

    settings: Settings = field(
        default_factory=lambda: load_settings(environ={}, origins=ORIGINS, token=TOKEN)
    )
    version: tuple[int, int, int] = (1, 22, 1)
    protocol: config.Protocol = "http"
    texts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Generates the parts."""
        target = config.Target(self.version, RESOLVERS, self.protocol)
        site = _SITE
        if self.protocol == "uwsgi":
            site = re.sub(r"proxy_pass http://127.0.0.1:8000[^;]*;", "uwsgi_pass unix:/app;", site)
        self.texts |= {
            "nginx.conf": _MAIN,
            "sites/files.conf": site,
            "xaccel-http.conf": config.http_part(self.settings, target),
            "xaccel-server.conf": config.server_part(self.settings, target),
            "xaccel-location.conf": config.location_part(self.settings, target),
        }

    def write(self, folder: Path) -> Path:
        """Writes them and returns the main one's path."""
        for name, text in self.texts.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            path.chmod(0o640)
        return folder / "nginx.conf"

    def check(self, folder: Path) -> list[Finding]:
        """Writes and checks them, as for an NGINX whose resolver is somebody else's."""
        target = config.Target(self.version, ("198.51.100.1",))
        return list(check_configuration(str(self.write(folder)), self.settings, target))


# --- Edits ---


def both(*edits: Edit) -> Edit:
    """Makes several edits one."""

    def edit(files: Files) -> None:
        for each in edits:
            each(files)

    return edit


def swap(name: str, old: str, new: str, *, after: str = "", every: bool = False) -> Edit:
    """Replaces the first `old` behind `after`, or every one, in one file."""

    def edit(files: Files) -> None:
        text = files.texts[name]
        at = text.index(after) if after else 0
        assert old in text[at:], f"{old!r} isn't in {name} after {after!r}"
        files.texts[name] = text[:at] + text[at:].replace(old, new, -1 if every else 1)

    return edit


def drop(name: str, old: str, *, after: str = "", every: bool = False) -> Edit:
    """Takes it out."""
    return swap(name, old, "", after=after, every=every)


def drop_block(name: str, head: str) -> Edit:
    """Takes out a block that isn't indented."""

    def edit(files: Files) -> None:
        text, count = re.subn(
            rf"^{re.escape(head)}.*?^\}}\n", "", files.texts[name], flags=re.DOTALL | re.MULTILINE
        )
        assert count == 1, f"{head!r} is {count} times in {name}"
        files.texts[name] = text

    return edit


def drop_statement(name: str, beginning: str, *, after: str = "") -> Edit:
    """Takes out a directive of several lines."""

    def edit(files: Files) -> None:
        text = files.texts[name]
        at = text.index(beginning, text.index(after) if after else 0)
        files.texts[name] = text[:at] + text[text.index(";", at) + 1 :]

    return edit


def other_settings(**options: object) -> Edit:
    """Lets the application have other settings than the configuration was generated from."""

    def edit(files: Files) -> None:
        files.settings = load_settings(
            environ={}, **{"origins": ORIGINS, "token": TOKEN, **options}
        )

    return edit
