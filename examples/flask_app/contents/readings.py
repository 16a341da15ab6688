"""Bytes that look like a sensor's raw readings: of any size, made while they are read."""

import hashlib
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BLOCK_BYTES = 65_536


class Readings(io.RawIOBase):
    """A seekable file whose blocks are computed from their number, so none needs to be kept.

    Each block begins with its own number in decimal, which shows at a glance whether a range is the
    right one.
    """

    def __init__(self, size: int) -> None:
        """Opens a file of `size` bytes at its beginning."""
        self._size = size
        self._position = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is; the uploader measures the size so."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Goes to a place in the file."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("a negative position")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Fills the buffer up to the block's end."""
        view = memoryview(buffer).cast("B")
        index, inside = divmod(self._position, BLOCK_BYTES)
        count = max(0, min(len(view), BLOCK_BYTES - inside, self._size - self._position))
        if count:
            view[:count] = _block(index)[inside : inside + count]
        self._position += count
        return count


def _block(index: int) -> bytes:
    label = f"block {index:6d}\n".encode()
    return label + hashlib.shake_128(label).digest(BLOCK_BYTES - len(label))
