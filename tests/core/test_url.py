"""Absolute URLs: RFC 3986 where it is beyond dispute, byte for byte, and nothing else."""

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.checks import QUICK, SIGNATURE, breaks_a_line, value_or_our_error
from xaccel_wsgi.errors import UrlError, XAccelError, shown
from xaccel_wsgi.rules.url import RemoteUrl, parse_url

# RFC 3986 section 3.3, pchar without pct-encoded, and "/".
PATH = string.ascii_letters + string.digits + "-._~!$&'()*+,;=:@/"

KEPT = {
    "a plain path": "https://files.example/a/b.pdf",
    "every pchar of RFC 3986": f"https://files.example/{PATH}",
    "a SigV4 query": f"https://b.s3.amazonaws.com/k?X-Amz-Credential=A%2Fus&{SIGNATURE}",
    "lower-case percent triplets": "https://files.example/a%2fb%c3%a9",
    "upper-case percent triplets": "https://files.example/a%2FB%C3%A9",
    "an encoded space and an encoded plus": "https://files.example/a%20b%2Bc+d",
    "doubled and trailing slashes": "https://files.example//a///b//",
    "a question mark in the query": "https://files.example/a?b?c/d",
    "an explicit default port": "https://files.example:443/a",
    "another port": "http://files.example:65535/a",
    "an IPv4 address": "http://192.0.2.7/a",
    "an IPv6 address": "http://[2001:db8::7]:9000/a",
    "an internationalised host in its xn-- form": "https://xn--fa-hia.example/a",
    "an underscore in an old bucket's name": "https://old_bucket.s3.amazonaws.com/a",
    "three dots, which are a name": "https://files.example/.../a..b/..c",
    "a label of 63 characters": f"https://{'a' * 63}.example/",
    "a host of 253 characters": f"https://{'.'.join(['a' * 49] * 5)}.wxy/",
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_a_url_is_sent_as_it_was_signed(text: str) -> None:
    """A signature covers the bytes, so what is accepted isn't changed."""
    assert parse_url(text).href == text


CHANGED = {
    # RFC 3986 section 6.2.2.1: scheme and host don't distinguish case.
    "scheme and host become lower case": ("HTTPS://Files.Example/A", "https://files.example/A"),
    "no path is the path /": ("https://files.example", "https://files.example/"),
    "no path before a query": ("https://files.example?a=1", "https://files.example/?a=1"),
    "an empty query loses its ?": ("https://files.example/a?", "https://files.example/a"),
    # RFC 3987 section 3.1.
    "a path beyond ASCII": ("https://files.example/é€", "https://files.example/%C3%A9%E2%82%AC"),
    "a query beyond ASCII": ("https://files.example/?é", "https://files.example/?%C3%A9"),
    "raw bytes": (b"https://files.example/\xc3\xa9\xff", "https://files.example/%C3%A9%FF"),
    "a percent beside é stays one": ("https://files.example/%20é", "https://files.example/%20%C3%A9"),
    "dot-dot segments": ("https://files.example/a/../b/..", "https://files.example/a/%2e%2e/b/%2e%2e"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "href"), CHANGED.values(), ids=CHANGED)
def test_only_what_is_documented_changes(text: str | bytes, href: str) -> None:
    """The few rewritings that the module's docstring lists."""
    assert parse_url(text).href == href


PARTS = {
    "a port that is named": ("https://h.example:8443/", ("https://h.example:8443", 8443)),
    "https without a port": ("https://h.example/", ("https://h.example", 443)),
    "http without a port": ("http://h.example/", ("http://h.example", 80)),
}


@pytest.mark.parametrize(("text", "parts"), PARTS.values(), ids=PARTS)
def test_the_port_to_connect_to(text: str, parts: tuple[str, int]) -> None:
    """The Host field has the port as written; the connection has the effective one."""
    url = parse_url(text)
    assert (url.origin, url.effective_port) == parts


ATTACKS = {
    "user info that hides the host": "https://files.example@evil.example/",
    "user info with a password": "https://user:secret@files.example/",
    "empty user info": "https://@files.example/",
    "a backslash read as a slash": "https://evil.example\\@files.example/",
    "a backslash in the path": "https://files.example/a\\..\\b",
    "request splitting by CR LF": "https://files.example/a\r\nHost: evil.example",
    "request splitting by a bare LF": "https://files.example/a\nX: y",
    "a line break at the end": "https://files.example/\n",
    "request splitting within the query": "https://files.example/a?b\r\nHost: evil.example",
    "a space within the query": "https://files.example/a?b c",
    "a NUL that ends C strings": "https://files.example/a\0.pdf",
    "a tab that browsers drop": "https://files.exa\tmple/",
    "a space that ends the request target": "https://files.example/a HTTP/1.1",
    "a leading space": " https://files.example/",
    "a DEL": "https://files.example/\x7f",
    "loopback as one number": "http://2130706433/",
    "loopback as a hexadecimal number": "http://0x7f000001/",
    "loopback with a hexadecimal part": "http://127.0.0.0x1/",
    "loopback in octal": "http://0177.0.0.1/",
    "loopback in short": "http://127.1/",
    "an address with a part too many": "http://127.0.0.1.1/",
    "an address beyond 255": "http://256.0.0.1/",
    "IPv4 loopback mapped into IPv6": "http://[::ffff:7f00:1]/",
    "IPv4 loopback in IPv6 dress": "http://[::ffff:127.0.0.1]/",
    "an IPv6 zone": "http://[fe80::1%25eth0]/",
    "a broken IPv6 address": "http://[::1::2]/",
    "an IPv6 address without its end": "http://[::1/",
    "a dot at the end": "https://files.example./",
    "an empty label": "https://files..example/",
    "a percent-encoded host": "https://%66iles.example/",
    "a fullwidth dot": "https://files．example/",
    "a sharp s that IDNA 2003 sends elsewhere": "https://faß.example/",
    "a Kelvin sign that becomes k": "https://\u212aelvin.example/",
    "no host": "https:///a",
    "no host but a port": "https://:443/a",
    "port zero": "https://files.example:0/",
    "a port beyond 65535": "https://files.example:65536/",
    "a port with a sign": "https://files.example:+443/",
    "a port in other digits": "https://files.example:４４３/",
    "an empty port": "https://files.example:/",
    "two ports": "https://files.example:80:443/",
    "a fragment": "https://files.example/a#b",
    "a file scheme": "file:///etc/passwd",
    "a gopher scheme": "gopher://files.example/_GET",
    "a scheme that begins like https": "httpss://files.example/",
    "no scheme": "files.example/a",
    "a scheme-relative URL": "//files.example/a",
    "a path": "/etc/passwd",
    "one slash": "https:/files.example/",
    "a javascript scheme": "javascript:alert(1)",
    "nothing": "",
    "a lone surrogate": "https://files.example/\ud800",
    "a label of 64 characters": f"https://{'a' * 64}.example/",
    "a host of 254 characters": f"https://{'.'.join(['a' * 49] * 5)}.wxyz/",
    "a label that begins with a hyphen": "https://-a.example/",
}


@pytest.mark.parametrize("text", ATTACKS.values(), ids=ATTACKS)
def test_a_url_that_two_parsers_could_dispute_is_refused(text: str) -> None:
    """Server-side request forgery lives where two readers disagree."""
    with pytest.raises(UrlError):
        parse_url(text)


REMEDIES = {
    "a fragment": ("https://files.example/a#b", "%23"),
    "a backslash": ("https://files.example/a\\b", "%5C"),
    "a space": ("https://files.example/a b", "urllib.parse.quote"),
    "user info": ("https://u:p@files.example/", "request_headers"),
    "a host beyond ASCII": ("https://faß.example/", "xn--"),
    "another scheme": ("ftp://files.example/", "Only these two"),
    "no scheme": ("files.example", "https://host/path"),
    "a port": ("https://files.example:0/", "Correct or omit it"),
    "an odd address": ("http://127.1/", "192.0.2.7"),
    "a dot at the end": ("https://files.example./", "without a dot"),
    "a lone surrogate": ("https://files.example/\ud800", "UTF-8"),
}


@pytest.mark.parametrize(("text", "remedy"), REMEDIES.values(), ids=REMEDIES)
def test_the_error_says_what_to_do(text: str, remedy: str) -> None:
    """A refused value comes with its remedy."""
    with pytest.raises(UrlError) as refused:
        parse_url(text)
    assert remedy in refused.value.remedy


def test_the_error_names_the_field_that_its_author_wrote() -> None:
    """One reader serves several fields."""
    with pytest.raises(UrlError, match=r"^origins: ") as refused:
        parse_url("nonsense", "origins")
    assert refused.value.field == "origins"


def test_the_error_shows_the_url() -> None:
    """Whoever reads the log finds the place."""
    with pytest.raises(UrlError, match=r"https://files\.example/reports/q3"):
        parse_url("https://files.example/reports/q3#1")


def test_something_else_than_text_is_refused_by_name() -> None:
    """A signing function that returned None is found by our error, not by an AttributeError."""
    with pytest.raises(UrlError):
        parse_url(None)  # type: ignore[arg-type]


SIGNED = {
    "with a fragment": f"https://files.example/a?{SIGNATURE}#x",
    "with a space": f"https://files.example/a b?{SIGNATURE}",
    "without a scheme": f"files.example/a?{SIGNATURE}",
    "with a bad port": f"https://files.example:0/a?{SIGNATURE}",
    "with a line break before it": f"https://files.example/a?\n{SIGNATURE}",
    "with a question mark before it": f"https://files.example:0/a??{SIGNATURE}",
    "in bytes": f"https://files.example:0/a?{SIGNATURE}".encode(),
    "behind a lone surrogate": f"https://files.example/\ud800?{SIGNATURE}",
}


@pytest.mark.parametrize("text", SIGNED.values(), ids=SIGNED)
def test_a_signature_leaked_by_an_error_message(text: str | bytes) -> None:
    """A signed query is a credential: it is in no error."""
    with pytest.raises(UrlError) as refused:
        parse_url(text)
    assert "5ec2e7" not in str(refused.value)


PASSWORDS = {
    "a plain one": "https://user:s3cret@files.example/",
    "a token instead of a name": "https://s3cret@files.example/",
    "one with an at sign": "https://user:x@s3cret@files.example/",
    "one with a space": "https://user:x s3cret@files.example/",
    "one beside a backslash": "https://user:s3cret\\@files.example/",
    "one that looks like a port": "https://user:s3cret:9/x@files.example/",
}


@pytest.mark.parametrize("text", PASSWORDS.values(), ids=PASSWORDS)
def test_a_password_leaked_by_an_error_message(text: str) -> None:
    """User info is refused, and not repeated in the refusal."""
    with pytest.raises(UrlError) as refused:
        parse_url(text)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("spell", [str, repr, "{}".format])
def test_a_signature_leaked_by_a_log_line(spell) -> None:
    """However the value is written into a log, its query isn't."""
    assert "5ec2e7" not in spell(parse_url(f"https://files.example/a?{SIGNATURE}"))


def test_a_log_line_forged_by_a_line_break() -> None:
    """Errors go into logs, one line each."""
    with pytest.raises(UrlError) as refused:
        parse_url("https://files.example/\r\n2030-01-01 ERROR all is lost")
    assert not breaks_a_line(str(refused.value))


def test_a_log_flooded_by_a_huge_value() -> None:
    """What is shown is bounded."""
    assert len(shown("https://files.example/" + "a" * 100_000)) < 200


@QUICK
@given(st.text() | st.text().map("https://".__add__) | st.text().map("https://h.example/".__add__))
@example("https://[")
@example("https://h.example:\u0664/")
def test_any_string_is_a_url_or_our_error(text: str) -> None:
    """No text, however odd, raises anything else or breaks a line."""
    got = value_or_our_error(lambda: parse_url(text))
    assert isinstance(got, RemoteUrl | XAccelError)
    assert not breaks_a_line(got.href if isinstance(got, RemoteUrl) else str(got))


@QUICK
@given(st.binary() | st.binary().map(b"https://h.example/".__add__))
def test_any_bytes_are_a_url_or_our_error(raw: bytes) -> None:
    """The same for what a WSGI header holds."""
    got = value_or_our_error(lambda: parse_url(raw))
    assert not breaks_a_line(got.href if isinstance(got, RemoteUrl) else str(got))


@QUICK
@given(st.text(PATH + "?%" + '"<>^`{|}[]').map("https://h.example/".__add__))
def test_printable_ascii_is_kept_byte_for_byte(text: str) -> None:
    """Whatever the path and query, they are sent as they were signed."""
    path, _, query = text.removeprefix("https://h.example").partition("?")
    if ".." not in path.split("/"):
        assert parse_url(text).target == path + (f"?{query}" if query else "")


@QUICK
@given(st.text(min_size=1).map("https://h.example/".__add__))
def test_reading_what_was_read_changes_nothing(text: str) -> None:
    """What is legal by construction is legal when read again."""
    got = value_or_our_error(lambda: parse_url(text))
    if isinstance(got, RemoteUrl):
        assert parse_url(got.href) == got


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("https://user:s3/cr3t@files.example/k", id="a password with a slash"),
        pytest.param("https://user:s3#cr3t@files.example/k", id="a password with a #"),
        pytest.param("https://user:s3@cr3t@files.example/k", id="a password with an @"),
        pytest.param("user:s3cr3t@files.example/k", id="no scheme"),
        pytest.param("https:/user:s3cr3t@files.example/k", id="one slash"),
        pytest.param("http:\\\\user:s3cr3t@files.example/k", id="backslashes"),
        pytest.param(b"https://user:s3/cr3t@files.example/k", id="in bytes"),
    ],
)
def test_a_password_leaked_by_an_error_about_a_url_that_is_none(text: str | bytes) -> None:
    """The host stays, for whoever looks for the place."""
    with pytest.raises(UrlError) as refused:
        parse_url(text)
    assert "cr3t" not in str(refused.value)
    assert "[redacted]@files.example/k" in str(refused.value)


@pytest.mark.parametrize(
    "text", ["https://files.example/a@b#", "https://files.example:9000/a:b@c#"]
)
def test_an_at_sign_in_a_path_is_shown(text: str) -> None:
    """It is no user info, and says which file it is about."""
    with pytest.raises(UrlError) as refused:
        parse_url(text)
    assert text in str(refused.value)
