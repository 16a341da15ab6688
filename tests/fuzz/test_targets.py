"""What was signed is what is asked for: encoded by us, decoded by NGINX, sent to the remote."""

import socket
from urllib.parse import quote

import pytest

from tests.conftest import Views
from tests.support.remote import StubRemote, answer
from tests.support.site import Carrier, Site
from xaccel_wsgi import RemoteFile
from xaccel_wsgi.carriers.nginx.wire import internal_path
from xaccel_wsgi.rules.url import parse_url

from .amount import amount, generator
from .drawn import target
from .reading import read_unsafe_uri

_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
_BATCH = 50


def _sent(text: str) -> str:
    """Returns what the remote is to see of a path and query, by the documented changes."""
    path, mark, query = quote(text, safe=_PRINTABLE).partition("?")
    path = "/".join("%2e%2e" if segment == ".." else segment for segment in path.split("/"))
    return path + mark + query if query else path


@pytest.mark.attack("a URL that changes on its way to the remote", "asked for byte for byte")
def test_a_single_decode_gives_what_was_encoded(tries) -> None:
    """A million with `make fuzz`; by our own reading of NGINX's source."""
    r = generator("internal paths")
    tries(amount(1_000_000))
    for _ in range(amount(1_000_000)):
        text = target(r)
        path = internal_path(parse_url(f"https://files.example:8443{text}"), "/_remote/")
        assert not set(path) - set(_PRINTABLE), text
        found = read_unsafe_uri(path.encode())
        assert found is not None, text
        decoded = b"?".join(found) if found[1] else found[0]
        assert decoded.decode() == f"/_remote/https/files.example:8443{_sent(text)}", text


@pytest.mark.attack("a URL that changes on its way to the remote", "asked for byte for byte")
def test_the_remote_is_asked_for_what_was_signed(
    site: Site, views: Views, remote: StubRemote, carrier: Carrier, tries
) -> None:
    """20,000 with `make fuzz`, byte for byte at the raw recorder."""
    r = generator(f"targets through {carrier}")
    targets = [target(r) for _ in range(amount(20_000))]
    tries(len(targets))
    remote.script = lambda _: answer(200, [], b"file")
    views.view = lambda environ: RemoteFile(remote.url(targets[int(environ["PATH_INFO"][1:])]))
    for at in range(0, len(targets), _BATCH):
        batch = range(at, min(at + _BATCH, len(targets)))
        assert _statuses(site.address(carrier), batch) == [b"200"] * len(batch)
    lines = [request.head.partition(b"\r\n")[0] for request in remote.requests]
    wanted = [f"GET {_sent(text)} HTTP/1.1".encode() for text in targets]
    assert lines == wanted


def _statuses(address: str, numbers: range) -> list[bytes]:
    """Asks for some files on one connection, without waiting in between."""
    host, _, port = address.partition(":")
    with socket.create_connection((host, int(port)), 30) as client:
        for number in numbers:
            close = "Connection: close\r\n" if number == numbers[-1] else ""
            client.sendall(f"GET /{number} HTTP/1.1\r\nHost: {host}\r\n{close}\r\n".encode())
        got = b"".join(iter(lambda: client.recv(65536), b""))
    return [part[:3] for part in got.split(b"HTTP/1.1 ")[1:]]
