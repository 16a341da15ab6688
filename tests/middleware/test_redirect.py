"""The carrier that sends the client to the store: what its answer is, and what it refuses."""

import json
import logging
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from wsgiref.validate import validator

import pytest
from webtest import lint
from werkzeug.test import Client, TestResponse

from tests.support.remote import StubRemote, answer
from xaccel_wsgi import HandoffError, RemoteFile, RemoteFileError, XAccelMiddleware

STORE = "https://files.example"
NAMED = "attachment; filename=\"e.txt\"; filename*=UTF-8''%C3%A9.txt"
SIGNED = f"{STORE}/k?response-content-disposition={quote(NAMED, safe='')}&X-Amz-Signature=5ec2e7"


def _ask(
    remote: RemoteFile | str, *, method: str = "GET", fields: list | None = None, **options: Any
) -> TestResponse:
    def app(environ, start_response):
        if isinstance(remote, str):
            start_response("200 OK", [("X-Remote-File", remote), *(fields or [])])
            return []
        headers = [*remote.response_headers(environ).items()]
        given = {name for name, _ in fields or []}
        start_response("200 OK", [*(h for h in headers if h[0] not in given), *(fields or [])])
        return []

    middleware = XAccelMiddleware(app, **{"origins": [STORE], "mode": "redirect", **options})
    try:
        client = Client(validator(lint.middleware(middleware)))
        return client.open("/f", method=method, buffered=True)
    finally:
        middleware.close()


def test_the_client_is_sent_to_the_signed_url() -> None:
    """Byte for byte; and nothing stores an answer whose signature ends in a minute."""
    got = _ask(RemoteFile(SIGNED, filename="é.txt"))
    assert (got.status_code, got.data) == (302, b"")
    assert got.headers["Location"] == SIGNED
    assert got.headers["Cache-Control"] == "no-store"
    assert "Content-Disposition" not in got.headers
    assert "X-Remote-File" not in got.headers


@pytest.mark.parametrize("mode", ["auto", "nginx", "stream"])
def test_one_file_is_redirected_in_any_mode(mode: str) -> None:
    """By the view's wish."""
    remote = RemoteFile(SIGNED, filename="é.txt", redirect=True)
    got = _ask(remote, mode=mode, token="0123456789abcdef")
    assert (got.status_code, got.headers["Location"]) == (302, SIGNED)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_what_the_client_sent_is_not_sent_to_the_store(method: str) -> None:
    """After a 303 it asks with GET (RFC 9110 section 15.4.4), after a 302 not always."""
    got = _ask(RemoteFile(SIGNED, filename="é.txt"), method=method)
    assert (got.status_code, got.headers["Location"]) == (303, SIGNED)


def test_its_receipt_says_where_the_client_was_sent(caplog) -> None:
    """And that nothing more is known here."""
    with caplog.at_level(logging.INFO, "xaccel_wsgi.receipts"):
        _ask(RemoteFile(SIGNED, filename="é.txt", log_id="order-7"))
    receipt = json.loads(caplog.messages[-1])
    assert (receipt["log_id"], receipt["status"], receipt["origin"]) == ("order-7", 302, STORE)
    unknown = ("complete", "remote_status", "first_byte_s", "last_byte_s")
    assert {receipt[name] for name in unknown} == {None}
    assert "5ec2e7" not in caplog.text


def test_the_applications_answer_keeps_its_own_headers() -> None:
    """Cookies and policies belong to it; what describes the file doesn't, nor its caching."""
    fields = [
        ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Cache-Control", "public, max-age=9"),
        ("Access-Control-Allow-Origin", "*"), ("Expires", "0"), ("Content-Language", "fr"),
    ]  # fmt: skip
    got = _ask(RemoteFile(SIGNED, filename="é.txt"), fields=fields)
    assert got.headers.getlist("Set-Cookie") == ["a=1", "b=2"]
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    assert got.headers.getlist("Cache-Control") == ["no-store"]
    assert {"Expires", "Content-Language"}.isdisjoint(got.headers.keys())


def test_a_head_is_answered_as_by_the_other_carriers(remote: StubRemote) -> None:
    """The URL is signed for GET: a store refuses it to a client that comes with HEAD."""
    remote.script = {"/k": answer(200, [("ETag", '"v"')], b"file")}
    url = remote.url(f"/k?rscd={quote('attachment')}")
    got = _ask(RemoteFile(url), method="HEAD", origins=[f"http://{remote.address}"])
    assert (got.status_code, got.headers["ETag"], got.content_length) == (200, '"v"', 4)
    assert "Location" not in got.headers
    assert [request.method for request in remote.requests] == ["GET"]


CARRIED = {
    "S3 and GCS": {"url": SIGNED, "filename": "é.txt"},
    "Azure": {
        "url": f"{STORE}/k?rscd={quote(NAMED)}&rsct=text%2Fplain&sig=5ec2e7", "filename": "é.txt",
        "content_type": "text/plain",
    },
    "an attachment without a name": {"url": f"{STORE}/k?response-content-disposition=attachment"},
    "inline without a name, which needs no signing": {"url": f"{STORE}/k", "disposition": "inline"},
}  # fmt: skip


@pytest.mark.parametrize("arguments", CARRIED.values(), ids=CARRIED)
def test_what_the_url_carries_is_redirected(arguments: dict) -> None:
    """The store then answers as the other carriers would."""
    assert RemoteFile(**arguments, redirect=True).redirect
    assert _ask(RemoteFile(**arguments)).status_code == 302


INLINE: dict[str, Any] = {"url": f"{STORE}/k?a=5ec2e7", "disposition": "inline"}
REFUSED = {
    "a name that isn't signed": ({"url": f"{STORE}/k?a=5ec2e7", "filename": "é.txt"}, "redirect"),
    "another name than was signed": ({"url": SIGNED, "filename": "e.txt"}, "redirect"),
    "an attachment that isn't signed": ({"url": f"{STORE}/k?a=5ec2e7"}, "redirect"),
    "inline, where an attachment was signed": (
        {"url": SIGNED, "filename": "é.txt", "disposition": "inline"}, "redirect",
    ),
    "a name that is signed twice": (
        {"url": f"{SIGNED}&rscd=attachment", "filename": "é.txt"}, "redirect",
    ),
    "a type that isn't signed": ({**INLINE, "content_type": "text/plain"}, "redirect"),
    "a bearer token for the store": (
        {**INLINE, "request_headers": {"Authorization": "Bearer 5ec2e7"}}, "request_headers",
    ),
    "headers for the client": ({**INLINE, "headers": {"Link": "</a>"}}, "headers"),
    "a validator": ({**INLINE, "etag": "v1"}, "etag"),
    "a date": ({**INLINE, "last_modified": datetime(2025, 1, 1, tzinfo=UTC)}, "last_modified"),
    # It would have the URL signed for hours, and nothing is cached.
    "a key for caches": ({**INLINE, "cache_key": "v1"}, "cache_key"),
    "a rate": ({**INLINE, "limit_rate": 1000}, "limit_rate"),
    "a dot segment": ({**INLINE, "url": f"{STORE}/a/../b"}, "url"),
    "an encoded one": ({**INLINE, "url": f"{STORE}/a/%2e/b"}, "url"),
    "one at the end": ({**INLINE, "url": f"{STORE}/a/.%2E?a"}, "url"),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "field"), REFUSED.values(), ids=REFUSED)
def test_what_a_redirect_cannot_do_is_refused_when_made(arguments: dict, field: str) -> None:
    """By the argument's name, and without what is secret in it."""
    RemoteFile(**arguments)
    with pytest.raises(RemoteFileError) as refused:
        RemoteFile(**arguments, redirect=True)
    assert refused.value.field == field
    assert "5ec2e7" not in str(refused.value)


@pytest.mark.parametrize(("arguments", "field"), REFUSED.values(), ids=REFUSED)
def test_what_a_redirect_cannot_do_is_refused_in_the_view(arguments: dict, field: str) -> None:
    """Where the mode is a setting, of which a RemoteFile knows nothing when it is made."""
    with pytest.raises(RemoteFileError) as refused:
        _ask(RemoteFile(**arguments))
    assert refused.value.field == field


def test_a_redirect_that_is_not_a_boolean_is_refused() -> None:
    """A URL there is a misunderstanding."""
    with pytest.raises(RemoteFileError, match=r"^redirect: "):
        RemoteFile(SIGNED, redirect=SIGNED)  # type: ignore[arg-type]


def test_a_name_that_a_hook_changed_is_refused() -> None:
    """The signature has the old one, and a wrong name is worse than an error."""
    changed = [("Content-Disposition", 'attachment; filename="other.txt"')]
    with pytest.raises(HandoffError) as refused:
        _ask(RemoteFile(SIGNED, filename="é.txt"), fields=changed)
    assert "5ec2e7" not in str(refused.value)


def test_the_text_form_may_be_inline() -> None:
    """Which a URL has not to carry."""
    fields = [("Content-Disposition", "inline")]
    assert _ask(f"{STORE}/k", fields=fields).status_code == 302


def test_the_text_form_is_held_to_the_same() -> None:
    """Without a word it is an attachment, which its URL has to carry."""
    assert _ask(f"{STORE}/k?rscd=attachment").status_code == 302
    with pytest.raises(HandoffError, match=r"^redirect: "):
        _ask(f"{STORE}/k")


def test_a_redirect_leads_to_the_origins_only() -> None:
    """An open redirect would lend the site's name to anyone."""
    with pytest.raises(ValueError, match="lies in none of the origins"):
        _ask(RemoteFile("https://evil.example/k", disposition="inline"))
