"""Content-Disposition for downloads, by RFC 6266 and RFC 8187.

Two names are sent where they differ: `filename*`, exact, for every current client, and an ASCII
`filename` for the old ones. The fallback holds nothing that a quoted-string
(RFC 9110 section 5.6.4) must escape, since clients disagree about the escapes.
"""

import re
import unicodedata
from typing import Literal
from urllib.parse import quote

from ..errors import RemoteFileError, shown

Disposition = Literal["attachment", "inline"]

# RFC 8187 section 3.2.1, attr-char: what needs no percent-encoding in filename*.
_ATTR_CHARACTERS = "!#$&+-.^_`|~"
# Clients take the part behind a separator, or the whole path; neither may be in a name.
_SEPARATORS = re.compile(r"[/\\]")
# Old clients decode a percent sequence in filename=, which would change the name.
_LOOKS_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
# Bidirectional overrides make gnp.exe look like exe.png.
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
# Emoji sequences and several scripts need these two joiners; they can't reorder text.
_JOINERS = "\u200c\u200d"
_FALLBACK_MAX = 255


def check_filename(name: str) -> None:
    """Refuses a file name that no header may carry.

    Raises:
        RemoteFileError: It is empty, or holds a control, formatting or separator character.
    """
    if not isinstance(name, str) or not name.strip(" ."):
        raise RemoteFileError(
            "filename", f"{shown(name)} is no file name", "Give a name, or leave filename out."
        )
    if _SEPARATORS.search(name):
        raise RemoteFileError(
            "filename",
            f"{shown(name)} holds a path separator",
            "Give the last part only, as posixpath.basename does.",
        )
    for character in name:
        if unicodedata.category(character) in _INVISIBLE and character not in _JOINERS:
            raise RemoteFileError(
                "filename",
                f"{shown(name)} holds the invisible character U+{ord(character):04X}",
                "Remove it: it would split the header or disguise the name.",
            )


def content_disposition(disposition: Disposition, filename: str | None) -> str:
    """Returns the header's value, ASCII only.

    Args:
        disposition: "attachment" or "inline".
        filename: The name the download is to have; what RemoteFile refuses is a bad name here, too.
    """
    if filename is None:
        return disposition
    fallback = _ascii_fallback(filename)
    value = f'{disposition}; filename="{fallback}"'
    if fallback != filename:
        value += f"; filename*=UTF-8''{quote(filename, safe=_ATTR_CHARACTERS)}"
    return value


def _ascii_fallback(name: str) -> str:
    """Returns the nearest name that every client reads alike inside a quoted-string."""
    decomposed = unicodedata.normalize("NFKD", name)
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    ascii_name = re.sub(r"[^ -~]+", "_", letters)
    # `"` is unescaped differently by different clients; NFKD makes separators (U+FF0F gives `/`).
    # Chromium decodes an encoded word (RFC 2047, `=?...?=`), though no header of HTTP has any.
    ascii_name = re.sub(r"[\"/\\]|=\?", "_", ascii_name)
    if _LOOKS_ENCODED.search(ascii_name):
        ascii_name = ascii_name.replace("%", "_")
    ascii_name = ascii_name[:_FALLBACK_MAX]
    # What is left can name a folder (U+2025 gives `..`), or nothing.
    return ascii_name if ascii_name.strip(" .") else "_"
