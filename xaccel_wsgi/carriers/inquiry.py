"""An operator's question about a download: which carrier would send it, and is NGINX ready to?

Both carriers give a client the same answer, so nobody can tell from a download who sent it. Whoever
knows the token may ask the application instead. The question goes the way of any request for the
file, past the application's permission checks, and is answered in the file's place. It chooses
nothing, and its answer tells no URL.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from ..rules.fields import environ_key

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

INQUIRY_FIELD = "X-Accel-Inquiry"
# What an answer is recognised by.
INQUIRY_TYPE = "application/vnd.xaccel-wsgi.inquiry+json"

# What the request showed: the token with a configuration that is current, with another one; a
# wrong token, none; or the application has no token to compare with.
Shown = Literal["current", "outdated", "wrong", "missing", "unset"]
Carrier = Literal["nginx", "stream", "redirect", "refused"]

# A question that was overheard is soon worth nothing; clocks may differ that much.
_VALID_S = 300
_VALUE = re.compile(r"([0-9]{1,12});([0-9a-f]{64})")


def inquiry(token: str, now_s: float) -> str:
    """Returns the field's value: the time, and the proof that the token is known."""
    return f"{int(now_s)};{_proof(token, str(int(now_s)))}"


def is_inquiry(environ: "WSGIEnvironment", token: str | None, now_s: float) -> bool:
    """Tells whether a request asks, and may."""
    value = environ.get(environ_key(INQUIRY_FIELD))
    if value is None or token is None:
        return False
    match = _VALUE.fullmatch(value)
    if match is None or abs(int(match[1]) - now_s) > _VALID_S:
        return False
    return hmac.compare_digest(match[2], _proof(token, match[1]))


def tell(
    carrier: Carrier, shown: Shown, environ: "WSGIEnvironment", start_response: "StartResponse"
) -> Iterable[bytes]:
    """Answers a question, as WSGI has it."""
    body = json.dumps({"carrier": carrier, "token": shown}).encode()
    start_response(
        "200 OK",
        [
            ("Content-Type", INQUIRY_TYPE),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
        ],
    )
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _proof(token: str, time_s: str) -> str:
    return hmac.new(token.encode(), f"inquiry {time_s}".encode(), hashlib.sha256).hexdigest()
