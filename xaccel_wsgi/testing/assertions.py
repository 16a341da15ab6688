"""What a test says about a response."""

from collections.abc import Iterator, Mapping
from typing import Any
from unittest.mock import ANY

from ..rules.url import parse_url
from .sent_file import HEADER, SentFile


def assert_sends(
    response: Any,
    url: str = ANY,
    *,
    filename: str | None = ANY,
    disposition: str = ANY,
    content_type: str | None = ANY,
    headers: Mapping[str, str | None] | None = None,
    request_headers: Mapping[str, str | None] | None = None,
    limit_rate: int | None = ANY,
) -> SentFile:
    """Asserts that a response sends this file, in this way; what isn't given may be anything.

    Args:
        response: Made within `sent_files`, by WebTest, Flask's client, Django's, or any other whose
            responses have `headers`.
        url: Where the file lies. Without a query it stands for any query, since a signature differs
            from one run to the next.
        filename: What the download is called; None is no name.
        disposition: "attachment" or "inline".
        content_type: What the application decides; None leaves it to the remote.
        headers: Some of what the client is told; None as a value means that it isn't told.
        request_headers: Some of what the remote is sent, likewise.
        limit_rate: Bytes per second; None is unlimited.

    Returns:
        The file, for whatever else there is to say about it.

    Raises:
        AssertionError: The response sends another file, or none; with the difference.
    """
    value = response.headers.get(HEADER)
    if value is None:
        raise AssertionError(
            f"the response ({_status(response)}) sends no file; was it made within sent_files()?"
        )
    sent = SentFile.from_header(value)
    compared = [
        *_url_compared(sent, url),
        ("filename", sent.filename, filename),
        ("disposition", sent.disposition, disposition),
        ("content_type", sent.content_type, content_type),
        *_headers_compared("headers", sent.headers, headers or {}),
        *_headers_compared("request_headers", sent.request_headers, request_headers or {}),
        ("limit_rate", sent.limit_rate, limit_rate),
    ]
    different = [(name, is_, not_) for name, is_, not_ in compared if is_ != not_]
    if different:
        lines = ["the response sends its file otherwise:"]
        for name, is_, not_ in different:
            lines += [f"  {name}", f"    is  {is_!r}", f"    not {not_!r}"]
        raise AssertionError("\n".join(lines))
    return sent


def assert_sends_nothing(response: Any) -> None:
    """Asserts that a response sends no file.

    Raises:
        AssertionError: It does; with the file.
    """
    value = response.headers.get(HEADER)
    if value is not None:
        raise AssertionError(f"the response sends a file: {SentFile.from_header(value)}")


def _status(response: Any) -> str:
    return str(getattr(response, "status", None) or response.status_code)


def _url_compared(sent: SentFile, url: str) -> Iterator[tuple[str, object, object]]:
    if url is ANY:
        return
    expected = parse_url(url)
    got = sent.url if expected.query else sent.url.partition("?")[0]
    yield "url", got, expected.href


def _headers_compared(
    kind: str, sent: Mapping[str, str], expected: Mapping[str, str | None]
) -> Iterator[tuple[str, object, object]]:
    got = {name.lower(): value for name, value in sent.items()}
    for name, value in expected.items():
        yield f"{kind}[{name!r}]", got.get(name.lower()), value
