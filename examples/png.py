"""PNG (ISO 15948), as much of it as the examples' pictures need."""

import struct
import zlib

GREY, COLOUR = 0, 2


def png(width: int, height: int, kind: int, rows: bytes) -> bytes:
    """Returns a picture.

    Args:
        width: In pixels.
        height: In pixels.
        kind: GREY, with a byte for each pixel, or COLOUR, with three.
        rows: All rows one after the other, each begun with 0 for "no filter".
    """
    header = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
