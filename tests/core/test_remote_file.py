"""RemoteFile: what a view may say, and the slot that keeps it inside the process."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.checks import QUICK, SIGNATURE, breaks_a_line, value_or_our_error
from xaccel_wsgi.errors import MiddlewareMissingError, OriginError, RemoteFileError, XAccelError
from xaccel_wsgi.remote_file import HEADER, SLOT_KEY, RemoteFile, Slot

URL = f"https://files.example/a.pdf?{SIGNATURE}"


def _slot(admit: Callable[[RemoteFile], None] = lambda remote: None) -> Slot:
    return Slot(admit)


def _headers(**options: object) -> dict[str, str]:
    return RemoteFile(URL, **options).response_headers({SLOT_KEY: _slot()})  # type: ignore[arg-type]


WRITTEN = {
    "attachment unless said": ({}, "Content-Disposition", "attachment"),
    "a name": ({"filename": "a.pdf"}, "Content-Disposition", 'attachment; filename="a.pdf"'),
    "inline": ({"disposition": "inline"}, "Content-Disposition", "inline"),
    "a type": ({"content_type": "image/png"}, "Content-Type", "image/png"),
    "a type with a parameter": (
        {"content_type": "text/plain; charset=utf-8"}, "Content-Type", "text/plain; charset=utf-8",
    ),
    "another header": ({"headers": {"Cache-Control": "no-store"}}, "Cache-Control", "no-store"),
    # RFC 9110 section 5.3: several lines of a list field are one, with commas.
    "a header given twice": (
        {"headers": [("Link", "</a>"), ("Link", "</b>")]}, "Link", "</a>, </b>",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("options", "name", "value"), WRITTEN.values(), ids=WRITTEN)
def test_the_headers_for_the_frameworks_response(options: dict, name: str, value: str) -> None:
    """What the view said, as ordinary headers that hooks can still change."""
    assert _headers(**options)[name] == value


def test_a_signed_url_leaked_where_the_middleware_is_missing() -> None:
    """The object raises, and the error has neither URL nor signature."""
    with pytest.raises(MiddlewareMissingError, match="XAccelMiddleware") as refused:
        RemoteFile(URL).response_headers({})
    assert "files.example/" not in str(refused.value)


def test_a_wsgi_call_without_the_middleware_starts_no_response() -> None:
    """Flask calls the object itself; nothing is sent."""
    started: list[object] = []
    with pytest.raises(MiddlewareMissingError):
        RemoteFile(URL)({}, lambda *a: started.append(a))  # type: ignore[arg-type, return-value]
    assert started == []


def test_a_slot_forged_by_a_request_header() -> None:
    """A client's header can't be mistaken for the middleware's slot."""
    environ = {"HTTP_XACCEL_WSGI.SLOT": "x", "HTTP_X_REMOTE_FILE": URL, SLOT_KEY: "held:0"}
    with pytest.raises(MiddlewareMissingError):
        RemoteFile(URL).response_headers(environ)


def test_a_signature_and_a_bearer_token_leaked_by_the_headers() -> None:
    """The response holds only a reference; a later middleware may log it."""
    headers = _headers(request_headers={"Authorization": "Bearer s3cret"})
    assert not [v for v in headers.values() if "5ec2e7" in v or "s3cret" in v]


def test_a_bearer_token_leaked_by_a_log_line() -> None:
    """A RemoteFile may be logged, or shown in a traceback."""
    assert "s3cret" not in repr(RemoteFile(URL, request_headers={"Authorization": "Bearer s3cret"}))


def test_a_signature_leaked_by_a_log_line() -> None:
    """The same for the signed query."""
    assert "5ec2e7" not in repr(RemoteFile(URL))


def test_a_wsgi_call_answers_200_with_the_headers() -> None:
    """The object is a WSGI application."""
    started: list[tuple] = []
    list(RemoteFile(URL)({SLOT_KEY: _slot()}, lambda *a: started.append(a)))  # type: ignore[arg-type, return-value]
    assert [(status, dict(headers).get(HEADER)) for status, headers in started] == [
        ("200 OK", "held:0")
    ]


REFUSED = {
    "a disposition that is unknown": ("disposition", "download"),
    "a disposition that splits the header": ("disposition", "attachment\r\nX: y"),
    "a file name that splits the header": ("filename", "a\r\nX: y"),
    "a type without a slash": ("content_type", "pdf"),
    "a type that splits the header": ("content_type", "text/plain\r\nX: y"),
    "a type with a line break at its end": ("content_type", "text/plain\n"),
    "a type beyond ASCII": ("content_type", "text/plain; name=é"),
    "an empty type": ("content_type", ""),
    "a type that isn't text": ("content_type", 5),
    "an etag in quotes": ("etag", '"abc"'),
    "an etag with a space": ("etag", "a b"),
    "an etag that splits the header": ("etag", "a\r\nX: y"),
    "an empty etag": ("etag", ""),
    "an etag that isn't text": ("etag", 5),
    "a date without a time zone": ("last_modified", datetime(2024, 1, 1)),
    "a date in words": ("last_modified", "Mon, 01 Jan 2024 00:00:00 GMT"),
    "a cache key that splits the header": ("cache_key", "a\r\nX: y"),
    "an empty cache key": ("cache_key", ""),
    "a cache key that isn't text": ("cache_key", 5),
    "a log id that splits the header": ("log_id", "a\r\nX: y"),
    "an empty log id": ("log_id", ""),
    "a log id beyond ASCII": ("log_id", "é"),
    "no rate": ("limit_rate", 0),
    "a negative rate": ("limit_rate", -1),
    "a rate in words": ("limit_rate", "fast"),
    "a header value split by CR LF": ("headers", {"Link": "a\r\nSet-Cookie: b=c"}),
    "a header value split by a bare CR": ("headers", {"Link": "a\rb"}),
    "a header value with a NUL": ("headers", {"Link": "a\0b"}),
    "a header value beyond ASCII": ("headers", {"Link": "é"}),
    "a header value that isn't text": ("headers", {"Link": 5}),
    "a header name with a colon": ("headers", {"Link:": "a"}),
    "a header name split by CR LF": ("headers", {"Link\r\nX": "a"}),
    "a header name with a space": ("headers", {"X A": "a"}),
    "an empty header name": ("headers", {"": "a"}),
    "headers that are a text": ("headers", "Link: a"),
    "headers that aren't pairs": ("headers", [("Link",)]),
    "a Content-Disposition beside filename": ("headers", {"Content-Disposition": "inline"}),
    "a Content-Type beside content_type": ("headers", {"content-type": "a/b"}),
    "an ETag beside etag": ("headers", {"ETag": '"a"'}),
    "a Last-Modified beside last_modified": ("headers", {"Last-Modified": "x"}),
    "a Set-Cookie, which is the framework's": ("headers", {"Set-Cookie": "a=b"}),
    "a request header split by CR LF": ("request_headers", {"Authorization": "a\r\nHost: b"}),
}


@pytest.mark.parametrize(("name", "value"), REFUSED.values(), ids=REFUSED)
def test_an_argument_that_cannot_be_sent_is_refused_by_name(name: str, value: object) -> None:
    """In the view that made it, with the argument's name."""
    with pytest.raises(RemoteFileError) as refused:
        RemoteFile(URL, **{name: value})  # type: ignore[arg-type]
    assert refused.value.field == name


def test_a_bearer_token_leaked_by_an_error() -> None:
    """A credential with a stray line break is refused without being shown."""
    with pytest.raises(RemoteFileError) as refused:
        RemoteFile(URL, request_headers={"Authorization": "Bearer s3cret\n"})
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("name", ["cache_key", "log_id", "filename"])
def test_a_number_is_not_shown_as_a_text(name: str) -> None:
    """'5' would be right, and nobody would see what is wrong."""
    with pytest.raises(RemoteFileError, match=f"^{name}: 5 is"):
        RemoteFile(URL, **{name: 5})  # type: ignore[arg-type]


def test_what_the_remote_is_sent_is_not_mistaken_for_the_clients() -> None:
    """`content_type` is the client's; whether this may be sent is a setting."""
    RemoteFile(URL, request_headers={"Content-Type": "text/plain"})


REMEDIES = {
    "a date without a time zone": ("last_modified", datetime(2024, 1, 1), "replace(tzinfo="),
    "an etag in quotes": ("etag", '"a"', "without quotes"),
    "a header with an argument of its own": ("headers", {"ETag": "a"}, "Use etag"),
    "an unknown disposition": ("disposition", "x", '"inline"'),
    "no media type": ("content_type", "pdf", "image/png"),
}


@pytest.mark.parametrize(("name", "value", "remedy"), REMEDIES.values(), ids=REMEDIES)
def test_the_error_says_what_to_do(name: str, value: object, remedy: str) -> None:
    """A refused argument comes with its remedy."""
    with pytest.raises(RemoteFileError) as refused:
        RemoteFile(URL, **{name: value})  # type: ignore[arg-type]
    assert remedy in refused.value.remedy


def test_the_etag_is_quoted_for_the_wire() -> None:
    """RFC 9110 section 8.8.3."""
    assert RemoteFile(URL, etag="v1").etag_field == '"v1"'


DATES = {
    # RFC 9110 section 5.6.7, IMF-fixdate.
    "in UTC": datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC),
    "in another time zone": datetime(1994, 11, 6, 10, 49, 37, tzinfo=timezone(timedelta(hours=2))),
    "with a fraction of a second": datetime(1994, 11, 6, 8, 49, 37, 999999, tzinfo=UTC),
}


@pytest.mark.parametrize("date", DATES.values(), ids=DATES)
def test_the_date_is_written_in_gmt(date: datetime) -> None:
    """The very example of RFC 9110."""
    modified = RemoteFile(URL, last_modified=date).last_modified_field
    assert modified == "Sun, 06 Nov 1994 08:49:37 GMT"


def _refuse(remote: RemoteFile) -> None:
    raise OriginError("url", "outside", "Add it.")


def test_the_origin_is_checked_inside_the_view() -> None:
    """The traceback shows the line that made the file."""
    with pytest.raises(OriginError):
        RemoteFile(URL).response_headers({SLOT_KEY: _slot(_refuse)})


def test_a_url_in_text_form_outside_the_origins() -> None:
    """The text form passes the same check."""
    with pytest.raises(OriginError):
        _slot(_refuse).find(URL)


def test_a_reference_finds_its_own_object() -> None:
    """Also when a view made several."""
    slot, files = _slot(), [RemoteFile(URL), RemoteFile(URL)]
    references = [slot.hold(file) for file in files]
    assert [slot.find(reference) for reference in references] == files


@pytest.mark.parametrize("reference", ["held:0", "held:9999"])
def test_a_reference_of_another_request_replayed(reference: str) -> None:
    """A cached response names a file that this request never made."""
    with pytest.raises(RemoteFileError, match="another request") as refused:
        _slot().find(reference)
    assert "don't cache" in refused.value.remedy


NO_REFERENCES = ["held:-1", "held:", "held:0 ", "held:٠", "held:00000", "HELD:0", "held:0\n"]


@pytest.mark.parametrize("value", NO_REFERENCES, ids=ascii)
def test_a_reference_that_is_forged_is_no_url_either(value: str) -> None:
    """Nothing but the form that `hold` returns counts."""
    slot = _slot()
    slot.hold(RemoteFile(URL))
    with pytest.raises(XAccelError):
        slot.find(value)


def test_the_text_form_is_read_as_utf_8_in_latin_1() -> None:
    """PEP 3333: header values are bytes, spelled as latin-1."""
    found = _slot().find("https://files.example/é".encode().decode("latin-1"))
    assert found.url.path == "/%C3%A9"


HEADER_ARGUMENTS = ("filename", "content_type", "etag", "cache_key", "log_id", "disposition")


@QUICK
@given(st.sampled_from(HEADER_ARGUMENTS), st.text())
def test_any_text_is_an_argument_or_our_error(name: str, value: str) -> None:
    """And no header made of it can be split."""
    got = value_or_our_error(lambda: _headers(**{name: value}))
    assert isinstance(got, dict | XAccelError)
    assert not breaks_a_line("".join(map(str, got.values())) if isinstance(got, dict) else str(got))


@QUICK
@given(st.sampled_from(("headers", "request_headers")), st.text(), st.text())
def test_any_header_is_sent_or_our_error(argument: str, name: str, value: str) -> None:
    """The same for names and values of headers."""
    got = value_or_our_error(lambda: _headers(**{argument: {name: value}}))
    parts = [*got, *got.values()] if isinstance(got, dict) else [str(got)]
    assert not breaks_a_line("".join(parts))


@QUICK
@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=14))])))
def test_any_date_is_a_field_or_our_error(date: datetime) -> None:
    """Also at the edges of the calendar."""
    value_or_our_error(lambda: RemoteFile(URL, last_modified=date).last_modified_field)


@pytest.mark.parametrize("date", [datetime.min, datetime.max], ids=["the first day", "the last"])
@pytest.mark.parametrize("hours", [-12, 14])
def test_a_date_that_utc_cannot_hold_is_our_error(date: datetime, hours: int) -> None:
    """A placeholder date of a database is refused or sent, and raises nothing else."""
    aware = date.replace(tzinfo=timezone(timedelta(hours=hours)))
    value_or_our_error(lambda: RemoteFile(URL, last_modified=aware).last_modified_field)


@QUICK
@given(st.text())
def test_any_text_in_the_special_header_is_a_file_or_our_error(value: str) -> None:
    """An application's header may hold anything."""
    slot = _slot()
    got = value_or_our_error(lambda: slot.find(quote(value) if "\n" in value else value))
    assert isinstance(got, RemoteFile | XAccelError)


@pytest.mark.parametrize("parameter", ["X-Amz-Expires", "X-Goog-Expires"])
def test_a_cached_file_needs_a_url_that_outlives_its_download(parameter: str) -> None:
    """NGINX fetches a kept file in slices, with the URL of the beginning."""
    with pytest.raises(RemoteFileError, match="ends after 60 seconds") as caught:
        RemoteFile(f"{URL}&{parameter}=60", cache_key="v1")
    assert caught.value.field == "cache_key"
    assert SIGNATURE not in str(caught.value)
    RemoteFile(f"{URL}&{parameter}=60")
    RemoteFile(f"{URL}&{parameter}=43200", cache_key="v1")


@pytest.mark.parametrize("value", ["", "soon", "-1", "٦٠", "9" * 5000])
def test_a_lifetime_that_says_nothing_refuses_nothing(value: str) -> None:
    """Whether such a URL is good is the store's to say."""
    RemoteFile(f"{URL}&X-Amz-Expires={value}", cache_key="v1")
