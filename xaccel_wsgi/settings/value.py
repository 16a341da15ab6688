"""The settings: one frozen value, checked when it is made."""

import hashlib
import os
import re
from dataclasses import dataclass, fields
from typing import Literal, get_args

from ..errors import SettingsError, shown
from ..rules.origin import AllowList

Mode = Literal["auto", "nginx", "stream", "redirect"]

DEFAULT_PREFIX = "/_remote/"

# App headers that reach the client beside the file. What names the body's length, coding or
# validators isn't here: it would describe the app's empty body.
CARRIED_HEADERS = (
    "Content-Disposition",
    "Cache-Control",
    "Expires",
    "Vary",
    "Content-Language",
    "Link",
    "Content-Security-Policy",
    "Content-Security-Policy-Report-Only",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Referrer-Policy",
    "Permissions-Policy",
    "X-Robots-Tag",
    "Strict-Transport-Security",
    "Cross-Origin-Embedder-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Access-Control-Allow-Origin",
    "Access-Control-Allow-Credentials",
    "Access-Control-Allow-Methods",
    "Access-Control-Allow-Headers",
    "Access-Control-Expose-Headers",
    "Access-Control-Max-Age",
    "Timing-Allow-Origin",
    "X-Request-Id",
)

# Decided elsewhere or the connection's own; carrying them would contradict what is sent.
_NEVER_CARRIED = {
    "accept-ranges", "connection", "content-encoding", "content-length", "content-range",
    "content-type", "date", "etag", "keep-alive", "last-modified", "location", "proxy-authenticate",
    "proxy-authorization", "refresh", "server", "set-cookie", "te", "trailer", "trailers",
    "transfer-encoding", "upgrade", "www-authenticate", "x-remote-file",
}  # fmt: skip
# The handoff decides these itself; taking them from a RemoteFile would bypass that.
_NEVER_REQUESTED = {
    "accept-encoding", "connection", "content-length", "content-type", "expect", "host",
    "if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since",
    "keep-alive", "proxy-authorization", "range", "te", "trailer", "transfer-encoding", "upgrade",
}  # fmt: skip
# Without them a client couldn't read the body, or know its own copy again.
_NEVER_HIDDEN = {
    "content-encoding", "content-length", "content-range", "content-type", "etag", "last-modified",
}  # fmt: skip

# A header's name as part of a variable of NGINX's, which has room for no longer one
# (variables_hash_bucket_size). Nor does proxy_hide_header find any other:
# ngx_http_parse_header_line leaves those without the hash that they are looked up by.
_NAME = "[A-Za-z0-9_-]{1,90}"

# A segment of a path: plain characters, and more than dots.
_SEGMENT = r"[A-Za-z0-9._~-]*[A-Za-z0-9_~-][A-Za-z0-9._~-]*"
# A file or folder of NGINX's, without what NGINX would read as something else.
_ABSOLUTE_PATH = r"(?:/[A-Za-z0-9._~+@-]+)+"
_ERROR_PAGE = re.compile(
    rf"(?:/{_SEGMENT})*/[A-Za-z0-9._~-]*\{{status\}}[A-Za-z0-9._~-]*(?:/{_SEGMENT})*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the operator decides; made by `load_settings`, which converts and documents each.

    Attributes:
        origins: Where files may be fetched from; required, unless there are `internal_locations`.
            Nothing of a request can widen it.
        mode: "auto" hands over to NGINX when the request carries the token and streams otherwise;
            "nginx" and "stream" always do the one. "redirect" sends the client to the signed URL.
        token: The secret that NGINX and the application share; at least 16 characters.
        prefix: Path prefix of the internal location; begins and ends with "/".
        request_header_names: What a RemoteFile's `request_headers` may name.
        carried_headers: App response headers that reach the client, `carried_headers` given by
            the operator added to the default ones.
        hidden_headers: Remote response headers to hide beside those always hidden
            (`x-amz-meta-owner`, say: core NGINX can't hide by prefix).
        ca_file: Absolute path of a PEM file with the certificate authorities for https origins;
            None is the system's.
        connect_timeout_s: Seconds to wait for a connection (`proxy_connect_timeout`), TLS
            included; where a host has more addresses than one, twice as long for all of them. The
            streamer looks names up in the system's own time.
        read_timeout_s: Seconds without a byte from the remote, before the head of the answer and
            between reads of its body (`proxy_read_timeout`); there is no limit for the whole. The
            streamer, whose worker waits, wants the whole head within that time.
        buffer_bytes: Size of NGINX's header buffers (`proxy_buffer_size`), for the app's answer
            and for the remote's; a handoff that doesn't fit is an error here rather than NGINX's
            502, and a larger head of the remote's is 502 in both carriers.
        internal_locations: Folders of this machine by the internal locations that applications name
            in X-Accel-Redirect, as in `{"/protected/": "/srv/files"}`; no link is followed in them.
        error_page: Path of the application that renders the page for a failed transfer, with
            `{status}` where the status stands (`/errors/{status}`); None sends a plain small one.
        nginx_error_log: Absolute path, or "stderr", where NGINX writes its own messages about
            transfers. They print signed URLs, so by default they go nowhere.
        pin_dns: Whether NGINX may resolve a named origin once, at its start, for the sake of
            kept connections where it can't follow DNS (before 1.27.3). The cost: NGINX asks the
            address of its last start or reload, and those of public stores move within minutes; and
            a name that doesn't resolve keeps it from starting.
        cache: Absolute path of the folder where NGINX keeps files that have a `cache_key`; None
            keeps nothing. Needs the token. The streamer keeps nothing and answers the same.
        cache_max_bytes: How much is kept there (`max_size`); the least recently used goes first.
        cache_slice_bytes: The pieces that a file is fetched and kept in (`slice`): smaller ones
            seek faster, larger ones ask the remote less often.
        cache_unused_s: Seconds after which what nobody asked for goes (`inactive`).
    """

    origins: AllowList
    mode: Mode = "auto"
    token: str | None = None
    prefix: str = DEFAULT_PREFIX
    request_header_names: tuple[str, ...] = ("Authorization",)
    carried_headers: tuple[str, ...] = CARRIED_HEADERS
    hidden_headers: tuple[str, ...] = ()
    ca_file: str | None = None
    connect_timeout_s: float = 10.0
    read_timeout_s: float = 60.0
    buffer_bytes: int = 16384
    internal_locations: tuple[tuple[str, str], ...] = ()
    error_page: str | None = None
    nginx_error_log: str | None = None
    pin_dns: bool = False
    cache: str | None = None
    cache_max_bytes: int = 10 * 1024**3
    cache_slice_bytes: int = 1024**2
    cache_unused_s: float = 7 * 86400.0

    def __post_init__(self) -> None:
        """Checks each setting, and those together that have to do with each other.

        Raises:
            SettingsError: One can't be used.
        """
        check(
            isinstance(self.origins, AllowList),
            "origins", self.origins, "is no allow list", "Have load_settings make the settings.",
        )  # fmt: skip
        check(
            self.mode in get_args(Mode),
            "mode", self.mode, "isn't a mode", f"Choose one of {', '.join(get_args(Mode))}.",
        )  # fmt: skip
        check(
            self.token is None or re.fullmatch(r"[A-Za-z0-9._~-]{16,256}", self.token) is not None,
            "token", "[redacted]", "isn't 16 to 256 characters out of A-Z a-z 0-9 . _ ~ -",
            "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(32))'.",
        )  # fmt: skip
        check(
            re.fullmatch(f"/(?:{_SEGMENT}/)+", self.prefix),
            "prefix", self.prefix, "isn't a path that begins and ends with /",
            "Write it as /_remote/; letters, digits and . _ ~ - may stand between.",
        )  # fmt: skip
        for field in ("connect_timeout_s", "read_timeout_s"):
            seconds = getattr(self, field)
            check(
                0.001 <= seconds <= 86400,
                field, seconds, "isn't from 0.001 to 86400", "Give seconds.",
            )  # fmt: skip
        check(
            4096 <= self.buffer_bytes <= 1048576 and self.buffer_bytes % 1024 == 0,
            "buffer_bytes", self.buffer_bytes, "isn't a multiple of 1024 from 4096 to 1048576",
            "16384 serves URLs of 12 kB.",
        )  # fmt: skip
        check(
            self.nginx_error_log is None
            or re.fullmatch(f"stderr|{_ABSOLUTE_PATH}", self.nginx_error_log),
            "nginx_error_log", self.nginx_error_log,
            "isn't stderr or an absolute path of letters, digits and . _ ~ + @ -",
            "Name a file for it alone, as in /var/log/nginx/transfers.log.",
        )  # fmt: skip
        check(
            self.ca_file is None or re.fullmatch(_ABSOLUTE_PATH, self.ca_file),
            "ca_file", self.ca_file, "isn't an absolute path of letters, digits and . _ ~ + @ -",
            "Name it as in /etc/ssl/certs/ca-certificates.crt; NGINX knows no working directory.",
        )  # fmt: skip
        check(
            self.ca_file is None
            or (os.path.isfile(self.ca_file) and os.access(self.ca_file, os.R_OK)),
            "ca_file", self.ca_file, "isn't a file that can be read", "Give a PEM file's path.",
        )  # fmt: skip
        self._check_names()
        self._check_internal_locations()
        self._check_error_page()
        self._check_cache()

    def _check_names(self) -> None:
        for field, refused in (
            ("request_header_names", _NEVER_REQUESTED),
            ("carried_headers", _NEVER_CARRIED),
            ("hidden_headers", _NEVER_HIDDEN),
        ):
            variables: dict[str, str] = {}
            for name in getattr(self, field):
                check(
                    re.fullmatch(_NAME, name),
                    field, name, "isn't a header name that NGINX can be told",
                    "Letters, digits, - and _ may be in it, 90 of them.",
                )  # fmt: skip
                # Two that differ in nothing else are one variable.
                read_as = name.lower().replace("_", "-")
                check(
                    read_as not in refused and not read_as.startswith("x-accel-"),
                    field, name, "can't be chosen", "Leave it out: it is decided elsewhere.",
                )  # fmt: skip
                other = variables.setdefault(read_as, name)
                check(
                    other == name,
                    field, name, f"is the same variable in NGINX as {other}", "Choose one of them.",
                )  # fmt: skip

    def _check_internal_locations(self) -> None:
        for location, folder in self.internal_locations:
            check(
                re.fullmatch(f"/(?:{_SEGMENT}/)+", location),
                "internal_locations", location, "isn't a path that begins and ends with /",
                "Write it as /protected/; letters, digits and . _ ~ - may stand between.",
            )  # fmt: skip
            check(
                not (location.startswith(self.prefix) or self.prefix.startswith(location)),
                "internal_locations", location, f"and the prefix {self.prefix} overlap",
                "Choose another prefix.",
            )  # fmt: skip
            check(
                os.path.isabs(folder) and folder == os.path.normpath(folder) != "/",
                "internal_locations", folder, "isn't the absolute path of a folder",
                "Write it as /srv/files; NGINX knows no working directory.",
            )  # fmt: skip
            check(
                re.search(r"[\x00-\x1f\x7f\"\\$]", folder) is None,
                "internal_locations", folder, "has a character that means something to NGINX",
                "Name the folder without quotes, backslashes, $ and control characters.",
            )  # fmt: skip

    def _check_error_page(self) -> None:
        if self.error_page is None:
            return
        check(
            _ERROR_PAGE.fullmatch(self.error_page),
            "error_page", self.error_page, "isn't a path with {status} in it",
            "Write it as /errors/{status}; letters, digits and . _ ~ - may stand between.",
        )  # fmt: skip
        for location in (self.prefix, *(location for location, _ in self.internal_locations)):
            check(
                not any(self.error_page_path(n).startswith(location) for n in range(400, 600)),
                "error_page", self.error_page, f"lies within {location}",
                "Choose a path that the application answers.",
            )  # fmt: skip

    def _check_cache(self) -> None:
        check(
            self.cache is None or re.fullmatch(_ABSOLUTE_PATH, self.cache),
            "cache", self.cache, "isn't an absolute path of letters, digits and . _ ~ + @ -",
            "Name a folder that is NGINX's alone, as in /var/cache/nginx/xaccel.",
        )  # fmt: skip
        check(
            self.cache is None or self.token is not None,
            "cache", self.cache, "needs the token",
            "Set token: without it, whatever else answers behind NGINX could reach kept files.",
        )  # fmt: skip
        check(
            65536 <= self.cache_slice_bytes <= 1024**3 and self.cache_slice_bytes % 1024 == 0,
            "cache_slice_bytes", self.cache_slice_bytes,
            "isn't a multiple of 1024 from 65536 to 1073741824",
            "1048576 suits most.",
        )  # fmt: skip
        check(
            self.cache_slice_bytes <= self.cache_max_bytes < 2**63,
            "cache_max_bytes", self.cache_max_bytes, "isn't from one slice to 2**63 - 1",
            "Give bytes: 10737418240 are 10 GiB.",
        )  # fmt: skip
        check(
            1 <= self.cache_unused_s <= 10 * 365 * 86400,
            "cache_unused_s", self.cache_unused_s, "isn't from 1 second to ten years",
            "Give seconds: 604800 are a week.",
        )  # fmt: skip

    def error_page_path(self, status: int) -> str:
        """Returns the path of the application's own page for a status, where it has one."""
        return (self.error_page or "").replace("{status}", str(status))

    @property
    def digest(self) -> str:
        """A short digest of what the configuration is made from, so that an old one is noticed."""
        text = "\n".join(
            f"{f.name}={getattr(self, f.name)!r}"
            for f in fields(self)
            if f.name not in ("mode", "token")
        )
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def __repr__(self) -> str:
        """All settings, without the token."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values["token"] = "[redacted]" if self.token else None
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in values.items())})"


def check(holds: object, field: str, value: object, problem: str, remedy: str) -> None:
    """Refuses a setting.

    Args:
        holds: Whether it can be used.
        field: Its name.
        value: What was said.
        problem: Why it can't be used.
        remedy: What to do about it.

    Raises:
        SettingsError: It can't.
    """
    if not holds:
        raise SettingsError(field, f"{shown(value)} {problem}", remedy)
