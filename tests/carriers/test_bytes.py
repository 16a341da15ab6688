"""What was signed is what is asked for, byte for byte, by both carriers."""

import string

import pytest

from tests.conftest import Views
from tests.support.client import send
from tests.support.remote import StubRemote, answer
from tests.support.site import Carrier, Site
from xaccel_wsgi import RemoteFile

# RFC 3986 reserved and unreserved characters, and the others that stores are known to be sent.
_PATH_LITERALS = "".join(sorted(set(string.punctuation) - set("#?\\%"))) + "aZ09"
_QUERY_LITERALS = _PATH_LITERALS + "?"


def _targets() -> dict[str, str]:
    targets = {
        "every byte encoded in the path, lower case": "/"
        + "".join(f"%{byte:02x}" for byte in range(256)),
        "every byte encoded in the path, upper case": "/"
        + "".join(f"%{byte:02X}" for byte in range(256)),
        "every byte encoded in the query, lower case": "/k?q="
        + "".join(f"%{byte:02x}" for byte in range(256)),
        "every byte encoded in the query, upper case": "/k?q="
        + "".join(f"%{byte:02X}" for byte in range(256)),
        "every literal in the path": f"/{_PATH_LITERALS}",
        "every literal in the query": f"/k?{_QUERY_LITERALS}",
        "a percent sign encoded twice": "/100%2525.txt",
        "a stray percent sign": "/100%zz.txt?%",
        "doubled slashes": "//a//b//",
        "a single dot segment": "/a/./b",
        "encoded dot segments": "/a/%2e%2e/%2E%2E/b",
        "a question mark in the query": "/k?a=?&b=/?/",
        "a variable's name": "/$host/$uri?$args=${host}",
        "a name that begins like the prefix": "/_remote/https/h/x",
        "a long signature": "/k?X-Amz-Signature=" + "f" * 6000,
    }
    # Each alone as well: a list can hide what a neighbour changes.
    targets |= {f"byte {b:02X} alone in the path": f"/a%{b:02X}b" for b in range(256)}
    return targets


@pytest.mark.parametrize("target", _targets().values(), ids=_targets())
def test_the_remote_is_asked_for_exactly_the_given_target(
    target: str, carrier: Carrier, site: Site, views: Views, remote: StubRemote
) -> None:
    """The request line that arrives holds the URL's path and query unchanged."""
    remote.script = lambda _: answer(body=b"x")
    views.view = lambda _: RemoteFile(remote.url(target))
    assert send(site.address(carrier), "/f").body == b"x"
    assert [request.target for request in remote.requests] == [target]


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        pytest.param("/a/../b", "/a/%2e%2e/b", id="a dot-dot segment is encoded"),
        pytest.param("/k?", "/k", id="an empty query loses its question mark"),
        pytest.param("/é", "/%C3%A9", id="non-ASCII becomes encoded UTF-8"),
    ],
)
def test_documented_changes_of_a_target(
    given: str, sent: str, carrier: Carrier, site: Site, views: Views, remote: StubRemote
) -> None:
    """The few targets that are changed are changed alike by both."""
    remote.script = lambda _: answer(body=b"x")
    views.view = lambda _: RemoteFile(remote.url(given))
    send(site.address(carrier), "/f")
    assert [request.target for request in remote.requests] == [sent]


def test_the_remote_is_told_nothing_of_the_client(
    carrier: Carrier, site: Site, views: Views, remote: StubRemote
) -> None:
    """Cookies, credentials, addresses and bodies of the client stay with the application."""
    remote.script = lambda _: answer(body=b"x")
    views.view = lambda _: RemoteFile(remote.url("/k"))
    said = [
        ("Cookie", "session=1"),
        ("Authorization", "Basic c2VjcmV0"),
        ("Referer", "http://site/"),
        ("User-Agent", "test"),
        ("X-Forwarded-For", "192.0.2.1"),
        ("Content-Length", "4"),
    ]
    send(site.address(carrier), "/f", said, method="POST", body=b"body")
    (asked,) = remote.requests
    assert (asked.method, asked.body) == ("GET", b"")
    assert asked.fields == (("Host", remote.address),)
