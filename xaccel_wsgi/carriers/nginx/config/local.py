"""Internal locations for files of this machine, which applications name by themselves."""

from collections.abc import Iterator

from ....settings import Settings
from .guard import guard
from .layout import indented
from .untouched import admitted, of_any_size, unaltered_file, untouched


def local_locations(settings: Settings) -> Iterator[str]:
    """Yields a location for each folder, and where it ends without a file."""
    for location, folder in settings.internal_locations:
        yield ""
        yield "# Files of this machine. The header that names one is the application's own."
        yield f"location ^~ {location} {{"
        yield "    # Only X-Accel-Redirect leads here, not a client."
        yield "    internal;"
        yield from indented(guard(settings))
        yield "    # NGINX would look for an index in a folder, or tell the client its name."
        yield "    if (-d $request_filename) { return 404; }"
        yield f'    alias "{folder}/";'
        yield "    # Nothing from outside: no link is followed below the folder."
        yield f'    disable_symlinks on "from={folder}/";'
        yield "    # A link, a missing permission: the client needn't know the difference."
        yield "    error_page 403 404 = @xaccel_no_file;"
        yield "    # The server's own page for 404 is still to come."
        yield "    recursive_error_pages on;"
        yield "    # Several ranges are answered with the whole file, as everywhere."
        yield "    max_ranges 1;"
        yield from indented(admitted())
        yield from indented(of_any_size())
        yield from indented(untouched())
        yield from indented(unaltered_file())
        yield "    # Nor another file in the place of this one, nor what it was a while ago."
        yield "    gzip_static off;"
        yield "    open_file_cache off;"
        for pinned in ("charset off", "etag on", "if_modified_since exact", "limit_rate_after 0"):
            yield f"    {pinned};"
        yield "}"
    if settings.internal_locations:
        yield ""
        yield "location @xaccel_no_file {"
        yield "    # As anywhere else on this server."
        yield "    return 404;"
        yield "}"
