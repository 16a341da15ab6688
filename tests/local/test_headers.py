"""Which headers of the application's come with the file, and which names lead to one."""

import contextlib
import os
import time
from pathlib import Path

import pytest
from werkzeug.test import create_environ, run_wsgi_app

from tests.local.conftest import CONTENT, PLAIN, Ask, Changed, Names
from tests.support.client import send
from xaccel_wsgi import XAccelMiddleware

FILE = "/protected/a.txt"
# NGINX keeps these six and no other.
SURVIVING = [
    ("Content-Type", "application/pdf"),
    ("Content-Disposition", 'attachment; filename="q3.pdf"'),
    ("Cache-Control", "private"),
    ("Cache-Control", "max-age=60"),
    ("Expires", "Wed, 01 Jan 2020 00:00:00 GMT"),
    ("Set-Cookie", "a=1"),
    ("Set-Cookie", "b=2"),
    ("Accept-Ranges", "none"),
]
LOST = [
    ("ETag", '"application"'),
    ("Last-Modified", "Wed, 01 Jan 2020 00:00:00 GMT"),
    ("Vary", "Cookie"),
    ("Content-Language", "de"),
    ("Content-Encoding", "gzip"),
    ("Content-Length", "22"),
    ("Content-Security-Policy", "sandbox"),
    ("X-Own", "1"),
]


def test_spaces_behind_the_name_are_none_of_it(ask_both: Ask) -> None:
    """RFC 9110 section 5.5."""
    assert ask_both(f"{FILE} ").body == CONTENT


def test_six_headers_survive(ask_both: Ask) -> None:
    """The others are lost, as they are behind any NGINX."""
    got = ask_both(FILE, headers=SURVIVING + LOST)
    assert (got.status, got.body) == (200, CONTENT)
    for name, value in SURVIVING:
        assert value in got.values(name)
    assert got.values("ETag") == ['"6553f100-a"']
    for name in ("Vary", "Content-Language", "Content-Encoding", "Content-Security-Policy"):
        assert got.values(name) == []


@pytest.mark.parametrize(
    ("target", "field"),
    [
        pytest.param(FILE, ("Range", "bytes=0-1"), id="206"),
        pytest.param(FILE, ("If-None-Match", "*"), id="304"),
        pytest.param("/protected/nothing", ("X-A", "1"), id="404"),
        pytest.param(FILE, ("If-Match", '"x"'), id="412"),
        pytest.param(FILE, ("Range", "bytes=10-"), id="416"),
    ],
)
def test_what_survives_on_other_statuses(
    target: str, field: tuple[str, str], ask_both: Ask
) -> None:
    """Cookies and the name are on most errors too; a 412 has nothing of them."""
    got = ask_both(target, field, headers=SURVIVING + LOST)
    assert got.values("Set-Cookie") == ([] if got.status == 412 else ["a=1", "b=2"])


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "302 Found", "404 Not Found"])
def test_the_applications_status_does_not_count(status: str, ask_both: Ask) -> None:
    """An X-Accel-Redirect is followed whatever stands beside it."""
    assert ask_both(FILE, status=status).status == 200


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a.txt", "text/plain"),
        ("inner/index.html", "text/html"),
        ("a.csv.gz", "application/octet-stream"),
        ("none", "application/octet-stream"),
    ],
)
@pytest.mark.parametrize("headers", [[], [("Content-Type", "")]], ids=["none", "empty"])
def test_without_a_type_the_name_decides(
    path: str, kind: str, headers: list[tuple[str, str]], ask_both: Ask
) -> None:
    """What is compressed has none of what is in it, since nobody says that it is compressed."""
    assert ask_both(f"/protected/{path}", headers=headers).value("Content-Type") == kind


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("a.txt?x=1", id="a query"),
        pytest.param("%61.txt", id="encoded"),
        pytest.param("./a.txt", id="a dot"),
        pytest.param("//a.txt", id="doubled slashes"),
        pytest.param("100%25.txt", id="a percent sign, encoded"),
        pytest.param("100%.txt", id="a percent sign as it is, which gets lost"),
        pytest.param("a.txt%", id="a percent sign at the end"),
        pytest.param("a.txt%2", id="half a sequence at the end"),
        pytest.param("a%zz.txt", id="no sequence"),
        pytest.param("a%2z.txt", id="half a sequence"),
        pytest.param("%%61.txt", id="a percent sign before a sequence"),
        pytest.param("%C3%A9.txt", id="UTF-8, encoded"),
        pytest.param("\xc3\xa9.txt", id="UTF-8 as it is"),
        pytest.param("%E9.txt", id="latin-1, encoded"),
        pytest.param("a%20b%3Fc%23d.txt", id="signs that mean something"),
        pytest.param("a b%3Fc#d.txt", id="signs as they are"),
    ],
)
def test_a_name_is_read_as_nginx_reads_it(path: str, ask_both: Ask) -> None:
    """Found or not: the same."""
    assert ask_both("/protected/" + path).status in (200, 404)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("100%25.txt", 200),
        ("%C3%A9.txt", 200),
        ("\xc3\xa9.txt", 200),
        ("a%20b%3Fc%23d.txt", 200),
        ("100%.txt", 404),
    ],
)
def test_names_that_applications_write(path: str, status: int, ask: Ask) -> None:
    """Percent-encoded, and what can do without."""
    assert ask("/protected/" + path).status == status


@pytest.mark.parametrize(
    ("rate", "least_s"),
    [("2000", 0.5), ("0", 0), ("nonsense", 0), ("-1", 0)],
)
def test_a_rate_limits_the_file(rate: str, least_s: float, ask: Ask, folder: Path) -> None:
    """X-Accel-Limit-Rate; what isn't a number of bytes is no limit."""
    (folder / "long").write_bytes(b"x" * 3000)
    began = time.monotonic()
    got = ask("/protected/long", headers=[*PLAIN, ("X-Accel-Limit-Rate", rate)])
    assert got.body == b"x" * 3000
    assert time.monotonic() - began >= least_s


@pytest.mark.parametrize(
    "target", ["/elsewhere/a.txt", "/protected", "/Protected/a.txt", "@named", "//protected/a.txt"]
)
def test_other_targets_pass_untouched(target: str, ask_by: Ask) -> None:
    """They are another's affair: without NGINX the client sees what the application said."""
    got = ask_by("stream", target, headers=SURVIVING)
    assert got.value("X-Accel-Redirect") == target
    assert (got.body, got.values("Set-Cookie")) == (b"the application's body", ["a=1", "b=2"])


def test_without_the_setting_nothing_is_taken(names: Names) -> None:
    """As before there was one."""
    app = XAccelMiddleware(names, origins=["https://files.example"])
    names.status, names.headers = "200 OK", [("X-Accel-Redirect", FILE)]
    body, _, headers = run_wsgi_app(app, create_environ())
    assert (headers.to_wsgi_list(), list(body)) == (names.headers, [b"the application's body"])


def test_a_file_that_shrinks_breaks_off(names: Names, tmp_path: Path) -> None:
    """So that the client sees that it isn't whole."""
    (tmp_path / "a.txt").write_bytes(b"x" * 200_000)
    app = XAccelMiddleware(names, internal_locations={"/protected/": tmp_path})
    names.status, names.headers = "200 OK", [("X-Accel-Redirect", FILE)]
    with contextlib.closing(app(create_environ(), lambda *_: lambda _: None)) as body:  # type: ignore[type-var]
        blocks = iter(body)
        next(blocks)
        os.truncate(tmp_path / "a.txt", 100_000)
        with pytest.raises(OSError, match="shorter"):
            list(blocks)


def test_a_folder_that_is_not_there_is_said(
    names: Names, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Or every file would be 404 for no reason to be seen."""
    app = XAccelMiddleware(names, internal_locations={"/protected/": tmp_path / "nowhere"})
    names.status, names.headers = "200 OK", [("X-Accel-Redirect", FILE)]
    assert run_wsgi_app(app, create_environ())[1] == "404 Not Found"
    assert f"the folder {tmp_path}/nowhere of internal_locations: No such file" in caplog.text


def test_a_server_block_that_would_change_the_answer(ask_by: Ask, changed_nginx: Changed) -> None:
    """What says how files are sent elsewhere doesn't say it here."""
    before = ask_by("nginx", FILE, ("Accept-Encoding", "gzip"))
    with changed_nginx(
        "etag off; if_modified_since off; max_ranges 0; gzip on; gzip_min_length 1; gzip_types *;"
        "charset utf-8; charset_types *; expires 1h; ssi on; ssi_types *; default_type image/png;"
    ) as nginx:
        after = send(nginx.address, "/x", [("Accept-Encoding", "gzip")])
    assert [f for f in after.fields if f[0] != "Date"] == [
        f for f in before.fields if f[0] != "Date"
    ]
    assert (after.status, after.body) == (200, CONTENT)


def test_a_server_block_that_would_send_another_file(
    ask_by: Ask, changed_nginx: Changed, folder: Path
) -> None:
    """One that lies beside it, which nobody permitted, or what it was a while ago."""
    (folder / "new.txt").write_bytes(b"old")
    (folder / "new.txt.gz").write_bytes(b"another's")
    assert ask_by("nginx", "/protected/new.txt").body == b"old"
    with changed_nginx(
        "gzip_static always; open_file_cache max=9; open_file_cache_valid 1h;"
    ) as nginx:
        assert send(nginx.address, "/x").body == b"old"
        (folder / "new.txt").write_bytes(b"newer")
        assert send(nginx.address, "/x").body == b"newer"


def test_the_servers_own_page_for_404(ask_by: Ask, changed_nginx: Changed) -> None:
    """`error_page` of the server block goes on to count, for links and missing files alike."""
    page = 'error_page 404 /own; location = /own { internal; return 200 "its own page"; }'
    with changed_nginx(page) as nginx:
        for name in ("nothing", "link", "inner/"):
            assert ask_by("nginx", f"/protected/{name}").status == 404
            got = send(nginx.address, "/x")
            assert (got.status, got.body) == (404, b"its own page")
