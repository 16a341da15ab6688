"""What a test is told about a file that was sent."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Self

from werkzeug.http import parse_options_header

from ..handoff import Handoff

# In a recorded answer only: it lets an assertion begin with any client's response.
HEADER = "X-Sent-File"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A file that a response sends, as client and remote would see it.

    Attributes:
        url: Where it is fetched from, signature included.
        filename: What the download is called, as the final Content-Disposition has it.
        disposition: "attachment" or "inline".
        content_type: What the application decided; None leaves it to the remote.
        headers: All that the application tells the client, after every hook and middleware.
        request_headers: All that the remote is sent beside Host: credentials, Range.
        limit_rate: Bytes per second; None is unlimited.
    """

    url: str
    filename: str | None
    disposition: str
    content_type: str | None
    headers: Mapping[str, str]
    request_headers: Mapping[str, str] = field(repr=False)
    limit_rate: int | None

    @classmethod
    def from_handoff(cls, handoff: Handoff) -> Self:
        """Reads it from what would go to NGINX."""
        headers = dict(handoff.response_fields)
        named = {name.lower(): value for name, value in handoff.response_fields}
        disposition, options = parse_options_header(named["content-disposition"])
        return cls(
            url=handoff.url.href,
            filename=options.get("filename"),
            disposition=disposition,
            content_type=named.get("content-type"),
            headers=headers,
            request_headers=dict(handoff.request_fields),
            limit_rate=handoff.limit_rate,
        )

    @classmethod
    def from_header(cls, value: str) -> Self:
        """Reads it from a recorded answer's header."""
        return cls(**json.loads(value))

    @property
    def header(self) -> str:
        """The header's value."""
        return json.dumps(asdict(self))
