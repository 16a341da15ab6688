"""The part for the `http` block: upstreams, and the maps that choose between values."""

from collections.abc import Iterator

from ....rules.answer import DEFAULT_TYPE, STATUSES_WITHOUT_TYPE, VALIDATORS
from ....rules.inline import OTHERWISE, POLICY, RULES
from ....rules.url import DEFAULT_PORTS
from ....settings import Settings
from .cache import cache_zone
from .layout import quoted, text_of
from .receipts import receipts
from .target import Target
from .upstreams import kept_upstreams, needs_resolver
from .variables import final, kept_response, upstream_field

_KEPT_CONNECTIONS = 16


def http_part(settings: Settings, target: Target) -> str:
    """Returns what belongs into the `http` block.

    Raises:
        SettingsError: An origin needs DNS, and no resolver is known.
    """
    return text_of(_http(settings, target))


def _http(settings: Settings, target: Target) -> Iterator[str]:
    needs_resolver(settings, target)
    yield "# xaccel-wsgi, http part."
    yield "# Variables are named after headers. Where this is set already, keep the larger."
    yield "variables_hash_bucket_size 128;"
    yield ""
    for name, origin, server in kept_upstreams(settings, target):
        yield f"# Connections to {origin.scheme}://{origin.host} are kept and reused."
        yield f"upstream {name} {{"
        if not (origin.is_address or "resolve" in server):
            yield "    # Looked up once, at NGINX's start or reload: reload it now and then."
        if "resolve" in server:
            yield "    # `resolve` follows DNS; it keeps what it found in shared memory."
            yield f"    zone {name} 64k;"
            yield f"    resolver {' '.join(target.resolvers)};"
        yield "    # That one file is slow says nothing about the others."
        yield f"    server {server} max_fails=0;"
        yield "    # Speed only: how many idle connections each worker keeps."
        yield f"    keepalive {_KEPT_CONNECTIONS};"
        yield "}"
    yield "# Where to connect. Always with a port: a host alone would be taken for an `upstream` of"
    yield "# this site that has its name. volatile: a redirect asks again. Expressions, for a long"
    yield "# name of a host doesn't fit into map_hash_bucket_size."
    yield 'map "$xaccel_scheme://$xaccel_authority" $xaccel_upstream {'
    yield "    volatile;"
    for name, origin, _ in kept_upstreams(settings, target):
        yield f'    "~*^{quoted(origin.place_expression)}$" {name};'
    yield '    "~:[0-9]+$" $xaccel_authority;'
    for scheme, port in DEFAULT_PORTS.items():
        yield f'    "~^{scheme}:" "$xaccel_authority:{port}";'
    yield "}"
    yield from cache_zone(settings)
    yield from receipts()
    own = "".join(kept_response(name) for name in VALIDATORS)
    for name in VALIDATORS:
        yield f"# {name}: the remote's, unless the application has validators of its own."
        yield f'map "{own}" {final(name)} {{'
        yield f"    default {kept_response(name)};"
        yield f'    "" {upstream_field(name)};'
        yield "}"
    yield "# Content-Type: the application's, else the remote's, else the one that says nothing."
    yield "map $upstream_http_content_type $xaccel_said_type {"
    yield "    default $upstream_http_content_type;"
    yield f'    "" {DEFAULT_TYPE};'
    yield "}"
    yield "map $status $xaccel_remote_type {"
    yield "    default $xaccel_said_type;"
    for status in STATUSES_WITHOUT_TYPE:
        yield f'    {status} "";'
    yield "}"
    yield f"map {kept_response('Content-Type')} {final('Content-Type')} {{"
    yield f"    default {kept_response('Content-Type')};"
    yield '    "" $xaccel_remote_type;'
    yield "}"
    yield from _policy()


def _policy() -> Iterator[str]:
    policy = kept_response(POLICY)
    lines = (final("Content-Type"), kept_response("Content-Disposition"), policy)
    separator = r"\n"
    yield f"# {POLICY}: what is shown inline must not run as this site."
    yield rf'map "{separator.join(lines)}" {final(POLICY)} {{'
    yield f'    default "{OTHERWISE.format(policy=policy)}";'
    for reason, rule, result in RULES:
        yield f"    # {reason}"
        yield f'    "~*{quoted(rule)}" "{result.format(policy=policy)}";'
    yield "}"
