"""Ways out of the folder: all of them end in 404, by both carriers."""

import os
from pathlib import Path

import pytest

from tests.local.conftest import CONTENT, Ask, Changed
from tests.support.client import send
from tests.support.remote import StubRemote, answer
from tests.support.site import Site

PATHS = {
    "dot-dot": "../outside.txt",
    "dot-dot, encoded": "%2e%2e/outside.txt",
    "dot-dot, half encoded": ".%2e/outside.txt",
    "dot-dot, upper case": "%2E%2E/outside.txt",
    "dot-dot, with an encoded slash": "..%2foutside.txt",
    "dot-dot and slash, encoded": "%2e%2e%2foutside.txt",
    "dot-dot, encoded twice": "%252e%252e/outside.txt",
    "dot-dot, encoded twice with its slash": "%252e%252e%252foutside.txt",
    "dot-dot as overlong UTF-8": "%c0%ae%c0%ae/outside.txt",
    "dot-dot in full width": "\xef\xbc\x8e\xef\xbc\x8e/outside.txt",
    "dot-dot in %u": "%u002e%u002e/outside.txt",
    "dot-dot after a folder": "inner/../../outside.txt",
    "dot-dot after a file": "a.txt/../../outside.txt",
    "dot-dot after nothing": "nothing/../../outside.txt",
    "dot-dot that stays inside": "inner/../a.txt",
    "dot-dot at the end": "inner/..",
    "dot-dot behind doubled slashes": "//../outside.txt",
    "dot-dot behind a dot": "./../outside.txt",
    "dot-dot, many": "../" * 20 + "etc/passwd",
    "dot-dot, after the removal of one": "....//outside.txt",
    "dot-dot, after the removal of another": "..././outside.txt",
    "dot-dot with backslashes": "..\\outside.txt",
    "dot-dot with encoded backslashes": "..%5coutside.txt",
    "dot-dot and a semicolon": "..;/outside.txt",
    "dot-dot and a space": "..%20/outside.txt",
    "dot-dot and NUL": "..%00/outside.txt",
    "dot-dot with a sequence that isn't one": ".%zz./outside.txt",
    "an absolute path": "/etc/passwd",
    "an absolute path, encoded": "%2fetc%2fpasswd",
    "a file URL": "file:///etc/passwd",
    "NUL at the end": "a.txt%00",
    "NUL and another type": "a.txt%00.png",
    "NUL in the middle": "inner%00/index.html",
    "the folder": "",
    "the folder by a dot": ".",
    "the folder by a dot, encoded": "%2e",
    "the folder, with a query": "?x=a.txt",
    "an inner folder": "inner",
    "an inner folder with a slash, and an index in it": "inner/",
    "an inner folder by a dot": "inner/.",
    "a file with a slash": "a.txt/",
    "a file as a folder": "a.txt/x",
    "a FIFO": "fifo",
    "a question mark, encoded": "a.txt%3Fx",
    "a number sign": "a.txt#x",
    "another case": "A.TXT",
    "a name that is too long": "x" * 300,
    "a path that is too long": "inner/" * 900,
    "nothing of that name": "nothing",
}
LINKS = {
    "to a file outside": "link",
    "to a folder outside": "link%20to%20a%20folder/outside.txt",
    "to a folder outside, and back in": "link%20to%20a%20folder/folder/a.txt",
    "to a file inside": "link%20inside",
    "to a folder inside": "link%20to%20the%20inner%20folder/index.html",
}


@pytest.mark.attack("a local path that leads out of its folder, or to no file", "404")
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_a_path_that_leads_nowhere(path: str, ask: Ask) -> None:
    """404, and none of what lies around."""
    got = ask("/protected/" + path)
    assert got.status == 404
    assert b"outside" not in got.body
    assert b"root:" not in got.body
    assert got.value("Location") is None


@pytest.mark.attack("a symbolic link within a local folder", "404")
@pytest.mark.parametrize("path", LINKS.values(), ids=LINKS)
def test_no_link_is_followed(path: str, ask: Ask) -> None:
    """Not even one that stays inside: what it leads to can change."""
    got = ask("/protected/" + path)
    assert got.status == 404
    assert b"outside" not in got.body


@pytest.mark.attack(
    "a folder that becomes a link between check and opening", "404", carrier="stream"
)
def test_a_folder_that_becomes_a_link_meanwhile(
    folder: Path, ask_by: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each segment is opened within the one before, so there is no meanwhile."""
    (folder / "swapped").mkdir()
    (folder / "swapped" / "outside.txt").write_bytes(CONTENT)
    assert ask_by("stream", "/protected/swapped/outside.txt").body == CONTENT
    opened = os.open

    def swap(path: object, *arguments: object, **more: object) -> int:
        if path == b"swapped":
            (folder / "swapped").rename(folder / "former")
            (folder / "swapped").symlink_to(folder.resolve().parent)
        return opened(path, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", swap)
    assert ask_by("stream", "/protected/swapped/outside.txt").status == 404


def test_the_inner_of_two_locations_is_taken(ask: Ask) -> None:
    """The longest that fits, also where it shows only once it is decoded."""
    assert ask("/protected/private/a.txt").body == b"private"
    assert ask("/protected/%70rivate/a.txt").body == b"private"


@pytest.mark.bypass("a local file's internal path, asked for directly", "404", carrier="nginx")
@pytest.mark.parametrize(
    "path", ["/protected/a.txt", "//protected/a.txt", "/%70rotected/a.txt", "/x/../protected/a.txt"]
)
def test_a_client_asks_for_the_internal_path(path: str, local_site: Site) -> None:
    """`internal`: only the application leads there."""
    got = send(local_site.nginx.address, path)
    assert (got.status, CONTENT in got.body) == (404, False)


@pytest.mark.bypass("a local file by another way into its location", "404", carrier="nginx")
@pytest.mark.parametrize("way", ["rewrite", "try_files", "another upstream"])
def test_another_way_into_the_location(way: str, changed_nginx: Changed) -> None:
    """They pass `internal`, as any upstream does; none has the token."""
    named = answer(200, [("X-Accel-Redirect", "/protected/a.txt")])
    with StubRemote({"/p/protected/a.txt": named}) as other:
        jump = {
            "rewrite": "rewrite ^/p/(.*)$ /$1 last;",
            "try_files": "try_files /none /$1;",
            "another upstream": f"proxy_pass http://{other.address};",
        }[way]
        with changed_nginx(f"location ~ ^/p/(.*)$ {{ {jump} }}") as nginx:
            got = send(nginx.address, "/p/protected/a.txt")
    assert (got.status, CONTENT in got.body) == (404, False)
