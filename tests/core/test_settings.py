"""Settings: where each comes from, what is refused, and what an error may show."""

from dataclasses import FrozenInstanceError, fields, replace
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.checks import QUICK, value_or_our_error
from xaccel_wsgi.errors import SettingsError, XAccelError
from xaccel_wsgi.settings import Settings, load_settings

ORIGINS = ["https://files.example"]
TOKEN = "0123456789abcdef"


def _load(**options: object) -> Settings:
    return load_settings(environ={}, **{"origins": ORIGINS, **options})


def test_only_origins_are_required() -> None:
    """Without them the error says how to give them."""
    with pytest.raises(SettingsError, match=r"^origins: ") as refused:
        load_settings(environ={})
    assert "origins=[" in refused.value.remedy


SOURCES = {
    "the environment": ({}, {"XACCEL_MODE": "nginx"}, {}, "nginx"),
    "a mapping over the environment": (
        {"XACCEL_MODE": "stream"}, {"XACCEL_MODE": "nginx"}, {}, "stream",
    ),
    "an ini setting over the environment": (
        {"xaccel.mode": "stream"}, {"XACCEL_MODE": "nginx"}, {}, "stream",
    ),
    "an argument over both": (
        {"XACCEL_MODE": "stream"}, {"XACCEL_MODE": "stream"}, {"mode": "nginx"}, "nginx",
    ),
    "None as no argument": ({"XACCEL_MODE": "stream"}, {}, {"mode": None}, "stream"),
    "an empty variable as none": ({}, {"XACCEL_MODE": ""}, {}, "auto"),
}  # fmt: skip


@pytest.mark.parametrize(("mapping", "environ", "options", "mode"), SOURCES.values(), ids=SOURCES)
def test_the_first_source_that_has_it_counts(
    mapping: dict[str, str], environ: dict[str, str], options: dict[str, str], mode: str
) -> None:
    """Arguments over the mapping over the environment."""
    got = load_settings(mapping, environ, origins=ORIGINS, **options)
    assert got.mode == mode


def test_the_environment_is_the_process_one_unless_given(monkeypatch) -> None:
    """XACCEL_* variables work without a line of code."""
    monkeypatch.setenv("XACCEL_ORIGINS", "https://a.example https://b.example")
    assert [o.host for o in load_settings().origins.origins] == ["a.example", "b.example"]


def test_other_keys_of_a_frameworks_mapping_are_its_own() -> None:
    """app.config holds much else."""
    assert load_settings({"SECRET_KEY": "x", 5: 6}, {}, origins=ORIGINS).mode == "auto"


def test_unknown_variables_of_the_environment_are_others() -> None:
    """The environment is shared."""
    assert load_settings({}, {"XACCEL_VERSION": "1"}, origins=ORIGINS).mode == "auto"


@pytest.mark.parametrize(
    ("mapping", "options"),
    [({}, {"orgins": "x"}), ({"XACCEL_ORGINS": "x"}, {}), ({"xaccel.orgins": "x"}, {})],
    ids=["as an argument", "in a mapping", "in an ini file"],
)
def test_a_misspelt_setting_is_refused_by_name(mapping: dict, options: dict) -> None:
    """A typo is found at the start, and the error lists what there is."""
    with pytest.raises(SettingsError, match=r"(?i)orgins") as refused:
        load_settings(mapping, {}, **options)
    assert "origins" in refused.value.remedy


TEXTS = {
    "white space separates a list": ("request_header_names", "A  B\nC", ("A", "B", "C")),
    "commas separate a list": ("request_header_names", "A, B,C", ("A", "B", "C")),
    "an integer": ("buffer_bytes", "32768", 32768),
    "a decimal number": ("read_timeout_s", "2.5", 2.5),
    "yes": ("pin_dns", "yes", True),
    "False": ("pin_dns", "False", False),
    "0": ("pin_dns", "0", False),
    "on": ("pin_dns", "ON", True),
    "folders by their locations": (
        "internal_locations",
        "/a/=/srv/a, /b/=/srv/b=c/",
        (("/a/", "/srv/a"), ("/b/", "/srv/b=c")),
    ),
    "a name given twice in two cases": ("hidden_headers", "X-A x-a", ("x-a",)),
}


@pytest.mark.parametrize(("name", "text", "value"), TEXTS.values(), ids=TEXTS)
def test_a_text_is_read_as_what_it_means(name: str, text: str, value: object) -> None:
    """Ini files and the environment know text only."""
    assert getattr(_load(**{name: text}), name) == value


def test_folders_may_be_paths() -> None:
    """With or without a slash at their end. Then no origin is needed."""
    given = {"/a/": PurePosixPath("/srv/a"), "/b/": "/srv/b b/"}
    settings = load_settings(environ={}, internal_locations=given)
    assert settings.internal_locations == (("/a/", "/srv/a"), ("/b/", "/srv/b b"))
    assert settings.origins.origins == ()


def test_carried_headers_are_added_to_the_default_ones() -> None:
    """Naming one more doesn't lose Content-Disposition."""
    assert {"X-Mine", "Content-Disposition"} <= set(
        _load(carried_headers=["X-Mine"]).carried_headers
    )


ACCEPTED = {
    "the shortest token": ("token", "a" * 16),
    "the longest token": ("token", "a" * 256),
    "a deep prefix": ("prefix", "/a/b.c/"),
    "a header name with an underscore": ("request_header_names", ("client_id",)),
    "the longest header name": ("hidden_headers", ("x" * 90,)),
    "the largest cache": ("cache_max_bytes", 2**63 - 1),
    "the smallest buffer": ("buffer_bytes", 4096),
    "the largest buffer": ("buffer_bytes", 1048576),
    "the shortest timeout": ("read_timeout_s", 0.001),
    "the longest timeout": ("read_timeout_s", 86400),
    "an error page in the root": ("error_page", "/{status}"),
    "an error page deeper in": ("error_page", "/a/b.c/e-{status}/page.html"),
    "the smallest slice": ("cache_slice_bytes", 65536),
    "a cache of one slice": ("cache_max_bytes", 1048576),
    "a cache that forgets at once": ("cache_unused_s", 1),
}


@pytest.mark.parametrize(("name", "value"), ACCEPTED.values(), ids=ACCEPTED)
def test_a_bound_is_still_allowed(name: str, value: object) -> None:
    """Bounds are inclusive, as the remedies say."""
    assert getattr(_load(**{name: value}), name) == value


REFUSED = {
    "a mode that isn't": ("mode", "turbo"),
    "a mode that is none": ("mode", 5),
    "a token of 15 characters": ("token", "a" * 15),
    "a token of 257 characters": ("token", "a" * 257),
    "a token that splits a header": ("token", TOKEN + "\r\nX: y"),
    "a token that ends a directive": ("token", TOKEN + '";'),
    "a token that is an NGINX variable": ("token", TOKEN + "$host"),
    "a token with the separator of its header": ("token", TOKEN + ";1;x"),
    "a token with a line break at its end": ("token", TOKEN + "\n"),
    "a token in bytes": ("token", TOKEN.encode()),
    "a prefix without a slash at its end": ("prefix", "/_remote"),
    "a prefix without a slash at its start": ("prefix", "_remote/"),
    "the root as a prefix": ("prefix", "/"),
    "an empty prefix": ("prefix", ""),
    "a prefix that climbs": ("prefix", "/a/../"),
    "a prefix of one dot": ("prefix", "/./"),
    "a prefix with an empty segment": ("prefix", "/a//"),
    "a prefix that ends the location": ("prefix", "/a/ { } location /b/"),
    "a prefix with a percent sign": ("prefix", "/%61/"),
    "a prefix with a variable": ("prefix", "/$uri/"),
    "a prefix with a line break at its end": ("prefix", "/a/\n"),
    "a header name with a colon": ("hidden_headers", ["X-A:"]),
    "a header name that splits": ("carried_headers", ["X-A\r\nX-B"]),
    "a header name that no variable can have": ("carried_headers", ["X.A"]),
    "a header name that begins a string": ("request_header_names", ["X'A"]),
    "a header name that begins a comment": ("hidden_headers", ["#A"]),
    "a header name that NGINX doesn't hide": ("hidden_headers", ["x-amz-meta-a.b"]),
    "a request's If-Range in disguise": ("request_header_names", ["If_Range"]),
    "a private name of the handoff in disguise": ("carried_headers", ["X_Accel_Redirect"]),
    "an empty header name": ("carried_headers", [""]),
    "a header name that isn't text": ("carried_headers", [5]),
    "no list of header names": ("carried_headers", 5),
    "a request's Host": ("request_header_names", ["Host"]),
    "a request's Range": ("request_header_names", ["range"]),
    "a request's body length": ("request_header_names", ["Content-Length"]),
    "a request's chunked coding": ("request_header_names", ["Transfer-Encoding"]),
    "the private names of the handoff": ("request_header_names", ["X-Accel-Redirect"]),
    "a carried Content-Length of the empty body": ("carried_headers", ["content-length"]),
    "a carried ETag of the empty body": ("carried_headers", ["ETag"]),
    "a carried redirect": ("carried_headers", ["Location"]),
    "the special header, carried": ("carried_headers", ["X-Remote-File"]),
    "a hidden Content-Length": ("hidden_headers", ["Content-Length"]),
    "no time at all": ("connect_timeout_s", 0),
    "a negative time": ("read_timeout_s", -1),
    "an endless time": ("read_timeout_s", float("inf")),
    "a time that isn't a number": ("read_timeout_s", "nan"),
    "a time in words": ("read_timeout_s", "soon"),
    "a time that is True": ("read_timeout_s", True),
    "a time that is a list": ("read_timeout_s", [1]),
    "a time too large for a float": ("read_timeout_s", 10**400),
    "a buffer that is too small": ("buffer_bytes", 3072),
    "a buffer that is too large": ("buffer_bytes", 1048576 + 1024),
    "a buffer that is no multiple of 1024": ("buffer_bytes", 16385),
    "a buffer with a fraction": ("buffer_bytes", 16384.5),
    "an endless buffer": ("buffer_bytes", float("inf")),
    "a buffer with a unit": ("buffer_bytes", "16k"),
    "a boolean that is none": ("pin_dns", "perhaps"),
    "a boolean that is a number": ("pin_dns", 2),
    "an error page without a status": ("error_page", "/error"),
    "an error page that is no path": ("error_page", "errors/{status}"),
    "an error page elsewhere": ("error_page", "https://else.example/{status}"),
    "an error page on another host": ("error_page", "//else.example/{status}"),
    "an error page that climbs": ("error_page", "/a/../{status}"),
    "an error page with an empty segment": ("error_page", "/a//{status}"),
    "an error page with two statuses": ("error_page", "/{status}/{status}"),
    "an error page with a query": ("error_page", "/error?status={status}"),
    "an error page with a variable": ("error_page", "/$host/{status}"),
    "an error page that ends a directive": ("error_page", "/{status};"),
    "an error page that is a named location": ("error_page", "@{status}"),
    "an error page with an unknown field": ("error_page", "/{status}/{path}"),
    "an error page with a line break at its end": ("error_page", "/{status}\n"),
    "an error page within the prefix": ("error_page", "/_remote/{status}"),
    "an internal location without a slash at its end": ("internal_locations", {"/p": "/srv"}),
    "an internal location without a slash at its start": ("internal_locations", {"p/": "/srv"}),
    "the root as an internal location": ("internal_locations", {"/": "/srv"}),
    "an internal location that climbs": ("internal_locations", {"/a/../": "/srv"}),
    "an internal location that ends its directive": ("internal_locations", {"/a/ {": "/srv"}),
    "an internal location that is the prefix": ("internal_locations", {"/_remote/": "/srv"}),
    "an internal location within the prefix": ("internal_locations", {"/_remote/p/": "/srv"}),
    "a folder where somebody happens to be": ("internal_locations", {"/p/": "files"}),
    "a folder that climbs": ("internal_locations", {"/p/": "/srv/../etc"}),
    "the whole machine as a folder": ("internal_locations", {"/p/": "/"}),
    "a folder with a variable": ("internal_locations", {"/p/": "/srv/$host"}),
    "a folder that ends its quotes": ("internal_locations", {"/p/": '/srv";'}),
    "a folder with a backslash": ("internal_locations", {"/p/": "/srv\\"}),
    "a folder with a line break at its end": ("internal_locations", {"/p/": "/srv\n"}),
    "a folder that isn't text": ("internal_locations", {"/p/": 5}),
    "a location that isn't text": ("internal_locations", {5: "/srv"}),
    "a location without its folder": ("internal_locations", "/p/"),
    "a location with two folders": ("internal_locations", "/p/=/srv/a /p/=/srv/b"),
    "no locations": ("internal_locations", 5),
    "a hidden ETag, which the client would compare with": ("hidden_headers", ["ETag"]),
    "a hidden coding, which the body is in": ("hidden_headers", ["Content-Encoding"]),
    "two header names of one variable": ("carried_headers", ["X-A", "X_A"]),
    "a header name of a default one's variable": ("carried_headers", ["Content_Disposition"]),
    "a header name too long for a variable": ("carried_headers", ["X" * 91]),
    "a file where somebody happens to be": ("ca_file", "pyproject.toml"),
    "a file that isn't there": ("ca_file", "/nonexistent/ca.pem"),
    "a folder for a file": ("ca_file", "/"),
    "a file name with a NUL": ("ca_file", "/etc\0"),
    "a file name with a lone surrogate": ("ca_file", "/\ud800"),
    "a log where NGINX happens to be": ("nginx_error_log", "transfers.log"),
    "a log that ends the directive": ("nginx_error_log", "/a;b"),
    "a log with a level": ("nginx_error_log", "/a debug"),
    "a cache where NGINX happens to be": ("cache", "cache"),
    "a cache of everything": ("cache", "/"),
    "a cache that ends the directive": ("cache", "/a;b"),
    "a cache with a variable": ("cache", "/a/$host"),
    "a cache with a line break at its end": ("cache", "/a\n"),
    "a cache larger than NGINX can count": ("cache_max_bytes", 2**63),
    "a cache smaller than a slice": ("cache_max_bytes", 1048575),
    "a slice too small to be worth asking for": ("cache_slice_bytes", 64512),
    "a slice that is no multiple of 1024": ("cache_slice_bytes", 1048577),
    "a cache that keeps nothing": ("cache_unused_s", 0),
}


@pytest.mark.parametrize(
    ("prefix", "location", "page"),
    [
        ("/_remote/", "/p/", "/p/{status}"),
        ("/404/", "/p/", "/{status}/x"),
        ("/_remote/", "/404/", "/{status}/x"),
    ],
    ids=["in an internal location", "in the prefix, of one status", "in a location, of one status"],
)
def test_an_error_page_that_the_application_is_never_asked_for(
    prefix: str, location: str, page: str
) -> None:
    """NGINX would look for it in the location, or refuse it there."""
    with pytest.raises(SettingsError, match=r"^error_page: .*lies within"):
        _load(prefix=prefix, internal_locations={location: "/srv"}, error_page=page)


@pytest.mark.parametrize("config", [ORIGINS, ORIGINS[0], object()], ids=["list", "text", "object"])
def test_a_configuration_that_is_no_mapping_is_refused(config: object) -> None:
    """As the second argument of the middleware it is easily mistaken for the origins."""
    with pytest.raises(SettingsError, match=r"^config: .*origins=\[...\]"):
        load_settings(config, {})  # type: ignore[arg-type]


def test_a_misspelt_setting_is_guessed() -> None:
    """Nobody wants to read all of them."""
    with pytest.raises(SettingsError, match=r"^orgins: .* Did you mean origins\?"):
        _load(orgins="x")


def test_a_cache_needs_the_token() -> None:
    """Without it any other upstream of the server could reach kept files."""
    with pytest.raises(SettingsError, match=r"^cache: .*token"):
        _load(cache="/var/cache/x")
    assert _load(cache="/var/cache/x", token=TOKEN).cache == "/var/cache/x"


@pytest.mark.parametrize(("name", "value"), REFUSED.values(), ids=REFUSED)
def test_a_setting_that_cannot_be_used_is_refused_by_name(name: str, value: object) -> None:
    """At the start, with the field's name."""
    with pytest.raises(SettingsError) as refused:
        _load(**{name: value})
    assert refused.value.field == name


def test_a_file_whose_name_ends_a_directive(tmp_path) -> None:
    """It exists, but its name would be read as configuration."""
    path = tmp_path / "ca;.pem"
    path.touch()
    with pytest.raises(SettingsError) as refused:
        _load(ca_file=str(path))
    assert refused.value.field == "ca_file"


@pytest.mark.parametrize("token", ["secret", "secret" * 50, "secret secret secret"])
def test_a_token_leaked_by_an_error(token: str) -> None:
    """A token that is refused here may be in use elsewhere."""
    with pytest.raises(SettingsError) as refused:
        _load(token=token)
    assert "secret" not in refused.value.problem


def test_a_token_that_is_too_weak_gets_a_remedy() -> None:
    """The command that makes a good one."""
    with pytest.raises(SettingsError, match=r"secrets\.token_urlsafe"):
        _load(token="hunter2")


def test_a_token_leaked_by_a_log_line() -> None:
    """Settings may be logged."""
    assert TOKEN not in repr(_load(token=TOKEN))


def test_settings_cannot_be_changed() -> None:
    """Checked when made, so nothing may change afterwards."""
    with pytest.raises(FrozenInstanceError):
        _load().mode = "stream"  # type: ignore[misc]


def test_settings_made_by_hand_are_checked_too() -> None:
    """Whoever holds one holds a legal one."""
    with pytest.raises(SettingsError):
        replace(_load(), prefix="nonsense")
    with pytest.raises(SettingsError, match=r"^origins: .*load_settings"):
        Settings(origins=ORIGINS)  # type: ignore[arg-type]


IN_THE_CONFIGURATION = {
    "origins": ["https://other.example"],
    "prefix": "/other/",
    "request_header_names": ["X-Api-Key"],
    "carried_headers": ["X-Mine"],
    "hidden_headers": ["X-Theirs"],
    "connect_timeout_s": 3,
    "read_timeout_s": 3,
    "buffer_bytes": 32768,
    "internal_locations": {"/protected/": "/srv/files"},
    "error_page": "/errors/{status}",
    "nginx_error_log": "/var/log/nginx/transfers.log",
    "pin_dns": True,
    "ca_file": __file__,
    "cache": "/var/cache/nginx/xaccel",
    "cache_max_bytes": 20_000_000,
    "cache_slice_bytes": 65536,
    "cache_unused_s": 3,
}
NOT_IN_THE_CONFIGURATION = {"mode": "stream", "token": TOKEN}


@pytest.mark.parametrize(("name", "value"), IN_THE_CONFIGURATION.items(), ids=IN_THE_CONFIGURATION)
def test_a_changed_setting_outdates_the_configuration(name: str, value: object) -> None:
    """The digest notices it."""
    assert _load(token=TOKEN, **{name: value}).digest != _load().digest


@pytest.mark.parametrize(("name", "value"), NOT_IN_THE_CONFIGURATION.items())
def test_what_is_not_in_the_configuration_does_not_outdate_it(name: str, value: str) -> None:
    """The digest travels beside the token, and must say nothing about it."""
    assert _load(**{name: value}).digest == _load().digest


NAMES = sorted(field.name for field in fields(Settings))


def test_each_setting_outdates_the_configuration_or_does_not() -> None:
    """None is left out above."""
    assert sorted([*IN_THE_CONFIGURATION, *NOT_IN_THE_CONFIGURATION]) == NAMES


ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.binary() | st.text()


@QUICK
@given(st.sampled_from(NAMES), ANYTHING | st.lists(ANYTHING, max_size=3))
def test_any_value_is_a_setting_or_our_error(name: str, value: object) -> None:
    """Whatever a mapping holds, nothing else is raised."""
    got = value_or_our_error(
        lambda: load_settings({"xaccel.origins": ORIGINS, f"xaccel.{name}": value}, {})
    )
    assert isinstance(got, Settings | XAccelError)


@QUICK
@given(st.dictionaries(st.sampled_from([f"XACCEL_{n.upper()}" for n in NAMES]), st.text()))
def test_any_environment_gives_settings_or_our_error(environ: dict[str, str]) -> None:
    """The same for the environment."""
    assert isinstance(
        value_or_our_error(lambda: load_settings({}, environ)), Settings | SettingsError
    )
