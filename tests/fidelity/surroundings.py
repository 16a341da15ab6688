"""The server blocks that people have around the generated parts.

What they say must change nothing of an answer: application and remote decide the file.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .row import Row

_TELL_APP = (
    "proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr; "
    'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass http://{app};'
)
_TELL_UWSGI = (
    "uwsgi_param QUERY_STRING $query_string; uwsgi_param REQUEST_METHOD $request_method; "
    "uwsgi_param CONTENT_TYPE $content_type; uwsgi_param CONTENT_LENGTH $content_length; "
    "uwsgi_param REQUEST_URI $request_uri; uwsgi_param PATH_INFO $document_uri; "
    "uwsgi_param SERVER_PROTOCOL $server_protocol; uwsgi_param REMOTE_ADDR $remote_addr; "
    "uwsgi_param SERVER_PORT $server_port; uwsgi_param SERVER_NAME $server_name; "
    "uwsgi_pass {app};"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surrounding:
    """A server block, but for the generated parts.

    In the texts, `{folder}` stands for the configuration's, `{location}` for the generated location
    part, `{pass}` for what passes to the application; in `server`, `{main}` and such for remotes.

    Attributes:
        says: What it is like.
        http: What it needs in the `http` block.
        server: What the `server` block says first.
        gateway: The location that passes to the application.
        protocol: How NGINX speaks to the application.
        http2: Whether clients speak HTTP/2.
        changes_the_apps_own: Whether it is meant to change what the application itself answers.
        excuse: Says of a row why it can't be the same here, or nothing.
    """

    says: str
    http: str = ""
    server: str = ""
    gateway: str = "location / { {location} {pass} }"
    protocol: Literal["http", "uwsgi"] = "http"
    http2: bool = False
    changes_the_apps_own: bool = False
    excuse: Callable[[Row], str] = lambda _: ""

    @property
    def passing(self) -> str:
        """The directives that pass to the application, at `{app}`."""
        return _TELL_APP if self.protocol == "http" else _TELL_UWSGI


def _of_rows(reason: str, *sentences: str) -> Callable[[Row], str]:
    return lambda row: reason if row.says in sentences else ""


PLAIN = Surrounding(says="plain")
UWSGI = Surrounding(
    says="uwsgi_pass",
    protocol="uwsgi",
    excuse=_of_rows(
        "uWSGI tells its application of the last field only.", "Range sent twice is not forwarded"
    ),
)
HTTP2 = Surrounding(
    says="HTTP/2",
    http2=True,
    excuse=_of_rows(
        "NGINX passes the tabs, and an HTTP/2 client refuses them (RFC 9113 section 8.2.1).",
        "a field with tabs around",
        "shown: a picture of the remote, said so behind a tab",
    ),
)

HOSTILE = Surrounding(
    says="hostile",
    http="""
    proxy_cache_path {folder}/hostile_cache keys_zone=hostile:1m;
    charset_map koi8-r utf-8 { 80 E282AC; }
    limit_req_zone $host zone=hostile_requests:1m rate=10000r/s;
    limit_conn_zone $host zone=hostile_connections:1m;
    """,
    server=r"""
    # What rewrites bodies.
    gzip on; gzip_types *; gzip_min_length 0; gzip_http_version 1.0; gzip_vary on; gunzip on;
    charset utf-8; charset_types *; source_charset koi8-r; override_charset on;
    sub_filter remote hacked; sub_filter_types *; sub_filter_once off;
    ssi on; ssi_types *; ssi_silent_errors on;
    add_before_body /before; add_after_body /before; addition_types *;
    location = /before { return 200 before; }
    # What adds headers.
    expires 1d; add_header X-Frame-Options DENY always; add_header Content-Disposition x always;
    add_header ETag hostile; add_header Last-Modified now; add_header Cache-Control public always;
    add_header Content-Type text/x-hostile always; add_header Content-Security-Policy x always;
    # What changes requests to the remote.
    proxy_set_header X-Leak 1; proxy_set_header Cookie $http_cookie;
    proxy_set_header Authorization hostile; proxy_set_header Range bytes=0-0;
    proxy_pass_request_headers on; proxy_pass_request_body on; proxy_set_body hostile;
    proxy_method PUT; proxy_http_version 1.0; proxy_request_buffering off;
    # What changes answers of the remote.
    proxy_hide_header ETag; proxy_hide_header Accept-Ranges; proxy_hide_header X-Own;
    proxy_pass_header X-Amz-Request-Id; proxy_pass_header Server; proxy_pass_header Set-Cookie;
    proxy_pass_header X-Accel-Redirect; proxy_pass_header Content-Disposition;
    proxy_ignore_headers X-Accel-Redirect;
    proxy_intercept_errors off; proxy_redirect http:// https://hostile.example/;
    proxy_cookie_path / /hostile; proxy_cookie_domain ~.* hostile.example;
    proxy_buffering off; proxy_buffer_size 1k; proxy_buffers 2 1k; proxy_busy_buffers_size 1k;
    proxy_limit_rate 1; proxy_force_ranges on;
    proxy_cache hostile; proxy_cache_valid any 1h; proxy_cache_key constant;
    proxy_cache_methods GET HEAD POST; proxy_cache_revalidate on; proxy_cache_convert_head on;
    proxy_read_timeout 1ms; proxy_connect_timeout 1ms; proxy_send_timeout 1ms;
    proxy_next_upstream off; proxy_next_upstream_tries 1;
    proxy_next_upstream_timeout 1ms;
    proxy_ssl_verify off; proxy_ssl_server_name off; proxy_ssl_name hostile.example;
    proxy_ssl_session_reuse off; proxy_ssl_verify_depth 0;
    proxy_ssl_trusted_certificate {folder}/hostile.pem;
    proxy_bind 192.0.2.1; proxy_ignore_client_abort on;
    proxy_max_temp_file_size 1024m;
    # What comes between.
    error_page 300 301 302 303 307 308 400 401 403 404 412 416 500 502 503 504 =200 /own.html;
    recursive_error_pages off;
    location = /own.html { return 200 own; }
    location ~ \.pdf$ { return 410; } location ~ file { return 410; }
    location ~ ^/_remote { return 410; }
    default_type text/x-hostile; chunked_transfer_encoding off; limit_rate_after 1024m;
    mirror /mirrored;
    location = /mirrored {
        proxy_pass {main}; proxy_bind off; proxy_read_timeout 60s; proxy_connect_timeout 60s;
    }
    if_modified_since before; etag off; msie_padding on; merge_slashes off;
    underscores_in_headers on; client_max_body_size 1; root {folder}; index own.html;
    limit_req zone=hostile_requests burst=1000 nodelay; limit_conn hostile_connections 100;
    resolver 127.0.0.1:9;
    """,
    gateway="""
    location / {
        {location} {pass}
        proxy_cache off; proxy_read_timeout 60s; proxy_connect_timeout 60s;
        proxy_send_timeout 60s; proxy_method $request_method; proxy_set_body "";
        proxy_cookie_path off; proxy_cookie_domain off; proxy_redirect off;
        proxy_ignore_headers Vary; proxy_bind off; proxy_limit_rate 0; client_max_body_size 9m;
        proxy_request_buffering on; mirror off;
    }
    """,
    changes_the_apps_own=True,
)

# As gunicorn's documentation has it.
TRY_FILES = Surrounding(
    says="try_files $uri @app",
    server="""
    client_max_body_size 4G; keepalive_timeout 5; root {folder}/static;
    error_page 500 502 503 504 /500.html;
    location = /500.html { root {folder}/static; }
    """,
    gateway="""
    location / { try_files $uri @proxy_to_app; }
    location @proxy_to_app { {location} proxy_redirect off; {pass} }
    """,
)


def _has_condition(row: Row) -> str:
    conditions = {"range", "if-range", "if-none-match", "if-modified-since"}
    if conditions.isdisjoint(name.lower() for name, _ in row.fields):
        return ""
    return "Behind a cache of the user's own, NGINX tells the application of no range or condition."


OWN_CACHE = Surrounding(
    says="a proxy_cache of the user's own",
    http="proxy_cache_path {folder}/own_cache keys_zone=own:1m;",
    server="proxy_store {folder}/own_store;",
    gateway="""
    location / {
        {location} {pass}
        proxy_store off; proxy_cache own; proxy_cache_valid any 1h; proxy_cache_key $request_uri;
        proxy_cache_methods GET HEAD POST; proxy_cache_lock on; proxy_cache_use_stale error;
    }
    """,
    excuse=_has_condition,
)

INTERCEPTING = Surrounding(
    says="proxy_intercept_errors in the gateway location",
    server="""
    root {folder}/static; error_page 404 /404.html; error_page 500 502 503 504 /500.html;
    """,
    gateway="location / { {location} {pass} proxy_intercept_errors on; }",
)

# Closed, but for what the application lets in by itself.
GUARDED = Surrounding(
    says="access rules in the server block",
    http="""
    limit_req_zone $host zone=guarded_requests:1m rate=10000r/s;
    limit_conn_zone $host zone=guarded_connections:1m;
    """,
    server="""
    auth_basic guarded; auth_basic_user_file {folder}/nobody; auth_request /may; deny all;
    location = /may { internal; auth_basic off; auth_request off; allow all; return 403; }
    limit_req zone=guarded_requests burst=1000 nodelay; limit_conn guarded_connections 100;
    """,
    gateway="""
    location / { {location} {pass} auth_basic off; auth_request off; allow all; }
    """,
)

SURROUNDINGS = (PLAIN, HOSTILE, TRY_FILES, OWN_CACHE, INTERCEPTING, GUARDED, HTTP2, UWSGI)
