"""Asking a site, and keeping what it said just as it said it."""

import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from ...errors import CheckError, shown
from ...rules.fields import NAME, Fields
from ...rules.url import RemoteUrl, parse_url

# Enough to compare parts by; of a larger file no more is fetched.
_MAX_BYTES = 1024 * 1024
_TIMEOUT_S = 30.0
_LATIN_1 = re.compile(r"[\t -~\x80-\xff]*")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the site said.

    Attributes:
        request: What was asked, in words, no value of a given header among them.
        status: Its status.
        fields: In order, repeats kept.
        body: Its beginning.
        broken_off: Whether it ended before its length.
    """

    request: str
    status: int
    fields: Fields
    body: bytes
    broken_off: bool = False

    def values(self, name: str) -> list[str]:
        """Returns every value of a field."""
        return [v for n, v in self.fields if n.lower() == name.lower()]

    def value(self, name: str) -> str:
        """Returns a field's first value; empty where there is none."""
        return next(iter(self.values(name)), "")

    @property
    def length(self) -> int | None:
        """What Content-Length says."""
        text = self.value("Content-Length")
        return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None


# Asks the site: the request in words, more fields, and what `Site.ask` takes by name.
Ask = Callable[..., Answer]


class Site:
    """A site, and how to ask it for one of its downloads.

    Attributes:
        url: The download's.
        given: Names and values of the fields that are sent with each request.
    """

    def __init__(self, url: str, headers: list[str]) -> None:
        """Reads both.

        Args:
            url: Of the download.
            headers: As in `Cookie: session=...`; shown to nobody but the site.

        Raises:
            UrlError: It isn't a URL.
            CheckError: A header isn't one, is given twice, or is Host.
        """
        self.url: RemoteUrl = parse_url(url)
        self.given: Fields = tuple(map(_field, headers))
        _check_names([name.lower() for name, _ in self.given])

    def ask(
        self,
        what: str = "GET",
        fields: Fields = (),
        *,
        method: str = "GET",
        target: str | None = None,
        anonymous: bool = False,
    ) -> Answer:
        """Asks once, on a connection of its own.

        Args:
            what: The request in words.
            fields: Beside those that were given, and in the place of those with their names.
            method: GET or HEAD.
            target: Another than the download's; sent as it is.
            anonymous: Whether the given fields are left out.

        Raises:
            CheckError: There is no answer.
        """
        connection = self._connection()
        given = () if anonymous else self.given
        all_fields = (("Host", self.url.authority), *given, *fields)
        sent = {name.lower(): (name, value) for name, value in all_fields}
        try:
            connection.request(
                method, target or self.url.target, headers=dict(sent.values()),
                preload_content=False, decode_content=False,
            )  # fmt: skip
            response = connection.getresponse()
            body, broken_off = b"", False
            try:
                body = response.read(_MAX_BYTES, decode_content=False)
            except HTTPError:
                broken_off = True
            answered = tuple((name, value) for name, value in response.headers.items())
            return Answer(what, response.status, answered, body, broken_off)
        except (OSError, HTTPError, HTTPException) as error:
            raise CheckError(
                "url",
                f"{self.url} can't be asked ({what}): {type(error).__name__}",
                "See that the site is there, from here.",
            ) from error
        finally:
            connection.close()

    def _connection(self) -> HTTPConnection:
        host, port = self.url.host.strip("[]"), self.url.effective_port
        if self.url.scheme == "http":
            return HTTPConnection(host, port, timeout=_TIMEOUT_S)
        context = ssl.create_default_context()
        return HTTPSConnection(host, port, timeout=_TIMEOUT_S, ssl_context=context)


def _field(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    named = bool(colon and NAME.fullmatch(name))
    if not named or not _LATIN_1.fullmatch(value):
        # Without the value, which may be a credential, and stand where the name should.
        what = shown(name) if named else "what was given"
        raise CheckError(
            "header", f"{what} isn't a name and a value", 'As in "Cookie: session=...".'
        )
    return name, value.strip()


def _check_names(names: list[str]) -> None:
    if "host" in names:
        raise CheckError("header", "Host is the URL's own", "Name the host in the URL.")
    if twice := [name for name in names if names.count(name) > 1]:
        raise CheckError(
            "header", f"{twice[0]} is given twice", 'Give it once, as in "Cookie: a=1; b=2".'
        )
