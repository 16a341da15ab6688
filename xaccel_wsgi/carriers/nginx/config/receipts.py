"""Receipts: the format of the line that NGINX writes for each file, as the streamer does."""

from collections.abc import Iterator

from ....rules.answer import FOLLOWED_STATUSES, MAX_HOPS
from ...receipt import NAMES

FORMAT = "xaccel_receipts"
# What an access_log line asks before it writes one.
CONDITION = "$xaccel_receipt"
# Set where the application rendered the error page, and so was asked once more after the remote.
PAGE = "$xaccel_page"

_TEXTS = {
    "time": "$time_iso8601",
    "log_id": "$xaccel_log_id",
    "origin": "$xaccel_origin",
    "cache": "$upstream_cache_status",
}
_VALUES = {
    "status": "$status",
    "bytes": "$body_bytes_sent",
    "complete": "$xaccel_complete",
    "remote_status": "$xaccel_remote_status",
    "redirects": "$xaccel_redirects",
    "first_byte_s": "$xaccel_first_byte_s",
    "last_byte_s": "$xaccel_last_byte_s",
}
_OF_THE_REMOTE = {
    "remote_status": "$upstream_status",
    "first_byte_s": "$upstream_header_time",
    "last_byte_s": "$upstream_response_time",
}


def receipts() -> Iterator[str]:
    """Yields the format, and the values that NGINX has no variable for."""
    yield "# A line of JSON for each file. To write it, beside the access_log lines that you have:"
    yield f"#   access_log /var/log/nginx/receipts.log {FORMAT} if={CONDITION};"
    yield f"log_format {FORMAT} escape=json"
    texts = {name: f'"{variable}"' for name, variable in _TEXTS.items()}
    pairs = [f'"{name}":{(texts | _VALUES)[name]}' for name in NAMES]
    yield f"    '{{{','.join(pairs[:4])},'"
    yield f"    '{','.join(pairs[4:8])},'"
    yield f"    '{','.join(pairs[8:])}}}';"
    yield "# Requests for files alone; others have no origin, and never look at the inner variable."
    yield f"map $xaccel_host {CONDITION} {{"
    yield "    default $xaccel_origin;"
    yield '    "" "";'
    yield "}"
    yield "# NGINX calls a body complete that the remote broke off, so the length decides; of one"
    yield "# without a length nobody can say."
    said = "$request_completion $request_method $status"
    yield f'map "{said} $body_bytes_sent/$sent_http_content_length" $xaccel_complete {{'
    yield "    default false;"
    yield '    "~^OK HEAD " true;'
    yield '    "~^OK [A-Z]+ (?:204|304) " true;'
    yield r'    "~^OK .* ([0-9]+)/\1$" true;'
    yield '    "~^OK .*/$" null;'
    yield "}"
    yield "# The one that is too many isn't followed, but counts."
    yield 'map "$xaccel_hops $xaccel_remote_status" $xaccel_redirects {'
    redirects = "|".join(map(str, FOLLOWED_STATUSES))
    yield f'    "~^[+]{{{MAX_HOPS}}} (?:{redirects})$" {MAX_HOPS + 1};'
    yield "    default 0;"
    for count in range(1, MAX_HOPS + 1):
        yield f'    "~^[+]{{{count}}} " {count};'
    yield "}"
    yield "# NGINX lists the application's values first and the last remote's last, and after that"
    yield "# those of the application again if it rendered an error page."
    for name, variable in _OF_THE_REMOTE.items():
        value = f"(?<xaccel_{name}_found>[0-9.]+)"
        yield f'map "{PAGE}{variable}" {_VALUES[name]} {{'
        yield "    default null;"
        yield f'    "~^own.* : (?:.*, )?{value} : [^:]*$" $xaccel_{name}_found;'
        yield f'    "~^[^o].* : (?:.*, )?{value}$" $xaccel_{name}_found;'
        yield "}"
