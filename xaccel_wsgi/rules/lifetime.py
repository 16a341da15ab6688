"""Lifetimes: how long a signed URL is good, where its own query says so.

NGINX fetches a cached file in slices, all with the first URL, as the client takes them: a signature
that ends meanwhile cuts the download short.
"""

from urllib.parse import parse_qsl

from .url import RemoteUrl

# Signature Version 4 of Amazon S3 and everything that speaks it, and of GCS: seconds since signing.
# Others name a time of day, and how much of it is left depends on who looks.
_PARAMETERS = {"X-Amz-Expires", "X-Goog-Expires"}

# Below it, somebody on a slow line certainly gets half of a cached file.
CACHED_MIN_S = 600


def lifetime_s(url: RemoteUrl) -> int | None:
    """Returns for how many seconds the URL was signed; None where it doesn't say."""
    for name, value in parse_qsl(url.query):
        if name in _PARAMETERS and value.isascii() and value.isdigit():
            # Bounded: Python refuses to read numbers of thousands of digits.
            return int(value[:9])
    return None
