"""Who sends the file? Both carriers answer alike, so the application has to be asked."""

import json
import time
from collections.abc import Iterator

from ...carriers.inquiry import INQUIRY_FIELD, INQUIRY_TYPE, inquiry
from ...errors import CheckError
from ...settings import Settings
from ..finding import Finding, Status
from .client import Answer, Ask

_GROUP = "Who sends it"

_UNSHOWN = "nginx -t, then xaccel-wsgi check --nginx /etc/nginx/nginx.conf --app MODULE:APP"
_ANEW = "xaccel-wsgi nginx MODULE:APP --output /etc/nginx/xaccel, nginx -t, reload."
# By carrier and by what the request showed; empty where that makes no difference.
_SAID: dict[tuple[str, str], tuple[Status, str, str, str]] = {
    ("nginx", "current"): ("ok", "NGINX sends it, and its configuration is current", "", ""),
    ("nginx", "outdated"): (
        "warn",
        "NGINX sends it, by a configuration from other settings or another version",
        "What changed since then isn't obeyed.",
        _ANEW,
    ),
    ("redirect", ""): ("ok", "The client is sent to the store", "", ""),
    ("refused", ""): (
        "bad",
        "Nobody sends it: mode is nginx, and NGINX doesn't show the token",
        "The application answers with an error.",
        f"Include the location part where NGINX passes to the application: {_UNSHOWN}",
    ),
    ("stream", "current"): (
        "warn",
        "The application sends it itself by its mode, though NGINX shows the token",
        "A worker is busy for as long as a client is slow.",
        'Set mode="auto": NGINX is there and shows the token.',
    ),
    ("stream", "outdated"): (
        "warn",
        "The application sends it itself by its mode, though NGINX shows the token; the "
        "configuration is old as well",
        "A worker is busy for as long as a client is slow.",
        f'Set mode="auto": NGINX is there and shows the token.\n{_ANEW}',
    ),
    ("stream", "missing"): (
        "bad",
        "The application sends it itself: nothing in front shows the token",
        "A worker is busy for as long as a client is slow.",
        f"Include the location part where NGINX passes to the application: {_UNSHOWN}",
    ),
    ("stream", "wrong"): (
        "bad",
        "The application sends it itself: NGINX shows another token",
        "A worker is busy for as long as a client is slow.",
        "Generate the configuration with the application's XACCEL_TOKEN.",
    ),
}


def findings(ask: Ask, token: str | None, settings: Settings | None) -> Iterator[Finding]:
    """Asks the application, where the token is known.

    Args:
        ask: Asks the site.
        token: What NGINX and the application share, where known.
        settings: The application's, where known.

    Raises:
        CheckError: The application says what isn't known here.
    """
    if token is None:
        yield Finding(
            id="carrier:unknown",
            status="warn",
            group=_GROUP,
            what="Cannot tell whether NGINX sends it",
            why="Both carriers answer alike; the application says it only to who knows the token.",
            fix="Set XACCEL_TOKEN to the site's, or give --app."
            if settings is None
            else "Set XACCEL_TOKEN to the site's. If the site has none either, it streams by "
            "default: set one for it and for NGINX.",
        )
        return
    what = "GET, asking who would send it"
    answer = ask(what, ((INQUIRY_FIELD, inquiry(token, time.time())),))
    if answer.value("Content-Type") != INQUIRY_TYPE:
        yield Finding(
            id="carrier:unknown",
            status="warn",
            group=_GROUP,
            where=what,
            what="Cannot tell whether NGINX sends it: the application didn't say",
            why="It has another token, its clock or this one is five minutes wrong, or a cache "
            "in between answers.",
            fix="Give the token that the application has.",
        )
        return
    status, text, why, fix = _said(answer)
    yield Finding(
        id="carrier", status=status, group=_GROUP, where=what, what=text, why=why, fix=fix
    )


def _said(answer: Answer) -> tuple[Status, str, str, str]:
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        said = None
    match said:
        case {"carrier": str(carrier), "token": str(shown)}:
            known = _SAID.get((carrier, shown)) or _SAID.get((carrier, ""))
            if known is not None:
                return known
    raise CheckError(
        "url",
        f"the answer to {answer.request!r} isn't known here",
        "Check with the version of xaccel-wsgi that the application has.",
    )
