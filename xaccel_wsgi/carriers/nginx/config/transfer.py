"""The transfer itself: what the first request and every redirect's have in common."""

from collections.abc import Iterator

from ....handoff import CONDITIONALS, RANGE_FIELDS
from ....rules.answer import HIDDEN_FIELDS, VALIDATORS
from ....rules.inline import POLICY
from ....settings import Settings
from .error_pages import error_pages
from .layout import milliseconds
from .messages import messages
from .target import Target
from .untouched import admitted, unaltered_file, untouched
from .upstreams import needs_resolver
from .variables import asked_names, final, kept_request, kept_response, told_names

# NGINX's own list (ngx_http_proxy_hide_headers), and what it never copies.
_HIDDEN_ANYWAY = {
    "connection", "date", "keep-alive", "server", "x-accel-buffering", "x-accel-charset",
    "x-accel-expires", "x-accel-limit-rate", "x-accel-redirect", "x-pad",
}  # fmt: skip
_HEADERS_HASH_SIZE = 4096
# What the remote's answer has a part in; the http part's maps choose.
_CHOSEN = {final(name) for name in (*VALIDATORS, "Content-Type", POLICY)}


def only_admitted() -> Iterator[str]:
    """Yields what a named location needs that asks a remote."""
    yield "# X-Accel-Redirect and error_page lead to named locations as well, from anywhere on this"
    yield "# server. What came by a handoff has an origin."
    yield 'if ($xaccel_origin = "") { return 404; }'


def question(settings: Settings, *, in_slices: bool = False) -> Iterator[str]:
    """Yields the directives that ask the remote; no location inherits these."""
    yield "# Decoded bytes are sent as they are: what was signed is what is asked for."
    yield "proxy_pass $xaccel_scheme://$xaccel_upstream$xaccel_target;"
    yield 'proxy_set_header Content-Length "";'
    yield "proxy_set_header Host $xaccel_authority;"
    yield "# Empty, for HTTP/1.1 keeps connections without being told."
    yield 'proxy_set_header Connection "";'
    names: tuple[str, ...] = asked_names(settings)
    if in_slices:
        yield "# One slice. What the client has already, and which part it wants, is read here."
        yield "proxy_set_header Range $slice_range;"
        names = tuple(name for name in names if name not in (*RANGE_FIELDS, *CONDITIONALS))
    yield "# What the application decided; an empty value isn't sent."
    for name in names:
        yield f"proxy_set_header {name} {kept_request(name)};"


def transfer(
    settings: Settings, target: Target, *, unsatisfiable: str = "@xaccel_416"
) -> Iterator[str]:
    """Yields what all transfers have in common: how to ask, and what of the answer to pass on.

    Args:
        settings: The application's.
        target: The NGINX that reads it.
        unsatisfiable: Where a 416 leads.
    """
    secure = any(origin.scheme == "https" for origin in settings.origins.origins)
    yield from messages(settings)
    yield "# URLs are signed for GET; a client's HEAD is answered from it."
    yield "proxy_method GET;"
    yield "proxy_http_version 1.1;"
    yield "# Nothing of the client's request reaches the remote by itself."
    yield "proxy_pass_request_headers off;"
    yield 'proxy_set_body "";'
    if needs_resolver(settings, target):
        yield "# For origins whose address isn't fixed."
        yield f"resolver {' '.join(target.resolvers)};"
        yield f"resolver_timeout {milliseconds(settings.connect_timeout_s)};"
    else:
        yield "# No resolver: every origin is an address, or a name that an upstream looks up."
    yield f"proxy_connect_timeout {milliseconds(settings.connect_timeout_s)};"
    yield f"proxy_read_timeout {milliseconds(settings.read_timeout_s)};"
    yield "# A kept connection that died is replaced once, as is an address where nobody answers: a"
    yield "# store in trouble isn't asked again and again."
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
        yield "# What the streamer speaks; before 1.23.4 the default was older and without 1.3."
        yield "proxy_ssl_protocols TLSv1.2 TLSv1.3;"
        yield "# Speed only: a new connection to a known host is spared the long handshake."
        yield "proxy_ssl_session_reuse on;"
    yield "# Speed only: large tables for the names of the many headers below."
    yield f"proxy_headers_hash_max_size {_HEADERS_HASH_SIZE};"
    yield "proxy_headers_hash_bucket_size 128;"
    yield "# The remote may not steer NGINX."
    yield "proxy_ignore_headers X-Accel-Redirect X-Accel-Limit-Rate;"
    yield "# Changes no answer: no charset is set anyway, and the buffers are filled."
    yield "proxy_ignore_headers X-Accel-Buffering X-Accel-Charset;"
    yield "# Nor speak to the client but through what follows."
    names = (*HIDDEN_FIELDS, *VALIDATORS, *settings.carried_headers, *settings.hidden_headers)
    for name in {name.lower(): name for name in reversed(names)}.values():
        if name.lower() not in _HIDDEN_ANYWAY:
            yield f"proxy_hide_header {name};"
    yield "# An inherited one would bring hidden headers back; this one names nothing real."
    yield "proxy_pass_header X-Xaccel-Nothing;"
    yield "# What the application decided. `always`: not every good status is on NGINX's list."
    for name in told_names(settings):
        variable = final(name) if final(name) in _CHOSEN else kept_response(name)
        yield f"add_header {name} {variable} always;"
    yield "# Room for long signed headers of the remote."
    yield f"proxy_buffer_size {settings.buffer_bytes};"
    yield "# Changes no answer: a slow client holds the remote back, and nothing goes to disk."
    yield f"proxy_buffers 8 {settings.buffer_bytes};"
    yield f"proxy_busy_buffers_size {2 * settings.buffer_bytes};"
    yield "proxy_max_temp_file_size 0;"
    yield "proxy_buffering on;"
    yield from admitted()
    yield from untouched()
    yield from unaltered_file()
    yield "gunzip off;"
    yield "chunked_transfer_encoding on;"
    yield "limit_rate_after 0;"
    yield "mirror off;"
    for name in ("bind", "cache", "force_ranges", "ignore_client_abort", "store"):
        yield f"proxy_{name} off;"
    yield "proxy_limit_rate 0;"
    yield "proxy_next_upstream_timeout 0;"
    if secure and target.version >= (1, 23, 0):
        yield 'proxy_ssl_certificate "";'
    if target.version >= (1, 27, 2):
        yield "proxy_pass_trailers off;"
    if target.version >= (1, 29, 0):
        yield 'early_hints "";'
    if target.version >= (1, 29, 3):
        yield "add_header_inherit on;"
        yield "add_trailer_inherit off;"
    yield "# Errors are ours: no remote body, no header of the file's."
    yield "proxy_intercept_errors on;"
    yield "recursive_error_pages on;"
    yield from error_pages(unsatisfiable)
