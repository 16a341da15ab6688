"""What the assertions accept, and how they say what differs."""

from typing import Any

import pytest
import webtest

from xaccel_wsgi import RemoteFile, XAccelMiddleware
from xaccel_wsgi.testing import SentFile, assert_sends, assert_sends_nothing, sent_files

URL = "https://files.example/r%C3%A9sum%C3%A9/7.pdf?signature=1"
WHOLE = RemoteFile(
    URL,
    filename="Q3.pdf",
    disposition="inline",
    content_type="application/pdf",
    headers={"Vary": "Cookie"},
    request_headers={"Authorization": "Bearer x"},
    limit_rate=1000,
)


def ask(remote: RemoteFile) -> webtest.TestResponse:
    """Sends a file within `sent_files`."""
    app = XAccelMiddleware(remote, origins=["https://files.example"])
    with sent_files():
        return webtest.TestApp(app).get("/")


def test_everything_that_can_be_said_at_once() -> None:
    """Each argument as the RemoteFile has it; header names in any case."""
    sent = assert_sends(
        ask(WHOLE),
        URL,
        filename="Q3.pdf",
        disposition="inline",
        content_type="application/pdf",
        headers={"vary": "Cookie", "link": None},
        request_headers={"authorization": "Bearer x", "range": None},
        limit_rate=1000,
    )
    assert isinstance(sent, SentFile)


def test_none_means_none() -> None:
    """No name, no type, no limit: not the same as nothing said."""
    assert_sends(ask(RemoteFile(URL)), filename=None, content_type=None, limit_rate=None)
    for name in ("filename", "content_type", "limit_rate"):
        with pytest.raises(AssertionError, match=name):
            assert_sends(ask(WHOLE), **{name: None})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "url",
    [
        pytest.param(URL, id="whole"),
        pytest.param(URL.partition("?")[0], id="without its query"),
        pytest.param("https://files.example/résumé/7.pdf", id="as people write it"),
    ],
)
def test_a_url_that_is_the_same(url: str) -> None:
    """The signature counts only where one is given."""
    assert_sends(ask(WHOLE), url)


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        pytest.param(
            {"url": "https://files.example/8.pdf"},
            "  url\n"
            "    is  'https://files.example/r%C3%A9sum%C3%A9/7.pdf'\n"
            "    not 'https://files.example/8.pdf'",
            id="another path, without the signature",
        ),
        pytest.param(
            {"url": "https://files.example/r%C3%A9sum%C3%A9/7.pdf?signature=2"},
            f"  url\n    is  '{URL}'\n    not '{URL[:-1]}2'",
            id="another signature",
        ),
        pytest.param(
            {"filename": "Q4.pdf", "disposition": "attachment"},
            "  filename\n    is  'Q3.pdf'\n    not 'Q4.pdf'\n"
            "  disposition\n    is  'inline'\n    not 'attachment'",
            id="two differences",
        ),
        pytest.param(
            {"headers": {"Vary": "Accept"}},
            "  headers['Vary']\n    is  'Cookie'\n    not 'Accept'",
            id="a header",
        ),
        pytest.param(
            {"request_headers": {"X-Key": "1"}},
            "  request_headers['X-Key']\n    is  None\n    not '1'",
            id="a header that is missing",
        ),
    ],
)
def test_a_failure_shows_the_difference_and_nothing_else(expected: Any, message: str) -> None:
    """What is and what was expected, one above the other."""
    with pytest.raises(AssertionError) as caught:
        assert_sends(ask(WHOLE), **expected)
    assert str(caught.value) == f"the response sends its file otherwise:\n{message}"


def test_a_response_without_a_file_says_what_it_is() -> None:
    """The status, and what may have been forgotten."""

    def app(environ: Any, start_response: Any) -> Any:
        start_response("403 Forbidden", [("Content-Type", "text/plain")])
        return [b""]

    response = webtest.TestApp(app).get("/", status=403)
    with pytest.raises(AssertionError) as caught:
        assert_sends(response, URL)
    assert str(caught.value) == (
        "the response (403 Forbidden) sends no file; was it made within sent_files()?"
    )
    assert_sends_nothing(response)


def test_a_file_where_there_should_be_none_is_shown() -> None:
    """By its URL and name; the credentials for the remote stay out."""
    with pytest.raises(AssertionError, match=r"7\.pdf\?signature=1.*Q3\.pdf") as caught:
        assert_sends_nothing(ask(WHOLE))
    assert "Bearer" not in str(caught.value)


def test_the_files_of_each_block_are_its_own() -> None:
    """And after it the middleware works again."""
    app = XAccelMiddleware(WHOLE, origins=["https://files.example"], mode="nginx")
    with sent_files() as outer:
        with sent_files() as inner:
            webtest.TestApp(app).get("/")
        assert (len(outer), len(inner)) == (0, 1)
    assert webtest.TestApp(app).get("/", status=204).headers["X-Accel-Redirect"]
    app.close()
