"""Bodies of any size in which every block tells whose it is, and every byte where it belongs."""

import struct
from array import array

BLOCK_BYTES = 4096
# 16 bytes say which block it is; after them each pair of bytes is another one.
_RAMP = array("H", range(BLOCK_BYTES // 2)).tobytes()[16:]


def part(seed: int, first: int, end: int) -> bytes:
    """Returns the bytes of the body `seed` from position `first` up to `end`."""
    numbers = range(first // BLOCK_BYTES, -(-end // BLOCK_BYTES))
    blocks = b"".join(struct.pack("!QQ", seed, number) + _RAMP for number in numbers)
    begin = first % BLOCK_BYTES
    return blocks[begin : begin + end - first]


class Check:
    """Compares a body with what it should be, as it arrives.

    Attributes:
        position: How far it has come.
        right: Whether every byte was the right one so far.
    """

    def __init__(self, seed: int, first: int = 0) -> None:
        """Begins at position `first` of the body `seed`."""
        self._seed = seed
        self.position = first
        self.right = True

    def feed(self, data: bytes) -> None:
        """Takes the next bytes."""
        end = self.position + len(data)
        self.right = self.right and data == part(self._seed, self.position, end)
        self.position = end
