"""Ways around the application: each is tried against the generated configuration, in real NGINX.

The server block around it has what sites have: rewrites, try_files, error pages, SSI, mirrors,
other applications. Nobody but the application, by a handoff with the token, gets a file.
"""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import Views
from tests.support.client import Received, send
from tests.support.remote import Request, StubRemote, answer
from tests.support.site import TOKEN, Carrier, Site
from tests.support.waiting import wait_until
from xaccel_wsgi import RemoteFile

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

SECRET = b"what only the application may send"
# The path of an internal location that isn't guarded: what leads there would lead to the files.
CONTROL = "/_control/k"


class Neighbourhood:
    """The site, an application beside it, and the remote with the secret.

    Attributes:
        site: The site; its view refuses whatever isn't asked for at /allowed.
        other: Another application of the same server, at /other, without the token.
        remote: Has the secret, for whoever asks.
        path: The internal path of the secret.
    """

    def __init__(self, site: Site, other: StubRemote, remote: StubRemote) -> None:
        """Keeps the parts."""
        self.site, self.other, self.remote = site, other, remote
        self.path = _internal_path(remote)

    def ask(self, target: str, *fields: tuple[str, str], method: str = "GET") -> Received:
        """Asks NGINX."""
        return send(self.site.nginx.address, target, fields, method=method)

    def gave_nothing(self, got: Received) -> bool:
        """Tells whether neither the remote was asked nor its secret is in the answer."""
        return self.remote.requests == [] and SECRET not in got.body


def _internal_path(remote: StubRemote) -> str:
    return f"/_remote/http/{remote.address}/k"


def _beside(remote: StubRemote, other: StubRemote, html: Path) -> str:
    """Returns what a site might have in its server block; each a way for a client's path."""
    # A file of the site's own where only handoffs should lead.
    (html / "_remote").mkdir()
    (html / "_remote" / "file").write_bytes(SECRET)
    path, elsewhere = _internal_path(remote), f"proxy_pass http://{other.address};"
    return f"""
        {_subrequests("", path, elsewhere, html)}
        {_subrequests("/control", CONTROL, elsewhere, html)}
        location ^~ /_control/ {{ internal; {elsewhere} }}
        underscores_in_headers on;
        root {html};
        rewrite ^/at-server-level/(.*)$ /$1;
        location ~ ^/rewritten/(.*)$ {{ rewrite ^/rewritten/(.*)$ /$1 last; }}
        location ~ ^/tried/(.*)$ {{ try_files /nothing /$1; }}
        location ~ ^/failed/(.*)$ {{ error_page 404 = /$1; return 404; }}
        location ~ ^/conditional/(?<rest>.*)$ {{
            if ($request_method = GET) {{ rewrite ^ /$rest; }}
        }}
        location ~ ^/aliased/(.*)$ {{ alias {html}/$1; }}
        location /ssi-of-another {{ ssi on; ssi_types *; {elsewhere} }}
        location ~ ^/through-itself/(.*)$ {{ proxy_pass http://$http_host/$1; }}
        location /intercepted {{
            {elsewhere} proxy_intercept_errors on; error_page 403 {path};
            error_page 500 = @xaccel_hop;
        }}
        location /other {{ {elsewhere} }}
        location ~ [.]php$ {{ {elsewhere} }}
    """


def _subrequests(below: str, path: str, elsewhere: str, html: Path) -> str:
    folder = Path(f"{html}{below}")
    folder.mkdir(exist_ok=True)
    (folder / "include").write_text(f'before<!--# include virtual="{path}" -->after')
    return f"""
        location {below}/ssi/ {{ ssi on; ssi_types *; alias {folder}/; }}
        location {below}/authorised {{ auth_request {path}; {elsewhere} }}
        location {below}/mirrored {{ mirror {path}; {elsewhere} }}
        location {below}/added {{ add_before_body {path}; add_after_body {path}; {elsewhere} }}
        location {below}/index/ {{ index {path}; alias {folder}/; }}
    """


@pytest.fixture(scope="module")
def _other() -> Iterator[StubRemote]:
    with StubRemote() as other:
        yield other


@pytest.fixture(scope="module", params=["with a token", "without a token"])
def _site(
    request: pytest.FixtureRequest,
    nginx_binary: str,
    views: Views,
    session_remote: StubRemote,
    _other: StubRemote,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    folder, html = tmp_path_factory.mktemp("nginx"), tmp_path_factory.mktemp("html")
    # Root's own folder, but NGINX's workers are somebody else where they can be.
    html.chmod(0o755)
    options = {
        "origins": [f"http://{session_remote.address}"],
        "token": None if request.param == "without a token" else TOKEN,
        "cache": str(folder / "cache") if request.param == "with a cache" else None,
        "mode": "nginx",
        "beside": _beside(session_remote, _other, html),
    }
    with Site(views, folder, nginx_binary, **options) as site:  # type: ignore[arg-type]
        yield site


@pytest.fixture
def town(_site: Site, _other: StubRemote, remote: StubRemote, views: Views) -> Neighbourhood:
    """Everything, with nothing recorded."""
    _other.reset()
    _other.script = lambda _: answer(200, [("Content-Type", "text/html")], b"another")
    remote.script = lambda _: answer(200, [], SECRET)

    def view(environ: "WSGIEnvironment") -> RemoteFile:
        if not environ["PATH_INFO"].startswith("/allowed"):
            raise LookupError("the application has no such file")
        return RemoteFile(remote.url("/k"))

    views.view = view
    return Neighbourhood(_site, _other, remote)


def test_the_application_itself_gets_through(town: Neighbourhood) -> None:
    """Or nothing here would prove anything."""
    assert town.ask("/allowed").body == SECRET


# --- Paths that a client asks for ---

DIRECT = {
    "as it is": "{path}",
    "with a query": "{path}?X-Accel-Redirect=1",
    "behind a doubled slash": "/{path}",
    "with a doubled slash within": "/_remote//http/{remote}/k",
    "through a folder and back": "/x/..{path}",
    "through itself": "/./_remote/./http/{remote}/k",
    "the whole URL": "http://{site}{path}",
    "another host's URL": "http://127.0.0.1{path}",
    "only the prefix": "/_remote/",
    "the prefix without its slash": "/_remote",
    "the folder of kept files": "/_remote/cached/http/{remote}/k",
}
ENCODED = {
    "a letter": "/%5fremote/http/{remote}/k",
    "a slash": "/_remote%2fhttp/{remote}/k",
    "the whole path": "/%5f%72%65%6d%6f%74%65/%68%74%74%70/{remote}/%6b",
    "twice": "/%255fremote/http/{remote}/k",
    "dots": "/x/%2e%2e{path}",
    "a question mark": "{path}%3fa=b",
    "a line break": "/x%0d%0a{path}",
    "a NUL": "{path}%00",
}


def _placed(town: Neighbourhood, target: str) -> str:
    return target.format(path=town.path, remote=town.remote.address, site=town.site.nginx.address)


@pytest.mark.bypass("the internal path, asked for directly", "no file", carrier="nginx")
@pytest.mark.parametrize("target", DIRECT.values(), ids=DIRECT)
def test_the_internal_path_asked_for(target: str, town: Neighbourhood, tries) -> None:
    """Under every method, with what a handoff would have said."""
    for method in ("GET", "HEAD", "POST", "PUT", "PROPFIND"):
        for field in (("X-Accel-Redirect", town.path), ("X-Accel-Token", TOKEN), ("X-None", "1")):
            got = town.ask(_placed(town, target), field, method=method)
            assert town.gave_nothing(got)
            assert got.status >= 400
            tries(1)


@pytest.mark.bypass("the internal path, encoded", "no file", carrier="nginx")
@pytest.mark.parametrize("target", ENCODED.values(), ids=ENCODED)
def test_the_internal_path_encoded(target: str, town: Neighbourhood) -> None:
    """NGINX decodes before it compares, or it isn't the path."""
    got = town.ask(_placed(town, target), ("X-Accel-Token", TOKEN))
    assert town.gave_nothing(got)
    assert got.status >= 400


INWARDS = {
    "rewrite": "/rewritten{path}",
    "rewrite of the server": "/at-server-level{path}",
    "rewrite within if": "/conditional{path}",
    "try_files": "/tried{path}",
    "error_page": "/failed{path}",
    "alias": "/aliased{path}",
    "a server that asks itself": "/through-itself{path}",
    "a rewrite to a rewrite": "/rewritten/tried{path}",
}


@pytest.mark.parametrize(
    "target",
    [
        pytest.param(
            target,
            id=way,
            marks=pytest.mark.bypass(f"the internal path through {way}", "404", carrier="nginx"),
        )
        for way, target in INWARDS.items()
    ],
)
def test_a_jump_without_the_application(target: str, town: Neighbourhood, tries) -> None:
    """`internal` admits these; the guard doesn't."""
    for field in (("X-Accel-Redirect", town.path), ("X-Accel-Token", TOKEN), ("X-None", "1")):
        got = town.ask(_placed(town, target), field)
        assert (got.status, town.gave_nothing(got)) == (404, True)
        tries(1)


@pytest.mark.parametrize("way", sorted(INWARDS.keys() - {"alias", "a server that asks itself"}))
def test_a_jump_leads_inwards(way: str, town: Neighbourhood) -> None:
    """Or it would prove nothing above."""
    town.ask(INWARDS[way].format(path=CONTROL))
    assert town.other.asked(CONTROL)


SUBREQUESTS = {
    "SSI of a file": "/ssi/include",
    "an access check (auth_request)": "/authorised",
    "a mirror": "/mirrored",
    "what is added to a body": "/added",
    "an index": "/index/",
}


@pytest.mark.parametrize(
    "target",
    [
        pytest.param(
            target,
            id=way,
            marks=pytest.mark.bypass(
                f"the internal path through {way}", "no file", carrier="nginx"
            ),
        )
        for way, target in SUBREQUESTS.items()
    ],
)
def test_a_subrequest_without_the_application(target: str, town: Neighbourhood) -> None:
    """NGINX asks itself, without a handoff."""
    got = town.ask(target, ("X-Accel-Token", TOKEN))
    # On one connection after the other, so that a mirror has been asked too.
    town.ask("/other")
    assert town.gave_nothing(got)


@pytest.mark.parametrize("target", SUBREQUESTS.values(), ids=SUBREQUESTS)
def test_a_subrequest_leads_inwards(target: str, town: Neighbourhood) -> None:
    """Or it would prove nothing above."""
    town.ask(f"/control{target}")
    wait_until(lambda: town.other.asked(CONTROL))


@pytest.mark.bypass(
    "the internal path through SSI of another application", "no file", carrier="nginx"
)
def test_another_application_that_includes_it(town: Neighbourhood) -> None:
    """What somebody wrote into a page elsewhere on the server."""
    page = f'before<!--# include virtual="{town.path}" -->after'
    town.other.script = lambda _: answer(200, [("Content-Type", "text/html")], page.encode())
    got = town.ask("/ssi-of-another")
    assert got.body.startswith(b"before")
    assert town.gave_nothing(got)


# --- Other applications of the same server ---


def _headers(town: Neighbourhood) -> list[tuple[str, str]]:
    return [
        ("X-Accel-Request-Authorization", "Bearer x"),
        ("X-Accel-Response-Content-Type", "text/html"),
        ("Location", town.remote.url("/k")),
    ]


TOKENS = {
    "none": [],
    "an empty one": [("X-Accel-Token", "")],
    "a wrong one": [("X-Accel-Token", "wrong-wrong-wrong-wrong")],
    "a part of it": [("X-Accel-Token", TOKEN[:-1])],
    "more than it": [("X-Accel-Token", TOKEN + "x")],
    "a variable's name": [("X-Accel-Token", "$upstream_http_x_accel_token")],
    "one in another case": [("X-Accel-Token", TOKEN.upper())],
}


@pytest.mark.bypass(
    "another application of the server that answers with our headers", "404", carrier="nginx"
)
@pytest.mark.parametrize("token", TOKENS.values(), ids=TOKENS)
@pytest.mark.parametrize("status", [200, 204, 404, 500])
@pytest.mark.parametrize("_site", ["with a token"], indirect=True)
def test_another_application_that_answers_with_our_headers(
    status: int, token: list[tuple[str, str]], town: Neighbourhood
) -> None:
    """It doesn't know the token. Where there is none it gets in, as the configuration says."""
    fields = [("X-Accel-Redirect", town.path), *token, *_headers(town)]
    town.other.script = lambda _: answer(status, fields)
    got = town.ask("/other", ("X-Accel-Token", TOKEN))
    assert (got.status, town.gave_nothing(got)) == (404, True)


# What the internal path may hold stands in its expression, from the first character to the last.
UNLIKE_OURS = {
    "something before it": "/_remote/x/_remote/{way}http/{remote}/k",
    "a space": "/_remote/{way}http/{remote}/k%20x",
    "a line break": "/_remote/{way}http/{remote}/k%20HTTP/1.1%0d%0aX-Smuggled:%201",
    "a question mark": "/_remote/{way}http/{remote}/k%3fa=b",
    "a fragment": "/_remote/{way}http/{remote}/k%23a",
    "a byte beyond ASCII": "/_remote/{way}http/{remote}/k%e9",
    "another origin": "/_remote/{way}http/{other}/k",
}


@pytest.mark.bypass(
    "an internal path unlike those that we write, with the token", "404", carrier="nginx"
)
@pytest.mark.parametrize("way", ["", "cached/", "cached-own/"])
@pytest.mark.parametrize("path", UNLIKE_OURS.values(), ids=UNLIKE_OURS)
@pytest.mark.parametrize("_site", ["with a cache"], indirect=True)
def test_an_internal_path_that_the_middleware_did_not_write(
    path: str, way: str, town: Neighbourhood
) -> None:
    """NGINX decodes it, so what is left of it would be the remote's request line."""
    redirect = _placed(town, path.replace("{way}", way).replace("{other}", town.other.address))
    fields = [("X-Accel-Redirect", redirect), ("X-Accel-Token", TOKEN), ("X-Accel-Cache-Key", "v")]
    town.other.script = lambda _: answer(200, fields)
    got = town.ask("/other")
    assert (got.status, town.gave_nothing(got)) == (404, True)
    assert len(town.other.requests) == 1


NAMED = ["@xaccel_hop", "@xaccel_past_the_cache", "@xaccel_beyond_the_end", "@xaccel_401"]


@pytest.mark.bypass(
    "another application that leads straight to the place of redirects", "no file", carrier="nginx"
)
@pytest.mark.parametrize("name", NAMED)
def test_another_application_that_names_our_locations(name: str, town: Neighbourhood) -> None:
    """A named location is reached by X-Accel-Redirect too, and has a Location to follow."""
    fields = [("X-Accel-Redirect", name), *_headers(town)]
    town.other.script = lambda _: answer(200, fields)
    got = town.ask("/other")
    assert town.gave_nothing(got)
    assert got.status >= 400


@pytest.mark.bypass(
    "an error of another application that leads to ours", "no file", carrier="nginx"
)
@pytest.mark.parametrize("status", [403, 500])
def test_an_error_page_of_the_server(status: int, town: Neighbourhood) -> None:
    """error_page leads to internal locations, and to named ones."""
    town.other.script = lambda _: answer(status, _headers(town))
    got = town.ask("/intercepted")
    assert town.gave_nothing(got)


@pytest.mark.bypass("a file of the server's own under the internal path", "404")
def test_a_file_of_the_servers_own(town: Neighbourhood) -> None:
    """The prefix is for handoffs alone."""
    assert town.ask("/_remote/file").status == 404


@pytest.mark.bypass("another location's expression that matches the file's name", "not asked")
def test_another_location_cant_have_the_handoff(town: Neighbourhood, views: Views) -> None:
    """`location ~ [.]php$` stands before ours in the server block."""
    views.view = lambda _: RemoteFile(town.remote.url("/upload.php"))
    assert town.ask("/allowed").body == SECRET
    assert town.other.requests == []


@pytest.mark.bypass("another location's expression that matches the file's name", "not asked")
def test_another_location_cant_have_what_we_refuse(town: Neighbourhood) -> None:
    """What lies outside the allow list ends at ours, and goes on to nobody, query and all."""
    outside = "/_remote/http/outside.example/upload.php?X-Amz-Signature=5ec2e7"
    town.other.script = lambda _: answer(200, [("X-Accel-Redirect", outside)], b"another")
    assert town.ask("/other").status == 404
    assert [request.target for request in town.other.requests] == ["/other"]


# --- Headers that a client sends ---

CLIENTS = {
    "X-Accel-Redirect": ("X-Accel-Redirect", "{path}"),
    "a wrong token": ("X-Accel-Token", "wrong-wrong-wrong-wrong"),
    "an empty token": ("X-Accel-Token", ""),
    "the right token": ("X-Accel-Token", TOKEN),
    "a wrong token with an underscore": ("X_Accel_Token", "wrong-wrong-wrong-wrong"),
    "the right token with an underscore": ("X_Accel_Token", TOKEN),
    "X-Remote-File": ("X-Remote-File", "http://{remote}/k"),
    "X-Remote-File with a reference": ("X-Remote-File", "held:0"),
    "X_Remote_File": ("X_Remote_File", "http://{remote}/k"),
    "a decision for the remote": ("X-Accel-Request-Authorization", "Bearer x"),
    "a decision for the client": ("X-Accel-Response-Content-Type", "text/html"),
    "a mode": ("X-Sendfile-Type", "X-Accel-Redirect"),
    "a mapping": ("X-Accel-Mapping", "/=/_remote/http/{remote}/"),
    "a header to drop": ("Connection", "close, X-Accel-Token"),
    "another method": ("X-HTTP-Method-Override", "POST"),
    "another path": ("X-Original-URL", "{path}"),
    "another path, rewritten": ("X-Rewrite-URL", "{path}"),
}


@pytest.mark.bypass("a client's header that could choose", "chooses nothing", carrier="nginx")
@pytest.mark.parametrize(("name", "value"), CLIENTS.values(), ids=CLIENTS)
def test_a_header_of_the_client(name: str, value: str, town: Neighbourhood) -> None:
    """No file where there is none, and the same file where there is one."""
    field = (name, _placed(town, value))
    refused = town.ask("/refused", field)
    assert (refused.status, town.gave_nothing(refused)) == (500, True)
    plain, got = town.ask("/allowed"), town.ask("/allowed", field)
    ignored = {"date", "content-type"} if name.startswith("X_Accel") else {"date"}
    # Behind a WSGI server this is the token's own field, said twice.
    assert got.status in ({200, 500} if name == "X_Accel_Token" else {200})
    if got.status == 200:
        assert _without(got, ignored) == _without(plain, ignored)


def _without(got: Received, names: set[str]) -> tuple[object, ...]:
    fields = sorted(f for f in got.fields if f[0].lower() not in names)
    return got.status, got.body, fields


@pytest.mark.bypass("the application's own port, with a token that is wrong", "no signed URL")
@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", f"{TOKEN[:-1]};1;x"])
def test_the_applications_own_port(
    token: str, site: Site, views: Views, remote: StubRemote
) -> None:
    """Whoever reaches it gets the file, streamed, and none of the handoff."""
    remote.script = lambda _: answer(200, [], b"file")
    views.view = lambda _: RemoteFile(remote.url("/k?X-Amz-Signature=5ec2e7"))
    got = send(site.address("stream"), "/f", [("X-Accel-Token", token)] if token else [])
    assert (got.status, got.body) == (200, b"file")
    assert "5ec2e7" not in repr(got)


# --- What the remote says ---

THEIRS = {
    "X-Accel-Redirect to another file": ("X-Accel-Redirect", "{path}2"),
    "X-Accel-Redirect to the application": ("X-Accel-Redirect", "/allowed"),
    "X-Accel-Redirect to a name": ("X-Accel-Redirect", "@xaccel_hop"),
    "X-Accel-Expires": ("X-Accel-Expires", "3600"),
    "X-Accel-Limit-Rate": ("X-Accel-Limit-Rate", "1"),
    "X-Accel-Buffering": ("X-Accel-Buffering", "no"),
    "X-Accel-Charset": ("X-Accel-Charset", "koi8-r"),
    "X-Accel-Token": ("X-Accel-Token", TOKEN),
    "a decision for the client": ("X-Accel-Response-Content-Disposition", "inline"),
    "a decision for the next remote": ("X-Accel-Request-Authorization", "Bearer theirs"),
    "X-Remote-File": ("X-Remote-File", "http://{remote}/k2"),
    "X-Sendfile": ("X-Sendfile", "/etc/passwd"),
}


@pytest.mark.bypass("a header of the remote's that could steer NGINX", "does nothing")
@pytest.mark.parametrize("status", [200, 404, 302])
@pytest.mark.parametrize(("name", "value"), THEIRS.values(), ids=THEIRS)
def test_a_header_of_the_remote(
    name: str,
    value: str,
    status: int,
    site: Site,
    views: Views,
    remote: StubRemote,
    carrier: Carrier,
) -> None:
    """On a file, an error and a redirect: the answer is the one without it."""
    value = value.format(path=_internal_path(remote), remote=remote.address)

    def script(extra: list[tuple[str, str]]) -> Callable[[Request], list[object]]:
        def respond(request: Request) -> list[object]:
            if request.path == "/next":
                return answer(200, extra, b"next")
            return answer(status, [*extra, ("Location", "/next")], b"file")

        return respond

    views.view = lambda _: RemoteFile(
        remote.url("/k"), request_headers={"Authorization": "Bearer ours"}
    )
    asked, seen = [], []
    for extra in ([], [(name, value)]):
        remote.reset()
        remote.script = script(extra)
        got = send(site.address(carrier), "/f")
        ours = [f for f in got.fields if f[0].lower() not in ("date", name.lower())]
        seen.append((got.status, sorted(ours), got.body))
        asked.append([(r.target, r.values("Authorization")) for r in remote.requests])
    assert seen[0] == seen[1]
    assert asked[0] == asked[1]


# --- Smuggling through header values ---

BREAKS = {
    "CR LF": "a\r\nSet-Cookie: theirs=1",
    "LF": "a\nSet-Cookie: theirs=1",
    "CR": "a\rSet-Cookie: theirs=1",
    "NUL": "a\0b",
    "a folded line": "a\r\n b",
}


@pytest.mark.bypass("a line break in a header of the application's", "refused, nothing is sent")
@pytest.mark.parametrize("value", BREAKS.values(), ids=BREAKS)
@pytest.mark.parametrize("name", ["Link", "Content-Disposition", "Set-Cookie", "X-Dropped"])
def test_a_line_break_in_the_applications_header(
    name: str, value: str, site: Site, views: Views, remote: StubRemote, carrier: Carrier
) -> None:
    """A framework that let it through has it stopped here, before a carrier sees it."""
    remote.script = lambda _: answer(200, [], b"file")

    def view(environ: "WSGIEnvironment") -> object:
        headers = [*RemoteFile(remote.url("/k")).response_headers(environ).items(), (name, value)]
        return lambda _environ, start_response: start_response("200 OK", headers) and []

    views.view = view  # type: ignore[assignment]
    got = send(site.address(carrier), "/f")
    assert (got.status, got.values("Set-Cookie"), remote.requests) == (500, [], [])


VERBATIM = [
    "$http_cookie ${request_uri}", '"; return 200 "x', "{}", "a; b", "\\r\\n", "%0d%0aX: y",
    "$xaccel_path", "a' b", "#",
]  # fmt: skip


@pytest.mark.bypass("NGINX's own syntax in a header of the application's", "sent as it is")
@pytest.mark.parametrize("value", VERBATIM)
def test_a_value_that_nginx_could_read(
    value: str, site: Site, views: Views, remote: StubRemote, carrier: Carrier
) -> None:
    """A variable's value isn't read again."""
    remote.script = lambda _: answer(200, [], b"file")
    views.view = lambda _: RemoteFile(remote.url("/k"), headers={"Link": value})
    got = send(site.address(carrier), "/f", [("Cookie", "session=secret")])
    assert got.value("Link") == value


@pytest.mark.bypass("NGINX's own syntax in a URL", "asked for as it is")
@pytest.mark.parametrize(
    "target", ["/$host", "/${args}?$args", "/k?a=$request_uri", "/$1", "/a;b", "/%24host", "/k'"]
)
def test_a_url_that_nginx_could_read(
    target: str, site: Site, views: Views, remote: StubRemote, carrier: Carrier
) -> None:
    """Nor is what was captured from the path."""
    remote.script = lambda _: answer(200, [], b"file")
    views.view = lambda _: RemoteFile(remote.url(target))
    assert send(site.address(carrier), "/f?client=1").body == b"file"
    assert [request.target for request in remote.requests] == [target]


@pytest.mark.bypass(
    "the internal path after a handoff on the same connection", "404", carrier="nginx"
)
def test_a_token_that_outlives_its_request(town: Neighbourhood) -> None:
    """What one handoff showed is forgotten with it."""
    host, _, port = town.site.nginx.address.partition(":")
    with socket.create_connection((host, int(port)), 5) as client:
        first = f"GET /allowed HTTP/1.1\r\nHost: {host}\r\n\r\n"
        second = f"GET /rewritten{town.path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        client.sendall((first + second).encode())
        got = b"".join(iter(lambda: client.recv(65536), b""))
    assert got.count(SECRET) == 1
    assert got.count(b"HTTP/1.1 404") == 1
    assert len(town.remote.requests) == 1
