"""A live site: each way to spoil a download is found and named, and a right site is in order."""

from collections.abc import Callable
from pathlib import Path

import pytest
from werkzeug.wrappers import Request, Response

from tests.conftest import Views
from tests.doctor.sites import COOKIE, FILE, NAME, STORE, TOKEN, Layer, check, served, told
from tests.support.remote import Close, StubRemote
from tests.support.site import CARRIERS, Carrier
from tests.support.site import TOKEN as SITE_TOKEN
from tests.support.site import Site as BothCarriers
from xaccel_wsgi import RemoteFile
from xaccel_wsgi.carriers.inquiry import INQUIRY_TYPE, Shown
from xaccel_wsgi.carriers.inquiry import Carrier as Sender
from xaccel_wsgi.doctor.site import Site, check_site
from xaccel_wsgi.errors import CheckError
from xaccel_wsgi.settings import load_settings

SIGNED = "https://b.s3.amazonaws.com/k?X-Amz-Signature=abc"


@pytest.fixture
def good_store(remote: StubRemote) -> StubRemote:
    """The stub remote, serving one file as a store does."""
    remote.script = STORE
    return remote


# --- Layers ---


def right(request: Request, response: Response) -> Response:
    """Changes nothing."""
    return response


def header(name: str, value: str) -> Layer:
    """Sets a header of the file, or removes it."""

    def layer(request: Request, response: Response) -> Response:
        if response.status_code in (200, 206) and not _is_inquiry(response):
            response.headers.pop(name, None)
            if value:
                response.headers[name] = value
        return response

    return layer


def again(name: str, value: str) -> Layer:
    """Sends a header of the file once more."""

    def layer(request: Request, response: Response) -> Response:
        if response.status_code in (200, 206) and not _is_inquiry(response):
            response.headers.add(name, value)
        return response

    return layer


def instead(asks: Callable[[Request], bool], make: Callable[[Request], Response]) -> Layer:
    """Answers some requests otherwise."""

    def layer(request: Request, response: Response) -> Response:
        return make(request) if asks(request) else response

    return layer


def changed(asks: Callable[[Request], bool], change: Callable[[Response], None]) -> Layer:
    """Changes the answer to some requests."""

    def layer(request: Request, response: Response) -> Response:
        if asks(request):
            change(response)
        return response

    return layer


def sender(carrier: Sender, shown: Shown) -> Layer:
    """Lets the application say who sends the file."""

    def layer(request: Request, response: Response) -> Response:
        return told(carrier, shown, request) if _is_inquiry(response) else response

    return layer


def _is_inquiry(response: Response) -> bool:
    return response.headers.get("Content-Type") == INQUIRY_TYPE


def _is(name: str, value: str = "") -> Callable[[Request], bool]:
    return lambda request: (
        value in request.headers.get(name, "-none-" if value else "") and (name in request.headers)
    )


def _is_head(request: Request) -> bool:
    return request.method == "HEAD"


def _is_beyond(request: Request) -> bool:
    return request.headers.get("Range") == f"bytes={len(FILE) + 10}-"


def _without_range(request: Request, response: Response) -> Response:
    """As a server that ignores Range."""
    if "Range" in request.headers and response.status_code in (206, 416):
        whole = Response(FILE, 200, response.headers)
        whole.headers.pop("Content-Range", None)
        whole.headers["Content-Length"] = str(len(FILE))
        return whole
    return response


def _part(start: int, stop: int) -> Response:
    headers = {
        "Content-Range": f"bytes {start}-{stop - 1}/{len(FILE)}",
        "Content-Disposition": "attachment",
    }
    return Response(FILE[start:stop], 206, headers)


def _gzip(response: Response) -> None:
    response.headers["Content-Encoding"] = "gzip"
    response.headers.pop("Content-Length")


def _weak(response: Response) -> None:
    response.headers["ETag"] = "W/" + response.headers["ETag"]


def _error(change: Callable[[Response], None]) -> Layer:
    return changed(_is_beyond, change)


def _set(name: str, value: str) -> Callable[[Response], None]:
    return lambda response: response.headers.__setitem__(name, value)


def _open(path: str, status: int) -> Layer:
    return instead(
        lambda request: request.environ["REQUEST_URI"].startswith(path),
        lambda request: Response("", status),
    )


def _anyone(request: Request, response: Response) -> Response:
    if "Cookie" in request.headers:
        return response
    return Response(FILE, 200, {"Content-Disposition": "attachment"})


FAULTS: dict[str, tuple[Layer, set[str]]] = {
    # --- Who sends it ---
    "the application sends it, no token": (sender("stream", "missing"), {"carrier"}),
    "the application sends it, a wrong token": (sender("stream", "wrong"), {"carrier"}),
    "the application sends it, by its mode": (sender("stream", "current"), {"carrier"}),
    "NGINX with an old configuration": (sender("nginx", "outdated"), {"carrier"}),
    "nobody sends it": (sender("refused", "missing"), {"carrier"}),
    "it doesn't say": (
        instead(_is("X-Accel-Inquiry"), lambda _: Response("x", 200)), {"carrier"},
    ),
    # --- What the client gets ---
    "no name": (header("Content-Disposition", ""), {"name", "range"}),
    "a name in bytes": (header("Content-Disposition", 'attachment; filename="é"'), {"name"}),
    "a name that looks encoded": (
        header("Content-Disposition", 'attachment; filename="a%20b"'), {"name"},
    ),
    "another name": (header("Content-Disposition", 'attachment; filename="b.pdf"'), {"name"}),
    "guessing is allowed": (header("X-Content-Type-Options", ""), {"type"}),
    "no type": (header("Content-Type", ""), {"type"}),
    "two names": (again("Content-Disposition", "inline"), {"once", "range"}),
    "two rules for caches": (again("Cache-Control", "max-age=60"), {"once"}),
    "Amazon's header": (again("x-amz-request-id", "1"), {"leak:vendor"}),
    "Google's header": (again("x-goog-hash", "crc32c=1"), {"leak:vendor"}),
    "Azure's header": (again("x-ms-version", "1"), {"leak:vendor"}),
    "the handoff": (
        again("X-Accel-Redirect", f"/_remote/{SIGNED}"), {"leak:private"},
    ),
    "a private header": (again("X-Accel-Response-Content-Type", "a/b"), {"leak:private"}),
    "the special header": (again("X-Remote-File", SIGNED), {"leak:private"}),
    "the token": (again("X-Debug", f"token={TOKEN}"), {"leak:token"}),
    "a signed URL": (again("Content-Location", SIGNED), {"leak:signature"}),
    "sent to a signed URL": (
        instead(lambda _: True, lambda _: Response("", 302, {"Location": SIGNED})),
        {"carrier", "redirected"},
    ),
    "no rule for caches": (header("Cache-Control", ""), {"caching"}),
    "shared caches may keep it": (header("Cache-Control", "public, max-age=60"), {"caching"}),
    "from a cache": (again("Age", "7"), {"caching"}),
    # --- Parts and repeats ---
    "HEAD is refused": (instead(_is_head, lambda _: Response("", 403)), {"head"}),
    "HEAD says another type": (changed(_is_head, _set("Content-Type", "text/html")), {"head"}),
    "HEAD says another length": (changed(_is_head, _set("Content-Length", "1")), {"head"}),
    "parts are ignored": (_without_range, {"range"}),
    "parts are an error": (instead(_is("Range"), lambda _: Response("", 501)), {"range"}),
    "a middle part is another one": (
        instead(_is("Range", "bytes=2560-"), lambda _: _part(0, 1)), {"range"},
    ),
    "the last part is the first": (
        instead(_is("Range", "bytes=-1"), lambda _: _part(0, 1)), {"range"},
    ),
    "If-Range isn't obeyed": (
        instead(_is("If-Range"), lambda _: _part(0, 1)), {"if-range"},
    ),
    "If-Range is never believed": (
        instead(_is("If-Range"), lambda _: Response(FILE)), {"if-range"},
    ),
    "If-None-Match is ignored": (
        instead(_is("If-None-Match"), lambda _: Response(FILE)), {"again:ETag"},
    ),
    "If-Modified-Since is ignored": (
        instead(_is("If-Modified-Since"), lambda _: Response(FILE)), {"again:Last-Modified"},
    ),
    "no validators": (
        lambda q, r: header("ETag", "")(q, header("Last-Modified", "")(q, r)), {"again"},
    ),
    "compressed": (changed(_is("Accept-Encoding", "gzip"), _gzip), {"compression"}),
    "its ETag is weakened": (changed(_is("Accept-Encoding", "gzip"), _weak), {"compression"}),
    # --- Errors ---
    "an error is a download": (_error(_set("Content-Disposition", "attachment")), {"error"}),
    "an error is the store's": (
        _error(lambda r: r.set_data("<Error><Code>InvalidRange</Code></Error>")), {"error"},
    ),
    "an error has the file's ETag": (_error(_set("ETag", '"v1"')), {"error"}),
    "an error is kept": (_error(_set("Cache-Control", "max-age=60")), {"error"}),
    "an error has no length": (_error(lambda r: r.headers.pop("Content-Range")), {"error"}),
    "an error is another one": (instead(_is_beyond, lambda _: Response("", 502)), {"error"}),
    # --- Doors ---
    "the internal path is open": (_open("/_remote/", 502), {"internal"}),
    "the internal path is open, encoded": (_open("/%5fremote", 200), {"internal"}),
    "the internal path is open, doubled": (_open("//_remote", 200), {"internal"}),
    "forged headers are believed": (
        instead(_is("X-Accel-Token"), lambda _: Response("", 500)), {"forged"},
    ),
    "forged headers choose the file": (
        changed(_is("X-Remote-File"), _set("Content-Type", "text/html")), {"forged"},
    ),
    "anyone gets it": (_anyone, {"permission"}),
}  # fmt: skip


@pytest.mark.parametrize(("layer", "ids"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found(layer: Layer, ids: set[str], good_store: StubRemote) -> None:
    """By its name; and of all else nothing is said."""
    with served(layer, good_store) as url:
        findings = check(url)
    found = [finding for finding in findings if finding.status != "ok"]
    assert {finding.id for finding in found} == ids, found
    assert all(finding.why and finding.fix for finding in found)


def test_a_right_site_is_in_order(good_store: StubRemote) -> None:
    """Everything is looked at, and nothing found."""
    with served(right, good_store) as url:
        findings = check(url)
    assert [finding for finding in findings if finding.status != "ok"] == []
    assert len(findings) >= 16
    # What was found stays where it is: the query of the URL may be a secret.
    assert "page=1" not in str(findings)


def test_without_the_token_the_carrier_is_not_known(good_store: StubRemote) -> None:
    """It isn't guessed."""
    with served(right, good_store) as url:
        findings = check(url, token=None)
    (found,) = (finding for finding in findings if finding.status != "ok")
    assert (found.id, found.status) == ("carrier", "warn")
    assert "Cannot tell" in found.what


def test_a_redirect_that_is_meant(good_store: StubRemote) -> None:
    """mode="redirect" sends clients to signed URLs, and the application says so."""

    def layer(request: Request, response: Response) -> Response:
        if _is_inquiry(response):
            return sender("redirect", "missing")(request, response)
        return Response("", 302, {"Location": SIGNED})

    with served(layer, good_store) as url:
        findings = check(url)
    assert {finding.id: finding.status for finding in findings} == {
        "carrier": "ok",
        "redirected": "ok",
    }


@pytest.mark.parametrize("carrier", CARRIERS)
def test_real_sites(
    carrier: Carrier, site: BothCarriers, views: Views, good_store: StubRemote
) -> None:
    """Through real NGINX nothing is found; of the streamer, that it isn't NGINX."""
    views.view = lambda _: RemoteFile(good_store.url("/k"), filename=NAME)
    url = f"http://{site.address(carrier)}/files/7"
    findings = list(
        check_site(
            Site(url, []),
            lambda _: None,
            settings=site.app.settings,
            token=SITE_TOKEN,
            filename=NAME,
        )
    )
    found = [finding.id for finding in findings if finding.status != "ok"]
    assert found == ([] if carrier == "nginx" else ["carrier"])


@pytest.mark.parametrize(
    ("layer", "says"),
    [
        pytest.param(instead(lambda _: True, lambda _: Response("", 403)), "403", id="refused"),
        pytest.param(
            instead(lambda _: True, lambda _: Response("", 302, {"Location": "/login"})),
            "--header",
            id="sent to sign in",
        ),
    ],
)
def test_a_site_that_shows_no_file(layer: Layer, says: str, good_store: StubRemote) -> None:
    """It can't be checked, and the error says what is missing."""
    with served(layer, good_store) as url, pytest.raises(CheckError, match=says) as caught:
        check(url)
    assert "page=1" not in str(caught.value)


def test_a_site_that_is_not_there() -> None:
    """It can't be checked."""
    with pytest.raises(CheckError, match="can't be asked"):
        list(check_site(Site("http://127.0.0.1:9/", [COOKIE]), lambda _: None))


def test_a_site_that_speaks_another_protocol(remote: StubRemote) -> None:
    """It can't be checked either."""
    remote.script = lambda _: [b"SSH-2.0-OpenSSH_9.2\r\n", Close()]
    with pytest.raises(CheckError, match="can't be asked"):
        list(check_site(Site(remote.url("/"), []), lambda _: None))


def test_a_site_without_origins(good_store: StubRemote, tmp_path: Path) -> None:
    """All of its files may be of its machine; the internal path has to be closed all the same."""
    settings = load_settings(environ={}, internal_locations={"/protected/": tmp_path})
    with served(right, good_store) as url:
        site = Site(url, [COOKIE])
        found = {each.id: each for each in check_site(site, lambda _: None, settings=settings)}
    assert found["internal"].status == "ok"


@pytest.mark.parametrize(
    "text", ["no colon", "Authorization Bearer ", "Bad Name: x", "X: a\nb", ": x"]
)
def test_a_header_that_is_none(text: str) -> None:
    """It is refused without its value."""
    with pytest.raises(CheckError, match="isn't a name and a value") as caught:
        Site("http://127.0.0.1:9/", [text + "s3cr3t"])
    assert "s3cr3t" not in str(caught.value)
