"""Sending no faster than was asked for."""

import time
from collections.abc import Iterator


def limited(blocks: Iterator[bytes], bytes_per_s: int) -> Iterator[bytes]:
    """Keeps the average since the start at or under the rate, as NGINX's limit_rate does."""
    began, sent_bytes = time.monotonic(), 0
    for block in blocks:
        for at in range(0, len(block), bytes_per_s):
            piece = block[at : at + bytes_per_s]
            ahead_s = sent_bytes / bytes_per_s - (time.monotonic() - began)
            if ahead_s > 0:
                time.sleep(ahead_s)
            yield piece
            sent_bytes += len(piece)
