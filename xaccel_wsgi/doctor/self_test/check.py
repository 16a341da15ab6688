"""The check of an NGINX: the core scenarios, through it."""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ...errors import CheckError
from ...middleware import XAccelMiddleware
from ...remote_file import RemoteFile
from ...rules.answer import ERROR_BODIES, error_status
from ..finding import Finding, Progress
from ..site import Site, check_site
from ..site.client import Answer
from .remote import FILE, SECRET_TEXT, Store
from .servers import application as serve_application
from .servers import nginx
from .servers import store as serve_store

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_FILENAME = "résumé 100%.pdf"
_CREDENTIAL = "Bearer of-the-application"
# What a signature covers: these bytes have to arrive as they are.
_ODD_TARGET = "/file/a%20b%2Fc%3Fd%25e%23f+g/%E6%97%A5?X-Signature=a%2Bb%2F%3D&empty=&x=%41"
_LONG_QUERY = "X-Security-Token=" + "t" * 8000


def check_nginx(
    installed: tuple[str, tuple[int, int, int]] | None, progress: Progress
) -> Iterator[Finding]:
    """Starts NGINX with a store and an application, and asks for files.

    Args:
        installed: Path and version of the binary.
        progress: Told what is being done.

    Raises:
        CheckError: There is none, or it doesn't start.
    """
    if installed is None:
        raise CheckError(
            "nginx",
            "no NGINX from 1.22 on is found",
            "Install it, or name it with --nginx-binary PATH.",
        )
    binary, version = installed
    progress(f"Starting {binary}")
    store = Store()
    token = secrets.token_urlsafe(32)
    with serve_store(store.handler()) as port, serve_store(store.handler()) as other_port:
        store.elsewhere = f"http://127.0.0.1:{other_port}"
        middleware = XAccelMiddleware(
            _Application(f"http://127.0.0.1:{port}"),
            origins=[f"http://127.0.0.1:{port}", store.elsewhere],
            token=token,
            mode="auto",
        )
        with (
            closing(middleware),
            serve_application(middleware) as app_port,
            nginx(binary, version, middleware.settings, app_port) as (nginx_port, said),
        ):
            site = f"http://127.0.0.1:{nginx_port}"
            yield _started(binary, version, said)
            yield from check_site(
                Site(f"{site}/file", []),
                progress,
                settings=middleware.settings,
                token=token,
                filename=_FILENAME,
            )
            yield from _Scenarios(site, store, progress).findings()


class _Application:
    """Hands over the store's file of the path that it is asked for."""

    def __init__(self, origin: str) -> None:
        self._origin = origin

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        target = environ["REQUEST_URI"]
        if target == "/odd":
            target = _ODD_TARGET
        elif target == "/long":
            target = f"/file?{_LONG_QUERY}"
        elif not target.startswith(("/file", "/moved", "/away", "/hostile", "/status")):
            start_response("404 Not Found", [("Content-Length", "0")])
            return []
        remote = RemoteFile(
            self._origin + target,
            filename=_FILENAME,
            content_type="application/pdf" if target == "/hostile" else None,
            request_headers={"Authorization": _CREDENTIAL},
        )
        return remote(environ, start_response)


class _Scenarios:
    """What can't be asked of a live site, since it takes a store that does as it is told."""

    def __init__(self, site: str, store: Store, progress: Progress) -> None:
        self._site = site
        self._store = store
        self._progress = progress

    def findings(self) -> Iterator[Finding]:
        yield self._bytes()
        yield self._long()
        yield self._request()
        yield self._head()
        yield self._redirects()
        yield self._hostile()
        yield self._errors()
        yield self._kept()

    def _ask(self, path: str, *headers: tuple[str, str], method: str = "GET") -> Answer:
        self._progress(f"Asking: {method} {path}")
        return Site(f"{self._site}{path}", []).ask(f"{method} {path}", headers, method=method)

    def _bytes(self) -> Finding:
        self._ask("/odd")
        arrived = self._store.last().target
        return _finding(
            "bytes",
            arrived == _ODD_TARGET,
            "A signed URL arrives byte for byte",
            f"The store was asked for {unquote(arrived)!r}: signatures break",
        )

    def _long(self) -> Finding:
        answer = self._ask("/long")
        return _finding(
            "long",
            answer.status == 200 and _LONG_QUERY in self._store.last().target,
            "A signed URL of 8 kB fits",
            f"A long URL was answered {answer.status}",
        )

    def _request(self) -> Finding:
        self._ask("/file", ("Cookie", "session=1"), ("Referer", "x"), ("Authorization", "Basic x"))
        fields = self._store.last().fields
        surplus = set(fields) - {"host", "authorization", "connection"}
        right = not surplus and fields.get("authorization") == _CREDENTIAL
        return _finding(
            "request",
            right,
            "Nothing of the client's reaches the store, and the application's credentials do",
            f"The store got {', '.join(sorted(surplus)) or 'another Authorization'}",
        )

    def _head(self) -> Finding:
        self._ask("/file", method="HEAD")
        method = self._store.last().method
        return _finding(
            "head-is-get", method == "GET", "HEAD is asked as GET", f"HEAD is asked as {method}"
        )

    def _redirects(self) -> Finding:
        moved, credential = self._ask("/moved"), self._store.last().fields.get("authorization")
        away = self._ask("/away")
        return _finding(
            "redirects",
            moved.body == FILE and credential is None and away.status == 502,
            "A redirect is followed within the origins, without credentials, and nowhere else",
            f"Redirects: within {moved.status}, credentials {'sent' if credential else 'dropped'}; "
            f"elsewhere: {away.status}",
        )

    def _hostile(self) -> Finding:
        answer = self._ask("/hostile")
        said = " ".join(value for _, value in answer.fields)
        right = answer.body == FILE and not any(
            theirs in said for theirs in ("theirs", "max-age=99", "text/html")
        )
        return _finding(
            "hostile",
            right and not answer.values("x-amz-request-id"),
            "The store can't steer NGINX, set cookies, or name the file or its type",
            f"A hostile store was passed on: {answer.status}, with: {said[:200]}",
        )

    def _errors(self) -> Finding:
        wrong = []
        for status in (401, 403, 404, 410, 429, 500, 503):
            answer = self._ask(f"/status/{status}")
            expected = error_status(status)
            if (
                answer.status != expected
                or answer.body.decode("latin-1") != ERROR_BODIES.get(expected or 0)
                or SECRET_TEXT.encode() in answer.body
                or answer.values("Content-Disposition")
            ):
                wrong.append(f"{status}: {answer.status}")
        return _finding(
            "errors",
            not wrong,
            "The store's errors become ours, without its words",
            f"Errors that aren't ours: {', '.join(wrong)}",
        )

    def _kept(self) -> Finding:
        before = len(self._store.asked)
        for _ in range(8):
            self._ask("/file")
        connections = {asked.connection for asked in self._store.asked[before:]}
        # One for each of two workers, and one to spare.
        return _finding(
            "kept",
            len(connections) <= 3,
            "Connections to the store are kept",
            f"8 requests to the store took {len(connections)} connections",
        )


def _started(binary: str, version: tuple[int, int, int], said: str) -> Finding:
    number = ".".join(map(str, version))
    return Finding(
        id="started",
        status="warn" if said else "ok",
        group="This NGINX",
        where=binary,
        what=f"NGINX {number} reads the generated configuration",
        why=said,
    )


def _finding(check: str, right: bool, what: str, otherwise: str) -> Finding:
    return Finding(
        id=f"self:{check}",
        status="ok" if right else "bad",
        group="With a store that does as it is told",
        what=what if right else otherwise,
        why="" if right else f"Expected: {what}.",
        fix="" if right else "Use another build of NGINX, and report this one.",
    )
