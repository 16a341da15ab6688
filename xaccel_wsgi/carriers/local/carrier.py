"""Sending a file of this machine."""

import errno
import logging
import math
import os
import stat
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO

from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wsgi import ClosingIterator

from ...errors import shown
from ...rules.fields import Fields
from ..rate import limited
from .named import NamedFile
from .part import Part, Version, part_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = logging.getLogger("xaccel_wsgi")

_BLOCK_BYTES = 65536
# All the same to the client: nothing there, no file, a link, no permission.
_NOT_FOUND = {
    errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.EMLINK,
    errno.EACCES,
}  # fmt: skip


def send(
    named: NamedFile, environ: "WSGIEnvironment", start_response: "StartResponse"
) -> Iterable[bytes]:
    """Answers the client with the file, or with the error that NGINX would give."""
    is_head = environ["REQUEST_METHOD"] == "HEAD"
    file = _open(named)
    if file is None:
        log.warning("404 for the client: %s names no file that is there", shown(named.target))
        return _fail(404, named, start_response, (), is_head=is_head)
    try:
        body = _begin(file, named, environ, start_response, is_head=is_head)
    except BaseException:
        # Nobody will close what isn't returned.
        file.close()
        raise
    return ClosingIterator(body, file.close)


def _begin(
    file: BinaryIO,
    named: NamedFile,
    environ: "WSGIEnvironment",
    start_response: "StartResponse",
    *,
    is_head: bool,
) -> Iterable[bytes]:
    """Answers with the head, and returns the body that is to follow."""
    state = os.fstat(file.fileno())
    version = Version(state.st_size, math.floor(state.st_mtime))
    part = part_of(version, environ)
    if part.status >= 400:
        extra: Fields = ()
        if part.status == 416:
            extra = (("Content-Range", f"bytes */{version.size_bytes}"),)
        return _fail(part.status, named, start_response, extra, is_head=is_head)
    reason = HTTP_STATUS_CODES[part.status]
    start_response(f"{part.status} {reason}", list(_fields(named, version, part)))
    if is_head or part.status == 304:
        return []
    blocks = _blocks(file, part)
    return blocks if named.limit_rate is None else limited(blocks, named.limit_rate)


def _open(named: NamedFile) -> BinaryIO | None:
    """Opens a file by its path within the folder, along which no link is followed.

    Each segment is opened within the one before, so that nothing can be put in its place between
    a check and the opening; `disable_symlinks on from=` has NGINX do the same.
    """
    if named.segments is None:
        return None
    *folders, name = named.segments
    # Enough to open what is inside, where the system has it.
    search = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_CLOEXEC
    opened = []
    try:
        opened.append(os.open(named.folder, search))
        for folder in folders:
            opened.append(os.open(folder, search | os.O_NOFOLLOW, dir_fd=opened[-1]))
        # Without waiting for whoever is to write into a FIFO.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open(name, flags, dir_fd=opened[-1])
    except OSError as error:
        if error.errno not in _NOT_FOUND:
            raise
        if not opened:
            log.warning("the folder %s of internal_locations: %s", named.folder, error.strerror)
        return None
    finally:
        for each in opened:
            os.close(each)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    return os.fdopen(descriptor, "rb", buffering=0)


def _fields(named: NamedFile, version: Version, part: Part) -> Fields:
    told = (("Last-Modified", version.last_modified), ("ETag", version.etag))
    if part.status == 304:
        return (*_without(named.fields, "content-type", "accept-ranges"), *told)
    length = ("Content-Length", str(part.stop - part.start))
    if part.status == 206:
        place = ("Content-Range", f"bytes {part.start}-{part.stop - 1}/{version.size_bytes}")
        return (*named.fields, *told, place, length)
    return (*named.fields, *told, ("Accept-Ranges", "bytes"), length)


def _fail(
    status: int,
    named: NamedFile,
    start_response: "StartResponse",
    extra: Fields,
    *,
    is_head: bool,
) -> Iterable[bytes]:
    title = f"{status} {HTTP_STATUS_CODES[status]}"
    body = f"<!doctype html>\n<title>{title}</title>\n<h1>{title}</h1>\n".encode()
    # In NGINX what survives is on errors, too; but a failed condition ends in a filter, and
    # ngx_http_filter_finalize_request clears the headers.
    survived = () if status == 412 else _without(named.fields, "content-type", "accept-ranges")
    kind = (("Content-Type", "text/html"), ("Content-Length", str(len(body))))
    start_response(title, [*survived, *kind, *extra])
    return [] if is_head else [body]


def _without(fields: Fields, *names: str) -> Fields:
    return tuple(field for field in fields if field[0].lower() not in names)


def _blocks(file: BinaryIO, part: Part) -> Iterator[bytes]:
    file.seek(part.start)
    left_bytes = part.stop - part.start
    while left_bytes:
        block = file.read(min(left_bytes, _BLOCK_BYTES))
        if not block:
            # The client sees it end short.
            raise OSError(errno.EIO, "the file became shorter while it was sent")
        left_bytes -= len(block)
        yield block
