"""What another expression than the generated one admits."""

import re

from ...carriers.nginx.wire import internal_path
from ...rules.origin import Origin
from ...rules.url import parse_url
from ...settings import Settings

# RFC 6761: a name that nobody can have.
_STRANGER = "https://somewhere-else.invalid/"


def admitted_otherwise(settings: Settings, expression: str) -> str:
    """Returns what happens with an expression that stands in the place of the allow list's.

    Args:
        settings: The application's.
        expression: Of the location for internal paths, or of a condition for redirects.
    """
    try:
        # Python's \\Z is PCRE's \\z; the other forms that could differ give an error.
        pattern = re.compile(expression.replace(r"\z", r"\Z"))
    except re.error:
        return "Which origins it admits can't be told."
    in_paths = settings.prefix.rstrip("/") in expression.replace("\\", "")

    def admits(url: str) -> bool:
        text = internal_path(parse_url(url), settings.prefix) if in_paths else url
        return pattern.search(text) is not None

    if admits(_STRANGER) or admits(_STRANGER.replace("https", "http")):
        return (
            "It admits any host: whatever URL gets into an answer is fetched, in the private "
            "network as well."
        )
    refused = [str(origin) for origin in settings.origins.origins if not admits(_within(origin))]
    if refused:
        return f"It doesn't admit {', '.join(refused)}: 404 or 502 for the files there."
    return "It isn't the allow list of the application's origins: it admits something else as well."


def _within(origin: Origin) -> str:
    """Returns a URL that the origin admits."""
    port = "" if origin.port is None else f":{origin.port}"
    return f"{origin.scheme}://{origin.host.replace('*', 'a')}{port}{origin.path_prefix}key"
