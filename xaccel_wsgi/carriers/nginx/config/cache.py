"""The cache: files that the application gave a version, kept in slices on NGINX's disk.

What the client gets is decided by the application each time: only its handoff leads here. The key
is the URL without its query, where signatures are, and the version.
"""

from collections.abc import Iterator

from ....rules.answer import VALIDATORS
from ....settings import Settings
from .error_pages import not_within_a_body, plain_answer
from .layout import indented, milliseconds
from .messages import messages
from .target import Target
from .transfer import only_admitted, question, transfer

PAGE_416 = "$xaccel_page_416"

_ZONE = "xaccel"
# NGINX remembers about 8,000 keys a megabyte; when that is full, the least recently used go.
_ZONE_BYTES = (1024**2, 256 * 1024**2)
_FILE_BYTES_PER_ZONE_BYTE = 512
# The largest that NGINX reads: ranges are cached wherever they begin.
_NO_OFFSET = 2**63 - 1


def cache_zone(settings: Settings) -> Iterator[str]:
    """Yields where files are kept, for the `http` block."""
    if settings.cache is None:
        return
    smallest, largest = _ZONE_BYTES
    zone_bytes = min(max(settings.cache_max_bytes // _FILE_BYTES_PER_ZONE_BYTE, smallest), largest)
    yield "# Kept files; without a folder for unfinished ones, they need not be moved."
    yield f"proxy_cache_path {settings.cache} levels=1:2 use_temp_path=off"
    yield f"    keys_zone={_ZONE}:{zone_bytes} max_size={settings.cache_max_bytes}"
    yield f"    inactive={max(1, round(settings.cache_unused_s))}s;"
    yield "# A body whose end can't be told from a broken connection isn't kept. volatile: slices."
    yield 'map "$upstream_http_content_length $upstream_http_transfer_encoding" $xaccel_endless {'
    yield "    volatile;"
    yield "    default 1;"
    yield '    "~^[0-9]+ $" "";'
    yield '    "~*^ chunked$" "";'
    yield "}"
    yield "# A 416 without a cache is the remote's. With one, the remote says it of a slice, as an"
    yield "# empty file has none; or NGINX says it of a range that begins beyond a kept file's end."
    yield f'map "$xaccel_cache_key $upstream_status" {PAGE_416} {{'
    yield '    "~^ " @xaccel_416;'
    yield '    "~416$" @xaccel_past_the_cache;'
    yield "    default @xaccel_beyond_the_end;"
    yield "}"


def decided_by_nobody_else(settings: Settings) -> Iterator[str]:
    """Yields, for around the locations that keep files, what keeps the remote out of it."""
    if settings.cache is not None:
        yield "# Nor does the remote decide what is kept, and for how long."
        yield "proxy_ignore_headers X-Accel-Expires Expires Cache-Control Set-Cookie Vary;"


def cached(settings: Settings) -> Iterator[str]:
    """Yields what a location needs beside `transfer` to keep files."""
    yield from question(settings, in_slices=True)
    yield f"slice {settings.cache_slice_bytes};"
    yield f"proxy_cache {_ZONE};"
    yield "# No part can be mistaken for another: neither URL nor slice has a space in it."
    yield "proxy_cache_key"
    yield '    "$xaccel_scheme://$xaccel_authority$xaccel_path $xaccel_cache_key $slice_range";'
    yield "# The key names a version, which never changes. Errors aren't kept."
    yield "proxy_cache_valid 200 206 365d;"
    yield "proxy_no_cache $xaccel_endless;"
    yield "# One client fetches a slice, the others wait for it."
    yield "proxy_cache_lock on;"
    yield "# Speed only: from disk without a detour through this process."
    yield "sendfile on;"
    yield "# What a block around this may say isn't meant for files. Several ranges never get here."
    yield "max_ranges 1;"
    yield 'proxy_cache_bypass "";'
    yield "proxy_cache_min_uses 1;"
    yield f"proxy_cache_max_range_offset {_NO_OFFSET};"
    for name in ("lock_age", "lock_timeout"):
        yield f"proxy_cache_{name} {milliseconds(settings.read_timeout_s)};"


def by_remote_validators(settings: Settings) -> Iterator[str]:
    """Yields the same for files without validators of the application's own."""
    yield "# NGINX compares the client's copy, if the headers aren't hidden from it. As RFC 9110"
    yield "# section 13.1.3 has it: not modified since means not after."
    for name in VALIDATORS:
        yield f"proxy_pass_header {name};"
    yield "if_modified_since before;"
    yield from cached(settings)


def around_the_cache(settings: Settings, target: Target) -> Iterator[str]:
    """Yields the locations for what slices can't answer."""
    yield "# Asked for once more, as the client did."
    yield "location @xaccel_past_the_cache {"
    yield from indented(only_admitted())
    yield from indented(not_within_a_body(settings))
    yield from indented(question(settings))
    yield from indented(transfer(settings, target))
    yield "}"
    yield ""
    yield "# The file's headers are set already, and so is Content-Range (ngx_http_range_parse)."
    yield "location @xaccel_beyond_the_end {"
    yield from indented(messages(settings))
    yield "    set $limit_rate 0;"
    yield from indented(plain_answer(416, content_type=""))
    yield "}"
