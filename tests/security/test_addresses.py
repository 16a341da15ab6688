"""Where a wildcard's host may be: whoever controls its DNS can't aim the streamer inwards.

The forbidden ranges are IANA's registries of special-purpose addresses (RFC 6890), and what the
clouds keep their metadata at. NGINX doesn't check addresses; docs/security.md says what does.
"""

import ipaddress
import re
import ssl
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import create_environ, run_wsgi_app

from tests.support.certificates import Certificates
from tests.support.checks import QUICK
from tests.support.remote import StubRemote, answer
from xaccel_wsgi import RemoteFile, XAccelMiddleware
from xaccel_wsgi.carriers.stream.addresses import is_public

from .resolver import Network, network

__all__ = ["network"]

WILDCARD = "https://*.store.example"
HOST = "bucket.store.example"
PUBLIC = "93.184.215.14"

FORBIDDEN = {
    "this network, 0.0.0.0/8": "0.0.0.0/8",
    "a private network, 10.0.0.0/8": "10.0.0.0/8",
    "a private network, 172.16.0.0/12": "172.16.0.0/12",
    "a private network, 192.168.0.0/16": "192.168.0.0/16",
    "carrier-grade NAT": "100.64.0.0/10",
    "Alibaba's metadata": "100.100.100.200/32",
    "loopback": "127.0.0.0/8",
    "link-local": "169.254.0.0/16",
    "the metadata of most clouds": "169.254.169.254/32",
    "protocol assignments": "192.0.0.0/24",
    "Oracle's metadata": "192.0.0.192/32",
    "documentation, 192.0.2.0/24": "192.0.2.0/24",
    "documentation, 198.51.100.0/24": "198.51.100.0/24",
    "documentation, 203.0.113.0/24": "203.0.113.0/24",
    "6to4 relays": "192.88.99.0/24",
    "benchmarking": "198.18.0.0/15",
    "multicast": "224.0.0.0/4",
    "reserved, with broadcast": "240.0.0.0/4",
    "Azure's own host": "168.63.129.16/32",
    "IPv6, unspecified": "::/128",
    "IPv6, loopback": "::1/128",
    "IPv6, IPv4-compatible": "::/96",
    "IPv6, IPv4-mapped": "::ffff:0:0/96",
    "IPv6, IPv4-translated": "::ffff:0:0:0/96",
    "IPv6, local-use NAT64": "64:ff9b:1::/48",
    "IPv6, discarded": "100::/64",
    "IPv6, Teredo": "2001::/32",
    "IPv6, benchmarking": "2001:2::/48",
    "IPv6, ORCHID": "2001:10::/28",
    "IPv6, ORCHIDv2": "2001:20::/28",
    "IPv6, documentation, 2001:db8::/32": "2001:db8::/32",
    "IPv6, documentation, 3fff::/20": "3fff::/20",
    "IPv6, 6to4": "2002::/16",
    "IPv6, segment routing": "5f00::/16",
    "IPv6, unique local": "fc00::/7",
    "IPv6, Amazon's metadata": "fd00:ec2::254/128",
    "IPv6, link-local": "fe80::/10",
    "IPv6, site-local": "fec0::/10",
    "IPv6, multicast": "ff00::/8",
    "IPv6, not assigned": "4000::/2",
}


def _dressed(address: ipaddress.IPv4Address) -> Iterator[str]:
    """Yields an IPv4 address, and every IPv6 address that stands for it."""
    number = int(address)
    yield str(address)
    yield f"::ffff:{address}"
    yield str(ipaddress.IPv6Address(number))
    yield str(ipaddress.IPv6Address(0x0064FF9B << 96 | number))
    yield str(ipaddress.IPv6Address(0x0064FF9B0001 << 80 | number))
    yield str(ipaddress.IPv6Address(0x2002 << 112 | number << 80 | 1))
    # RFC 4380 section 4: the client's address with every bit turned.
    yield str(ipaddress.IPv6Address(0x20010000 << 96 | (number ^ 0xFFFFFFFF)))


def _samples(network_text: str) -> Iterator[str]:
    """Yields first, middle and last address of a range, in every dress."""
    spread = ipaddress.ip_network(network_text)
    for index in sorted({0, spread.num_addresses // 2, spread.num_addresses - 1}):
        address = spread[index]
        if isinstance(address, ipaddress.IPv4Address):
            yield from _dressed(address)
        else:
            yield str(address)


def _streamer(url: str, *origins: str, ca_file: Path | None = None) -> XAccelMiddleware:
    """Returns an application that streams one file."""
    ca = None if ca_file is None else str(ca_file)
    return XAccelMiddleware(RemoteFile(url), mode="stream", origins=origins, ca_file=ca)


def _status(app: XAccelMiddleware) -> str:
    return run_wsgi_app(app, create_environ(), buffered=True)[1][:3]


def _send(url: str, *origins: str, ca_file: Path | None = None) -> str:
    """Returns the status with which a new streamer answers."""
    with closing(_streamer(url, *origins, ca_file=ca_file)) as app:
        return _status(app)


@pytest.fixture(scope="module")
def wildcard() -> Iterator[XAccelMiddleware]:
    """A file at a host that only a wildcard admits."""
    with closing(_streamer(f"https://{HOST}/k", WILDCARD)) as app:
        yield app


FORBIDDEN_CASES = [
    pytest.param(
        samples,
        id=kind,
        marks=pytest.mark.attack(
            f"a wildcard's host at {kind}", "502, not connected to", carrier="stream"
        ),
    )
    for kind, samples in FORBIDDEN.items()
]


@pytest.mark.parametrize("spread", FORBIDDEN_CASES)
def test_a_wildcard_that_resolves_inwards(
    spread: str, wildcard: XAccelMiddleware, network: Network, tries
) -> None:
    """Alone, before a public address, and after one: no connection is even tried."""
    for address in _samples(spread):
        for addresses in ([address], [address, PUBLIC], [PUBLIC, address]):
            network.answers[HOST] = [addresses]
            assert _status(wildcard) == "502", addresses
            assert network.connected == [], addresses
            tries(1)


REACHED = {
    "IPv4": [PUBLIC],
    "IPv6": ["2600:1f18::7"],
    "NAT64 for a public one": ["64:ff9b::5db8:d70e"],
    "both, in the resolver's order": ["2600:1f18::7", PUBLIC],
}


@pytest.mark.parametrize("addresses", REACHED.values(), ids=REACHED)
def test_a_wildcard_at_public_addresses_is_connected_to(
    addresses: list[str], network: Network
) -> None:
    """The check isn't a wall; each address is tried in turn."""
    network.answers[HOST] = [addresses]
    _send(f"https://{HOST}/k", WILDCARD)
    assert network.connected == addresses


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "fd00::1"])
def test_an_exact_name_may_resolve_inwards(address: str, network: Network) -> None:
    """An intranet's store: its name was written by the operator."""
    network.answers["minio.internal"] = [[address]]
    _send("http://minio.internal/k", "http://minio.internal")
    assert network.connected == [address]


@pytest.mark.attack(
    "a name that resolves inwards when asked again", "502, asked once", carrier="stream"
)
def test_a_name_that_changes_its_mind(network: Network) -> None:
    """DNS rebinding: the address that was checked is the one that is connected to."""
    network.answers[HOST] = [[PUBLIC], ["127.0.0.1"]]
    _send(f"https://{HOST}/k", WILDCARD)
    assert (network.looked_up, network.connected) == ([HOST], [PUBLIC])


@pytest.mark.attack(
    "a redirect to a name that resolves inwards", "502, not connected to", carrier="stream"
)
def test_a_redirect_that_resolves_inwards(network: Network) -> None:
    """Each hop is looked up and checked like the first URL."""
    origins = ("http://start.example", "https://*.store.example")
    with StubRemote({"/k": answer(302, [("Location", f"https://{HOST}/k")])}) as remote:
        network.answers = {"start.example": [[PUBLIC]], HOST: [["127.0.0.1"]]}
        network.routes = {PUBLIC: remote.port, "127.0.0.1": remote.port}
        assert _send("http://start.example/k", *origins) == "502"
    assert network.connected == [PUBLIC]


def _with_names_asked(context: ssl.SSLContext, names: list[str | None]) -> ssl.SSLContext:
    context.sni_callback = lambda _sock, name, _context: names.append(name)
    return context


@pytest.fixture
def trusted(tmp_path: Path) -> Certificates:
    """An authority that signed the wildcard's certificate."""
    return Certificates(tmp_path, HOST)


def test_the_names_stay_the_names(network: Network, trusted: Certificates) -> None:
    """Connected by address; SNI, Host and the certificate's name are the URL's."""
    asked: list[str | None] = []
    tls = _with_names_asked(trusted.server_context(), asked)
    with StubRemote({"/k": answer(200, [], b"file")}, tls=tls) as remote:
        network.answers[HOST] = [[PUBLIC]]
        network.routes[PUBLIC] = remote.port
        status = _send(f"https://{HOST}/k", WILDCARD, ca_file=trusted.ca_file)
        hosts = [request.value("Host") for request in remote.requests]
    assert (status, asked, hosts) == ("200", [HOST], [HOST])


@pytest.mark.attack("a public address whose certificate is another's", "502", carrier="stream")
def test_an_address_with_anothers_certificate(network: Network, trusted: Certificates) -> None:
    """Connecting by address doesn't make the address the name that is verified."""
    other = "other.store.example"
    with StubRemote({"/k": answer(200)}, tls=trusted.server_context()) as remote:
        network.answers[other] = [[PUBLIC]]
        network.routes[PUBLIC] = remote.port
        status = _send(f"https://{other}/k", WILDCARD, ca_file=trusted.ca_file)
        assert (status, remote.requests) == ("502", [])


@pytest.mark.attack(
    "a connection kept to an exact origin's private address, for a wildcard's URL",
    "502, not asked",
    carrier="stream",
)
def test_a_kept_connection_that_was_never_checked(network: Network, trusted: Certificates) -> None:
    """An exact origin with a path prefix lies inwards; the wildcard's URLs may not go there."""
    urls = iter([f"https://{HOST}/open/k", f"https://{HOST}/secret"])
    with StubRemote(lambda _: answer(200, [], b"file"), tls=trusted.server_context()) as remote:
        network.answers[HOST] = [["10.1.2.3"]]
        network.routes["10.1.2.3"] = remote.port
        app = XAccelMiddleware(
            lambda environ, start: RemoteFile(next(urls))(environ, start),
            mode="stream",
            origins=[f"https://{HOST}/open/", WILDCARD],
            ca_file=str(trusted.ca_file),
        )
        with closing(app):
            statuses = [_status(app), _status(app)]
        paths = [request.path for request in remote.requests]
    assert (statuses, paths) == (["200", "502"], ["/open/k"])


@QUICK
@given(st.ip_addresses())
def test_what_is_public_is_global_for_python_too(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    """The standard library has the registries of its day; ours forbid at least as much."""
    if is_public(str(address)) and address not in ipaddress.ip_network("64:ff9b::/96"):
        assert address.is_global
        assert not address.is_multicast


NEIGHBOURS = [
    "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
    "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "198.17.255.255",
    "198.20.0.0", "223.255.255.255", "168.63.129.15", "2001:200::", "2001:db7:ffff::",
    "2001:db9::", "2003::", "2607:f8b0::1", "3ffe::",
]  # fmt: skip


@pytest.mark.parametrize("address", NEIGHBOURS)
def test_a_neighbour_of_a_forbidden_range_is_public(address: str) -> None:
    """The ranges are as wide as the registries say, and no wider."""
    assert is_public(address)


@pytest.mark.parametrize("spread", FORBIDDEN.values(), ids=FORBIDDEN)
def test_the_firewall_rule_forbids_the_same(spread: str) -> None:
    """What docs/hardening.md has for NGINX is no wider a door than the streamer's check."""
    page = (Path(__file__).parents[2] / "docs" / "hardening.md").read_text(encoding="utf-8")
    rejected = re.findall(r"daddr \{([^}]*)\} reject", page)
    networks = [ipaddress.ip_network(n) for n in re.findall(r"[0-9a-f.:]+/[0-9]+", str(rejected))]
    for address in map(ipaddress.ip_address, _samples(spread)):
        assert any(address in each for each in networks), address
