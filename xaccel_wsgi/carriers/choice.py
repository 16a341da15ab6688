"""Which carrier sends a file: by the settings, and by what the server in front shows.

No header that a client can set chooses anything: that mistake is CVE-2025-61780 in Rack.
"""

import hmac
from dataclasses import dataclass

from ..errors import HandoffError
from ..settings import Settings
from .inquiry import Carrier, Shown
from .nginx.wire import TOKEN_FIELD, gateway_token

_UNSET_AND_STREAMED = (
    "no token is set, so this process sends every file itself, which is right where no NGINX is in "
    "front; where one is, set XACCEL_TOKEN here and make its configuration with: xaccel-wsgi nginx"
)
_UNSET_AND_HANDED_OVER = (
    "no token is set, so whoever reaches this application's own port is shown signed URLs; "
    "set XACCEL_TOKEN here and for the generated configuration"
)
_OUTDATED = (
    "the NGINX configuration was generated from other settings or by another version; "
    "make it anew with: xaccel-wsgi nginx"
)
_NOT_SHOWN = (
    f"a request came {{}} {TOKEN_FIELD}: include the generated location part in every NGINX "
    "location that passes to the application, and set the same XACCEL_TOKEN for both"
)


@dataclass(frozen=True, slots=True)
class Choice:
    """The choice for one request.

    Attributes:
        carrier: Who sends the file.
        shown: What the server in front showed.
        remark: What an operator should know about it; empty where all is in order.
    """

    carrier: Carrier
    shown: Shown
    remark: str = ""

    def check(self) -> None:
        """Refuses where nobody may send the file.

        Raises:
            HandoffError: mode is "nginx", and what is in front didn't show the token.
        """
        if self.carrier == "refused":
            raise HandoffError(
                "token", self.remark, "Nothing was handed over, so that no signed URL leaves."
            )


class Chooser:
    """Chooses for the requests to one application."""

    def __init__(self, settings: Settings) -> None:
        """Decides once what each kind of request leads to."""
        self._token = None if settings.token is None else settings.token.encode()
        self._version = gateway_token(settings).partition(";")[2]
        self._choices: dict[Shown, Choice] = {
            "current": Choice("nginx", "current"),
            "outdated": Choice("nginx", "outdated", _OUTDATED),
        }
        absent: dict[Shown, str] = {
            "missing": _NOT_SHOWN.format("without the"),
            "wrong": _NOT_SHOWN.format("with a wrong"),
        }
        if settings.mode in ("stream", "redirect"):
            self._choices = {}
        elif settings.mode == "nginx":
            self._choices["unset"] = Choice("nginx", "unset", _UNSET_AND_HANDED_OVER)
            for shown, remark in absent.items():
                self._choices[shown] = Choice("refused", shown, remark)
        else:
            self._choices["unset"] = Choice("stream", "unset", _UNSET_AND_STREAMED)
            for shown, remark in absent.items():
                streams = f"{remark}; until then this process streams the files"
                self._choices[shown] = Choice("stream", shown, streams)

    def choose(self, presented: str, *, redirects: bool = False) -> Choice:
        """Chooses.

        Args:
            presented: The value of the token's field in the request, unchecked.
            redirects: Whether the handoff is one for the client itself.
        """
        shown = self._shown(presented)
        if redirects:
            return Choice("redirect", shown)
        return self._choices.get(shown) or Choice("stream", shown)

    def _shown(self, presented: str) -> Shown:
        if self._token is None:
            return "unset"
        token, _, version = presented.partition(";")
        if hmac.compare_digest(token.encode("latin-1", "replace"), self._token):
            return "current" if version == self._version else "outdated"
        return "wrong" if presented else "missing"
