"""The allow list: what a URL must lie within, and what may not be allowed at all."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.checks import QUICK, SIGNATURE, breaks_a_line, value_or_our_error
from xaccel_wsgi.errors import OriginError, SettingsError, XAccelError
from xaccel_wsgi.rules.origin import AllowList, parse_origins
from xaccel_wsgi.rules.url import parse_url

FILES = "https://files.example.com"
BUCKET = "https://storage.googleapis.com/my-bucket/"
WILD = "https://*.s3.example.com"

ADMITTED = {
    "any path of the host": (FILES, "https://files.example.com/a/b"),
    "its bare host": (FILES, "https://files.example.com"),
    "the default port, written": (FILES, "https://files.example.com:443/a"),
    "the default port of the entry, unwritten": (f"{FILES}:443", "https://files.example.com/a"),
    "another case of the host": (FILES, "https://FILES.example.com/a"),
    "a host entry in another case": ("HTTPS://Files.Example.com", "https://files.example.com/a"),
    "a named port": (f"{FILES}:8443", "https://files.example.com:8443/a"),
    "a key within the prefix": (BUCKET, "https://storage.googleapis.com/my-bucket/a/b"),
    "the prefix itself": (BUCKET, "https://storage.googleapis.com/my-bucket/"),
    "a name with dots within the prefix": (BUCKET, f"{BUCKET}a..b/.c/..."),
    "dot segments in the query": (BUCKET, f"{BUCKET}a?b=/../c"),
    "dot segments where everything is allowed": (FILES, f"{FILES}/a/../b"),
    "one label for the star": (WILD, "https://bucket.s3.example.com/k"),
    "two stars, two labels": ("https://*.*.example.com", "https://a.b.example.com/k"),
    "http when exactly named": ("http://minio.internal:9000", "http://minio.internal:9000/k"),
    "an IPv6 address, spelled otherwise": ("http://[2001:DB8::0:7]", "http://[2001:db8::7]/k"),
}


@pytest.mark.parametrize(("entry", "url"), ADMITTED.values(), ids=ADMITTED)
def test_what_lies_within_the_origin_is_admitted(entry: str, url: str) -> None:
    """Scheme, host, port and prefix are compared as parsed parts."""
    assert parse_origins([entry]).admits(parse_url(url))


ATTACKS = {
    "another host": (FILES, "https://evil.example/a"),
    "a host that continues": (FILES, "https://files.example.com.evil.example/"),
    "a host that begins elsewhere": (FILES, "https://evilfiles.example.com/"),
    "a subdomain": (FILES, "https://a.files.example.com/"),
    "a dot that matches any character": (FILES, "https://filesxexample.com/"),
    "a downgrade to http": (FILES, "http://files.example.com/"),
    "http on the port of https": (FILES, "http://files.example.com:443/"),
    "another port": (FILES, "https://files.example.com:8443/"),
    "a port that continues": (f"{FILES}:844", "https://files.example.com:8443/"),
    "the default port where another is named": (f"{FILES}:8443", "https://files.example.com/"),
    "the origin in the path": (FILES, "https://evil.example/https://files.example.com/"),
    "the origin in the query": (FILES, "https://evil.example/?https://files.example.com/"),
    "another bucket": (BUCKET, "https://storage.googleapis.com/other/a"),
    "a bucket whose name continues": (BUCKET, "https://storage.googleapis.com/my-bucket-2/a"),
    "the prefix without its slash": (BUCKET, "https://storage.googleapis.com/my-bucket"),
    "the prefix in another case": (BUCKET, "https://storage.googleapis.com/My-Bucket/a"),
    "the prefix behind a doubled slash": (BUCKET, "https://storage.googleapis.com//my-bucket/a"),
    "a climb out of the prefix": (BUCKET, f"{BUCKET}../other/a"),
    "a climb at the end": (BUCKET, f"{BUCKET}a/.."),
    "a climb before the query": (BUCKET, f"{BUCKET}..?a"),
    "an encoded climb": (BUCKET, f"{BUCKET}%2e%2e/other"),
    "a half encoded climb": (BUCKET, f"{BUCKET}.%2E/other"),
    "a climb by an encoded slash": (BUCKET, f"{BUCKET}a%2F..%2fother"),
    "a climb by an encoded backslash": (BUCKET, f"{BUCKET}a%5C..%5cother"),
    "two labels for one star": (WILD, "https://a.b.s3.example.com/"),
    "no label for the star": (WILD, "https://s3.example.com/"),
    "a slash for the star": (WILD, "https://evil.example/.s3.example.com/"),
    "a host behind the star's": (WILD, "https://a.s3.example.com.evil.example/"),
    "http behind a star": (WILD, "http://a.s3.example.com/"),
}


@pytest.mark.parametrize(("entry", "url"), ATTACKS.values(), ids=ATTACKS)
def test_what_lies_outside_is_refused(entry: str, url: str) -> None:
    """Each of these has opened an allow list somewhere."""
    origins = parse_origins([entry])
    with pytest.raises(OriginError):
        origins.check(parse_url(url))


@pytest.mark.parametrize("host", ["any--label.example.com", "many--labels.example.com"])
def test_an_exact_name_widened_to_a_wildcard(host: str) -> None:
    """A host without a star admits itself only, whatever it is called."""
    origins = parse_origins([f"https://{host}"])
    hosts = (host, "evil.example.com", "mevils.example.com")
    assert [h for h in hosts if origins.admits(parse_url(f"https://{h}/"))] == [host]


TOO_WIDE = {
    "every host": "https://*",
    "every host of a top-level domain": "https://*.com",
    "a star as the top-level domain": "https://files.example.*",
    "a star as the registered name": "https://files.*.com",
    "a star within a label": "https://files-*.example.com",
    "two stars in a label": "https://**.example.com",
    "a star in the path": "https://files.example.com/*/",
    "a star in the port": "https://files.example.com:*",
    "a wildcard without TLS": "http://*.s3.example.com",
    "a prefix without a slash at its end": "https://files.example.com/bucket",
    "a query": "https://files.example.com/?a",
    "a fragment": "https://files.example.com/#a",
    "user info": "https://u:p@files.example.com",
    "another scheme": "ftp://files.example.com",
    "a bare host": "files.example.com",
    "a backslash": "https://files.example.com\\",
    "a regular expression": "https://(files|evil).example.com",
    "an alternative": "https://files.example.com|evil.example",
    "nothing": "",
    "a number": 5,
    "None": None,
    "an address with TLS": "https://192.0.2.7",
    "an IPv6 address with TLS": "https://[2001:db8::7]",
}


@pytest.mark.parametrize("entry", TOO_WIDE.values(), ids=TOO_WIDE)
def test_an_origin_that_is_none_or_too_wide_is_refused(entry: str) -> None:
    """When the settings are made, not when a request comes."""
    with pytest.raises(SettingsError) as refused:
        parse_origins([entry])
    assert refused.value.field == "origins"


def test_an_empty_list_is_refused() -> None:
    """Without an origin nothing could be sent; the error shows how one is written."""
    with pytest.raises(SettingsError, match=r'origins=\["https://'):
        parse_origins([])


def test_any_entry_of_the_list_admits() -> None:
    """Several origins are alternatives."""
    origins = parse_origins([FILES, BUCKET])
    assert origins.admits(parse_url(f"{BUCKET}a"))


@pytest.mark.parametrize(
    ("url", "exactly"),
    [("https://files.example.com/", True), ("https://bucket.s3.example.com/", False)],
    ids=["an exact origin may be anywhere", "a wildcard's host must be public"],
)
def test_exact_names_are_told_from_wildcards(url: str, exactly: bool) -> None:
    """Only an exactly named host is trusted to resolve to a private address."""
    assert parse_origins([FILES, WILD]).names_exactly(parse_url(url)) is exactly


def test_a_list_of_wildcards_names_nothing_exactly() -> None:
    """An empty alternative would match everything."""
    assert not parse_origins([WILD]).names_exactly(parse_url("https://a.s3.example.com/"))


def test_a_host_that_both_name_is_exactly_named() -> None:
    """The exact entry counts beside the wildcard."""
    origins = parse_origins([WILD, "https://minio.s3.example.com"])
    assert origins.names_exactly(parse_url("https://minio.s3.example.com/"))


def _refusal() -> OriginError:
    origins = parse_origins([FILES])
    with pytest.raises(OriginError) as refused:
        origins.check(parse_url(f"https://other.example:8443/a?{SIGNATURE}"))
    return refused.value


def test_the_refusal_names_the_url_and_the_origins() -> None:
    """The value and the rule."""
    assert re.search(r"https://other\.example:8443/a.*https://files\.example\.com", str(_refusal()))


def test_the_refusal_names_the_remedy() -> None:
    """The very entry to add."""
    assert "https://other.example:8443 to origins" in _refusal().remedy


@pytest.mark.parametrize(
    ("url", "origins", "remedy"),
    [
        pytest.param(
            "https://store.example/theirs/2024/k", ["https://store.example/ours/"],
            "If that place is meant, too, add https://store.example/theirs/ to origins.",
            id="another bucket: not the whole store",
        ),
        pytest.param(
            "http://files.example/k", ["https://files.example"],
            "Make an https URL of it, as the origin is.",
            id="http: not without TLS",
        ),
        pytest.param(
            "https://files.example:8443/k", ["https://files.example"],
            "Add https://files.example:8443 to origins, if this application is to fetch from "
            "there.",
            id="another port",
        ),
    ],
)  # fmt: skip
def test_the_remedy_admits_no_more_than_was_asked_for(
    url: str, origins: list[str], remedy: str
) -> None:
    """Who follows it in haste opens nothing else."""
    with pytest.raises(OriginError) as refused:
        parse_origins(origins).check(parse_url(url))
    assert refused.value.remedy == remedy


def test_a_signature_leaked_by_the_refusal() -> None:
    """A URL in the wrong place may still be a good one."""
    assert "5ec2e7" not in str(_refusal())


def test_a_signature_leaked_by_the_settings_error() -> None:
    """Someone pasted a signed URL for an origin."""
    with pytest.raises(SettingsError) as refused:
        parse_origins([f"https://files.example.com/a?{SIGNATURE}"])
    assert "5ec2e7" not in str(refused.value)


@QUICK
@given(st.text() | st.text("*.a/:[]0?#@-_ \\%", max_size=20).map("https://".__add__))
def test_any_entry_is_an_origin_or_our_error(entry: str) -> None:
    """No entry raises anything else."""
    got = value_or_our_error(lambda: parse_origins([entry]))
    assert isinstance(got, AllowList | XAccelError)
    assert not breaks_a_line(str(got))


@QUICK
@given(st.from_regex(r"[a-z0-9][a-z0-9-]{0,8}[a-z0-9](\.[a-z]{2,5}){2}", fullmatch=True))
def test_an_exact_origin_admits_its_own_host_and_no_other(host: str) -> None:
    """Whatever the host's name."""
    origins = parse_origins([f"https://{host}"])
    assert origins.admits(parse_url(f"https://{host}/a"))
    assert not origins.admits(parse_url(f"https://x{host}/a"))


@QUICK
@given(st.text("./%2eE5cCfF?a;", max_size=12))
def test_no_key_leaves_its_prefix(key: str) -> None:
    """However it is decoded, an admitted path has no dot segment (RFC 3986 section 5.2.4)."""
    url = parse_url(BUCKET + key)
    if parse_origins([BUCKET]).admits(url):
        decoded = re.sub("%2e", ".", re.sub("%(?:2f|5c)", "/", url.path, flags=re.I), flags=re.I)
        assert not {".", ".."} & set(decoded.split("/"))
