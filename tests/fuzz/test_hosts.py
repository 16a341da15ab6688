"""Which host a URL means: our parser, NGINX and urllib3 agree, or our parser refuses it.

Server-side request forgery lives where the one that checks and the one that connects read another
host in the same text.
"""

import ipaddress
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url as urllib3_parse_url

from tests.support.dns import StubDns
from xaccel_wsgi.errors import UrlError
from xaccel_wsgi.rules.url import DEFAULT_PORTS, RemoteUrl, parse_url
from xaccel_wsgi.settings import load_settings

from .amount import amount, generator
from .drawn import host
from .nginx_reader import NginxReader

Read = tuple[str, int] | None

ORIGINS = [
    "https://*.s3.example.com", "http://files.example", "https://files.example:8443",
    "https://*.example.org/inside/", "http://127.0.0.1:9000", "http://[2001:db8::7]",
]  # fmt: skip


@pytest.fixture(scope="module")
def reader(nginx_binary: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NginxReader]:
    """The NGINX that is asked."""
    settings = load_settings(environ={}, origins=ORIGINS, token="0123456789abcdef")
    with NginxReader(tmp_path_factory.mktemp("reader"), nginx_binary, settings) as reader:
        yield reader


def _same(name: str, port: int | None, scheme: str) -> tuple[str, int]:
    """Spells a host in one way: letter case and the forms of an IPv6 address don't distinguish."""
    name = name.lower()
    if name.startswith("["):
        name = f"[{ipaddress.IPv6Address(name[1:-1])}]"
    return name, port or DEFAULT_PORTS[scheme]


def _ours(text: str) -> RemoteUrl | None:
    try:
        return parse_url(text)
    except UrlError:
        return None


def _urllib3s(text: str) -> Read:
    try:
        url = urllib3_parse_url(text)
    except (LocationParseError, ValueError):
        return None
    if url.host is None or url.scheme is None or url.auth is not None:
        return None
    return _same(url.host, url.port, url.scheme)


def _nginxs(read: Read, text: str) -> Read:
    return None if read is None else _same(*read, text.partition(":")[0].lower())


@pytest.mark.attack(
    "a host that our parser, NGINX and urllib3 could read differently", "the same, or refused"
)
def test_three_readers_of_a_host(reader: NginxReader, tries) -> None:
    """100,000 with `make fuzz`; and at least three in ten are accepted by all three."""
    r = generator("hosts")
    drawn = iter(lambda: host(r), None)
    # No header brings these three to NGINX.
    askable = (text for text in drawn if not set(text) & set("\0\r\n"))
    texts = list(islice(askable, amount(100_000)))
    urls = [_ours(text) for text in texts]
    # NGINX is handed what was accepted in the form in which it is sent on.
    asked = [url.href if url else text for url, text in zip(urls, texts, strict=True)]
    found = reader.hosts([text.encode() for text in asked])
    accepted = 0
    for text, url, read in zip(texts, urls, found, strict=True):
        if url is None:
            continue
        ours = url.host, url.effective_port
        assert (_nginxs(read, text), _urllib3s(text), _urllib3s(url.href)) == (ours,) * 3, text
        accepted += 1
    tries(len(texts))
    print(f"hosts: {accepted} of {len(texts)} accepted by all three")
    assert accepted >= 0.3 * len(texts)


def test_the_reader_says_which_name_nginx_looks_up(nginx_binary: str, tmp_path: Path) -> None:
    """What `$proxy_host` shows is what DNS is asked for: so the reader can be believed."""
    names = [f"{label}.example" for label in ("a", "x-1", "old_bucket", "1x")]
    settings = load_settings(environ={}, origins=ORIGINS, token="0123456789abcdef")
    with (
        StubDns({}) as dns,
        NginxReader(tmp_path, nginx_binary, settings, resolver=dns.address) as reader,
    ):
        urls = [f"http://{name}:8080/k".encode() for name in names]
        read = [found and found[0] for found in reader.hosts(urls)]
        assert read == names
        assert list(dict.fromkeys(dns.asked)) == names


NEAR = (
    "bucket.s3.example.com", "a.b.s3.example.com", "s3.example.com", "files.example",
    "xfiles.example", "files.example.evil.example", "any.example.org", "127.0.0.1", "[2001:db8::7]",
    "127.0.0.2", "files.example:8443", "files.example:80", "files.example:443", "127.0.0.1:9000",
    "bucket.s3.example.com:443", "bucket.s3.example.com:444", "FILES.example", "files.example.",
)  # fmt: skip
PATHS = (
    "/", "/k", "/inside/k", "/inside", "/inside/../k", "/inside/%2e%2e/k", "/inside/a%2f..%2fk",
    "/inside//k", "/inside/.", "//inside/k", "/Inside/k", "/k/inside/", "/inside/%5c..%5ck", "/%0a",
)  # fmt: skip


@pytest.mark.attack(
    "an internal path that Python and NGINX could admit differently", "the same", carrier="nginx"
)
def test_nginx_admits_what_python_admits(reader: NginxReader, tries) -> None:
    """20,000 with `make fuzz`: one expression, two engines, and a URL of any kind between them."""
    r = generator("internal paths near the allow list")
    origins = load_settings(environ={}, origins=ORIGINS).origins
    texts = []
    for _ in range(amount(20_000)):
        text = f"{r.choice(('http', 'https'))}://{r.choice(NEAR)}{r.choice(PATHS)}"
        if r.random() < 0.2:
            at = r.randrange(len(text))
            text = text[:at] + r.choice("@:/?#.%\\*a_-[]é \t") + text[at:]
        texts.append(text)
    # As a handoff would have it, had nobody checked: encoded once more, and nothing else.
    paths = [f"/_remote/{t.replace('://', '/', 1).replace('%', '%25')}".encode() for t in texts]
    admitted = 0
    for text, read in zip(texts, reader.admitted(paths), strict=True):
        try:
            url = parse_url(text)
        except UrlError:
            url = None
        if read is not None:
            assert url is not None, text
            assert origins.admits(url), text
            assert read == url.origin, text
        elif url is not None and url.href == text:
            assert not origins.admits(url), text
        admitted += read is not None
    tries(len(texts))
    assert admitted >= 0.1 * len(texts)
