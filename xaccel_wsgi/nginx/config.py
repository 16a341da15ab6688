"""The NGINX configuration that carries handoffs out, each directive with its reason.

Three parts to include: `http` (maps and upstreams), `server` (the internal location and where its
errors and redirects end), `location` (for every location that passes to the application). The
tables of `answer` and the expressions of `origin` are compiled in; no rule is made here.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from ..answer import (
    DEFAULT_TYPE,
    ERROR_BODIES,
    ERROR_FIELDS,
    FOLLOWED_STATUSES,
    HIDDEN_FIELDS,
    HOP_DOT_DOT,
    HOP_TARGET,
    INTERCEPTED_STATUSES,
    MAX_HOPS,
    PATH_ABSOLUTE,
    SCHEME_RELATIVE,
    STATUSES_WITHOUT_TYPE,
    VALIDATORS,
    error_status,
)
from ..errors import SettingsError
from ..handoff import CONDITIONALS, RANGE_FIELDS
from ..origin import Origin
from ..settings import Settings
from ..url import HOST_NAME, IPV6_LITERAL, PATH_CHARACTER
from .wire import REQUEST_PREFIX, RESPONSE_PREFIX, TOKEN_FIELD, gateway_token

Protocol = Literal["http", "uwsgi"]

OLDEST_VERSION = (1, 22, 0)
# `server ... resolve` without the commercial subscription: NGINX 1.27.3.
_RESOLVE_VERSION = (1, 27, 3)
_SYSTEM_CA_FILE = "/etc/ssl/certs/ca-certificates.crt"
_KEPT_CONNECTIONS = 16
_HEADERS_HASH_SIZE = 4096


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


def http_part(settings: Settings, target: Target) -> str:
    """Returns what belongs into the `http` block.

    Raises:
        SettingsError: An origin needs DNS, and no resolver is known.
    """
    return _text(_http(settings, target))


def server_part(settings: Settings, target: Target) -> str:
    """Returns what belongs into the `server` block."""
    return _text(_server(settings, target))


def location_part(settings: Settings, target: Target) -> str:
    """Returns what belongs into every location that passes to the application."""
    return _text(_location(settings, target))


def standalone(settings: Settings, target: Target, listen: str, app_server: str, user: str) -> str:
    """Returns a whole nginx.conf that runs from the folder it is in, as any user.

    Args:
        settings: The application's.
        target: The NGINX that reads it.
        listen: Address and port to listen on.
        app_server: Address and port, or `unix:/path`, of the application.
        user: The account of the workers, where NGINX is started by root; empty otherwise.
    """
    passes = {"http": f"proxy_pass http://{app_server};", "uwsgi": f"uwsgi_pass {app_server};"}
    tell_app = {
        "http": "proxy_set_header Host $http_host;\nproxy_set_header X-Forwarded-Proto $scheme;\n"
        "proxy_set_header X-Forwarded-For $remote_addr;\nproxy_http_version 1.1;\n"
        'proxy_set_header Connection "";\n',
        "uwsgi": "".join(
            f"uwsgi_param {name} {value};\n"
            for name, value in (
                ("QUERY_STRING", "$query_string"), ("REQUEST_METHOD", "$request_method"),
                ("CONTENT_TYPE", "$content_type"), ("CONTENT_LENGTH", "$content_length"),
                ("REQUEST_URI", "$request_uri"), ("PATH_INFO", "$document_uri"),
                ("SERVER_PROTOCOL", "$server_protocol"), ("REQUEST_SCHEME", "$scheme"),
                ("REMOTE_ADDR", "$remote_addr"), ("SERVER_PORT", "$server_port"),
                ("SERVER_NAME", "$server_name"),
            )
        ),
    }  # fmt: skip
    temporary = "\n".join(
        f"{name}_temp_path temp/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"""\
# Made by `xaccel-wsgi nginx --standalone`. Start it with:
#   nginx -p THIS_FOLDER -e stderr -c nginx.conf
{f"user {user};" if user else "# Runs as whoever starts it."}
pid nginx.pid;
worker_processes 2;
error_log error.log warn;

events {{
    worker_connections 1024;
}}

http {{
    # Everything that NGINX writes stays in this folder.
{_indent(temporary, 1)}
    access_log access.log combined;
    # Types are the application's and the remote's affair.
    default_type application/octet-stream;

{_indent(http_part(settings, target), 1)}
    server {{
        listen {listen};
        server_name _;

{_indent(server_part(settings, target), 2)}
        location / {{
{_indent(location_part(settings, target), 3)}
{_indent(tell_app[target.protocol], 3)}
            {passes[target.protocol]}
        }}
    }}
}}
"""


# --- The parts ---


def _http(settings: Settings, target: Target) -> Iterator[str]:
    yield "# xaccel-wsgi, http part."
    yield "# Variables are named after headers. Where these two are set already, keep the larger."
    yield "variables_hash_max_size 4096;"
    yield "variables_hash_bucket_size 128;"
    yield ""
    for name, origin, server in _upstreams(settings, target):
        yield f"# Connections to {origin.scheme}://{origin.host} are kept and reused."
        yield f"upstream {name} {{"
        if "resolve" in server:
            yield "    # `resolve` follows DNS; it keeps what it found in shared memory."
            yield f"    zone {name} 64k;"
            yield f"    resolver {' '.join(target.resolvers)};"
        yield f"    server {server};"
        yield f"    keepalive {_KEPT_CONNECTIONS};"
        yield "}"
    yield "# Where to connect. volatile: a redirect asks again."
    yield 'map "$xaccel_scheme://$xaccel_authority" $xaccel_upstream {'
    yield "    volatile;"
    yield "    default $xaccel_authority;"
    for name, origin, _ in _upstreams(settings, target):
        for authority in _authorities(origin):
            yield f'    "{origin.scheme}://{authority}" {name};'
    yield "}"
    own = "".join(_kept(RESPONSE_PREFIX, name) for name in VALIDATORS)
    for name in VALIDATORS:
        yield f"# {name}: the remote's, unless the application has validators of its own."
        yield f'map "{own}" {_final(name)} {{'
        yield f"    default {_kept(RESPONSE_PREFIX, name)};"
        yield f'    "" $upstream_http_{_snake(name)};'
        yield "}"
    yield "# Content-Type: the application's, else the remote's, else the one that says nothing."
    yield "map $status $xaccel_default_type {"
    yield f"    default {DEFAULT_TYPE};"
    for status in STATUSES_WITHOUT_TYPE:
        yield f'    {status} "";'
    yield "}"
    yield "map $upstream_http_content_type $xaccel_remote_type {"
    yield "    default $upstream_http_content_type;"
    yield '    "" $xaccel_default_type;'
    yield "}"
    yield f"map {_kept(RESPONSE_PREFIX, 'Content-Type')} {_final('Content-Type')} {{"
    yield f"    default {_kept(RESPONSE_PREFIX, 'Content-Type')};"
    yield '    "" $xaccel_remote_type;'
    yield "}"


def _server(settings: Settings, target: Target) -> Iterator[str]:
    yield "# xaccel-wsgi, server part."
    if settings.token is None:
        yield "# WITHOUT A TOKEN: any upstream of this server that answers with X-Accel-Redirect"
        yield "# reaches the origins. Set XACCEL_TOKEN and make this configuration anew."
    authority = rf"(?P<xaccel_authority>(?P<xaccel_host>{HOST_NAME}|{IPV6_LITERAL})(?::[0-9]+)?)"
    inner = (
        rf"^{re.escape(settings.prefix)}(?={settings.origins.expression('/')})"
        rf"(?P<xaccel_scheme>https?)/{authority}(?P<xaccel_path>/{PATH_CHARACTER}*)\z"
    )
    yield "# ^~ keeps other regular expressions of this server (\\.pdf$, say) away from the files."
    yield f"location ^~ {settings.prefix} {{"
    yield "    internal;"
    yield "    return 404;"
    yield ""
    yield from _indented(_first(settings, target, inner))
    yield "}"
    yield ""
    yield from _hop(settings, target, authority)
    for status in sorted(ERROR_BODIES):
        yield ""
        yield from _error(status)
    yield ""
    yield from _unauthorized()


def _first(settings: Settings, target: Target, expression: str) -> Iterator[str]:
    yield "# The allow list stands in the expression: nothing else is ever connected to."
    yield f'location ~ "{_quote(expression)}" {{'
    yield "    # Only X-Accel-Redirect leads here, not a client."
    yield "    internal;"
    yield "    # rewrite and try_files lead to internal locations as well, and so does any other"
    yield "    # upstream of this server; the application shows that it was the one."
    if settings.token is None:
        yield '    if ($upstream_http_x_accel_redirect = "") { return 404; }'
    else:
        yield f'    if ({_upstream(TOKEN_FIELD)} != "{settings.token}") {{ return 404; }}'
    yield "    # What the application decided, kept before the remote's answer takes its place."
    for name in _asked(settings):
        yield f"    set {_kept(REQUEST_PREFIX, name)} {_upstream(REQUEST_PREFIX + name)};"
    for name in _told(settings):
        yield f"    set {_kept(RESPONSE_PREFIX, name)} {_upstream(RESPONSE_PREFIX + name)};"
    yield '    set $xaccel_hops "";'
    yield "    set $xaccel_target $xaccel_path$is_args$args;"
    yield ""
    yield from _indented(_transfer(settings, target))
    yield "}"


def _hop(settings: Settings, target: Target, authority: str) -> Iterator[str]:
    absolute = (
        rf"^(?={settings.origins.expression('://')})"
        rf"(?P<xaccel_scheme>https?)://{authority}(?P<xaccel_target>{HOP_TARGET})(?:#.*)?\z"
    )
    yield "# A redirect of the remote's. A named location inherits nothing from the first."
    yield "location @xaccel_hop {"
    yield f"    # At most {MAX_HOPS}; NGINX's own budget is shared with try_files and error_page."
    yield '    set $xaccel_hops "${xaccel_hops}+";'
    yield f'    if ($xaccel_hops = "{"+" * (MAX_HOPS + 1)}") {{ return 502; }}'
    yield "    set $xaccel_location $upstream_http_location;"
    yield "    set $xaccel_origin $xaccel_scheme://$xaccel_authority;"
    yield "    set $xaccel_before $xaccel_scheme;"
    yield f'    if ($xaccel_location ~ "^{PATH_ABSOLUTE}") {{'
    yield '        set $xaccel_location "$xaccel_origin$xaccel_location";'
    yield "    }"
    yield f'    if ($xaccel_location ~ "^{SCHEME_RELATIVE}") {{'
    yield '        set $xaccel_location "$xaccel_scheme:$xaccel_location";'
    yield "    }"
    yield "    # The first URL's .. were encoded; here they would be sent as they are."
    yield f'    if ($xaccel_location ~ "{_quote(HOP_DOT_DOT)}") {{ return 502; }}'
    yield "    # The same allow list as for the first URL; its match sets the new target."
    yield f'    if ($xaccel_location !~ "{_quote(absolute)}") {{ return 502; }}'
    yield "    # Never from https to http."
    yield '    set $xaccel_change "$xaccel_before to $xaccel_scheme";'
    yield '    if ($xaccel_change = "https to http") { return 502; }'
    yield "    # Credentials are for the origin that they were given for."
    yield "    set $xaccel_next_origin $xaccel_scheme://$xaccel_authority;"
    yield "    if ($xaccel_next_origin != $xaccel_origin) {"
    for name in settings.request_header_names:
        yield f'        set {_kept(REQUEST_PREFIX, name)} "";'
    yield "    }"
    yield ""
    yield from _indented(_transfer(settings, target))
    yield "}"


def _transfer(settings: Settings, target: Target) -> Iterator[str]:
    """What the first request and every hop have in common."""
    secure = any(origin.scheme == "https" for origin in settings.origins.origins)
    yield "# Decoded bytes are sent as they are: what was signed is what is asked for."
    yield "proxy_pass $xaccel_scheme://$xaccel_upstream$xaccel_target;"
    yield "# URLs are signed for GET; a client's HEAD is answered from it."
    yield "proxy_method GET;"
    yield "proxy_http_version 1.1;"
    yield "# Nothing of the client's request reaches the remote by itself."
    yield "proxy_pass_request_headers off;"
    yield "proxy_pass_request_body off;"
    yield 'proxy_set_header Content-Length "";'
    yield "proxy_set_header Host $xaccel_authority;"
    yield "# Empty, for HTTP/1.1 keeps connections without being told."
    yield 'proxy_set_header Connection "";'
    yield "# What the application decided; an empty value isn't sent."
    for name in _asked(settings):
        yield f"proxy_set_header {name} {_kept(REQUEST_PREFIX, name)};"
    if _needs_resolver(settings, target):
        yield "# For origins whose address isn't fixed."
        yield f"resolver {' '.join(target.resolvers)};"
    yield f"proxy_connect_timeout {_milliseconds(settings.connect_timeout_s)};"
    yield f"proxy_read_timeout {_milliseconds(settings.read_timeout_s)};"
    yield f"proxy_send_timeout {_milliseconds(settings.read_timeout_s)};"
    yield "# A kept connection that died is replaced once; answers are never asked for twice."
    yield "proxy_next_upstream error timeout;"
    yield "proxy_next_upstream_tries 2;"
    if secure:
        yield "# Verification is off by default, and so is SNI. The same in every location, since"
        yield "# a session made without verification would be reused with it."
        yield "proxy_ssl_verify on;"
        yield "proxy_ssl_verify_depth 4;"
        yield f"proxy_ssl_trusted_certificate {settings.ca_file or target.ca_file};"
        yield "proxy_ssl_server_name on;"
        yield "proxy_ssl_name $xaccel_host;"
        yield "proxy_ssl_session_reuse on;"
    yield "# Room for the names of the many headers below."
    yield f"proxy_headers_hash_max_size {_HEADERS_HASH_SIZE};"
    yield "proxy_headers_hash_bucket_size 128;"
    yield "# The remote may not steer NGINX."
    yield "proxy_ignore_headers X-Accel-Redirect X-Accel-Expires X-Accel-Limit-Rate"
    yield "    X-Accel-Buffering X-Accel-Charset Expires Cache-Control Set-Cookie Vary;"
    yield "# Nor speak to the client but through what follows."
    for name in (*HIDDEN_FIELDS, *VALIDATORS, *settings.hidden_headers):
        yield f"proxy_hide_header {name};"
    yield "# An inherited one would bring hidden headers back; this one names nothing real."
    yield "proxy_pass_header X-Xaccel-Nothing;"
    yield "# What the application decided. `always`: not every good status is on NGINX's list."
    for name in _told(settings):
        variable = (
            _final(name) if name in (*VALIDATORS, "Content-Type") else _kept(RESPONSE_PREFIX, name)
        )
        yield f"add_header {name} {variable} always;"
    yield "# Room for long signed headers of the remote; backpressure instead of files on disk."
    yield f"proxy_buffer_size {settings.buffer_bytes};"
    yield f"proxy_buffers 8 {settings.buffer_bytes};"
    yield f"proxy_busy_buffers_size {2 * settings.buffer_bytes};"
    yield "proxy_max_temp_file_size 0;"
    yield "proxy_buffering on;"
    yield "# What a server or http block around this may say would change the answer."
    for pinned in (
        "proxy_cache off", "proxy_store off", "proxy_redirect off", "proxy_cookie_domain off",
        "proxy_cookie_path off", "proxy_force_ranges off", "proxy_limit_rate 0",
        "proxy_ignore_client_abort off", "proxy_bind off", "proxy_request_buffering on",
        "limit_rate_after 0", "gzip off", "gunzip off", "ssi off", "charset off",
        "expires off", "chunked_transfer_encoding on", "mirror off", "default_type text/plain",
    ):  # fmt: skip
        yield f"{pinned};"
    yield "# Errors are ours: no remote body, no header of the file's."
    yield "proxy_intercept_errors on;"
    yield "recursive_error_pages on;"
    yield from _error_pages()


def _error_pages() -> Iterator[str]:
    by_page: dict[str, list[int]] = {"@xaccel_hop": list(FOLLOWED_STATUSES)}
    for status in INTERCEPTED_STATUSES:
        if status not in FOLLOWED_STATUSES:
            page = "@xaccel_401" if status == 401 else f"@xaccel_{error_status(status)}"
            by_page.setdefault(page, []).append(status)
    for page, statuses in sorted(by_page.items()):
        lines = list(_wrapped([str(status) for status in statuses], 88))
        yield f"error_page {lines[0]}" + (f" = {page};" if len(lines) == 1 else "")
        for line in lines[1:-1]:
            yield f"    {line}"
        if len(lines) > 1:
            yield f"    {lines[-1]} = {page};"


def _error(status: int) -> Iterator[str]:
    yield f"location @xaccel_{status} {{"
    if status == 416:
        yield "    # RFC 9110 section 15.5.17: the client learns the length."
        yield "    add_header Content-Range $upstream_http_content_range always;"
    for name, value in ERROR_FIELDS:
        if name == "Content-Type":
            yield f"    default_type {value};"
        else:
            yield f"    add_header {name} {value} always;"
    yield "    # The file's rate would slow the page down, head and all."
    yield "    set $limit_rate 0;"
    yield "    charset off;"
    yield "    gzip off;"
    yield "    expires off;"
    body = ERROR_BODIES[status].replace("\n", r"\n")
    yield f'    return {status} "{body}";'
    yield "}"


def _unauthorized() -> Iterator[str]:
    yield "# NGINX copies a 401's WWW-Authenticate to whatever is answered instead"
    yield "# (ngx_http_upstream_intercept_errors); an access check that any may satisfy, and that"
    yield "# passes, takes it back (ngx_http_core_access_phase)."
    yield "location @xaccel_401 {"
    yield "    satisfy any;"
    yield "    allow all;"
    yield f"    try_files /dev/null/nothing @xaccel_{error_status(401)};"
    yield "}"


def _location(settings: Settings, target: Target) -> Iterator[str]:
    module = "proxy" if target.protocol == "http" else "uwsgi"
    yield "# xaccel-wsgi, location part: for every location that passes to the application."
    value = gateway_token(settings)
    yield "# Shows the application that NGINX is in front, and which configuration it has. The"
    yield "# client's own header of that name is replaced."
    if module == "proxy":
        yield f'proxy_set_header {TOKEN_FIELD} "{value}";'
    else:
        yield f'uwsgi_param HTTP_{_snake(TOKEN_FIELD).upper()} "{value}";'
    yield "# A handoff with a long signed URL is one large block of headers."
    yield f"{module}_buffer_size {settings.buffer_bytes};"
    yield f"{module}_buffers 8 {settings.buffer_bytes};"
    yield f"{module}_busy_buffers_size {2 * settings.buffer_bytes};"


# --- Names and layout ---


def _asked(settings: Settings) -> tuple[str, ...]:
    return (*RANGE_FIELDS, *CONDITIONALS, *settings.request_header_names)


def _told(settings: Settings) -> tuple[str, ...]:
    return (*settings.carried_headers, "Content-Type", *VALIDATORS)


def _upstreams(settings: Settings, target: Target) -> Iterator[tuple[str, Origin, str]]:
    """Yields name, origin and `server` value for each host that connections can be kept to."""
    seen: set[tuple[str, str, int]] = set()
    for origin in settings.origins.origins:
        place = (origin.scheme, origin.host, origin.effective_port)
        if origin.is_wildcard or place in seen:
            continue
        server = f"{origin.host}:{origin.effective_port}"
        if not (origin.is_address or settings.pin_dns):
            if target.version < _RESOLVE_VERSION:
                continue
            server += " resolve"
        yield f"xaccel_{len(seen)}", origin, server
        seen.add(place)


def _needs_resolver(settings: Settings, target: Target) -> bool:
    kept = {origin for _, origin, _ in _upstreams(settings, target)}
    needed = any(
        not origin.is_address
        and not any((o.scheme, o.host) == (origin.scheme, origin.host) for o in kept)
        for origin in settings.origins.origins
    )
    resolves = any("resolve" in server for _, _, server in _upstreams(settings, target))
    if (needed or resolves) and not target.resolvers:
        raise SettingsError(
            "resolver",
            "an origin is a name, and no DNS server is known to look it up",
            "Give --resolver ADDRESS, or set pin_dns=True to look it up once, at NGINX's start.",
        )
    return needed


def _authorities(origin: Origin) -> tuple[str, ...]:
    """The ways in which an allowed URL can spell the origin's authority."""
    with_port = f"{origin.host}:{origin.effective_port}"
    default = {"http": 80, "https": 443}[origin.scheme]
    return (origin.host, with_port) if origin.effective_port == default else (with_port,)


def _snake(name: str) -> str:
    return name.lower().replace("-", "_")


def _upstream(name: str) -> str:
    return f"$upstream_http_{_snake(name)}"


def _kept(prefix: str, name: str) -> str:
    kind = "request" if prefix == REQUEST_PREFIX else "response"
    return f"$xaccel_{kind}_{_snake(name)}"


def _final(name: str) -> str:
    return f"$xaccel_final_{_snake(name)}"


def _milliseconds(seconds: float) -> str:
    return f"{max(1, round(seconds * 1000))}ms"


def _quote(expression: str) -> str:
    """Fits an expression into NGINX's double quotes, which keep all other backslashes."""
    return expression.replace('"', r"\"")


def _wrapped(words: Iterable[str], width: int) -> Iterator[str]:
    line = ""
    for word in words:
        if line and len(line) + len(word) >= width:
            yield line
            line = ""
        line = f"{line} {word}" if line else word
    yield line


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return ("    " + line if line else line for line in lines)


def _indent(text: str, levels: int) -> str:
    pad = "    " * levels
    return "\n".join(pad + line if line else line for line in text.splitlines()) + "\n"


def _text(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"
