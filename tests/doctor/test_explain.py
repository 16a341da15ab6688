"""What becomes of a URL, told before it happens."""

import pytest

from xaccel_wsgi.carriers.nginx.config import Target
from xaccel_wsgi.doctor.explain import Explanation, explain
from xaccel_wsgi.errors import OriginError, UrlError
from xaccel_wsgi.settings import Settings, load_settings

OLD, NEW = Target((1, 22, 1)), Target((1, 30, 6))
WILDCARD, EXACT, ADDRESS = (
    "https://*.s3.amazonaws.com", "https://files.example.com/a/", "http://127.0.0.1:9000",
)  # fmt: skip
SIGNED = "X-Amz-Signature=s3cr3t"


@pytest.fixture(scope="module")
def settings() -> Settings:
    """An application's."""
    return load_settings(environ={}, origins=[WILDCARD, EXACT, ADDRESS])


def _said(explanation: Explanation, heading: str, label: str) -> list[str]:
    return [
        text
        for section in explanation.sections
        if section.heading == heading
        for line_label, text in section.lines
        if line_label == label
    ]


def test_it_follows_the_url(settings: Settings) -> None:
    """From how it is read to the line that NGINX sends."""
    said = explain("https://Files.example.com/a/é%20b", settings, OLD)
    assert said.refused is None
    assert [s.heading for s in said.sections] == ["Read as", "Admitted", "NGINX"]
    assert _said(said, "Read as", "host") == ["files.example.com"]
    assert len(_said(said, "Read as", "changed")) == 2
    assert _said(said, "Admitted", "by") == [EXACT]
    # RFC 3986 section 2.5: é is C3 A9; NGINX decodes its path once.
    assert _said(said, "NGINX", "is told") == [
        "X-Accel-Redirect: /_remote/https/files.example.com/a/%25C3%25A9%2520b"
    ]
    assert _said(said, "NGINX", "sends") == ["GET /a/%C3%A9%20b HTTP/1.1"]
    assert _said(said, "NGINX", "") == ["Host: files.example.com"]


@pytest.mark.parametrize("show_query", [False, True])
def test_a_signed_query(show_query: bool, settings: Settings) -> None:
    """It is shown on demand alone, and the path never suffers for it."""
    url = f"{ADDRESS}/s3cr3t?s3cr3t"
    said = explain(url, settings, OLD, show_query=show_query)
    sent = "GET /s3cr3t?s3cr3t HTTP/1.1" if show_query else "GET /s3cr3t?[redacted] HTTP/1.1"
    assert _said(said, "NGINX", "sends") == [sent]
    if show_query:
        told = "X-Accel-Redirect: /_remote/http/127.0.0.1:9000/s3cr3t?s3cr3t"
        assert _said(said, "NGINX", "is told") == [told]
    hidden = explain(f"{ADDRESS}/k?{SIGNED}", settings, OLD)
    assert "s3cr3t" not in str(hidden)


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("https://b.s3.amazonaws.com/k", "public addresses alone"),
        (f"{EXACT}k", "any address"),
        (f"{ADDRESS}/k", "any address"),
    ],
)
def test_which_addresses_it_may_connect_to(url: str, where: str, settings: Settings) -> None:
    """A wildcard's host must be public; a host that is named exactly may be anywhere."""
    (said,) = _said(explain(url, settings, OLD), "Admitted", "to")
    assert said.startswith(where)


@pytest.mark.parametrize(
    ("url", "target", "says"),
    [
        (f"{ADDRESS}/k", OLD, "connections are kept"),
        (f"{EXACT}k", OLD, "for each download"),
        (f"{EXACT}k", NEW, "following DNS; connections are kept"),
        ("https://b.s3.amazonaws.com/k", NEW, "for each download"),
    ],
)
def test_how_nginx_connects(url: str, target: Target, says: str, settings: Settings) -> None:
    """Kept connections need an exact origin, and an address or a newer NGINX."""
    (said,) = _said(explain(url, settings, target), "NGINX", "connects to")
    assert says in said


def test_a_url_that_is_none(settings: Settings) -> None:
    """It isn't even read."""
    said = explain("https://user:s3cr3t@b.s3.amazonaws.com/k", settings, OLD)
    assert isinstance(said.refused, UrlError)
    assert "s3cr3t" not in str(said.refused)


def test_a_url_that_no_origin_admits(settings: Settings) -> None:
    """It is read, and goes no further."""
    said = explain(f"https://elsewhere.example/k?{SIGNED}", settings, OLD)
    assert isinstance(said.refused, OriginError)
    assert [s.heading for s in said.sections] == ["Read as"]
    assert "s3cr3t" not in str(said)


def test_without_an_application() -> None:
    """What depends on its settings is left out."""
    said = explain(f"{ADDRESS}/k", None, OLD)
    assert [s.heading for s in said.sections] == ["Read as", "NGINX"]
