"""What was seen of an exchange, and how two of them differ."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from tests.support.client import Received
from tests.support.remote import Request

# Of the connection or the server, not of the answer (RFC 9110 section 7.6.1).
_FRAMING = {"date", "server", "connection", "keep-alive", "transfer-encoding"}


@dataclass(frozen=True, slots=True)
class Seen:
    """What client and remotes saw of one exchange: all of it counts, but for order and case.

    Attributes:
        status: Of the answer. The reason phrase is each server's own, and HTTP/2 has none.
        fields: Of the answer, names in lower case, without those of the connection.
        body: What arrived of it.
        broken_off: Whether it ended short.
        excess: Bytes after the answer's end.
        interim: Statuses of 1xx answers before.
        asked: For each request to a remote: origin, request line, fields, body.
        opened: How many connections to remotes were opened; not compared.
        took_s: How long it took; not compared.
    """

    status: int
    fields: tuple[tuple[str, str], ...]
    body: bytes
    broken_off: bool
    excess: bytes
    interim: tuple[int, ...]
    asked: tuple[tuple[str, str, tuple[tuple[str, str], ...], bytes], ...]
    opened: int
    took_s: float

    @classmethod
    def of(
        cls,
        received: Received,
        method: str,
        asked: Iterable[tuple[str, Request]],
        opened: int,
        took_s: float,
    ) -> "Seen":
        """Keeps of an answer, and of what the remotes were asked, whatever counts."""
        # waitress ends the chunks that the answer to a HEAD doesn't have; it closes, so nobody
        # takes them for the next answer.
        excess = received.excess
        if method == "HEAD" and received.values("Transfer-Encoding") == ["chunked"]:
            excess = excess.removeprefix(b"0\r\n\r\n")
        return cls(
            received.status,
            tuple((n.lower(), v) for n, v in received.fields if n.lower() not in _FRAMING),
            received.body,
            received.broken_off,
            excess,
            tuple(status for status, _ in received.interim),
            tuple(
                (
                    name,
                    f"{request.method} {request.target} {request.version}",
                    tuple((n.lower(), v) for n, v in request.fields),
                    request.body,
                )
                for name, request in asked
            ),
            opened,
            took_s,
        )

    def values(self, name: str) -> list[str]:
        """Returns every value of a field of the answer."""
        return [v for n, v in self.fields if n == name.lower()]

    def differences(self, other: "Seen") -> list[str]:
        """Returns what is different, a line each."""
        lines = [
            f"{name}: {getattr(self, name)!r} != {getattr(other, name)!r}"
            for name in ("status", "broken_off", "excess", "interim")
            if getattr(self, name) != getattr(other, name)
        ]
        # How much of a broken body arrives is a matter of buffers; that it broke is not.
        both_broken = self.broken_off and other.broken_off
        prefix = self.body.startswith(other.body) or other.body.startswith(self.body)
        if self.body != other.body and not (both_broken and prefix):
            lines.append(f"body: {_short(self.body)} != {_short(other.body)}")
        lines += _field_differences("", self.fields, other.fields)
        if len(self.asked) != len(other.asked):
            lines.append(f"requests to the remotes: {len(self.asked)} != {len(other.asked)}")
        for number, (mine, its) in enumerate(zip(self.asked, other.asked, strict=False), 1):
            for index, part in enumerate(("origin", "line", "fields", "body")):
                if part == "fields":
                    lines += _field_differences(f"request {number} ", mine[2], its[2])
                elif mine[index] != its[index]:
                    lines.append(f"request {number} {part}: {mine[index]!r} != {its[index]!r}")
        return lines


def _field_differences(
    where: str, mine: Iterable[tuple[str, str]], its: Iterable[tuple[str, str]]
) -> list[str]:
    ours, theirs = Counter(mine), Counter(its)
    return [f"{where}field only first: {n}: {v}" for n, v in (ours - theirs).elements()] + [
        f"{where}field only second: {n}: {v}" for n, v in (theirs - ours).elements()
    ]


def _short(body: bytes) -> str:
    return f"{len(body)} bytes {body[:60]!r}"
