"""The soak sees what is wrong: every kind of wrong body, and every kind of break."""

import asyncio
from collections.abc import Iterable

import pytest

from tests.support.remote import Answer, Close, StubRemote, answer, chunk

from .body import BLOCK_BYTES, Check, part
from .client import Download, WrongBodyError
from .kinds import BROKEN, UNANSWERED, WHOLE

SEED, SIZE = 7, 3 * BLOCK_BYTES + 5
BODY = part(SEED, 0, SIZE)
SIZED = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % SIZE
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
LAST = b"0\r\n\r\n"


def test_a_part_is_a_part_of_the_whole() -> None:
    """Wherever it begins and ends."""
    for first in (0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1):
        for end in (first, first + 1, 2 * BLOCK_BYTES, SIZE):
            assert part(SEED, first, end) == BODY[first:end]


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([part(SEED + 1, 0, SIZE)], id="another body"),
        pytest.param([BODY[:100], BODY[101:]], id="a byte missing"),
        pytest.param([BODY[:100], b"\0", BODY[100:]], id="a byte more"),
        pytest.param([BODY[BLOCK_BYTES:]], id="a block missing"),
        pytest.param([BODY[:BLOCK_BYTES], BODY[:BLOCK_BYTES]], id="a block twice"),
        pytest.param([BODY[:-1], bytes([BODY[-1] ^ 1])], id="a bit changed"),
        pytest.param([BODY[16:32], BODY[:16]], id="shifted within a block"),
    ],
)
def test_a_wrong_body_is_seen(pieces: Iterable[bytes]) -> None:
    """However it is wrong."""
    check = Check(SEED)
    for piece in pieces:
        check.feed(piece)
    assert not check.right


def run(remote: Answer) -> str:
    """Returns how a download from a remote ends."""
    with StubRemote({f"/whole/{SEED}/{SIZE}": remote}) as server:
        return asyncio.run(Download(server.address, "whole", SEED, SIZE).run())


@pytest.mark.parametrize(
    ("remote", "end"),
    [
        pytest.param([SIZED + BODY, Close()], WHOLE, id="whole"),
        pytest.param([CHUNKED + chunk(BODY) + LAST, Close()], WHOLE, id="whole in chunks"),
        pytest.param([SIZED + BODY[:-1], Close()], BROKEN, id="short"),
        pytest.param([CHUNKED + chunk(BODY), Close()], BROKEN, id="chunks without the last"),
        pytest.param([Close()], UNANSWERED, id="nothing"),
        pytest.param(answer(502), "502", id="an error"),
    ],
)
def test_how_a_download_ends(remote: Answer, end: str) -> None:
    """Each end is told from the others."""
    assert run(remote) == end


@pytest.mark.parametrize(
    "remote",
    [
        pytest.param([SIZED + BODY[::-1], Close()], id="other bytes"),
        pytest.param([CHUNKED + chunk(BODY[:-1]) + LAST, Close()], id="short chunks that end well"),
        pytest.param(answer(200, body=BODY[:-1]), id="a shorter length"),
        pytest.param([CHUNKED + chunk(BODY + b"\0") + LAST, Close()], id="a byte too many"),
    ],
)
def test_a_wrong_download_is_an_error(remote: Answer) -> None:
    """It is counted as a wrong body."""
    with pytest.raises(WrongBodyError):
        run(remote)
