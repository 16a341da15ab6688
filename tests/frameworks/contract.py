"""What an application does in every framework.

Its views, in whatever way is the framework's own:

- /file: the remote's /k as naïve.png, with a cookie and `Vary: Cookie` on the response;
- /versioned: the same with `etag="v1"`;
- /outside: a URL that no origin admits;
- /text: /k again, named by the header `X-Remote-File` alone;
- /page: 201 and a page of its own, with a cookie;
- POST /export: /k again.
"""

from tests.frameworks.conftest import Ask
from tests.support.remote import StubRemote, answer

NAME = "naïve.png"
DISPOSITION = "attachment; filename=\"naive.png\"; filename*=UTF-8''na%C3%AFve.png"


class Contract:
    """Each test for each framework, by each carrier."""

    def test_a_file_arrives_under_its_name(self, ask: Ask) -> None:
        """The remote's bytes and type, the view's name, none of the framework's own headers."""
        got = ask("/file")
        assert (got.status, got.body) == (200, b"the file")
        assert got.value("Content-Type") == "image/png"
        assert got.value("Content-Length") == "8"
        assert got.value("ETag") == '"theirs"'
        assert got.value("Content-Disposition") == DISPOSITION
        assert got.value("X-Remote-File") is None

    def test_cookies_and_headers_of_the_response_arrive_beside_it(self, ask: Ask) -> None:
        """What the framework's own response says."""
        got = ask("/file")
        assert got.value("Set-Cookie").startswith("seen=1")
        assert "Cookie" in got.value("Vary")

    def test_a_range_is_passed_on(self, ask: Ask, remote: StubRemote) -> None:
        """The framework answers no range out of its own empty body."""
        part = answer(206, [("Content-Range", "bytes 4-5/8")], b"fi")
        remote.script = {"/k": part}
        got = ask("/file", ("Range", "bytes=4-5"))
        assert (got.status, got.body) == (206, b"fi")
        assert remote.requests[0].value("Range") == "bytes=4-5"

    def test_head_has_the_files_length_and_no_body(self, ask: Ask, remote: StubRemote) -> None:
        """Whatever the framework makes of a HEAD, the remote is asked with GET."""
        got = ask("/file", method="HEAD")
        assert (got.status, got.body, got.excess) == (200, b"", b"")
        assert got.value("Content-Length") == "8"
        assert remote.requests[0].method == "GET"

    def test_the_files_own_version_is_answered_304(self, ask: Ask, remote: StubRemote) -> None:
        """Without asking the remote."""
        got = ask("/versioned", ("If-None-Match", '"v1"'))
        assert (got.status, got.value("ETag"), remote.requests) == (304, '"v1"', [])

    def test_an_error_of_the_remote_is_no_download(self, ask: Ask, remote: StubRemote) -> None:
        """A 403 is 502 for the client, without the file's name."""
        remote.script = {"/k": answer(403, [], b"<Error>AKIA</Error>")}
        got = ask("/file")
        assert got.status == 502
        assert b"AKIA" not in got.body
        assert got.value("Content-Disposition") is None

    def test_a_form_can_end_in_a_download(self, ask: Ask, remote: StubRemote) -> None:
        """A POST's body stays with the application."""
        kind = ("Content-Type", "application/x-www-form-urlencoded")
        got = ask("/export", kind, ("Content-Length", "3"), method="POST", body=b"a=b")
        assert (got.status, got.body) == (200, b"the file")
        assert (remote.requests[0].method, remote.requests[0].body) == ("GET", b"")

    def test_the_header_alone_names_a_file(self, ask: Ask) -> None:
        """One line of any view; the framework's default type doesn't count."""
        got = ask("/text")
        assert (got.status, got.body, got.value("Content-Type")) == (200, b"the file", "image/png")

    def test_other_pages_are_untouched(self, ask: Ask, remote: StubRemote) -> None:
        """Status, body and cookie are the framework's."""
        got = ask("/page")
        assert (got.status, got.body, remote.requests) == (201, b"a page", [])
        assert got.value("Set-Cookie").startswith("seen=1")

    def test_a_url_outside_the_origins_is_an_error_of_the_view(
        self, ask: Ask, remote: StubRemote
    ) -> None:
        """The framework answers for it, shows nothing of the URL, and no remote is asked."""
        got = ask("/outside")
        assert (got.status, remote.requests) == (500, [])
        assert b"secret" not in got.body
