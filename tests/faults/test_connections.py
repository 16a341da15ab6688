"""Remotes that can't be reached, or that aren't who they should be: names, ports, TLS."""

import socket
import ssl
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from tests.support.client import send
from tests.support.remote import Answer, Close, Hang, Pause, Reset, answer
from tests.support.site import Carrier, Site
from xaccel_wsgi import RemoteFile

from .ends import CONNECT_TIMEOUT_S, READ_TIMEOUT_S, SLACK_S, End, end_of
from .grounds import ADDRESSES, Grounds
from .sent import BODY, to

WHOLE = answer(200, body=BODY)
NOW = datetime.now(UTC)


@pytest.fixture(params=["at once", "behind a redirect"])
def asked(request: pytest.FixtureRequest, grounds: Grounds) -> Callable[[str], str]:
    """Returns what to ask for, so that a URL is asked for in the end."""

    def asked(url: str) -> str:
        if request.param == "at once":
            return url
        grounds.remote.script = {"/k": to(url)}
        return grounds.remote.url("/k")

    return asked


@pytest.mark.fault("a port where nobody listens", "502")
def test_a_refused_connection_is_502(carrier: Carrier, grounds: Grounds) -> None:
    """The kernel says no."""
    assert end_of(grounds.ask(carrier, f"{grounds.nowhere}/k")) == End.BAD_GATEWAY


@pytest.mark.fault("a host that drops what comes", "504")
def test_no_connection_in_time(
    asked: Callable[[str], str], carrier: Carrier, grounds: Grounds
) -> None:
    """Nothing says no."""
    began = time.monotonic()
    assert end_of(grounds.ask(carrier, asked(f"{grounds.deaf}/k"))) == End.TIMEOUT
    assert 0.9 * CONNECT_TIMEOUT_S <= time.monotonic() - began <= CONNECT_TIMEOUT_S + SLACK_S


GREETINGS = [
    ("a remote that resets at once", [Reset()], End.BAD_GATEWAY, 0),
    ("a remote that closes at once", [Close()], End.BAD_GATEWAY, 0),
    ("a remote that accepts and is silent", [Hang()], End.TIMEOUT, READ_TIMEOUT_S),
]


@pytest.mark.parametrize(
    ("greeting", "end", "after_s"),
    [
        pytest.param(*row, marks=pytest.mark.fault(kind, str(row[1])), id=kind)
        for kind, *row in GREETINGS
    ],
)
def test_an_accepted_connection_that_breaks(
    greeting: Answer, end: End, after_s: float, carrier: Carrier, grounds: Grounds
) -> None:
    """Before it has read the request."""
    grounds.remote.greeting = greeting
    began = time.monotonic()
    assert end_of(grounds.ask(carrier, grounds.remote.url("/k"))) == end
    assert 0.9 * after_s <= time.monotonic() - began <= after_s + SLACK_S


# --- Names ---


@pytest.mark.parametrize(
    ("name", "found", "error"),
    [
        pytest.param(
            *("missing", "no such name", socket.EAI_NONAME),
            marks=pytest.mark.fault("a name that doesn't exist", "502"),
            id="no such name",
        ),
        pytest.param(
            *("failing", "failure", socket.EAI_FAIL),
            marks=pytest.mark.fault("a name server that fails", "502"),
            id="a failure",
        ),
        pytest.param(
            *("silent", "silence", socket.EAI_AGAIN),
            marks=pytest.mark.fault("a name server that is silent", "502"),
            id="silence",
        ),
    ],
)
def test_a_name_that_leads_nowhere(
    name: str,
    found: str,
    error: int,
    carrier: Carrier,
    grounds: Grounds,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """NGINX waits `connect_timeout_s` for its resolver, the streamer as long as the system does."""

    def lookup(host: str, *args: object, **options: object) -> list:
        if host.endswith(".test.example"):
            raise socket.gaierror(error, "as the system's resolver says it")
        return real(host, *args, **options)

    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    host = f"{name}.test.example"
    grounds.dns.names[host] = found
    began = time.monotonic()
    assert end_of(grounds.ask(carrier, f"http://{host}/k")) == End.BAD_GATEWAY
    assert time.monotonic() - began <= CONNECT_TIMEOUT_S + SLACK_S
    if carrier == "nginx":
        assert host in grounds.dns.asked


@pytest.fixture
def several_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has the streamer find what NGINX finds; it begins with any of them."""

    def lookup(asked: str, port: int, *args: object, **options: object) -> list:
        if asked not in ADDRESSES:
            return real(asked, port, *args, **options)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in ADDRESSES[asked]]

    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lookup)


@pytest.mark.fault("an address of two that drops what comes", "the whole file")
@pytest.mark.usefixtures("several_addresses")
def test_another_address(asked: Callable[[str], str], carrier: Carrier, grounds: Grounds) -> None:
    """The other one is tried."""
    grounds.elsewhere.script = {"/k": WHOLE}
    for _ in range(4):
        began = time.monotonic()
        assert end_of(grounds.ask(carrier, asked(f"{grounds.half_deaf}/k"))) == End.WHOLE
        assert time.monotonic() - began <= CONNECT_TIMEOUT_S + SLACK_S


@pytest.mark.fault("many addresses that all reset the connection", "502")
@pytest.mark.usefixtures("several_addresses")
def test_no_remote_is_asked_again_and_again(
    asked: Callable[[str], str], carrier: Carrier, grounds: Grounds
) -> None:
    """A store in trouble gets no more requests for it than two."""
    grounds.everywhere.script = {"/k": [Reset()]}
    assert end_of(grounds.ask(carrier, asked(f"{grounds.manifold}/k"))) == End.BAD_GATEWAY
    assert len(grounds.everywhere.requests) == (2 if carrier == "nginx" else 1)


# --- TLS ---


def ask_securely(carrier: Carrier, grounds: Grounds) -> End:
    """Returns how a request for a file behind TLS ends."""
    grounds.secure.script = {"/k": WHOLE}
    return end_of(grounds.ask(carrier, grounds.secure.url("/k", "localhost")))


def test_the_good_certificate_is_good(carrier: Carrier, grounds: Grounds) -> None:
    """So that what follows fails for the reason that it says."""
    assert ask_securely(carrier, grounds) == End.WHOLE


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(
            {"name": "other.test.example"},
            marks=pytest.mark.fault("a certificate for another name", "502; not asked"),
            id="another name",
        ),
        pytest.param(
            {"name": "localhost", "not_after": NOW - timedelta(days=1)},
            marks=pytest.mark.fault("a certificate that has expired", "502; not asked"),
            id="expired",
        ),
        pytest.param(
            {"name": "localhost", "not_before": NOW + timedelta(days=1)},
            marks=pytest.mark.fault("a certificate of tomorrow", "502; not asked"),
            id="not yet valid",
        ),
    ],
)
def test_a_certificate_that_does_not_hold(
    options: dict, carrier: Carrier, grounds: Grounds
) -> None:
    """The authority is the right one; what it signed isn't."""
    grounds.secure.tls = grounds.certificates.other_context(**options)
    assert ask_securely(carrier, grounds) == End.BAD_GATEWAY
    assert grounds.secure.requests == []


@pytest.mark.fault("a certificate of an unknown authority", "502; not asked")
def test_an_unknown_authority(carrier: Carrier, grounds: Grounds) -> None:
    """Right in everything else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    grounds.secure.tls = context
    assert ask_securely(carrier, grounds) == End.BAD_GATEWAY
    assert grounds.secure.requests == []


@pytest.mark.fault("a certificate signed by itself", "502; not asked")
def test_a_self_signed_certificate(carrier: Carrier, grounds: Grounds, tmp_path: Path) -> None:
    """Nobody vouches for it."""
    itself = trustme.CA()
    pem = tmp_path / "itself.pem"
    itself.private_key_pem.write_to_path(pem)
    itself.cert_pem.write_to_path(pem, append=True)
    grounds.secure.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    grounds.secure.tls.load_cert_chain(pem)
    assert ask_securely(carrier, grounds) == End.BAD_GATEWAY
    assert grounds.secure.requests == []


def old_tls(grounds: Grounds) -> ssl.SSLContext:
    """Returns a context for a server that speaks nothing newer than TLS 1.1."""
    context = grounds.certificates.server_context()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


@pytest.mark.fault("a remote that speaks old TLS alone", "502; not asked")
def test_old_tls_is_refused(carrier: Carrier, grounds: Grounds) -> None:
    """Nothing before 1.2."""
    grounds.secure.tls = old_tls(grounds)
    assert ask_securely(carrier, grounds) == End.BAD_GATEWAY
    assert grounds.secure.requests == []


@pytest.mark.fault("a remote that speaks old TLS alone", "502; not asked", carrier="nginx")
def test_old_tls_where_the_system_admits_it(
    grounds: Grounds, nginx_binary: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Debian's OpenSSL refuses it by itself; others don't."""
    lenient = tmp_path / "openssl.cnf"
    lenient.write_text(
        "openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = lenient\n"
        "[lenient]\nMinProtocol = TLSv1\nCipherString = ALL:@SECLEVEL=0\n"
    )
    monkeypatch.setenv("OPENSSL_CONF", str(lenient))
    grounds.secure.tls = old_tls(grounds)
    grounds.secure.script = {"/k": WHOLE}
    url = grounds.secure.url("/k", "localhost")
    folder = tmp_path / "nginx"
    folder.mkdir()
    with Site(
        lambda environ, start: RemoteFile(url)(environ, start),
        folder,
        nginx_binary,
        origins=[grounds.secure.url("", "localhost")],
        pin_dns=True,
        ca_file=str(grounds.certificates.ca_file),
    ) as site:
        assert end_of(send(site.nginx.address, "/f")) == End.BAD_GATEWAY
    assert grounds.secure.requests == []


PLAIN = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(
    ("greeting", "end", "after_s"),
    [
        pytest.param(*row, marks=pytest.mark.fault(kind, str(row[1])), id=kind)
        for kind, *row in [
            ("a reset within the handshake", [Pause(0.05), Reset()], End.BAD_GATEWAY, 0),
            ("a close within the handshake", [Pause(0.05), Close()], End.BAD_GATEWAY, 0),
            ("silence within the handshake", [Hang()], End.TIMEOUT, CONNECT_TIMEOUT_S),
            ("plain HTTP where TLS is expected", [PLAIN, Close()], End.BAD_GATEWAY, 0),
        ]
    ],
)
def test_a_handshake_that_breaks(
    greeting: Answer, end: End, after_s: float, carrier: Carrier, grounds: Grounds
) -> None:
    """The handshake is part of connecting, and has its deadline."""
    grounds.secure.greeting = greeting
    began = time.monotonic()
    assert ask_securely(carrier, grounds) == end
    assert 0.9 * after_s <= time.monotonic() - began <= after_s + SLACK_S


@pytest.mark.fault("TLS where plain HTTP is expected", "502")
def test_tls_where_plain_http_is_expected(carrier: Carrier, grounds: Grounds) -> None:
    """It waits for a handshake, and gets a request."""
    url = f"http://127.0.0.1:{grounds.secure.port}/k"
    assert end_of(grounds.ask(carrier, url)) == End.BAD_GATEWAY
