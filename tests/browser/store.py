"""A stored object, as a good store serves it."""

import re
from collections.abc import Callable

from tests.support.remote import Answer, Request, answer

ETAG = '"one-version"'


def stored(body: bytes, content_type: str) -> Callable[[Request], Answer]:
    """Returns a script that serves `body`, whole or the single range that is asked for."""

    def serve(request: Request) -> Answer:
        fields = [("Content-Type", content_type), ("ETag", ETAG), ("Accept-Ranges", "bytes")]
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", request.value("Range") or "")
        # RFC 9110 section 13.1.5: a range of another version is no part of this one.
        if asked is None or request.value("If-Range") not in (None, ETAG):
            return answer(fields=fields, body=body)
        first, last = int(asked[1]), min(int(asked[2] or len(body)), len(body) - 1)
        fields.append(("Content-Range", f"bytes {first}-{last}/{len(body)}"))
        return answer(206, fields, body[first : last + 1])

    return serve
