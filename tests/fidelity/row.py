"""A row of the scenario table, as data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.support.remote import Answer, Step, answer

from .app import Fields, OwnPage

# The application: with plain error pages, with its own, or with files that NGINX keeps.
Kind = Literal["plain", "own pages", "kept"]

BODY = b"the remote's file\n"
TYPE = ("Content-Type", "application/x-remote")

# An answer as from a good store.
WHOLE: Answer = answer(200, (TYPE, ("ETag", '"v1"')), BODY)


class Turns:
    """Another answer at each request."""

    def __init__(self, *answers: Answer) -> None:
        """Takes them in order; the last one stays."""
        self.answers = answers


@dataclass(frozen=True, kw_only=True)
class Row:
    """One exchange.

    In `url`, and in what the remotes answer, `{main}`, `{other}`, `{inside}`, `{outside}`,
    `{nowhere}` and those of `tls` stand for origins, `{main-port}` and so on for their ports. All
    but `outside` are allowed, of `inside` the path prefix `/allowed/` alone; at `nowhere` nobody
    listens.

    Attributes:
        says: What it shows, as a sentence; unique.
        method, target, fields, body, version: The client's request.
        url: What the view names; bytes go through the text form.
        file: RemoteFile's other arguments.
        app_fields: More headers on the application's response, in order; a `Set-Cookie` too.
        text_form: Whether the view sets X-Remote-File by hand.
        own_page: How the application renders error pages; None if it has none.
        remote: What answers: by path, or by `origin:path` for those beside main, or `*` for any;
            or one answer for all; or one for each turn.
        as_store: Whether good answers are given as a store gives them, which has the file.
        times: How often the exchange is repeated; connections are kept in between.
        status, body_is: What the client gets, where the design fixes it; body None is not checked.
        has: Fields of the answer, each exactly once with exactly this value.
        has_all: The same of names that come more than once: all of their fields, in order.
        has_not: Names that the answer doesn't have.
        asked: The requests that the remotes see, as `origin target`; None is not checked.
        asked_with, asked_without: Fields, and names, of the last of these requests.
        connections: How many were opened to the remotes by all repetitions; None is not checked.
        breaks_off: Whether the answer ends short; None is not checked.
        at_least_s, at_most_s: How long it takes.
    """

    says: str
    method: str = "GET"
    target: str = "/download"
    fields: Fields = ()
    body: bytes | None = None
    version: str = "HTTP/1.1"
    url: str | bytes = "{main}/file"
    file: Mapping[str, Any] = field(default_factory=dict)
    app_fields: Fields = ()
    text_form: bool = False
    own_page: OwnPage | None = None
    remote: Answer | Turns | Mapping[str, Answer] = field(default_factory=lambda: WHOLE)
    as_store: bool = False
    times: int = 1
    status: int | None = None
    body_is: bytes | None = None
    has: Fields = ()
    has_all: Fields = ()
    has_not: tuple[str, ...] = ()
    asked: tuple[str, ...] | None = None
    asked_with: Fields = ()
    asked_without: tuple[str, ...] = ()
    connections: int | None = None
    breaks_off: bool | None = False
    at_least_s: float = 0
    at_most_s: float = 5

    @property
    def kind(self) -> Kind:
        """Which application it is for."""
        return "plain" if self.own_page is None else "own pages"

    def steps(self, origin: str, path: str, turn: int) -> Iterable[Step]:
        """Returns what a remote answers on a path, before places are filled in."""
        if isinstance(self.remote, Turns):
            answers = self.remote.answers
            found = answers[min(turn, len(answers) - 1)]
        elif isinstance(self.remote, Mapping):
            unknown = answer(404, body=b"<Error>NoSuchKey</Error>")
            place = path if origin == "main" else f"{origin}:{path}"
            found = self.remote.get(place, self.remote.get("*", unknown))
        else:
            found = self.remote
        return [found] if isinstance(found, bytes) else found
