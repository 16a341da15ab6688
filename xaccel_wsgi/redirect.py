"""The carrier for where there is no NGINX, and no bytes should pass: the client goes to the store.

It is shown a signed URL, which the other carriers never do, and the store answers it. So a
redirect can carry only what the signature makes the store send: the rest is refused, not lost.
"""

from .errors import HandoffError, shown
from .fields import Fields
from .handoff import Handoff
from .overrides import missing_override

# They describe the file, or the caching of the file; the rest is about the application's answer.
_THE_FILES = {"content-disposition", "content-type", "content-language", "cache-control", "expires"}


def redirect_fields(handoff: Handoff) -> Fields:
    """Returns the fields of the 302 that sends the client to the file.

    Raises:
        HandoffError: The store would send the file under another name or type.
    """
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
