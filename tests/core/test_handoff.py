"""The handoff: what the remote is asked, and what the client is answered, by DESIGN.md's tables."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.checks import QUICK, breaks_a_line
from xaccel_wsgi.errors import OriginError, RemoteFileError
from xaccel_wsgi.handoff import Handoff, NotModified, admit, dropped_fields, make_handoff
from xaccel_wsgi.remote_file import RemoteFile
from xaccel_wsgi.settings import load_settings

URL = "https://files.example/a"
SETTINGS = load_settings(environ={}, origins=["https://files.example"])
DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
MODIFIED = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)
Headers = dict[str, str]


def _decide(
    remote: RemoteFile,
    client: Headers | None = None,
    app: list[tuple[str, str]] | None = None,
    method: str = "GET",
    *,
    text_form: bool = False,
) -> Handoff | NotModified:
    environ = {f"HTTP_{n.upper().replace('-', '_')}": v for n, v in (client or {}).items()}
    return make_handoff(
        remote, {"REQUEST_METHOD": method, **environ}, app or [], SETTINGS, text_form=text_form
    )


def _asked(remote: RemoteFile, client: Headers, method: str = "GET") -> Headers:
    decided = _decide(remote, client, method=method)
    assert isinstance(decided, Handoff)
    return dict(decided.request_fields)


def _answered(remote: RemoteFile, *app: tuple[str, str], text_form: bool = False) -> Headers:
    return dict(_decide(remote, app=list(app), text_form=text_form).response_fields)


# --- What the remote is asked ---

FORWARDED = {
    "a single range": ("GET", {"Range": "bytes=0-99"}, {"Range": "bytes=0-99"}),
    "the first byte alone": ("GET", {"Range": "bytes=0-0"}, {"Range": "bytes=0-0"}),
    "a suffix range": ("GET", {"Range": "bytes=-5"}, {"Range": "bytes=-5"}),
    "a range that makes no sense, for the remote to answer": (
        "GET", {"Range": "bytes=-"}, {"Range": "bytes=-"},
    ),
    "not several ranges, which come as multipart": ("GET", {"Range": "bytes=0-1,5-6"}, {}),
    "If-Range with its Range": (
        "GET", {"Range": "bytes=0-1", "If-Range": '"a"'}, {"Range": "bytes=0-1", "If-Range": '"a"'},
    ),
    # RFC 9110 section 13.1.5: a client must not send it without Range.
    "not If-Range without Range": ("GET", {"If-Range": '"a"'}, {}),
    "not If-Range with several ranges": (
        "GET", {"Range": "bytes=0-1,3-4", "If-Range": '"a"'}, {},
    ),
    "If-None-Match": ("GET", {"If-None-Match": '"a", W/"b"'}, {"If-None-Match": '"a", W/"b"'}),
    "If-Modified-Since": ("GET", {"If-Modified-Since": DATE}, {"If-Modified-Since": DATE}),
    "the conditions of a HEAD": ("HEAD", {"If-None-Match": '"a"'}, {"If-None-Match": '"a"'}),
    "not the range of a HEAD, which is about the whole": ("HEAD", {"Range": "bytes=0-1"}, {}),
    "nothing of a POST": ("POST", {"Range": "bytes=0-1", "If-None-Match": '"a"'}, {}),
    "not the client's credentials": ("GET", {"Authorization": "Basic x", "Cookie": "a=b"}, {}),
    "not what names the client": ("GET", {"User-Agent": "x", "Referer": "y", "Host": "h"}, {}),
    "not a coding that changes the bytes": ("GET", {"Accept-Encoding": "gzip", "TE": "x"}, {}),
    "not the addresses on the way": ("GET", {"X-Forwarded-For": "192.0.2.1", "Via": "1.1 x"}, {}),
    "not If-Match, which DESIGN.md doesn't name": ("GET", {"If-Match": '"a"'}, {}),
    "not the special header": ("GET", {"X-Remote-File": "https://evil.example/"}, {}),
    "a range without its outer spaces": ("GET", {"Range": " bytes=0-1\t"}, {"Range": "bytes=0-1"}),
    "not an empty range": ("GET", {"Range": ""}, {}),
}  # fmt: skip


@pytest.mark.parametrize(("method", "client", "asked"), FORWARDED.values(), ids=FORWARDED)
def test_the_remote_gets(method: str, client: Headers, asked: Headers) -> None:
    """Range and conditions, and nothing else of the client's request."""
    assert _asked(RemoteFile(URL), client, method) == asked


SMUGGLED = {
    "a range that splits the request": {"Range": "bytes=0-1\r\nHost: evil.example"},
    "a bare line feed": {"If-None-Match": '"a"\nX: y'},
    "a NUL": {"If-Modified-Since": "a\0b"},
    "bytes beyond ASCII": {"Range": "bytes=\xe9"},
}


@pytest.mark.parametrize("client", SMUGGLED.values(), ids=SMUGGLED)
def test_a_request_smuggled_through_a_forwarded_header(client: Headers) -> None:
    """A server that lets it in doesn't make us pass it on."""
    assert _asked(RemoteFile(URL), client) == {}


def test_the_remote_gets_what_the_remote_file_adds() -> None:
    """A bearer token, for example, beside the client's range."""
    remote = RemoteFile(URL, request_headers={"Authorization": "Bearer x"})
    assert _asked(remote, {"Range": "bytes=0-1"}) == {
        "Authorization": "Bearer x",
        "Range": "bytes=0-1",
    }


def test_a_client_cannot_replace_the_remote_files_credentials() -> None:
    """The application's Authorization stands alone."""
    remote = RemoteFile(URL, request_headers={"Authorization": "Bearer app"})
    assert _asked(remote, {"Authorization": "Bearer client"}) == {"Authorization": "Bearer app"}


def test_what_the_remote_file_adds_is_lost_with_the_origin() -> None:
    """DESIGN.md: dropped when scheme, host or port changes."""
    decided = _decide(
        RemoteFile(URL, request_headers={"Authorization": "x"}), {"Range": "bytes=0-1"}
    )
    assert isinstance(decided, Handoff)
    assert decided.credential_names == {"authorization"}


# --- With validators of its own ---

CURRENT = {
    "the same etag": ({"etag": "v1"}, {"If-None-Match": '"v1"'}),
    # RFC 9110 section 13.1.2: If-None-Match compares weakly.
    "the same etag, weakened": ({"etag": "v1"}, {"If-None-Match": 'W/"v1"'}),
    "the etag in a list": ({"etag": "v1"}, {"If-None-Match": '"v0", "v1"'}),
    "any etag": ({"etag": "v1"}, {"If-None-Match": "*"}),
    "any etag, where there is a date only": ({"last_modified": MODIFIED}, {"If-None-Match": "*"}),
    "the same date": ({"last_modified": MODIFIED}, {"If-Modified-Since": DATE}),
    "a later date": (
        {"last_modified": MODIFIED}, {"If-Modified-Since": "Sun, 06 Nov 1994 08:49:38 GMT"},
    ),
    "the same date, the file's with a fraction": (
        {"last_modified": MODIFIED.replace(microsecond=9)}, {"If-Modified-Since": DATE},
    ),
    # RFC 9110 section 13.1.3: If-None-Match counts alone.
    "the etag, whatever the date": (
        {"etag": "v1", "last_modified": MODIFIED},
        {"If-None-Match": '"v1"', "If-Modified-Since": "Sat, 05 Nov 1994 08:49:37 GMT"},
    ),
    "the etag, although a range is asked": (
        {"etag": "v1"}, {"If-None-Match": '"v1"', "Range": "bytes=0-1"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(("validators", "client"), CURRENT.values(), ids=CURRENT)
def test_a_current_copy_is_answered_304(validators: dict, client: Headers, method: str) -> None:
    """Without asking the remote."""
    assert isinstance(_decide(RemoteFile(URL, **validators), client, method=method), NotModified)


STALE = {
    "another etag": ({"etag": "v1"}, {"If-None-Match": '"v0"'}),
    "another case of the etag": ({"etag": "v1"}, {"If-None-Match": '"V1"'}),
    "an earlier date": (
        {"last_modified": MODIFIED}, {"If-Modified-Since": "Sun, 06 Nov 1994 08:49:36 GMT"},
    ),
    "another etag, although the date holds": (
        {"etag": "v1", "last_modified": MODIFIED},
        {"If-None-Match": '"v0"', "If-Modified-Since": DATE},
    ),
    "an etag of the remote's, where there is a date only": (
        {"last_modified": MODIFIED}, {"If-None-Match": '"v1"'},
    ),
    "a date, where there is an etag only": ({"etag": "v1"}, {"If-Modified-Since": DATE}),
    # RFC 9110 section 13.1.3: an invalid date is ignored.
    "a date that is none": ({"last_modified": MODIFIED}, {"If-Modified-Since": "yesterday"}),
    "a year that overflows": (
        {"last_modified": MODIFIED}, {"If-Modified-Since": f"Mon, 01 Jan {'9' * 20} 00:00:00 GMT"},
    ),
    "an hour that overflows": (
        {"last_modified": MODIFIED},
        {"If-Modified-Since": f"Mon, 01 Jan 2024 {'9' * 17}:00:00 GMT"},
    ),
    "a time zone that overflows": (
        {"last_modified": MODIFIED},
        {"If-Modified-Since": f"Mon, 01 Jan 2024 00:00:00 +{'9' * 20}"},
    ),
    "no condition": ({"etag": "v1"}, {}),
}  # fmt: skip


@pytest.mark.parametrize(("validators", "client"), STALE.values(), ids=STALE)
def test_a_stale_copy_is_fetched_without_conditions(validators: dict, client: Headers) -> None:
    """The remote doesn't know our validators, so it is asked for the file itself."""
    assert _asked(RemoteFile(URL, **validators), client) == {}


def test_the_conditions_of_a_post_are_not_ours() -> None:
    """RFC 9110 section 13.1.2: 304 answers GET and HEAD only."""
    decided = _decide(RemoteFile(URL, etag="v1"), {"If-None-Match": '"v1"'}, method="POST")
    assert isinstance(decided, Handoff)


IF_RANGE = {
    "the same etag": ({"etag": "v1"}, '"v1"', True),
    "another etag": ({"etag": "v1"}, '"v0"', False),
    # RFC 9110 section 13.1.5: a strong comparison.
    "a weak etag": ({"etag": "v1"}, 'W/"v1"', False),
    "an etag without quotes": ({"etag": "v1"}, "v1", False),
    "the exact date": ({"last_modified": MODIFIED}, DATE, True),
    "a later date": ({"last_modified": MODIFIED}, "Sun, 06 Nov 1994 08:49:38 GMT", False),
    "a date, where there is an etag only": ({"etag": "v1"}, DATE, False),
}


@pytest.mark.parametrize(("validators", "value", "holds"), IF_RANGE.values(), ids=IF_RANGE)
def test_if_range_is_decided_here(validators: dict, value: str, holds: bool) -> None:
    """The range is asked for if the client's part is of this version; else the whole."""
    client = {"Range": "bytes=5-", "If-Range": value}
    expected = {"Range": "bytes=5-"} if holds else {}
    assert _asked(RemoteFile(URL, **validators), client) == expected


# --- What the client is answered ---

ANSWERED = {
    "attachment when nothing is said": ([], "Content-Disposition", "attachment"),
    "private when nothing is said": ([], "Cache-Control", "private, no-cache"),
    "nosniff when nothing is said": ([], "X-Content-Type-Options", "nosniff"),
    "the application's Cache-Control": (
        [("cache-control", "max-age=60")], "cache-control", "max-age=60",
    ),
    "the application's CSP": (
        [("Content-Security-Policy", "sandbox")], "Content-Security-Policy", "sandbox",
    ),
    "a disposition that a hook changed": (
        [("Content-Disposition", "inline")], "Content-Disposition", "inline",
    ),
    "two lines of one field as one": ([("Vary", "a"), ("vary", "b")], "vary", "a, b"),
}  # fmt: skip


@pytest.mark.parametrize(("app", "name", "value"), ANSWERED.values(), ids=ANSWERED)
def test_the_client_gets(app: list[tuple[str, str]], name: str, value: str) -> None:
    """The application's header, else the safe default."""
    assert _answered(RemoteFile(URL), *app)[name] == value


def test_a_default_is_not_sent_beside_the_applications_own() -> None:
    """One Cache-Control, in whichever case it was written."""
    got = _answered(RemoteFile(URL), ("cache-control", "max-age=60"))
    assert "Cache-Control" not in got


DROPPED = ["ETag", "Last-Modified", "Content-Encoding", "Content-Length", "Location", "X-Unknown"]


@pytest.mark.parametrize("name", DROPPED)
def test_the_client_does_not_get_what_describes_the_empty_body(name: str) -> None:
    """Hooks compute these over nothing; others would contradict the file."""
    assert name not in _answered(RemoteFile(URL), (name, "x"))


@pytest.mark.parametrize(
    ("options", "name", "value"),
    [
        ({"etag": "v1"}, "ETag", '"v1"'),
        ({"last_modified": MODIFIED}, "Last-Modified", DATE),
        ({"content_type": "image/png"}, "Content-Type", "image/png"),
    ],
    ids=["the etag", "the date", "the type"],
)
def test_the_client_gets_the_remote_files_own(options: dict, name: str, value: str) -> None:
    """Over whatever the response says about its empty body."""
    assert _answered(RemoteFile(URL, **options), (name, "text/html"))[name] == value


TYPES = {
    "the response's type with the text form": ("image/png", True, "image/png"),
    "not the framework's default with the text form": ("text/html; charset=utf-8", True, None),
    "not the framework's default in another case": ("Text/HTML", True, None),
    "not the response's type with an object": ("image/png", False, None),
}


@pytest.mark.parametrize(("app", "text_form", "sent"), TYPES.values(), ids=TYPES)
def test_only_the_text_form_takes_the_responses_type(
    app: str, text_form: bool, sent: str | None
) -> None:
    """Else the remote's own counts."""
    got = _answered(RemoteFile(URL), ("Content-Type", app), text_form=text_form)
    assert got.get("Content-Type") == sent


def test_every_cookie_is_kept_apart() -> None:
    """RFC 6265 section 3: Set-Cookie fields can't be joined."""
    decided = _decide(RemoteFile(URL), app=[("Set-Cookie", "a=1"), ("set-cookie", "b=2")])
    assert decided.cookies == ("a=1", "b=2")


def test_the_special_header_leaked_to_the_client() -> None:
    """It is never among the decided fields."""
    got = _answered(RemoteFile(URL), ("X-Remote-File", URL), ("x-remote-file", "held:0"))
    assert not [name for name in got if name.lower() == "x-remote-file"]


def _not_modified() -> NotModified:
    decided = _decide(
        RemoteFile(URL, etag="v1", content_type="a/b", filename="a"),
        {"If-None-Match": '"v1"'},
        [("Vary", "Cookie"), ("Set-Cookie", "a=1")],
    )
    assert isinstance(decided, NotModified)
    return decided


# RFC 9110 section 15.4.5.
@pytest.mark.parametrize("name", ["Cache-Control", "ETag", "Vary"])
def test_a_304_has_what_a_cache_needs(name: str) -> None:
    """What a 200 would have had."""
    assert name in dict(_not_modified().response_fields)


@pytest.mark.parametrize("name", ["Content-Type", "Content-Disposition"])
def test_a_304_has_nothing_of_the_body(name: str) -> None:
    """The client has it already."""
    assert name not in dict(_not_modified().response_fields)


def test_a_304_has_the_cookies() -> None:
    """A session is refreshed all the same."""
    assert _not_modified().cookies == ("a=1",)


def test_the_limit_is_carried_over() -> None:
    """In bytes per second."""
    decided = _decide(RemoteFile(URL, limit_rate=1000))
    assert isinstance(decided, Handoff)
    assert decided.limit_rate == 1000


# --- What may be handed over ---


def test_a_url_outside_the_origins_is_not_admitted() -> None:
    """The first URL is checked as every hop is."""
    with pytest.raises(OriginError):
        admit(SETTINGS, RemoteFile("https://evil.example/"))


def test_a_request_header_that_is_not_a_setting_is_refused_by_name() -> None:
    """The error names the header and the setting, not the value."""
    with pytest.raises(RemoteFileError, match=r"X-Api-Key.*request_header_names") as refused:
        admit(SETTINGS, RemoteFile(URL, request_headers={"X-Api-Key": "s3cret"}))
    assert "s3cret" not in str(refused.value)


def test_a_request_header_that_is_a_setting_is_admitted_in_any_case() -> None:
    """Field names don't distinguish case."""
    admit(SETTINGS, RemoteFile(URL, request_headers={"AUTHORIZATION": "x"}))


def test_a_header_that_reaches_no_client_is_told() -> None:
    """For the log; what is dropped on purpose isn't."""
    app = [("X-Mine", "1"), ("ETag", "x"), ("Vary", "a"), ("Content-Length", "0")]
    assert dropped_fields(app, SETTINGS) == ("X-Mine",)


# --- What a cache may answer ---

KEEPING = load_settings(
    environ={}, origins=["https://files.example"], token="0123456789abcdef", cache="/var/cache/x"
)

CACHED: dict[str, tuple[str, Headers, dict]] = {
    "a plain GET": ("GET", {}, {}),
    "a plain HEAD": ("HEAD", {}, {}),
    "a part": ("GET", {"Range": "bytes=0-0"}, {}),
    "the rest": ("GET", {"Range": "bytes=5-"}, {}),
    "the last bytes": ("GET", {"Range": "bytes=-5"}, {}),
    "a resumed download": ("GET", {"Range": "bytes=5-", "If-Range": '"a"'}, {}),
    "a resumed download by date": ("GET", {"Range": "bytes=5-", "If-Range": DATE}, {}),
    "a tag": ("GET", {"If-None-Match": 'W/"a"'}, {}),
    "tags": ("HEAD", {"If-None-Match": '"a", W/"b","c"'}, {}),
    "any tag": ("GET", {"If-None-Match": "*"}, {}),
    "a date": ("GET", {"If-Modified-Since": DATE}, {}),
    "a stale copy by an own etag": ("GET", {"If-None-Match": '"a"'}, {"etag": "own"}),
    "a part with an own etag": ("GET", {"Range": "bytes=0-0"}, {"etag": "own"}),
}  # fmt: skip
NOT_CACHED: dict[str, tuple[str, Headers, dict]] = {
    # NGINX reads these of the client by itself, otherwise than the remote would.
    "a POST, which has no conditions": ("POST", {"Range": "bytes=0-0"}, {}),
    "a part of a head": ("HEAD", {"Range": "bytes=0-0"}, {}),
    "If-Match, which isn't forwarded": ("GET", {"If-Match": '"a"'}, {}),
    "If-Unmodified-Since, which isn't forwarded": ("GET", {"If-Unmodified-Since": DATE}, {}),
    "several parts": ("GET", {"Range": "bytes=0-0,5-6"}, {}),
    "a part that ends before it begins": ("GET", {"Range": "bytes=9-3"}, {}),
    "no part": ("GET", {"Range": "bytes=-"}, {}),
    "parts of another unit": ("GET", {"Range": "lines=1-2"}, {}),
    "a part beyond all numbers": ("GET", {"Range": f"bytes={10**18}-"}, {}),
    "an empty Range": ("GET", {"Range": ""}, {}),
    "a weak If-Range, which never holds": ("GET", {"Range": "bytes=0-0", "If-Range": 'W/"a"'}, {}),
    "a bare tag": ("GET", {"If-None-Match": "a"}, {}),
    "a date of another form": ("GET", {"If-Modified-Since": "Sunday, 06-Nov-94 08:49:37 GMT"}, {}),
    "If-Range with an own etag": (
        "GET", {"Range": "bytes=0-0", "If-Range": '"own"'}, {"etag": "own"},
    ),
    "If-Range with an own date": (
        "GET", {"Range": "bytes=0-0", "If-Range": DATE}, {"last_modified": MODIFIED},
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("method", "client", "own", "cached"),
    [(*each, True) for each in CACHED.values()] + [(*each, False) for each in NOT_CACHED.values()],
    ids=[*CACHED, *NOT_CACHED],
)
def test_a_cache_answers_what_it_answers_as_the_remote(
    method: str, client: Headers, own: dict, cached: bool
) -> None:
    """Anything else goes past it."""
    environ = {f"HTTP_{n.upper().replace('-', '_')}": v for n, v in client.items()}
    remote = RemoteFile(URL, cache_key="v1", **own)
    decided = make_handoff(remote, {"REQUEST_METHOD": method, **environ}, [], KEEPING)
    assert isinstance(decided, Handoff)
    assert decided.cache_key == ("v1" if cached else None)


def test_without_a_cache_no_key_is_of_use() -> None:
    """The setting is the operator's, the key the application's; it takes both."""
    decided = _decide(RemoteFile(URL, cache_key="v1"))
    assert isinstance(decided, Handoff)
    assert decided.cache_key is None


# --- Properties ---

NAMES = ["Range", "If-Range", "If-None-Match", "If-Modified-Since", "Authorization"]
DATES = st.from_regex(r"Mon, [0-9]{1,20} Jan [0-9]{1,20} [0-9]{1,20}:00:00 [+-]?[0-9GMT]{3,20}")


@QUICK
@given(
    st.dictionaries(st.sampled_from(NAMES), st.text() | DATES),
    st.sampled_from([{}, {"etag": "v1"}, {"last_modified": MODIFIED}]),
    st.sampled_from(["GET", "HEAD", "POST"]),
)
def test_any_request_is_decided(client: Headers, validators: dict, method: str) -> None:
    """No client can raise anything, nor split the request to the remote."""
    decided = _decide(RemoteFile(URL, **validators), client, method=method)
    fields = decided.request_fields if isinstance(decided, Handoff) else ()
    assert not breaks_a_line("".join(map("".join, fields)))
    assert {name for name, _ in fields} <= set(NAMES) - {"Authorization"}
