"""Overrides: response fields that a URL's own query makes its store send.

Whoever may sign a URL of S3, GCS or Azure can put the name and the type of the download into what
is signed. Then the store itself sends them, also to a client that was redirected there.
"""

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl

from .url import RemoteUrl

# Amazon S3 GetObject and everything that speaks S3, GCS XML API: response-*. Azure service SAS:
# rscd, rsct. All of them send the value as it is.
_PARAMETERS = {
    "response-content-disposition": "content-disposition",
    "response-content-type": "content-type",
    "rscd": "content-disposition",
    "rsct": "content-type",
}


def overrides(url: RemoteUrl) -> Mapping[str, str]:
    """Returns the fields by their lower-case names; none for a name that the query says twice."""
    found: dict[str, list[str]] = {}
    for parameter, value in parse_qsl(url.query, keep_blank_values=True):
        if parameter in _PARAMETERS:
            found.setdefault(_PARAMETERS[parameter], []).append(value)
    return {name: values[0] for name, values in found.items() if len(values) == 1}


def missing_override(url: RemoteUrl, fields: Iterable[tuple[str, str]]) -> tuple[str, str] | None:
    """Returns the first of `fields` that a client who goes to `url` himself wouldn't get.

    Of the fields only Content-Disposition and Content-Type count; a bare "inline" is what clients
    do without being told.
    """
    sent = overrides(url)
    for name, value in fields:
        lower = name.lower()
        if lower in _PARAMETERS.values() and value != "inline" and sent.get(lower) != value:
            return name, value
    return None
