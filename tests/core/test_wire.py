"""The wire form of a handoff: what NGINX reads, byte for byte."""

import re
import string
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.checks import QUICK, SIGNATURE, breaks_a_line, value_or_our_error
from xaccel_wsgi.carriers.nginx import wire
from xaccel_wsgi.carriers.nginx.wire import (
    WIRE_VERSION,
    gateway_token,
    handoff_fields,
    internal_path,
)
from xaccel_wsgi.errors import HandoffError
from xaccel_wsgi.handoff import Handoff, make_handoff
from xaccel_wsgi.remote_file import RemoteFile
from xaccel_wsgi.rules.url import RemoteUrl, parse_url
from xaccel_wsgi.settings import Settings, load_settings

TOKEN = "0123456789abcdef"


def _settings(**options: object) -> Settings:
    return load_settings(environ={}, **{"origins": ["https://files.example"], **options})


def _handoff(path: str = "/a", **parts: object) -> Handoff:
    whole = {"request_fields": (), "credential_names": frozenset(), "response_fields": (), **parts}
    return Handoff(parse_url(f"https://files.example{path}"), **whole)  # type: ignore[arg-type]


PATHS = {
    # DESIGN.md: <prefix><scheme>/<host[:port]>/<encoded path>?<query>; NGINX decodes the path once.
    "a plain URL": ("https://files.example/a/b", "/_remote/https/files.example/a/b"),
    "a port": ("http://minio.internal:9000/a", "/_remote/http/minio.internal:9000/a"),
    "an encoded path, encoded once more": (
        "https://files.example/a%20b%2Fc", "/_remote/https/files.example/a%2520b%252Fc",
    ),
    "a query, which NGINX doesn't decode": (
        "https://files.example/a?b=%2F%20+", "/_remote/https/files.example/a?b=%2F%20+",
    ),
    "the root": ("https://files.example", "/_remote/https/files.example/"),
    "doubled slashes": ("https://files.example//a//", "/_remote/https/files.example//a//"),
    "a climb, which NGINX would refuse": (
        "https://files.example/a/../b", "/_remote/https/files.example/a/%252e%252e/b",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("url", "path"), PATHS.values(), ids=PATHS)
def test_the_internal_path(url: str, path: str) -> None:
    """The form that the internal location takes apart."""
    assert internal_path(parse_url(url), "/_remote/") == path


def test_the_prefix_is_the_settings() -> None:
    """Where `/_remote/` is taken."""
    assert internal_path(parse_url("https://files.example/a"), "/x/") == "/x/https/files.example/a"


def test_the_fields_of_a_whole_handoff() -> None:
    """Every decision under a private name; cookies under their own."""
    handoff = _handoff(
        "/a?s=1",
        request_fields=(("Range", "bytes=0-1"), ("Authorization", "Bearer x")),
        response_fields=(("Content-Disposition", "attachment"),),
        cookies=("a=1", "b=2"),
        limit_rate=1000,
        log_id="order-7",
    )
    assert sorted(handoff_fields(handoff, _settings(token=TOKEN))) == sorted([
        ("X-Accel-Redirect", "/_remote/https/files.example/a?s=1"),
        ("X-Accel-Expires", "0"),
        ("X-Accel-Request-Range", "bytes=0-1"),
        ("X-Accel-Request-Authorization", "Bearer x"),
        ("X-Accel-Response-Content-Disposition", "attachment"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
        ("X-Accel-Token", TOKEN),
        ("X-Accel-Limit-Rate", "1000"),
        ("X-Accel-Log-Id", "order-7"),
        ("X-Accel-More", "yes"),
    ])  # fmt: skip


WAYS = {
    "not cached": (None, (), "/_remote/https/"),
    "cached": ("v1", (), "/_remote/cached/https/"),
    "cached, with an own etag": ("v1", (("ETag", '"a"'),), "/_remote/cached-own/https/"),
    "cached, with an own date": ("v1", (("Last-Modified", "x"),), "/_remote/cached-own/https/"),
}


@pytest.mark.parametrize(("key", "response", "begins"), WAYS.values(), ids=WAYS)
def test_the_way_to_the_file(
    key: str | None, response: tuple[tuple[str, str], ...], begins: str
) -> None:
    """Each has an internal location of its own; the key goes along under a private name."""
    handoff = _handoff(cache_key=key, response_fields=response)
    fields = dict(handoff_fields(handoff, _settings(token=TOKEN)))
    assert fields["X-Accel-Redirect"].startswith(begins)
    assert fields.get("X-Accel-Cache-Key") == key


USUAL = (("Content-Disposition", "inline"), ("cache-control", "no-store"), ("Content-Type", "a/b"))
MORE = {
    "what nearly every file has": ({"response_fields": USUAL}, None),
    "a field that few have": ({"response_fields": (("Vary", "Origin"),)}, "yes"),
    "own validators": ({"response_fields": (("ETag", '"a"'),)}, "yes"),
    "a field for the remote": ({"request_fields": (("Range", "bytes=0-1"),)}, "yes"),
    "a log id": ({"log_id": "order-7"}, "yes"),
}


@pytest.mark.parametrize(("parts", "said"), MORE.values(), ids=MORE)
def test_nginx_is_told_when_there_is_more(parts: dict, said: str | None) -> None:
    """It doesn't look for the rest otherwise."""
    assert dict(handoff_fields(_handoff(**parts), _settings())).get("X-Accel-More") == said


def test_without_a_token_none_is_sent() -> None:
    """And without a rate, no rate."""
    assert handoff_fields(_handoff(), _settings()) == (
        ("X-Accel-Redirect", "/_remote/https/files.example/a"),
        ("X-Accel-Expires", "0"),
    )


def test_a_handoff_larger_than_the_buffer_is_refused() -> None:
    """Rather than answered 502 by NGINX, without a word why."""
    with pytest.raises(HandoffError) as refused:
        handoff_fields(_handoff("/" + "a" * 16384), _settings())
    assert refused.value.field == "buffer_bytes"


BIG = {
    "in the URL": {"path": "/" + "a" * 3700},
    "in a request field": {"request_fields": (("Authorization", "a" * 3700),)},
    "in a response field": {"response_fields": (("Link", "a" * 3700),)},
    "in a cookie": {"cookies": ("a" * 3700,)},
}


@pytest.mark.parametrize("parts", BIG.values(), ids=BIG)
def test_every_part_counts_for_the_buffer(parts: dict) -> None:
    """NGINX has one buffer for the whole head of the answer."""
    with pytest.raises(HandoffError):
        handoff_fields(_handoff(**parts), _settings(buffer_bytes=4096))


@pytest.mark.parametrize("parts", BIG.values(), ids=BIG)
def test_a_larger_buffer_is_the_remedy(parts: dict) -> None:
    """The error's advice helps."""
    assert handoff_fields(_handoff(**parts), _settings(buffer_bytes=8192))


def _refusal() -> HandoffError:
    with pytest.raises(HandoffError) as refused:
        handoff_fields(_handoff(f"/report?{SIGNATURE}&{'a' * 5000}"), _settings(buffer_bytes=4096))
    return refused.value


def test_the_refusal_names_url_and_sizes() -> None:
    """What was too much, and for what."""
    assert {"https://files.example/report?[redacted]", "4096"} <= set(
        str(_refusal()).replace(",", "").split()
    )


def test_the_refusal_says_what_to_do() -> None:
    """The setting, and that the configuration must follow."""
    assert "Raise buffer_bytes and generate the configuration anew" in _refusal().remedy


def test_a_signature_leaked_by_the_refusal() -> None:
    """The URL is too long, not less secret."""
    assert "5ec2e7" not in str(_refusal())


def test_the_gateway_token_tells_secret_and_version() -> None:
    """And a digest, without which no outdated configuration would be noticed."""
    secret, version, digest = gateway_token(_settings(token=TOKEN)).split(";")
    assert (secret, version) == (TOKEN, WIRE_VERSION)
    assert re.fullmatch("[0-9a-f]{12}", digest)


def test_the_gateway_token_has_three_parts_without_a_secret_too() -> None:
    """The version is compared all the same."""
    assert gateway_token(_settings()).split(";")[0] == ""


def test_the_gateway_token_changes_with_the_configuration() -> None:
    """One changed setting is enough."""
    assert gateway_token(_settings()) != gateway_token(_settings(prefix="/x/"))


def test_the_gateway_token_changes_with_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """An upgrade that hides one header more has NGINX hide it, once it is told."""
    before = gateway_token(_settings())
    monkeypatch.setattr(wire, "_RULES", f"{wire._RULES} and one more")
    assert gateway_token(_settings()) != before


# --- Properties ---

PRINTABLE = string.ascii_letters + string.digits + "!\"$%&'()*+,-./:;<=>@[]^_`{|}~?"


@QUICK
@given((st.text(PRINTABLE) | st.text(min_size=1)).map("https://files.example:8443/".__add__))
@example("https://files.example/%")
@example("https://files.example/%25%2525")
@example("https://files.example/a%3Fb?c%3Fd")
def test_decoded_once_the_internal_path_is_the_url(text: str) -> None:
    """What NGINX sends is what was signed (`ngx_http_parse_unsafe_uri` decodes once)."""
    url = value_or_our_error(lambda: parse_url(text))
    if isinstance(url, RemoteUrl):
        path, mark, query = internal_path(url, "/_remote/").partition("?")
        decoded = unquote_to_bytes(path).decode("ascii").removeprefix("/_remote/https/")
        assert f"https://{decoded}{mark}{query}" == url.href


@QUICK
@given(st.text(PRINTABLE + "é", min_size=1).map("https://files.example/".__add__))
def test_nginx_finds_no_climb_in_the_internal_path(text: str) -> None:
    """It answers 404 to an internal redirect with a dot-dot segment."""
    url = value_or_our_error(lambda: parse_url(text))
    if isinstance(url, RemoteUrl):
        assert ".." not in internal_path(url, "/_remote/").partition("?")[0].split("/")


@QUICK
@given(
    st.text().map("https://files.example/".__add__),
    st.text(),
    st.text(),
    st.dictionaries(st.sampled_from(["HTTP_RANGE", "HTTP_IF_NONE_MATCH"]), st.text()),
)
def test_a_header_split_through_any_part_of_a_handoff(
    url: str, filename: str, value: str, client: dict[str, str]
) -> None:
    """URL, file name, header, client: no field for NGINX can be split, nor an error."""

    def fields() -> str:
        remote = RemoteFile(
            url, filename=filename or None, request_headers={"Authorization": value}
        )
        decided = make_handoff(remote, {"REQUEST_METHOD": "GET", **client}, [], _settings())
        assert isinstance(decided, Handoff)
        return "".join(map("".join, handoff_fields(decided, _settings(token=TOKEN))))

    assert not breaks_a_line(str(value_or_our_error(fields)))
