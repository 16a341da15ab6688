"""Where the two can't be the same, and why.

A deviation is checked too: its row must differ, or it isn't one any more. Nearly all need a remote
that breaks HTTP, and the remote is one of the allowed origins.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deviation:
    """Why a row differs.

    Attributes:
        reason: What NGINX does and can't be told otherwise, and what it means for the client.
        since, before: The NGINX versions it is true of: from `since`, up to `before`.
    """

    reason: str
    since: tuple[int, ...] = (0,)
    before: tuple[int, ...] = (999,)

    def concerns(self, version: tuple[int, ...]) -> bool:
        """Tells whether it is true of an NGINX version."""
        return self.since <= version < self.before


_ROWS: dict[Deviation, tuple[str, ...]] = {
    Deviation(
        "NGINX answers 400 to a client that sends this field twice, before the application is "
        "asked; a WSGI server joins both."
    ): ("If-None-Match sent twice is forwarded as a list", "If-Modified-Since sent twice"),
    Deviation("NGINX answers 405 to TRACE, before the application is asked."): ("TRACE",),
    Deviation(
        "NGINX passes the length of an answer that has no body by its status; waitress, the server "
        "here, never sends one. To a client it means nothing (RFC 9110 section 8.6)."
    ): (
        "a 304 with the fields of a 200",
        "a 304 with a Content-Length",
        "204 with a type, a length of 0 and telling fields",
        "a 204 with a body",
        "a 304 with a body",
    ),
    Deviation(
        "NGINX closes the client's connection on this status of its own, without an answer "
        "(ngx_http_finalize_request). The streamer says 502."
    ): (
        "408 of the remote",
        "408 of a redirect's target",
        "444 of the remote",
        "444 of a redirect's target",
    ),
    Deviation(
        "NGINX has sent the head when the body breaks before its first byte. A WSGI server sends "
        "the head with the first byte of the body (PEP 3333), so the streamer can still say 502 or "
        "504. Neither passes for a whole file."
    ): (
        "a connection that closes between head and body",
        "a connection that closes at once after the head",
        "a connection that resets between head and body",
        "a connection that closes between head and chunks",
        "silence between head and body",
    ),
    Deviation(
        "The head is still in NGINX's buffer when the first chunk turns out malformed, so the "
        "connection closes without an answer. The streamer says 502, or breaks off."
    ): ("a chunk whose size is no number", "a chunk that is longer than its size"),
    Deviation(
        "Before 1.23, NGINX believes the first of contradicting lengths, and passes over a length "
        "that is no number and over codings other than chunked. The streamer says 502, as NGINX "
        "does since (RFC 9112 section 6.3).",
        before=(1, 23),
    ): (
        "two lengths that agree",
        "two lengths that don't agree",
        "two lengths in one field",
        "Transfer-Encoding: gzip",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: identity",
        "two Transfer-Encodings",
        "a length and chunks",
        "chunks and then a length",
        "a length of minus one",
        "a length of letters",
        "a length of nothing",
        "a length of plus eighteen",
        "a length of hexadecimal",
        "a length of eighteen and a space between",
        "a length of eighteen with a fraction",
        "a length of more than any number",
        "a length with a tab after it",
        "a length behind a tab",
        "chunked with a tab after it",
    ),
    Deviation(
        "NGINX skips a second status line and passes over a part of a status, as IIS sends them. "
        "To the streamer both are malformed."
    ): ("a status line among the fields", "a status line with a part of a status"),
    Deviation("NGINX sends a head that fills its buffer exactly, and no body."): (
        "a head of exactly buffer_bytes",
    ),
    Deviation("The streamer bounds trailers and the line of a chunk; NGINX skips any."): (
        "trailers of 20 kB",
        "a chunk with an extension of 5 kB",
    ),
    Deviation(
        "To NGINX's variables - and _ are one: a remote's Content_Type is its Content-Type."
    ): ("a type with an underscore in its name",),
    Deviation("NGINX writes the length anew; the streamer passes it as it came."): (
        "a length of eighteen with zeros before",
    ),
    Deviation(
        "Since 1.23, NGINX's variable joins both; the streamer takes the first, as older ones do.",
        since=(1, 23),
    ): ("two Content-Ranges on a 416",),
    Deviation(
        "NGINX takes an answer without a status line that it can read for HTTP/0.9 and passes it "
        "raw, head and all (ngx_http_proxy_process_status_line), or reads its number as it stands. "
        "The streamer reads what Python reads, and else says 502."
    ): (
        "a status line of HTTP/2",
        "a status line of HTTP/2.0",
        "a status line of HTTP/0.9",
        "a status line of another protocol",
        "a status line in small letters",
        "a status line without a status",
        "a status line with a status of two digits",
        "a status line with a status of four digits",
        "a status line with a status of letters",
        "a status line with a status of 000",
        "a status line with a status of 099",
        "a status line with a tab",
        "a status line that is empty",
        "a status line that is a field",
        "a status line that is HTML",
        "an empty line before the status line",
    ),
    Deviation(
        "Of malformed heads NGINX refuses some that the streamer reads, and reads some that the "
        "streamer refuses; whoever refuses says 502."
    ): (
        "a redirect with a tab before its Location",
        "a field without a colon",
        "a field without a name",
        "a field with a name beyond ASCII",
    ),
    Deviation(
        "NGINX passes a field whose name is no token or whose value holds control characters; some "
        "WSGI servers fail on it, so the streamer leaves it out."
    ): (
        "a field with a slash in its name",
        "a field with a parenthesis in its name",
        "a field with a control character in its value",
        "a field with a vertical tab",
        "a field with a form feed",
        "a field with a file separator",
        "a field with DEL",
    ),
    Deviation(
        "NGINX passes an interim answer as the final one, after which nothing comes. The streamer "
        "skips it (RFC 9110 section 15.2), or, if it is 101, says 502."
    ): ("101 of the remote", "100 before the answer", "102 before the answer"),
    Deviation(
        "Newer NGINX refuses line feeds without carriage returns within chunks (seen in 1.30, not "
        "in 1.26). The streamer reads them, as the older ones do.",
        since=(1, 27),
    ): ("a chunk whose lines end in line feeds alone",),
    Deviation("The same with 103, up to 1.29.", before=(1, 29)): ("103 before the answer",),
}

# Where an answer from the cache can't be the same as one without it.
_KEPT_ROWS: dict[Deviation, tuple[str, ...]] = {
    Deviation(
        "NGINX refuses the range of a kept file when the file's headers are set already, and no "
        "directive takes them back (ngx_http_range_not_satisfiable). Status, length and text are "
        "right."
    ): (
        "a range beyond the end is a 416 that tells the length",
        "a 416 without Content-Range",
        "a 416 with an empty Content-Range",
        "a 416 without a body",
        "a 416 shows no validator of the RemoteFile's own",
        "a 416 stays plain: it tells the file's length",
        "two Content-Ranges on a 416",
        "cookies on a 416",
    ),
    Deviation(
        "What isn't the slice that was asked for closes the client's connection "
        "(ngx_http_slice_header_filter)."
    ): ("a part that breaks off",),
    Deviation(
        "What is to be kept is read by more before the head is sent, so that NGINX finds the bad "
        "chunk in time to send nothing."
    ): tuple(
        f"a chunk whose size is {size} after a good one"
        for size in (
            "no number", "missing", "negative", "plus five", "hexadecimal in Python",
            "Python's fifty", "five behind a space", "beyond all bounds",
        )
    ),
    Deviation(
        "NGINX compares by headers that aren't hidden from it; before 1.23 a second one passes.",
        before=(1, 23),
    ): ("two ETags", "two Last-Modifieds"),
    Deviation("For the same reason an empty one passes.", before=(1, 23)): (
        "an empty ETag before one", "an empty Last-Modified before one",
    ),
    Deviation(
        "Beside If-None-Match NGINX counts If-Modified-Since as well: the client is sent the file "
        "once more (ngx_http_not_modified_header_filter)."
    ): ("a tag that matches wins over an older date",),
}  # fmt: skip


def _by_row(rows: dict[Deviation, tuple[str, ...]]) -> dict[str, Deviation]:
    found: dict[str, Deviation] = {}
    for deviation, sentences in rows.items():
        for says in sentences:
            if says in found:
                raise ValueError(f"{says!r} is listed twice")
            found[says] = deviation
    return found


# By what the row says.
DEVIATIONS = _by_row(_ROWS)
KEPT_DEVIATIONS = _by_row(_KEPT_ROWS)
