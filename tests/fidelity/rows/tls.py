"""TLS to the remotes: only whom a trusted authority certifies is asked, behind redirects too."""

from collections.abc import Iterator

from tests.support.remote import answer

from ..row import BODY, WHOLE, Row


def rows() -> Iterator[Row]:
    """Two for each kind of remote."""
    for place, kind, is_good in (
        ("secure", "of TLS 1.3 that wants its name and has a long chain", True),
        ("older", "of TLS 1.2", True),
        ("forged", "whose authority isn't trusted", False),
        ("misnamed", "that is certified for another host", False),
    ):
        expected = {"status": 200, "body_is": BODY} if is_good else {"status": 502}
        asked = (f"{place} /file",) if is_good else ()
        yield Row(
            says=f"a remote {kind}", url=f"{{{place}}}/file", remote=WHOLE, asked=asked, **expected
        )
        yield Row(
            says=f"a redirect to a remote {kind}",
            url="{main}/start",
            remote={
                "/start": answer(302, (("Location", f"{{{place}}}/file"),)),
                f"{place}:/file": WHOLE,
            },
            asked=("main /start", *asked),
            **expected,
        )


ROWS = [*rows()]
