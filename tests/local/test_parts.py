"""Ranges, conditions and HEAD: of a file NGINX and the middleware send the same."""

import pytest

from tests.local.conftest import CONTENT, Ask

FILE = "/protected/a.txt"
ETAG = '"6553f100-a"'
CHANGED = "Tue, 14 Nov 2023 22:13:20 GMT"
EARLIER = "Tue, 14 Nov 2023 22:13:19 GMT"
LATER = "Tue, 14 Nov 2023 22:13:21 GMT"


def test_the_version_of_a_file(ask_both: Ask) -> None:
    """ETag, Last-Modified, length and that ranges are possible."""
    got = ask_both(FILE)
    assert (got.status, got.body) == (200, CONTENT)
    assert (got.value("ETag"), got.value("Last-Modified")) == (ETAG, CHANGED)
    assert (got.value("Content-Length"), got.value("Accept-Ranges")) == ("10", "bytes")


# RFC 9110 section 14.1.2 where the status is 206 or 416; the rest is what NGINX makes of it.
@pytest.mark.parametrize(
    ("wanted", "status", "body"),
    [
        ("bytes=0-0", 206, b"0"),
        ("bytes=2-", 206, b"23456789"),
        ("bytes=2-3", 206, b"23"),
        ("bytes=-3", 206, b"789"),
        ("bytes=-30", 206, CONTENT),
        ("bytes=0-100", 206, CONTENT),
        ("bytes=9-", 206, b"9"),
        ("bytes=10-", 416, None),
        ("bytes=-0", 416, None),
        ("bytes=5-2", 416, None),
        ("bytes=a-b", 416, None),
        ("bytes=-", 416, None),
        ("bytes=0-1,", 416, None),
        ("bytes=99999999999999999999-", 416, None),
        ("bytes=0-99999999999999999999", 416, None),
        ("bytes=0-9223372036854775807", 206, CONTENT),
        ("bytes=-99999999999999999999", 416, None),
        ("bytes=", 200, CONTENT),
        ("items=0-1", 200, CONTENT),
        ("0-1", 200, CONTENT),
        ("bytes 0-1", 200, CONTENT),
        ("Bytes=0-1", 206, b"01"),
        ("bytes= 0 - 1 ", 206, b"01"),
        ("bytes= -3", 206, b"789"),
        ("bytes=- 3", 416, None),
        ("bytes=\t0-1", 416, None),
        ("bytes=+1-2", 416, None),
        ("bytes=\u0661-2", 416, None),
        # Several: the whole, unless only one can be satisfied.
        ("bytes=0-0,2-3", 200, CONTENT),
        ("bytes=0-5,2-7", 200, CONTENT),
        ("bytes=0-0,20-30", 206, b"0"),
        ("bytes=1-0,2-3", 206, b"23"),
        ("bytes=20-30,40-50", 416, None),
        ("bytes=0-0,2-3,nonsense", 200, CONTENT),
        ("bytes=0-0,nonsense", 416, None),
        # Longer than Python reads (sys.int_info), in each place.
        pytest.param(f"bytes=0-{'9' * 5000}", 416, None, id="a last byte of 5000 digits"),
        pytest.param(f"bytes={'9' * 5000}-", 416, None, id="a first byte of 5000 digits"),
        pytest.param(f"bytes=-{'9' * 5000}", 416, None, id="a suffix of 5000 digits"),
        pytest.param(f"bytes={'0' * 5000}1-2", 206, CONTENT[1:3], id="5000 zeros before"),
    ],
)
def test_a_range_is_sent_or_refused(
    wanted: str, status: int, body: bytes | None, ask_both: Ask
) -> None:
    """The bytes asked for, or why not."""
    # As a client would send a digit that isn't ASCII.
    value = wanted.encode().decode("latin-1")
    got = ask_both(FILE, ("Range", value))
    assert got.status == status
    if body is not None:
        assert got.body == body
    if status == 416:
        assert got.value("Content-Range") == "bytes */10"


@pytest.mark.parametrize(
    ("wanted", "status"),
    [("bytes=0-0", 200), ("bytes=-1", 200), ("bytes=0-", 200), ("bytes=1-", 416)],
)
def test_a_range_of_an_empty_file(wanted: str, status: int, ask_both: Ask) -> None:
    """There is none, and that is no error unless it begins beyond."""
    got = ask_both("/protected/empty", ("Range", wanted))
    assert got.status == status
    if status == 200:
        assert got.body == b""
    else:
        assert got.value("Content-Range") == "bytes */0"


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ([("If-None-Match", ETAG)], 304),
        ([("If-None-Match", f"W/{ETAG}")], 304),
        ([("If-None-Match", "*")], 304),
        ([("If-None-Match", f'"x", {ETAG}')], 304),
        ([("If-None-Match", f'"x",{ETAG} ,"y"')], 304),
        ([("If-None-Match", f'"a,b", {ETAG}')], 304),
        ([("If-None-Match", '"x"')], 200),
        ([("If-None-Match", "6553f100-a")], 200),
        ([("If-Modified-Since", CHANGED)], 304),
        ([("If-Modified-Since", LATER)], 200),
        ([("If-Modified-Since", EARLIER)], 200),
        ([("If-Modified-Since", "nonsense")], 200),
        ([("If-Unmodified-Since", CHANGED)], 200),
        ([("If-Unmodified-Since", LATER)], 200),
        ([("If-Unmodified-Since", EARLIER)], 412),
        ([("If-Unmodified-Since", "nonsense")], 412),
        ([("If-Match", ETAG)], 200),
        ([("If-Match", "*")], 200),
        ([("If-Match", f"W/{ETAG}")], 412),
        ([("If-Match", '"x"')], 412),
        ([("If-Match", f'"x", {ETAG}')], 200),
        ([("If-None-Match", '"x"'), ("If-Modified-Since", CHANGED)], 200),
        ([("If-None-Match", ETAG), ("If-Modified-Since", EARLIER)], 200),
        ([("If-None-Match", ETAG), ("If-Modified-Since", CHANGED)], 304),
        ([("If-Match", ETAG), ("If-None-Match", ETAG)], 304),
        ([("If-Match", '"x"'), ("If-None-Match", ETAG)], 412),
        ([("If-Match", '"x"'), ("Range", "bytes=0-1")], 412),
        ([("If-None-Match", ETAG), ("Range", "bytes=0-1")], 304),
        ([("If-None-Match", '"x"'), ("Range", "bytes=0-1")], 206),
    ],
)
def test_a_condition_decides_what_is_sent(
    fields: list[tuple[str, str]], status: int, ask_both: Ask
) -> None:
    """Whether the file is sent, not sent, or refused."""
    assert ask_both(FILE, *fields).status == status


@pytest.mark.parametrize(
    ("value", "status"),
    [
        (ETAG, 206),
        (f"W/{ETAG}", 200),
        ('"x"', 200),
        (CHANGED, 206),
        (LATER, 200),
        (EARLIER, 200),
        ("nonsense", 200),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 200),
    ],
)
def test_if_range_decides_between_part_and_whole(value: str, status: int, ask_both: Ask) -> None:
    """The part, or the whole where the file is another by now."""
    assert ask_both(FILE, ("Range", "bytes=0-1"), ("If-Range", value)).status == status


@pytest.mark.parametrize("date", ["Tuesday, 14-Nov-23 22:13:20 GMT", "Tue Nov 14 22:13:20 2023"])
def test_a_date_in_an_obsolete_form(date: str, ask_both: Ask) -> None:
    """RFC 9110 section 5.6.7: they are read as well."""
    assert ask_both(FILE, ("If-Modified-Since", date)).status == 304


@pytest.mark.parametrize(
    "field",
    [("X-A", "1"), ("Range", "bytes=0-1"), ("Range", "bytes=10-"), ("If-None-Match", ETAG),
     ("If-Match", '"x"')],
)  # fmt: skip
def test_head_tells_the_same_without_a_body(field: tuple[str, str], ask_both: Ask) -> None:
    """NGINX honours a range in a HEAD, too."""
    got = ask_both(FILE, field, method="HEAD")
    assert (got.body, got.excess) == (b"", b"")
    assert got.status == ask_both(FILE, field).status


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_any_other_method_is_a_get(method: str, ask_both: Ask) -> None:
    """An X-Accel-Redirect turns it into one, conditions and range included."""
    length = ("Content-Length", "0")
    assert ask_both(FILE, length, method=method).body == CONTENT
    assert ask_both(FILE, length, ("Range", "bytes=0-1"), method=method).body == b"01"
    assert ask_both(FILE, length, ("If-None-Match", ETAG), method=method).status == 304


def test_a_missing_file_has_no_parts(ask_both: Ask) -> None:
    """404 before any condition."""
    assert ask_both("/protected/nothing", ("If-Match", '"x"'), ("Range", "x")).status == 404
