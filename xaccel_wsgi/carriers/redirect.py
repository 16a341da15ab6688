"""The carrier for where there is no NGINX, and no bytes should pass: the client goes to the store.

It is shown a signed URL, which the other carriers never do, and the store answers it. So a
redirect can carry only what the signature makes the store send: the rest is refused, not lost.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..errors import HandoffError, shown
from ..handoff import Handoff
from ..rules.fields import Fields
from ..rules.overrides import missing_override
from .receipt import Receipt

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

# They describe the file, or the caching of the file; the rest is about the application's answer.
_THE_FILES = {"content-disposition", "content-type", "content-language", "cache-control", "expires"}


def redirect(handoff: Handoff, method: str, start_response: "StartResponse") -> Iterable[bytes]:
    """Sends the client to the file, which it is to ask for with GET.

    Args:
        handoff: What it is sent to.
        method: The client's: a 302 would have most others repeated at the store, body included
            (RFC 9110 section 15.4.4).
        start_response: The server's.

    Raises:
        HandoffError: The store would send the file under another name or type.
    """
    status, reason = (302, "Found") if method == "GET" else (303, "See Other")
    start_response(f"{status} {reason}", list(_fields(handoff)))
    # What became of it is known to the store alone.
    Receipt(
        log_id=handoff.log_id or "", status=status, complete=None, origin=handoff.url.origin
    ).write()
    return []


def _fields(handoff: Handoff) -> Fields:
    missing = missing_override(handoff.url, handoff.response_fields)
    if missing is not None:
        name, value = missing
        raise HandoffError(
            "redirect",
            f"the store wouldn't send {name}: {shown(value)}, which the signature of {handoff.url} "
            "doesn't hold",
            "Sign it (response-content-disposition, response-content-type; Azure: rscd, rsct), as "
            "xaccel_wsgi.s3 does, or don't change it afterwards.",
        )
    return (
        ("Location", handoff.url.href),
        # A stored redirect would be followed when the signature has ended.
        ("Cache-Control", "no-store"),
        ("Content-Type", "text/plain"),
        ("Content-Length", "0"),
        *(field for field in handoff.response_fields if field[0].lower() not in _THE_FILES),
        *(("Set-Cookie", value) for value in handoff.cookies),
    )
