"""The cache: what is answered from one kept copy, what goes past it, and what is never kept."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.conftest import Views
from tests.support.client import Received, send
from tests.support.remote import Pause, Request, Step, StubRemote, answer
from tests.support.site import Site
from tests.support.store import TYPE, store
from xaccel_wsgi import RemoteFile

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SLICE = 65536
FILE = bytes(n * n % 251 for n in range(4 * SLICE + 5000))
SIZE = len(FILE)
DATE = "Wed, 21 Oct 2015 07:28:00 GMT"
LATER = "Thu, 22 Oct 2015 07:28:00 GMT"
EARLIER = "Tue, 20 Oct 2015 07:28:00 GMT"
KEPT = store(FILE, (TYPE, ("ETag", '"r"'), ("Last-Modified", DATE)))


@pytest.fixture(scope="module")
def keeping(
    nginx_binary: str,
    views: Views,
    session_remote: StubRemote,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """The site with a cache, of which each test uses a version of its own."""
    folder = tmp_path_factory.mktemp("nginx")
    options = {
        "origins": [f"http://{session_remote.address}"],
        "read_timeout_s": 2,
        "cache": str(folder / "cache"),
        "cache_slice_bytes": SLICE,
    }
    with Site(views, folder, nginx_binary, **options) as site:  # type: ignore[arg-type]
        yield site


@pytest.fixture
def version(request: pytest.FixtureRequest) -> str:
    """A cache key that no other test has."""
    return request.node.nodeid.encode("ascii", "backslashreplace").decode()


def _shown(received: Received) -> tuple[object, ...]:
    # NGINX says Accept-Ranges on the whole file alone; on a part or a 304 it tells nothing new.
    connection = {"date", "server", "connection", "via", "accept-ranges"}
    fields = sorted((n.lower(), v) for n, v in received.fields if n.lower() not in connection)
    return received.status, fields, received.body, received.broken_off


# --- From one kept copy ---

FROM_THE_COPY: dict[str, tuple[str, tuple[tuple[str, str], ...], int, bytes]] = {
    "the whole": ("GET", (), 200, FILE),
    "its head": ("HEAD", (), 200, b""),
    "the first byte": ("GET", (("Range", "bytes=0-0"),), 206, FILE[:1]),
    "a part across slices": ("GET", (("Range", "bytes=65530-131080"),), 206, FILE[65530:131081]),
    "from the middle": ("GET", (("Range", "bytes=200000-"),), 206, FILE[200000:]),
    "the last bytes": ("GET", (("Range", "bytes=-70000"),), 206, FILE[-70000:]),
    "more last bytes than there are": ("GET", (("Range", "bytes=-999999"),), 206, FILE),
    "an If-Range that holds": (
        "GET", (("Range", "bytes=70000-70009"), ("If-Range", '"r"')), 206, FILE[70000:70010],
    ),
    "an If-Range with the date": (
        "GET", (("Range", "bytes=70000-70009"), ("If-Range", DATE)), 206, FILE[70000:70010],
    ),
    "an If-Range that doesn't hold": (
        "GET", (("Range", "bytes=70000-70009"), ("If-Range", '"q"')), 200, FILE,
    ),
    "a tag that matches": ("GET", (("If-None-Match", '"q", W/"r"'),), 304, b""),
    "a tag that doesn't": ("GET", (("If-None-Match", '"q"'),), 200, FILE),
    "any tag": ("GET", (("If-None-Match", "*"),), 304, b""),
    "the date": ("GET", (("If-Modified-Since", DATE),), 304, b""),
    "a later date": ("GET", (("If-Modified-Since", LATER),), 304, b""),
    "an earlier date": ("GET", (("If-Modified-Since", EARLIER),), 200, FILE),
    "tag and date": ("GET", (("If-None-Match", '"r"'), ("If-Modified-Since", DATE)), 304, b""),
    "another tag and the date": (
        "GET", (("If-None-Match", '"q"'), ("If-Modified-Since", DATE)), 200, FILE,
    ),
    "a HEAD with the tag": ("HEAD", (("If-None-Match", '"r"'),), 304, b""),
}  # fmt: skip


@pytest.mark.parametrize(
    ("method", "fields", "status", "body"), FROM_THE_COPY.values(), ids=FROM_THE_COPY
)
def test_cold_warm_and_streamed_are_one_answer(
    method: str,
    fields: tuple[tuple[str, str], ...],
    status: int,
    body: bytes,
    keeping: Site,
    views: Views,
    remote: StubRemote,
    version: str,
) -> None:
    """And the warm one asks the remote nothing."""
    remote.script = {"/k": KEPT}
    views.view = lambda _: RemoteFile(remote.url("/k"), filename="a.bin", cache_key=version)
    cold, streamed = (
        send(keeping.address(carrier), "/f", fields, method=method)
        for carrier in ("nginx", "stream")
    )
    asked = len(remote.requests)
    warm = send(keeping.nginx.address, "/f", fields, method=method)
    assert (warm.status, warm.body) == (status, body)
    assert _shown(cold) == _shown(warm) == _shown(streamed)
    assert len(remote.requests) == asked


# Files of which the application has validators of its own are kept elsewhere.
WHOSE_VALIDATORS = pytest.mark.parametrize(
    "own", [{}, {"etag": "own"}], ids=["the remote's validators", "the application's"]
)


@WHOSE_VALIDATORS
def test_a_part_fetches_its_own_slices_only(
    own: dict[str, str], keeping: Site, views: Views, remote: StubRemote, version: str
) -> None:
    """Seeking in a film doesn't fetch the film; and what was fetched then serves the whole."""
    remote.script = {"/k": KEPT}
    views.view = lambda _: RemoteFile(remote.url("/k"), cache_key=version, **own)  # type: ignore[arg-type]
    send(keeping.nginx.address, "/f", [("Range", "bytes=70000-70009")])
    assert [r.value("Range") for r in remote.requests] == ["bytes=65536-131071"]
    assert send(keeping.nginx.address, "/f").body == FILE
    assert len(remote.requests) == 5


@WHOSE_VALIDATORS
def test_the_last_bytes_are_kept_as_well(
    own: dict[str, str], keeping: Site, views: Views, remote: StubRemote, version: str
) -> None:
    """Where a film has its index, say."""
    remote.script = {"/k": KEPT}
    views.view = lambda _: RemoteFile(remote.url("/k"), cache_key=version, **own)  # type: ignore[arg-type]
    asked = []
    for _ in range(2):
        assert send(keeping.nginx.address, "/f", [("Range", "bytes=-9")]).body == FILE[-9:]
        asked.append(len(remote.requests))
    assert asked[1] == asked[0]


@WHOSE_VALIDATORS
def test_a_store_without_ranges(
    own: dict[str, str], keeping: Site, views: Views, remote: StubRemote, version: str
) -> None:
    """What it sends is kept as one piece."""
    remote.script = {"/k": answer(200, (TYPE,), FILE)}
    views.view = lambda _: RemoteFile(remote.url("/k"), cache_key=version, **own)  # type: ignore[arg-type]
    assert [send(keeping.nginx.address, "/f").body for _ in range(2)] == [FILE, FILE]
    assert len(remote.requests) == 1


def test_a_kept_file_outlives_its_remote(
    keeping: Site, views: Views, remote: StubRemote, version: str
) -> None:
    """An outage of the store isn't one of what is kept."""
    remote.script = {"/k": KEPT}
    views.view = lambda _: RemoteFile(remote.url("/k"), cache_key=version)
    send(keeping.nginx.address, "/f")
    remote.script = lambda _: answer(503)
    assert send(keeping.nginx.address, "/f").body == FILE


def test_the_application_goes_on_deciding_what_the_client_sees(
    keeping: Site, views: Views, remote: StubRemote, version: str
) -> None:
    """Two users get the bytes of one copy, each under headers of their own."""
    remote.script = {"/k": KEPT}

    def view(environ: "WSGIEnvironment") -> RemoteFile:
        user = environ["PATH_INFO"].strip("/")
        return RemoteFile(
            remote.url("/k"), filename=f"{user}.bin", content_type=f"text/{user}", cache_key=version
        )

    views.view = view
    for user in ("ann", "ben", "ann"):
        got = send(keeping.nginx.address, f"/{user}")
        assert got.value("Content-Disposition") == f'attachment; filename="{user}.bin"'
        assert got.value("Content-Type") == f"text/{user}"
        assert got.body == FILE
    assert len(remote.requests) == 5


# --- What a server block around says of caches of its own ---


@pytest.fixture(scope="module")
def surrounded(
    nginx_binary: str,
    views: Views,
    session_remote: StubRemote,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """A site with a cache, in a server block that has other plans."""
    folder = tmp_path_factory.mktemp("nginx")
    options = {
        "origins": [f"http://{session_remote.address}"],
        "read_timeout_s": 1,
        "cache": str(folder / "cache"),
    }
    around = (
        "proxy_cache_bypass 1; proxy_no_cache 1; proxy_cache_min_uses 9; proxy_cache_valid any 1s;"
        "proxy_cache_key x; slice 1k; proxy_cache_max_range_offset 1; proxy_cache_revalidate on;"
        "proxy_cache_lock off; proxy_cache_lock_age 1ms; proxy_cache_lock_timeout 1ms;"
        "proxy_cache_background_update on; proxy_cache_use_stale off;"
        "max_ranges 0; if_modified_since off;"
    )
    with Site(views, folder, nginx_binary, beside=around, **options) as site:  # type: ignore[arg-type]
        yield site


@WHOSE_VALIDATORS
def test_it_does_not_change_what_is_kept_or_how(
    own: dict[str, str], surrounded: Site, views: Views, remote: StubRemote, version: str
) -> None:
    """It is meant for the site's own pages."""
    remote.script = {"/k": KEPT}
    views.view = lambda _: RemoteFile(remote.url("/k"), cache_key=version, **own)  # type: ignore[arg-type]
    address = surrounded.nginx.address
    part = send(address, "/f", [("Range", "bytes=70000-70009")])
    assert (part.status, part.body) == (206, FILE[70000:70010])
    assert send(address, "/f", method="HEAD").status == 200
    assert send(address, "/f").body == FILE
    assert [r.value("Range") for r in remote.requests] == ["bytes=0-1048575"]


def test_it_does_not_change_how_dates_are_compared(
    surrounded: Site, views: Views, remote: StubRemote, version: str
) -> None:
    """RFC 9110 section 13.1.3; for files without validators of the application's."""
    remote.script = {"/k": KEPT}
    views.view = lambda _: RemoteFile(remote.url("/k"), cache_key=version)
    for _ in range(2):
        got = send(surrounded.nginx.address, "/f", [("If-Modified-Since", DATE)])
        assert got.status == 304


@WHOSE_VALIDATORS
def test_many_clients_at_once_fetch_once(
    own: dict[str, str], surrounded: Site, views: Views, remote: StubRemote, version: str
) -> None:
    """The first one's slice is everyone's, however long the remote may take over it."""
    whole = store(FILE[:1000])

    def slow(request: Request) -> list[Step]:
        # Nearly as long as it may.
        return [Pause(0.7), *whole(request)]  # type: ignore[misc]

    remote.script = {"/k": slow}
    views.view = lambda _: RemoteFile(remote.url("/k"), cache_key=version, **own)  # type: ignore[arg-type]
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda _: send(surrounded.nginx.address, "/f").body, range(8)))
    assert (got, len(remote.requests)) == ([FILE[:1000]] * 8, 1)


# --- The application's own validators ---


@pytest.mark.parametrize("field", [("If-None-Match", '"r"'), ("If-Modified-Since", LATER)])
@pytest.mark.parametrize(
    "own",
    [{"etag": "own"}, {"last_modified": datetime(2022, 10, 21, tzinfo=UTC)}],
    ids=["etag", "last_modified"],
)
def test_own_validators_are_never_the_remotes(
    own: dict, field: tuple[str, str], keeping: Site, views: Views, remote: StubRemote, version: str
) -> None:
    """A condition that the remote's validators would meet gets the file, if the own don't."""
    remote.script = {"/k": KEPT}
    views.view = lambda _: RemoteFile(remote.url("/k"), cache_key=version, **own)
    for _ in range(2):
        got = send(keeping.nginx.address, "/f", [field])
        assert _shown(got) == _shown(send(keeping.address("stream"), "/f", [field]))
        assert (got.status, got.body) == (200, FILE)


def test_an_own_etag_and_if_range(
    keeping: Site, views: Views, remote: StubRemote, version: str
) -> None:
    """A part beyond the first slice has the right bytes: the remote is asked for it."""
    remote.script = {"/k": KEPT}
    views.view = lambda _: RemoteFile(remote.url("/k"), cache_key=version, etag="own")
    send(keeping.nginx.address, "/f")
    fields = [("Range", "bytes=70000-70009"), ("If-Range", '"own"')]
    got = send(keeping.nginx.address, "/f", fields)
    assert (got.status, got.body) == (206, FILE[70000:70010])


# --- The key ---


def test_signatures_are_no_part_of_the_key(
    keeping: Site, views: Views, remote: StubRemote, version: str
) -> None:
    """A newly signed URL finds what an older one brought."""
    remote.script = {"/k": KEPT}
    for signature in ("1", "2"):
        views.view = lambda _, s=signature: RemoteFile(
            remote.url(f"/k?X-Amz-Signature={s}"), cache_key=version
        )
        assert send(keeping.nginx.address, "/f").body == FILE
    assert {request.target for request in remote.requests} == {"/k?X-Amz-Signature=1"}


DIFFERENT: dict[str, Callable[[str], list[tuple[str, str]]]] = {
    "two versions": lambda v: [("/k", f"{v}1"), ("/k", f"{v}2")],
    "two files of one version": lambda v: [("/k", v), ("/l", v)],
    "a path that looks like a version": lambda v: [("/k%20a", v), ("/k", f"a {v}")],
    "a version that looks like a slice": lambda v: [("/k", f"{v} bytes=0-65535"), ("/k", v)],
}


@pytest.mark.parametrize("pairs", DIFFERENT.values(), ids=DIFFERENT)
def test_files_that_are_never_mixed(
    pairs: Callable[[str], list[tuple[str, str]]],
    keeping: Site,
    views: Views,
    remote: StubRemote,
    version: str,
) -> None:
    """Each has its own bytes, cold and warm."""
    bodies = {}
    for path, key in pairs(version) * 2:
        body = bodies.setdefault((path, key), f"{len(bodies)}".encode() * 10)
        remote.script = {path: store(body)}
        views.view = lambda _, p=path, k=key: RemoteFile(remote.url(p), cache_key=k)
        assert send(keeping.nginx.address, "/f").body == body


def test_two_origins_with_the_same_path_and_version(
    views: Views, remote: StubRemote, nginx_binary: str, tmp_path
) -> None:
    """One store can't speak for another."""
    with StubRemote({"/k": store(b"other")}) as other:
        remote.script = {"/k": store(b"main")}
        options = {
            "origins": [f"http://{each.address}" for each in (remote, other)],
            "cache": str(tmp_path / "cache"),
        }
        with Site(views, tmp_path, nginx_binary, **options) as site:  # type: ignore[arg-type]
            for each, body in ((remote, b"main"), (other, b"other")) * 2:
                views.view = lambda _, e=each: RemoteFile(e.url("/k"), cache_key="v")
                assert send(site.nginx.address, "/f").body == body


# --- What is kept, and what isn't ---


@pytest.mark.parametrize(
    "field",
    [
        ("Cache-Control", "private, no-store"),
        ("Set-Cookie", "a=b"),
        ("Vary", "*"),
        ("Expires", EARLIER),
        ("X-Accel-Expires", "0"),
    ],
)
@pytest.mark.parametrize(("kept", "times"), [(True, 1), (False, 2)], ids=["kept", "not kept"])
def test_only_the_application_decides_what_is_kept(
    kept: bool,
    times: int,
    field: tuple[str, str],
    keeping: Site,
    views: Views,
    remote: StubRemote,
    version: str,
) -> None:
    """What the remote calls private is kept for a cache_key, and never without."""
    remote.script = {"/k": store(b"file", (TYPE, field))}
    views.view = lambda _: RemoteFile(remote.url("/k"), cache_key=version if kept else None)
    got = [send(keeping.nginx.address, "/f") for _ in range(2)]
    assert len(remote.requests) == times
    assert _shown(got[0]) == _shown(got[1])
    assert got[1].values("Set-Cookie") == []


NOT_KEPT = {
    "an error": answer(404, body=b"no such key"),
    "an outage": answer(503),
    "a redirect": answer(302, (("Location", "/elsewhere"),)),
    "another good status": answer(203, (TYPE,), b"file"),
    "a body that broke off": answer(200, (TYPE,), b"file", declared_length=10),
    "a part that broke off": answer(
        206, (TYPE, ("Content-Range", "bytes 0-9/10"), ("Content-Length", "10")), b"file",
        framing="none", broken_after=4,
    ),
    "chunks that broke off": answer(200, (TYPE,), b"file" * 5000, framing="chunked",
                                    broken_after=9000),
    "a body whose end isn't told": answer(200, (TYPE,), b"file", framing="until-close"),
}  # fmt: skip


@WHOSE_VALIDATORS
@pytest.mark.parametrize("first", NOT_KEPT.values(), ids=NOT_KEPT)
def test_an_answer_that_is_not_kept(
    first: list[Step],
    own: dict[str, str],
    keeping: Site,
    views: Views,
    remote: StubRemote,
    version: str,
) -> None:
    """The next client gets the file."""
    remote.script = {"/k": first, "/elsewhere": answer(200, (TYPE,), b"moved")}
    views.view = lambda _: RemoteFile(remote.url("/k"), cache_key=version, **own)  # type: ignore[arg-type]
    send(keeping.nginx.address, "/f")
    remote.script = {"/k": KEPT}
    assert send(keeping.nginx.address, "/f").body == FILE


def test_a_redirect_is_followed_each_time(
    keeping: Site, views: Views, remote: StubRemote, version: str
) -> None:
    """It isn't kept, and neither is what it leads to; the answer is right all the same."""
    remote.script = {"/k": answer(307, (("Location", "/l"),)), "/l": KEPT}
    views.view = lambda _: RemoteFile(remote.url("/k"), cache_key=version)
    for _ in range(2):
        got = send(keeping.nginx.address, "/f", [("Range", "bytes=70000-70009")])
        assert (got.status, got.body) == (206, FILE[70000:70010])
    assert [r.value("Range") for r in remote.asked("/l")] == ["bytes=70000-70009"] * 2


@pytest.mark.parametrize(
    ("fields", "status"), [((), 200), ((("Range", "bytes=0-3"),), 416)], ids=["whole", "part"]
)
def test_an_empty_file_has_no_slice(
    fields: tuple[tuple[str, str], ...],
    status: int,
    keeping: Site,
    views: Views,
    remote: StubRemote,
    version: str,
) -> None:
    """The store refuses a range of it, which the client need not have asked for."""
    remote.script = {"/k": store(b"", (TYPE, ("ETag", '"r"')))}
    views.view = lambda _: RemoteFile(remote.url("/k"), cache_key=version)
    got = send(keeping.nginx.address, "/f", fields)
    assert got.status == status
    assert _shown(got) == _shown(send(keeping.address("stream"), "/f", fields))


def test_a_range_beyond_the_end_of_a_kept_file(
    keeping: Site, views: Views, remote: StubRemote, version: str
) -> None:
    """416 with the length, our text, and nothing twice."""
    remote.script = {"/k": KEPT}
    views.view = lambda _: RemoteFile(remote.url("/k"), cache_key=version)
    for _ in range(2):
        got = send(keeping.nginx.address, "/f", [("Range", f"bytes={SIZE}-")])
        assert (got.status, got.value("Content-Range")) == (416, f"bytes */{SIZE}")
        assert got.body == b"Range not satisfiable.\n"
        names = [name.lower() for name, _ in got.fields]
        assert len(names) == len(set(names))


def test_a_range_of_what_is_not_kept(keeping: Site, views: Views, remote: StubRemote) -> None:
    """Beside a cache, too, the remote's 416 is an answer, and isn't asked for again."""
    remote.script = {"/k": KEPT}
    views.view = lambda _: RemoteFile(remote.url("/k"))
    got = send(keeping.nginx.address, "/f", [("Range", f"bytes={SIZE}-")])
    assert (got.status, got.body) == (416, b"Range not satisfiable.\n")
    assert len(remote.requests) == 1


LATER_SLICES: dict[str, list[Step]] = {
    **{str(status): answer(status, (TYPE, ("Location", "/l")), b"<secret/>" * 99)
       for status in (200, 302, 401, 403, 404, 416, 503)},
    "another version": answer(206, (TYPE, ("ETag", '"s"'), ("Content-Range",
                              f"bytes {SLICE}-{2 * SLICE - 1}/{SIZE}")), b"x" * SLICE),
}  # fmt: skip


@pytest.mark.parametrize("later", LATER_SLICES.values(), ids=LATER_SLICES)
def test_a_later_slice_that_fails(
    later: list[Step], keeping: Site, views: Views, remote: StubRemote, version: str
) -> None:
    """The file ends visibly short, with none of an error page's bytes in it; it can be resumed."""

    def script(request: Request) -> list[Step]:
        is_first = (request.value("Range") or "").startswith("bytes=0-")
        return KEPT(request) if is_first else later  # type: ignore[return-value]

    remote.script = {"/k": script, "/l": answer(200, (TYPE,), b"another file")}
    views.view = lambda _: RemoteFile(remote.url("/k"), cache_key=version)
    got = send(keeping.nginx.address, "/f")
    assert (got.status, got.broken_off) == (200, True)
    assert FILE.startswith(got.body)
    assert {request.path for request in remote.requests} == {"/k"}
    remote.script = {"/k": KEPT}
    rest = send(keeping.nginx.address, "/f", [("Range", f"bytes={len(got.body)}-")])
    assert got.body + rest.body == FILE


def test_a_later_slice_that_the_store_has_no_more(
    keeping: Site, views: Views, remote: StubRemote, version: str
) -> None:
    """The file became shorter; what is asked for once more mustn't follow what was sent."""
    short = store(FILE[:SLICE])

    def script(request: Request) -> list[Step]:
        wanted = request.value("Range") or ""
        return (KEPT if wanted.startswith("bytes=0-") else short)(request)  # type: ignore[return-value]

    remote.script = {"/k": script}
    views.view = lambda _: RemoteFile(remote.url("/k"), cache_key=version)
    got = send(keeping.nginx.address, "/f")
    assert (got.status, got.broken_off) == (200, True)
    assert FILE.startswith(got.body)


@WHOSE_VALIDATORS
def test_a_later_slice_that_fails_beside_pages_of_ones_own(
    own: dict[str, str],
    views: Views,
    remote: StubRemote,
    version: str,
    nginx_binary: str,
    tmp_path,
) -> None:
    """However large the page is, none of it is sent within the file."""

    def view(environ: "WSGIEnvironment") -> "RemoteFile | WSGIApplication":
        if environ["PATH_INFO"] == "/errors/404":
            return page
        return RemoteFile(remote.url("/k"), cache_key=version, **own)  # type: ignore[arg-type]

    def page(_: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/html")])
        return [b"not here" * 10_000]

    def script(request: Request) -> list[Step]:
        is_first = (request.value("Range") or "").startswith("bytes=0-")
        return KEPT(request) if is_first else answer(404)  # type: ignore[return-value]

    remote.script = {"/k": script}
    views.view = view
    options = {
        "origins": [f"http://{remote.address}"],
        "cache": str(tmp_path / "cache"),
        "cache_slice_bytes": SLICE,
        "error_page": "/errors/{status}",
    }
    with Site(views, tmp_path, nginx_binary, **options) as site:  # type: ignore[arg-type]
        got = send(site.nginx.address, "/f")
    assert (got.status, got.broken_off) == (200, True)
    assert FILE.startswith(got.body)


# --- The guard ---


@pytest.mark.bypass(
    "a kept private file, without permission", "the application's refusal", carrier="nginx"
)
@pytest.mark.parametrize(
    "field",
    [("Range", "bytes=0-3"), ("If-None-Match", '"r"'), ("If-Range", '"r"'), ("Cookie", "stolen")],
    ids=lambda field: field[0],
)
def test_a_kept_file_without_permission(
    field: tuple[str, str], keeping: Site, views: Views, remote: StubRemote, version: str
) -> None:
    """A warm copy spares the remote, never the application's decision."""
    remote.script = {"/k": KEPT}
    views.view = lambda _: RemoteFile(remote.url("/k"), cache_key=version)
    assert send(keeping.nginx.address, "/f").body == FILE

    def refuse(_environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
        start_response("403 Forbidden", [("Content-Length", "3")])
        return [b"no\n"]

    views.view = lambda _: refuse  # type: ignore[assignment,return-value]
    got = send(keeping.nginx.address, "/f", [field])
    assert (got.status, got.body) == (403, b"no\n")


@pytest.mark.bypass(
    "a kept private file: by clients, jumps, another application", "404", carrier="nginx"
)
@pytest.mark.parametrize("room", ["cached/", "cached-own/"])
def test_a_kept_file_without_the_application(
    room: str, views: Views, remote: StubRemote, version: str, nginx_binary: str, tmp_path
) -> None:
    """A warm copy is out of reach for clients, jumps and other upstreams of the server."""
    path = f"/_remote/{room}http/{remote.address}/k"
    with StubRemote() as other:
        other.script = lambda _: answer(
            200, [("X-Accel-Redirect", path), ("X-Accel-Cache-Key", version)]
        )
        remote.script = {"/k": KEPT}
        own = {"etag": "own"} if "own" in room else {}
        views.view = lambda _: RemoteFile(remote.url("/k"), cache_key=version, **own)
        options = {"origins": [f"http://{remote.address}"], "cache": str(tmp_path / "cache")}
        beside = (
            f"location /other {{ proxy_pass http://{other.address}; }}"
            "location ~ ^/p/(.*)$ { rewrite ^/p/(.*)$ /$1 last; }"
        )
        with Site(views, tmp_path, nginx_binary, beside=beside, **options) as site:  # type: ignore[arg-type]
            address = site.nginx.address
            assert send(address, "/f").body == FILE
            remote.script = lambda _: answer(500)
            assert send(address, "/f").body == FILE
            for target in (path, f"/p{path}", "/other"):
                got = send(address, target, [("X-Accel-Cache-Key", version)])
                assert got.status == 404
