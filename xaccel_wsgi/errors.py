"""Every error that this package raises, and how values may be shown in errors and logs.

A refused value gives one error that names the field, the value and the remedy. Values may hold
signed URLs and tokens, so they pass through `shown` before anyone sees them.
"""

import re

_SHOWN_CHARACTERS = 120
_QUERY = re.compile(r"\?.+", re.DOTALL)
_USER_INFO = re.compile(r"//[^/?#]*@")
# The same of a URL that is none: a password that isn't encoded (`//name:a/b#c@host`), a scheme that
# is missing or misspelt. The colon is neither a scheme's nor a port's.
_PASSWORD = re.compile(
    r"\A((?:b['\"])?(?:[A-Za-z]+:(?=[/\\]))?[/\\]*)"
    r"[^/\\?:]*:(?![/\\]|[0-9]{1,5}(?:[/\\?#]|\Z))[^?]*@"
)


def shown(value: object) -> str:
    """Returns `value` fit for an error or a log line.

    A URL's query and user info are replaced (a signed query is a credential), anything outside
    printable ASCII is escaped (a line break would forge a log line), and length is bounded. Only a
    text is in quotes, so that 5 isn't taken for "5".
    """
    text = value if isinstance(value, str) else repr(value)
    text = _USER_INFO.sub("//[redacted]@", text)
    text = _PASSWORD.sub(r"\1[redacted]@", text)
    text = _QUERY.sub("?[redacted]", text)
    if len(text) > _SHOWN_CHARACTERS:
        text = text[:_SHOWN_CHARACTERS] + "..."
    quoted = ascii(text)
    return quoted if isinstance(value, str) else quoted[1:-1]


class XAccelError(Exception):
    """The base of all errors of this package.

    Attributes:
        field: What was wrong, by the name its author wrote: `url`, `origins`, `filename`, ...
        problem: Why it was refused, the value included, secrets redacted.
        remedy: What to do about it.
    """

    def __init__(self, field: str, problem: str, remedy: str) -> None:
        """Keeps the three parts and joins them into the message."""
        super().__init__(f"{field}: {problem}. {remedy}")
        self.field = field
        self.problem = problem
        self.remedy = remedy

    def __reduce__(self) -> tuple[type["XAccelError"], tuple[str, str, str]]:
        """Copies and pickles by the three parts; the default would pass the message alone."""
        return type(self), (self.field, self.problem, self.remedy)


class UrlError(XAccelError, ValueError):
    """A URL that can't be read without doubt, or can't be sent on byte for byte."""


class OriginError(XAccelError, ValueError):
    """A URL, or a redirect of the remote's, that no entry of `origins` admits."""


class SettingsError(XAccelError, ValueError):
    """A setting that can't be used; raised when the settings are made."""


class RemoteFileError(XAccelError, ValueError):
    """A file name, header or other argument of a RemoteFile that can't be sent."""


class MiddlewareMissingError(XAccelError, RuntimeError):
    """A RemoteFile was used in a request that passed no XAccelMiddleware."""


class HandoffError(XAccelError, RuntimeError):
    """A handoff that must not or can't be given to the server in front."""


class CheckError(XAccelError, RuntimeError):
    """A check by the doctor that couldn't be made; it says nothing about what was to be checked."""
