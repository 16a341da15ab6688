"""The remote's answer: DESIGN.md's table of statuses, the fields, and the next hop."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.checks import QUICK, SIGNATURE, breaks_a_line, value_or_our_error
from xaccel_wsgi.errors import OriginError, UrlError, XAccelError
from xaccel_wsgi.rules.answer import (
    ERROR_BODIES,
    FOLLOWED_STATUSES,
    HOP_DOT_DOT,
    HOP_TARGET,
    client_fields,
    error_fields,
    error_status,
    next_hop,
)
from xaccel_wsgi.rules.origin import parse_origins
from xaccel_wsgi.rules.url import RemoteUrl, parse_url

STATUSES = {
    **{f"{s} passes": (s, None) for s in (200, 201, 203, 204, 206, 299, 304)},
    **{f"{s} is 404": (s, 404) for s in (404, 410)},
    **{f"{s} is itself": (s, s) for s in (412, 416, 503, 504)},
    "429 is 503": (429, 503),
    **{f"{s}, not followed any more, is 502": (s, 502) for s in (301, 302, 303, 307, 308)},
    **{f"{s}, which leads nowhere, is 502": (s, 502) for s in (300, 305, 306, 399)},
    **{f"{s} of the remote's is 502": (s, 502) for s in (400, 401, 403, 405, 408, 418, 451)},
    **{f"{s} of the remote's is 502": (s, 502) for s in (500, 501, 502, 505, 599)},
    # RFC 9110 section 15: outside 100 to 599 is invalid.
    **{f"{s}, which is no status, is 502": (s, 502) for s in (0, 99)},
    # The document's proven part: NGINX can't intercept them, so neither carrier does.
    **{f"{s}, which NGINX can't intercept, passes": (s, None) for s in (499, 600, 999)},
    **{f"{s}, which isn't final, is 502": (s, 502) for s in (100, 101, 103)},
}


@pytest.mark.parametrize(("remote", "client"), STATUSES.values(), ids=STATUSES)
def test_the_status_for_the_client(remote: int, client: int | None) -> None:
    """DESIGN.md, One answer from both transports."""
    assert error_status(remote) == client


def test_the_redirects_that_are_followed() -> None:
    """DESIGN.md names five."""
    assert set(FOLLOWED_STATUSES) == {301, 302, 303, 307, 308}


def test_every_error_has_a_body() -> None:
    """No answer of ours is a KeyError."""
    assert {s for r in range(1000) if (s := error_status(r)) is not None} <= set(ERROR_BODIES)


# --- Fields ---

PASSED = ["Content-Length", "Content-Range", "Accept-Ranges", "ETag", "Last-Modified",
          "Content-Encoding", "Content-Type"]  # fmt: skip


@pytest.mark.parametrize("name", PASSED)
def test_the_client_gets_the_remotes(name: str) -> None:
    """DESIGN.md: the fields that describe the file."""
    assert (name, "x") in client_fields((), (), 200, [(name, "x")])


HIDDEN = [
    "Set-Cookie", "Cache-Control", "Expires", "Content-Disposition", "Content-Security-Policy",
    "Location", "Refresh", "Strict-Transport-Security", "Access-Control-Allow-Origin",
    "X-Accel-Redirect", "X-Accel-Token", "X-Remote-File", "X-Sendfile", "WWW-Authenticate",
    "Clear-Site-Data", "Service-Worker-Allowed",
    # RFC 9110 section 7.6.1 and PEP 3333: of one connection only.
    "Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
    # The stores' documentation.
    "x-amz-id-2", "x-amz-request-id", "x-amz-version-id", "x-goog-generation", "x-goog-hash",
    "x-ms-request-id", "x-ms-version",
]  # fmt: skip


@pytest.mark.parametrize("spell", [str, str.lower, str.upper], ids=["as is", "lower", "upper"])
@pytest.mark.parametrize("name", HIDDEN)
def test_the_client_never_gets_the_remotes(name: str, spell) -> None:
    """A store must not act for the application's site, however it spells the name."""
    got = client_fields((), (), 200, [(spell(name), "x")])
    assert (name.lower(), "x") not in [(n.lower(), v) for n, v in got]


def test_the_operator_hides_more() -> None:
    """By lower-case name."""
    got = client_fields((), ("x-amz-meta-owner",), 200, [("X-Amz-Meta-Owner", "me")])
    assert not [name for name, _ in got if name == "X-Amz-Meta-Owner"]


DECIDED = {
    "a type": ("Content-Type", "content-type"),
    "an etag": ("ETag", "etag"),
    "an etag against a date": ("ETag", "Last-Modified"),
    "a date against an etag": ("Last-Modified", "ETag"),
    "a language": ("Content-Language", "content-language"),
}


@pytest.mark.parametrize(("ours", "theirs"), DECIDED.values(), ids=DECIDED)
def test_what_is_decided_wins(ours: str, theirs: str) -> None:
    """And validators of two things never mix."""
    got = client_fields(((ours, "ours"),), (), 200, [(theirs, "theirs")])
    assert [value for _, value in got if value in ("ours", "theirs")] == ["ours"]


TYPES = {
    "the remote's": (200, [("content-type", "a/b")], "a/b"),
    "the remote's first": (200, [("Content-Type", "a/b"), ("Content-Type", "text/html")], "a/b"),
    "octet-stream where it has none": (200, [], "application/octet-stream"),
    "octet-stream where it is empty": (206, [("Content-Type", "")], "application/octet-stream"),
    "none on a 204": (204, [("Content-Type", "a/b")], None),
    "none on a 304": (304, [("Content-Type", "a/b")], None),
}


@pytest.mark.parametrize(("status", "remote", "sent"), TYPES.values(), ids=TYPES)
def test_there_is_one_type_at_most(
    status: int, remote: list[tuple[str, str]], sent: str | None
) -> None:
    """One type, or none where there is no body."""
    got = client_fields((), (), status, remote)
    assert [v for n, v in got if n.lower() == "content-type"] == ([sent] if sent else [])


ERRORS = {
    "no store": (502, "Cache-Control", "no-store"),
    "no sniffing": (502, "X-Content-Type-Options", "nosniff"),
    "the length of our body": (404, "Content-Length", str(len("Not found.\n"))),
    # RFC 9110 section 15.5.17.
    "the whole length with 416": (416, "Content-Range", "bytes */5"),
}
REMOTES = [("content-range", "bytes */5"), ("Set-Cookie", "a=b"), ("ETag", '"a"'),
           ("Content-Disposition", "inline"), ("x-amz-id-2", "x")]  # fmt: skip


@pytest.mark.parametrize(("status", "name", "value"), ERRORS.values(), ids=ERRORS)
def test_an_error_has(status: int, name: str, value: str) -> None:
    """Our own fields."""
    got = {n.lower(): v for n, v in error_fields(status, REMOTES)}
    assert got[name.lower()] == value


@pytest.mark.parametrize("status", sorted(ERROR_BODIES))
def test_an_error_has_nothing_else_of_the_remotes(status: int) -> None:
    """No cookie, no validator, no disposition; Content-Range with 416 only."""
    got = {n.lower() for n, _ in error_fields(status, REMOTES)}
    ours = {"content-type", "cache-control", "x-content-type-options", "content-length"}
    assert got == ours | ({"content-range"} if status == 416 else set())


def test_a_416_has_one_content_range() -> None:
    """A remote that sends two can't confuse the client."""
    got = error_fields(416, [("Content-Range", "bytes */5"), ("content-range", "bytes */6")])
    assert [v for n, v in got if n.lower() == "content-range"] == ["bytes */5"]


# --- Redirects ---

ORIGINS = parse_origins([
    "https://files.example", "https://*.cdn.example.com", "http://files.example",
    "https://shared.example/mine/",
])  # fmt: skip
CURRENT = parse_url("https://files.example/a/b?c=d")

FOLLOWED = {
    "an absolute URL": ("https://x.cdn.example.com/k?s=1", "https://x.cdn.example.com/k?s=1"),
    "a URL of the same scheme": ("//x.cdn.example.com/k", "https://x.cdn.example.com/k"),
    "a path": ("/k?s=1", "https://files.example/k?s=1"),
    "the root": ("/", "https://files.example/"),
    "another port, written": ("https://files.example:443/k", "https://files.example:443/k"),
    "encoded bytes as they are": ("/%2f%C3%a9+", "https://files.example/%2f%C3%a9+"),
    "without the fragment": ("/k#page=2", "https://files.example/k"),
    "a key within the prefix": ("https://shared.example/mine/k", "https://shared.example/mine/k"),
}


@pytest.mark.parametrize(("location", "href"), FOLLOWED.values(), ids=FOLLOWED)
def test_a_redirect_leads_to(location: str, href: str) -> None:
    """RFC 3986 section 5.2, for the three forms that are followed."""
    assert next_hop(CURRENT, location, ORIGINS).href == href


def test_a_path_stays_with_its_port() -> None:
    """The current origin, not the first one."""
    origins = parse_origins(["http://files.example:9000"])
    got = next_hop(parse_url("http://files.example:9000/a"), "/b", origins)
    assert got.href == "http://files.example:9000/b"


def test_http_may_lead_to_https() -> None:
    """Upwards is no downgrade."""
    got = next_hop(parse_url("http://files.example/a"), "https://files.example/a", ORIGINS)
    assert got.scheme == "https"


ATTACKS = {
    "a host outside the origins": "https://evil.example/",
    "a metadata service": "http://169.254.169.254/latest/meta-data/",
    "a downgrade to an http origin that is allowed": "http://files.example/a",
    "a scheme-relative way out": "//evil.example/",
    "three slashes": "///evil.example/",
    "a backslash for a slash": "/\\evil.example/",
    "user info that hides the host": "https://files.example@evil.example/",
    "another port": "https://files.example:8443/",
    "another bucket": "https://shared.example/yours/k",
    "a climb out of the prefix": "https://shared.example/mine/../yours/k",
    "an encoded climb": "https://shared.example/mine/%2e%2e/yours/k",
    "a climb that NGINX would send": "/a/../b",
    "a request split by CR LF": "/a\r\nHost: evil.example",
    "a line break at the end": "https://files.example/a\n",
    "a NUL": "/a\0b",
    "a space": "/a b",
    "raw bytes beyond ASCII": "/\xe9",
    "a file of this machine": "file:///etc/passwd",
    "a data URL": "data:text/html,x",
    "a relative path, which isn't followed": "b",
    "a query alone, which isn't followed": "?a=b",
    "a relative climb": "../b",
    "no Location": "",
    "a fragment alone": "#a",
    "loopback in short": "http://127.1/",
}


@pytest.mark.parametrize("location", ATTACKS.values(), ids=ATTACKS)
def test_a_redirect_that_may_not_be_followed(location: str) -> None:
    """The remote is trusted for the file alone."""
    with pytest.raises((UrlError, OriginError)):
        next_hop(CURRENT, location, ORIGINS)


LOUD = {
    "outside the origins": f"https://evil.example/a?{SIGNATURE}",
    "not canonical": f"/a/../b?{SIGNATURE}",
    "to http": f"http://files.example/a?{SIGNATURE}",
    "not readable": f"/a b?{SIGNATURE}",
}


@pytest.mark.parametrize("location", LOUD.values(), ids=LOUD)
def test_a_signature_leaked_by_a_refused_redirect(location: str) -> None:
    """The remote signs its redirects, too."""
    with pytest.raises(XAccelError) as refused:
        next_hop(CURRENT, location, ORIGINS)
    assert "5ec2e7" not in str(refused.value)


@QUICK
@given(st.text() | st.text("/.\\:@?#%2e\r\n a", max_size=15))
def test_any_location_is_a_hop_or_our_error(location: str) -> None:
    """And a hop lies within the origins, in one line."""
    got = value_or_our_error(lambda: next_hop(CURRENT, location, ORIGINS))
    assert isinstance(got, RemoteUrl | XAccelError)
    if isinstance(got, RemoteUrl):
        assert ORIGINS.admits(got)
        assert not breaks_a_line(got.href)


@QUICK
@given(st.text("/.%2eE?#ab\\ é", max_size=12).map("/".__add__))
def test_both_transports_follow_the_same_paths(location: str) -> None:
    """What the configuration's expressions take is what Python takes."""
    hop = value_or_our_error(lambda: next_hop(CURRENT, location, ORIGINS))
    nginx = (
        re.fullmatch(rf"{HOP_TARGET}(?:#.*)?", location, re.DOTALL) is not None
        and re.match(HOP_DOT_DOT, location) is None
    )
    assert location.startswith("//") or isinstance(hop, RemoteUrl) == nginx
