"""The wire form of a handoff: the response that makes NGINX fetch the file.

Every decision travels under a private name (`X-Accel-Request-*` for the remote,
`X-Accel-Response-*` for the client), because of an application's ordinary headers only six survive
an X-Accel-Redirect, and those on error pages too. The internal location that `config` generates
captures each by its name.
"""

import hashlib

from ...errors import HandoffError
from ...handoff import DEFAULT_FIELDS, Handoff
from ...rules.answer import (
    ERROR_BODIES,
    FOLLOWED_STATUSES,
    HIDDEN_FIELDS,
    HOP_TARGET,
    INTERCEPTED_STATUSES,
    VALIDATORS,
)
from ...rules.fields import Fields
from ...rules.inline import RULES
from ...rules.url import RemoteUrl
from ...settings import Settings

# Changes whenever a configuration generated for another version would misread the handoff.
WIRE_VERSION = "1"

TOKEN_FIELD = "X-Accel-Token"  # noqa: S105
REQUEST_PREFIX = "X-Accel-Request-"
RESPONSE_PREFIX = "X-Accel-Response-"
CACHE_KEY_FIELD = "X-Accel-Cache-Key"
LOG_ID_FIELD = "X-Accel-Log-Id"
# Says that there is more than nearly every file has. NGINX looks for the rest only then: to find
# that a header isn't there, it compares the name with all that are.
MORE_FIELD = "X-Accel-More"
USUAL_FIELDS = frozenset(name.lower() for name, _ in (*DEFAULT_FIELDS, ("Content-Type", "")))

# Between prefix and scheme: which internal location fetches the file. From a cache NGINX answers
# conditional requests by the remote's validators, or, where the application has its own, not at
# all, since those were compared already.
UNCACHED = ""
CACHED = "cached/"
CACHED_WITH_OWN_VALIDATORS = "cached-own/"

# What a configuration has of ours, beside the settings.
_RULES = repr(
    (HIDDEN_FIELDS, INTERCEPTED_STATUSES, FOLLOWED_STATUSES, ERROR_BODIES, HOP_TARGET, RULES)
)

# What the app server and NGINX's own bookkeeping add to the block: status line, Server, Date, ...
_RESERVED_BYTES = 512


def internal_path(url: RemoteUrl, prefix: str, way: str = UNCACHED) -> str:
    """Returns the path that an X-Accel-Redirect names for `url`.

    NGINX decodes the path once (`ngx_http_parse_unsafe_uri`) and a variable `proxy_pass` sends the
    result as it is. So each `%` is encoded once more; the query is never decoded.
    """
    path = url.path.replace("%", "%25")
    query = f"?{url.query}" if url.query else ""
    return f"{prefix}{way}{url.scheme}/{url.authority}{path}{query}"


def gateway_token(settings: Settings) -> str:
    """Returns what NGINX sends as X-Accel-Token: the secret, and what shows an old configuration.

    That is the wire's version, and a digest of the settings and of our own rules.
    """
    digest = hashlib.sha256(f"{settings.digest} {_RULES}".encode()).hexdigest()[:12]
    return f"{settings.token or ''};{WIRE_VERSION};{digest}"


def token_fields(settings: Settings) -> Fields:
    """Returns what shows the internal locations that this application named the file."""
    return () if settings.token is None else ((TOKEN_FIELD, settings.token),)


def handoff_fields(handoff: Handoff, settings: Settings) -> Fields:
    """Returns the response fields that hand `handoff` over to NGINX.

    Raises:
        HandoffError: They don't fit into NGINX's buffer.
    """
    fields = [
        ("X-Accel-Redirect", internal_path(handoff.url, settings.prefix, _way(handoff))),
        # A cache of the user's own around the application must not hand files over by itself.
        ("X-Accel-Expires", "0"),
        *((REQUEST_PREFIX + name, value) for name, value in handoff.request_fields),
        *((RESPONSE_PREFIX + name, value) for name, value in handoff.response_fields),
        *(("Set-Cookie", value) for value in handoff.cookies),
    ]
    fields += token_fields(settings)
    if handoff.cache_key is not None:
        fields.append((CACHE_KEY_FIELD, handoff.cache_key))
    if handoff.log_id is not None:
        fields.append((LOG_ID_FIELD, handoff.log_id))
    if _has_more(handoff):
        fields.append((MORE_FIELD, "yes"))
    if handoff.limit_rate is not None:
        fields.append(("X-Accel-Limit-Rate", str(handoff.limit_rate)))
    size_bytes = sum(len(name) + len(value) + 4 for name, value in fields)
    if size_bytes > settings.buffer_bytes - _RESERVED_BYTES:
        raise HandoffError(
            "buffer_bytes",
            f"the handoff for {handoff.url} takes {size_bytes} bytes, "
            f"and NGINX's buffer of {settings.buffer_bytes} leaves "
            f"{settings.buffer_bytes - _RESERVED_BYTES}",
            "Raise buffer_bytes and generate the configuration anew, or send less.",
        )
    return tuple(fields)


def _has_more(handoff: Handoff) -> bool:
    return (
        bool(handoff.request_fields)
        or handoff.log_id is not None
        or any(name.lower() not in USUAL_FIELDS for name, _ in handoff.response_fields)
    )


def _way(handoff: Handoff) -> str:
    if handoff.cache_key is None:
        return UNCACHED
    has_own = any(name in VALIDATORS for name, _ in handoff.response_fields)
    return CACHED_WITH_OWN_VALIDATORS if has_own else CACHED
