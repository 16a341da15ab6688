"""The part for the `server` block: where handoffs arrive, and where redirects lead on."""

import re
from collections.abc import Iterable, Iterator

from ....rules.answer import HOP_DOT_DOT, HOP_TARGET, MAX_HOPS, PATH_ABSOLUTE, SCHEME_RELATIVE
from ....rules.url import HOST_NAME, IPV6_LITERAL, PATH_CHARACTER
from ....settings import Settings
from ..wire import (
    CACHE_KEY_FIELD,
    CACHED,
    CACHED_WITH_OWN_VALIDATORS,
    LOG_ID_FIELD,
    MORE_FIELD,
    REQUEST_PREFIX,
    RESPONSE_PREFIX,
    UNCACHED,
    USUAL_FIELDS,
)
from .cache import PAGE_416, around_the_cache, by_remote_validators, cached, decided_by_nobody_else
from .error_pages import FOLLOW, error_locations, error_page, not_within_a_body
from .guard import guard
from .layout import indented, quoted, text_of
from .local import local_locations
from .receipts import PAGE
from .target import Target
from .transfer import only_admitted, question, transfer
from .untouched import of_any_size
from .variables import asked_names, kept_request, kept_response, told_names, upstream_field

_AUTHORITY = rf"(?P<xaccel_authority>(?P<xaccel_host>{HOST_NAME}|{IPV6_LITERAL})(?::[0-9]+)?)"


def server_part(settings: Settings, target: Target) -> str:
    """Returns what belongs into the `server` block.

    Raises:
        SettingsError: An origin needs DNS, and no resolver is known.
    """
    return text_of(_server(settings, target))


def _server(settings: Settings, target: Target) -> Iterator[str]:
    yield "# xaccel-wsgi, server part."
    if settings.token is None:
        yield "# WITHOUT A TOKEN: any upstream of this server that answers with X-Accel-Redirect"
        yield "# reaches the files. Set XACCEL_TOKEN and make this configuration anew."
    if any(origin.is_wildcard for origin in settings.origins.origins):
        yield "# A wildcard's names may resolve to addresses within your network, which NGINX can't"
        yield "# refuse: forbid its workers what is private, with a firewall."
    yield "# ^~ keeps other regular expressions of this server (\\.pdf$, say) away from the files."
    yield f"location ^~ {settings.prefix} {{"
    yield "    # Nobody is let in here; what is allowed below is so in the locations within."
    yield "    return 404;"
    yield ""
    page = "@xaccel_416" if settings.cache is None else PAGE_416
    yield from indented(of_any_size())
    yield from indented(transfer(settings, target, unsatisfiable=page))
    yield from indented(decided_by_nobody_else(settings))
    yield ""
    yield "    # --- Not cached ---"
    yield from indented(_first(settings, UNCACHED, question(settings)))
    if settings.cache is not None:
        yield ""
        yield "    # --- Cached, and compared by the remote's validators ---"
        yield from indented(_first(settings, CACHED, by_remote_validators(settings)))
        yield ""
        yield "    # --- Cached, and compared by the application's own validators already ---"
        yield from indented(_first(settings, CACHED_WITH_OWN_VALIDATORS, cached(settings)))
    yield "}"
    yield ""
    yield from _hop(settings, target)
    yield ""
    if settings.cache is not None:
        yield from around_the_cache(settings, target)
        yield ""
    yield from error_locations(settings)
    yield from local_locations(settings)


def _first(settings: Settings, way: str, rest: Iterable[str]) -> Iterator[str]:
    expression = (
        rf"^{re.escape(settings.prefix + way)}(?={settings.origins.expression('/')})"
        rf"(?P<xaccel_scheme>https?)/{_AUTHORITY}(?P<xaccel_path>/{PATH_CHARACTER}*)\z"
    )
    yield "# The allow list stands in the expression: nothing else is ever connected to. What is"
    yield "# repeated in it ends at a dot, so that no text takes long to be refused."
    yield f'location ~ "{quoted(expression)}" {{'
    yield "    # Changes no answer, for the check below refuses as well: only X-Accel-Redirect"
    yield "    # leads here, not a client."
    yield "    internal;"
    yield from indented(guard(settings))
    yield from indented(_decisions(settings))
    if way != UNCACHED:
        yield f"    set $xaccel_cache_key {upstream_field(CACHE_KEY_FIELD)};"
    yield "    set $xaccel_origin $xaccel_scheme://$xaccel_authority;"
    yield f"    set {FOLLOW} @xaccel_hop;"
    yield "    set $xaccel_target $xaccel_path$is_args$args;"
    yield "    # Changes no answer: the maps for the receipts want the variable to exist."
    yield f'    set {PAGE} "";'
    yield ""
    yield from indented(rest)
    yield "}"


def _decisions(settings: Settings) -> Iterator[str]:
    usual = {
        kept_response(name): upstream_field(RESPONSE_PREFIX + name)
        for name in told_names(settings)
        if name.lower() in USUAL_FIELDS
    }
    rest = {"$xaccel_log_id": upstream_field(LOG_ID_FIELD)}
    for name in asked_names(settings):
        rest[kept_request(name)] = upstream_field(REQUEST_PREFIX + name)
    for name in told_names(settings):
        if name.lower() not in USUAL_FIELDS:
            rest[kept_response(name)] = upstream_field(RESPONSE_PREFIX + name)
    yield "# What the application decided, kept before the remote's answer takes its place."
    for variable, value in usual.items():
        yield f"set {variable} {value};"
    yield "# What few files have is looked for only if the application says that there is some; a"
    yield "# variable that nothing is set to is empty."
    yield f"if ({upstream_field(MORE_FIELD)}) {{"
    for variable, value in rest.items():
        yield f"    set {variable} {value};"
    yield "}"


def _hop(settings: Settings, target: Target) -> Iterator[str]:
    absolute = (
        rf"^(?={settings.origins.expression('://')})"
        rf"(?P<xaccel_scheme>https?)://{_AUTHORITY}(?P<xaccel_target>{HOP_TARGET})(?:#.*)?\z"
    )
    yield "# A redirect of the remote's. A named location inherits nothing from the first."
    yield "location @xaccel_hop {"
    yield from indented(only_admitted())
    yield from indented(not_within_a_body(settings))
    yield f"    # At most {MAX_HOPS}. NGINX jumps ten times, try_files and error_page included, so"
    yield "    # none is spent on finding out that there was one redirect too many."
    yield '    set $xaccel_hops "${xaccel_hops}+";'
    yield f'    if ($xaccel_hops = "{"+" * MAX_HOPS}") {{ set {FOLLOW} {error_page(502)}; }}'
    yield "    set $xaccel_location $upstream_http_location;"
    yield "    set $xaccel_before $xaccel_scheme;"
    yield "    # An `if` with nothing in it but `set` or `return` does what it says."
    yield f'    if ($xaccel_location ~ "^{PATH_ABSOLUTE}") {{'
    yield '        set $xaccel_location "$xaccel_origin$xaccel_location";'
    yield "    }"
    yield f'    if ($xaccel_location ~ "^{SCHEME_RELATIVE}") {{'
    yield '        set $xaccel_location "$xaccel_scheme:$xaccel_location";'
    yield "    }"
    yield "    # The first URL's .. were encoded; here they would be sent as they are."
    yield f'    if ($xaccel_location ~ "{quoted(HOP_DOT_DOT)}") {{ return 502; }}'
    yield "    # The same allow list as for the first URL; its match sets the new target."
    yield f'    if ($xaccel_location !~ "{quoted(absolute)}") {{ return 502; }}'
    yield "    # Never from https to http."
    yield '    set $xaccel_change "$xaccel_before to $xaccel_scheme";'
    yield '    if ($xaccel_change = "https to http") { return 502; }'
    yield "    # Credentials are for the origin that they were given for."
    yield "    set $xaccel_next_origin $xaccel_scheme://$xaccel_authority;"
    yield "    if ($xaccel_next_origin != $xaccel_origin) {"
    for name in settings.request_header_names:
        yield f'        set {kept_request(name)} "";'
    yield "    }"
    yield "    set $xaccel_origin $xaccel_next_origin;"
    yield ""
    yield from indented(question(settings))
    yield from indented(transfer(settings, target))
    yield "}"
