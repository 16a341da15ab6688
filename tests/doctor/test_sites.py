"""A live site: each way to spoil a download is found and named, and a right site is in order."""

from collections.abc import Callable
from contextlib import closing
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any, get_args

import pytest
from werkzeug.test import create_environ
from werkzeug.wrappers import Request, Response

from tests.conftest import Views
from tests.doctor.sites import COOKIE, FILE, NAME, STORE, TOKEN, Layer, check, served, told
from tests.support.remote import Close, StubRemote, answer
from tests.support.site import CARRIERS, Carrier
from tests.support.site import TOKEN as SITE_TOKEN
from tests.support.site import Site as BothCarriers
from tests.support.wsgi import serve
from xaccel_wsgi import RemoteFile, XAccelMiddleware, cli
from xaccel_wsgi.carriers.choice import Chooser
from xaccel_wsgi.carriers.inquiry import INQUIRY_TYPE, Shown
from xaccel_wsgi.carriers.inquiry import Carrier as Sender
from xaccel_wsgi.carriers.nginx.wire import gateway_token
from xaccel_wsgi.doctor.finding import Finding
from xaccel_wsgi.doctor.self_test.servers import store as serve_store
from xaccel_wsgi.doctor.site import Site, check_site
from xaccel_wsgi.doctor.site.carrier import findings as carrier_findings
from xaccel_wsgi.doctor.site.client import Answer
from xaccel_wsgi.errors import CheckError
from xaccel_wsgi.settings import load_settings
from xaccel_wsgi.settings.value import Mode

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
        instead(_is("X-Accel-Inquiry"), lambda _: Response("x", 200)), {"carrier:unknown"},
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
        {"carrier:unknown", "redirected"},
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
    assert (found.id, found.status) == ("carrier:unknown", "warn")
    assert "--app" in found.fix


def test_the_first_setup_of_all(tmp_path: Path) -> None:
    """The application is there without a token, the store is Python's own server: both are told."""

    class Store(SimpleHTTPRequestHandler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(tmp_path))

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    def app(environ, start_response):
        return RemoteFile(f"{origin}/7.pdf", filename=NAME)(environ, start_response)

    (tmp_path / "7.pdf").write_bytes(FILE)
    with serve_store(Store) as port:
        origin = f"http://127.0.0.1:{port}"
        with (
            closing(XAccelMiddleware(app, origins=[origin], token=None)) as middleware,
            serve(middleware) as server,
        ):
            site = Site(f"http://{server.address}/reports/7", [])
            findings = list(check_site(site, lambda _: None, settings=middleware.settings))
    found = {finding.id: finding for finding in findings if finding.status != "ok"}
    assert found.keys() == {"carrier:unknown", "range"}
    assert "--app" not in found["carrier:unknown"].fix
    assert "streams" in found["carrier:unknown"].fix
    assert "http.server" in found["range"].fix


@pytest.mark.parametrize("token", ["", "another-token-0123"], ids=["none", "another"])
def test_where_only_the_token_lacks_it_is_asked_for(
    token: str,
    good_store: StubRemote,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """NGINX's configuration needs no look for that."""
    monkeypatch.delenv("XACCEL_ORIGINS", raising=False)
    monkeypatch.setenv("XACCEL_TOKEN", token)
    with served(right, good_store) as url:
        assert cli.main(["check", url, "--header", COOKIE, "--filename", NAME]) == 1
    _, next_steps = capsys.readouterr().out.split("Next\n")
    assert "XACCEL_TOKEN" in next_steps
    assert "--nginx" not in next_steps


@pytest.mark.parametrize("redirects", [False, True], ids=["handed over", "redirected"])
@pytest.mark.parametrize(
    "presented",
    ["{current}", f"{TOKEN};1;other-settings", "another;1;x", ""],
    ids=["current", "outdated", "wrong", "missing"],
)
@pytest.mark.parametrize("mode", get_args(Mode))
def test_every_choice_of_an_application_is_known(
    mode: Mode, presented: str, redirects: bool
) -> None:
    """Without a token of its own it answers no such question."""
    settings = load_settings(environ={}, origins="https://store.example", token=TOKEN, mode=mode)
    presented = presented.format(current=gateway_token(settings))
    choice = Chooser(settings).choose(presented, redirects=redirects)
    (found,) = _asked_who_sends_it(told(choice.carrier, choice.shown, Request(create_environ())))
    in_order = {("nginx", "current")} | {("redirect", choice.shown)}
    assert found.id == "carrier"
    assert (found.status == "ok") == ((choice.carrier, choice.shown) in in_order)
    if found.status != "ok":
        assert found.why
        assert found.fix


def test_streaming_with_an_old_configuration() -> None:
    """Both are said: once its mode lets NGINX send files, the configuration would be in the way."""
    (found,) = _asked_who_sends_it(told("stream", "outdated", Request(create_environ())))
    assert found.status == "warn"
    assert "mode" in found.what
    assert "old" in found.what
    assert 'mode="auto"' in found.fix
    assert "xaccel-wsgi nginx" in found.fix


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<html>", id="no JSON"),
        pytest.param(b"\xff", id="no text"),
        pytest.param(b"[" * 100_000, id="nested deeply"),
        pytest.param(b"[]", id="no object"),
        pytest.param(b'{"carrier": "nginx"}', id="half of it"),
        pytest.param(b'{"carrier": [], "token": {}}', id="no words"),
        pytest.param(b'{"carrier": "pigeon", "token": "current"}', id="a carrier to come"),
    ],
)
def test_an_answer_that_is_not_known(body: bytes) -> None:
    """It can't be checked, and the error says what to do."""
    with pytest.raises(CheckError, match="version of xaccel-wsgi"):
        _asked_who_sends_it(Response(body, content_type=INQUIRY_TYPE))


def _asked_who_sends_it(response: Response) -> list[Finding]:
    def ask(what: str, _: object) -> Answer:
        return Answer(what, response.status_code, tuple(response.headers), response.data)

    return list(carrier_findings(ask, TOKEN, None))


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
        pytest.param(
            instead(lambda _: True, lambda _: Response("", 302, {"Location": "/login?bigsig=1"})),
            "302",
            id="sent to a page whose parameter ends like a signature's",
        ),
    ],
)
def test_a_site_that_shows_no_file(layer: Layer, says: str, good_store: StubRemote) -> None:
    """It can't be checked, and the error says what is missing."""
    with served(layer, good_store) as url, pytest.raises(CheckError, match=says) as caught:
        check(url)
    assert "page=1" not in str(caught.value)


def test_a_site_that_sends_its_clients_nowhere(remote: StubRemote) -> None:
    """What isn't a URL is no signed one."""
    remote.script = lambda _: answer(302, [("Location", "http://[/?page=1")])
    with pytest.raises(CheckError, match="302"):
        list(check_site(Site(remote.url("/"), []), lambda _: None))


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


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        pytest.param(["Cookie: a=s3cr3t", "cookie: b=2"], "cookie is given twice", id="a cookie"),
        pytest.param(["host: s3cr3t"], "Host is the URL's own", id="the host"),
    ],
)
def test_headers_that_cannot_be_sent_beside_others(headers: list[str], says: str) -> None:
    """RFC 6265 section 5.4: one Cookie; RFC 9112 section 3.2: a request with two hosts is bad."""
    with pytest.raises(CheckError, match=says) as caught:
        Site("http://127.0.0.1:9/", headers)
    assert "s3cr3t" not in str(caught.value)


def test_a_given_header_gives_way_to_the_question(remote: StubRemote) -> None:
    """However it is written: a field that isn't a list comes once (RFC 9110 section 5.3)."""
    site = Site(remote.url("/"), ["range: bytes=5-9", "X-Mine: 1"])
    site.ask("GET with Range", (("Range", "bytes=0-0"),))
    (asked,) = remote.requests
    sent = [(n, v) for n, v in asked.fields if n.lower() in ("host", "range", "x-mine")]
    assert sorted(sent) == [("Host", remote.address), ("Range", "bytes=0-0"), ("X-Mine", "1")]
