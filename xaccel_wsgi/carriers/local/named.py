"""What a response names: a file below the folder of an internal location."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from mimetypes import guess_type

from ...rules.answer import DEFAULT_TYPE
from ...rules.fields import Fields

HEADER = "X-Accel-Redirect"

# ngx_http_upstream_headers_in, last column.
_SURVIVING = {
    "content-type", "content-disposition", "cache-control", "expires", "set-cookie",
    "accept-ranges",
}  # fmt: skip
# ngx_unescape_uri: of a sequence that isn't one the % is lost, and a first digit with it.
_SEQUENCE = re.compile(rb"%(?:([0-9A-Fa-f]{2})|[0-9A-Fa-f].?|(.?))", re.DOTALL)


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file, and what the client is told with it.

    Attributes:
        target: The header's value.
        folder: The folder of its location.
        segments: Its path within the folder; None where the value names no file there.
        fields: What survives of the response's headers, with a Content-Type.
        steering: The response's other X-Accel headers, for NGINX.
        limit_rate: Bytes per second; None is unlimited.
    """

    target: str
    folder: str
    segments: tuple[bytes, ...] | None
    fields: Fields
    steering: Fields
    limit_rate: int | None

    @property
    def handed_over(self) -> Fields:
        """What NGINX is answered: it drops all else, and the body with it."""
        return ((HEADER, self.target), *self.steering, *self.fields, ("Content-Length", "0"))


def named_file(
    target: str, app_fields: Sequence[tuple[str, str]], locations: Sequence[tuple[str, str]]
) -> NamedFile:
    """Reads what a response names.

    Args:
        target: The header's value as PEP 3333 has it, latin-1 text; begins with a location.
        app_fields: The response's other headers.
        locations: Each location with its folder.
    """
    # Spaces behind it are none of the field's value.
    path = _decoded(target.rstrip(" ").encode("latin-1", "replace").partition(b"?")[0])
    around = [pair for pair in locations if path.startswith(pair[0].encode())]
    location, folder = max(around, key=lambda pair: len(pair[0]))
    steering = tuple(f for f in app_fields if f[0].lower().startswith("x-accel-"))
    rate = next((v for n, v in steering if n.lower() == "x-accel-limit-rate"), "")
    return NamedFile(
        target=target,
        folder=folder,
        segments=_segments(path[len(location) :]),
        fields=_surviving(app_fields, path),
        steering=steering,
        # NGINX takes what isn't a number, and 0, for no limit.
        limit_rate=int(rate) or None if re.fullmatch(r"[0-9]{1,18}", rate) else None,
    )


def _decoded(path: bytes) -> bytes:
    def replacement(match: re.Match[bytes]) -> bytes:
        digits, other = match.groups()
        return bytes.fromhex(digits.decode()) if digits else other or b""

    return _SEQUENCE.sub(replacement, path)


def _segments(path: bytes) -> tuple[bytes, ...] | None:
    segments = path.split(b"/")
    # ngx_http_parse_unsafe_uri refuses the first two; what ends like the others is a folder.
    if b"\0" in path or b".." in segments or segments[-1] in (b"", b"."):
        return None
    return tuple(segment for segment in segments if segment not in (b"", b"."))


def _surviving(app_fields: Sequence[tuple[str, str]], path: bytes) -> Fields:
    fields = [(n, v) for n, v in app_fields if v and n.lower() in _SURVIVING]
    if not any(name.lower() == "content-type" for name, _ in fields):
        guessed, coding = guess_type(path.rpartition(b"/")[2].decode("latin-1"))
        fields.append(("Content-Type", DEFAULT_TYPE if coding or not guessed else guessed))
    return tuple(fields)
