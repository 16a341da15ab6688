"""What the canary tests plant, and the scenes in which they plant it.

Each carrier plays the same scenes, good ones and failures, with every secret in its place: what the
client sends, what the application says, what the remotes answer. All that reaches the client, the
remotes and any log is kept, byte by byte.
"""

import logging
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.certificates import Certificates
from tests.support.client import send
from tests.support.remote import Close, Hang, Request, Reset, Step, StubRemote, answer
from tests.support.site import CARRIERS, TOKEN, Carrier, Site
from tests.support.waiting import wait_until
from xaccel_wsgi import RemoteFile
from xaccel_wsgi.rules.answer import HIDDEN_FIELDS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PLACES = ("the client", "the remote", "the next remote", "NGINX's logs", "the application's log")

# What it is, how it is written, and the only places where it belongs.
SECRETS: dict[str, tuple[str, tuple[str, ...]]] = {
    "the client's cookie": ("canary-cookie", ()),
    "the client's credentials": ("canary-login", ()),
    "the client's request body": ("canary-upload", ()),
    "the client's guess at the token": ("canary-guess", ()),
    "the token": (TOKEN, ()),
    "a signature": ("canary-signature", ("the remote",)),
    "the signature that a redirect leads to": ("canary-onwards", ("the next remote",)),
    "the application's credentials for the remote": ("canary-bearer", ("the remote",)),
    "a header of the application's that isn't carried": ("canary-private", ()),
    "a vendor's headers": ("canary-vendor", ()),
    "a remote's cookie": ("canary-store-cookie", ()),
    "the body of a remote's error": ("canary-error", ()),
    "the headers of a handoff": ("x-accel-re", ()),
}

CLIENT = (
    ("Cookie", "session=canary-cookie"),
    ("Authorization", "Bearer canary-login"),
    ("X-Accel-Token", "canary-guess"),
    ("X-Accel-Redirect", "/_remote/canary-guess"),
    ("X-Remote-File", "https://canary-guess.example/"),
)
PRIVATE = {"X-Internal": "canary-private"}
SIGNED = "?X-Amz-Signature=canary-signature"
# What frames an answer or leads on is in the scenes.
_FRAMING = {
    "connection", "content-type", "keep-alive", "location", "proxy-connection", "set-cookie", "te",
    "trailer", "upgrade",
}  # fmt: skip
_VENDORS = [(name, "canary-vendor") for name in HIDDEN_FIELDS if name.lower() not in _FRAMING]
# The streamer takes a hundred fields.
THEIRS = [
    *_VENDORS[:90],
    ("Set-Cookie", "sid=canary-store-cookie"),
    ("Content-Type", "text/plain"),
]
ERROR = b"<Error><AWSAccessKeyId>canary-error</AWSAccessKeyId></Error>"
HEAD = b"HTTP/1.1 200 OK\r\nX-Amz-Id-2: canary-vendor\r\nContent-Length: 9\r\n"


def _redirect(to: str) -> list[Step]:
    return answer(302, [("Location", f"{to}?X-Amz-Signature=canary-onwards"), *THEIRS], ERROR)


# What the remote answers.
SCENES: dict[str, list[Step]] = {
    "a file": answer(200, THEIRS, b"file"),
    "a file with more headers": answer(200, _VENDORS[90:180], b"file"),
    "a file with even more": answer(200, _VENDORS[180:], b"file"),
    "a part": answer(206, [*THEIRS, ("Content-Range", "bytes 0-3/9")], b"file"),
    "nothing new": answer(304, THEIRS, framing="none"),
    "a kept file": answer(200, THEIRS, b"file"),
    "a file to be kept that fails": answer(500, THEIRS, ERROR),
    "a file to be kept that falls silent": [HEAD + b"\r\nfil", Hang()],
    "refused": answer(403, THEIRS, ERROR),
    "not there": answer(404, THEIRS, ERROR),
    "a login asked for": answer(401, [*THEIRS, ("WWW-Authenticate", "canary-vendor")], ERROR),
    "past the end": answer(416, [*THEIRS, ("Content-Range", "bytes */9")], ERROR),
    "busy": answer(503, THEIRS, ERROR),
    "broken": answer(500, THEIRS, ERROR),
    "a status nobody knows": answer(600, THEIRS),
    "a redirect": _redirect("{other}/next"),
    "a redirect to a failure": _redirect("{other}/fails"),
    "a redirect to silence": _redirect("{other}/silent"),
    "a redirect to nobody": _redirect("{nowhere}/next"),
    "a redirect to one without a good certificate": _redirect("{untrusted}/next"),
    "a redirect outside": _redirect("http://198.51.100.7/next"),
    "a redirect that is none": _redirect("next"),
    "a redirect in a circle": _redirect("{other}/circle"),
    "a reset": [Reset()],
    "an end before the head": [Close()],
    "an end within the head": [HEAD, Close()],
    "silence": [Hang()],
    "silence within the head": [HEAD, Hang()],
    "a malformed head": [HEAD + b"no field, canary-vendor\r\n\r\n", Close()],
    "a huge head": [HEAD + b"X-Amz-Id-2: " + b"canary-vendor " * 4000 + b"\r\n\r\n", Close()],
    "a body that breaks off": [HEAD + b"\r\nfil", Reset()],
    "a body that falls silent": [HEAD + b"\r\nfil", Hang()],
}
_NEXT: dict[str, list[Step]] = {
    "/next": answer(200, THEIRS, b"file"),
    "/fails": answer(403, THEIRS, ERROR),
    "/silent": [Hang()],
    "/circle": _redirect("/circle"),
}
# Where the view's file lies, if not at the remote that plays the scenes.
_ELSEWHERE = {
    "nobody there": "{nowhere}/k",
    "no good certificate": "{untrusted}/k",
    "outside the origins": "https://198.51.100.7/k",
}
_TOO_LARGE = "a URL too large for NGINX"
# Those that NGINX may keep.
_KEPT = {scene for scene in SCENES if "kept" in scene}
NAMES = (*SCENES, *_ELSEWHERE, _TOO_LARGE)
METHODS = ("GET", "HEAD", "POST")


class Evidence:
    """What was seen of one carrier.

    Attributes:
        planted: What client, application and remotes said.
        seen: What arrived, by place; all in lower case.
    """

    def __init__(self) -> None:
        """Starts with nothing."""
        self.planted = b""
        self.seen = dict.fromkeys(PLACES, b"")

    def plant(self, *parts: object) -> None:
        """Keeps what somebody said."""
        self.planted += repr(parts).lower().encode()

    def see(self, place: str, *parts: object) -> None:
        """Keeps what arrived somewhere."""
        self.seen[place] += repr(parts).lower().encode()


class _Rig(logging.Handler):
    """Remotes, and an application whose every request is one scene; hears each log line."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(name)s: %(message)s"))
        self.evidence = Evidence()
        self._scene = ""
        self._remotes = {
            "the remote": stack.enter_context(StubRemote(self._main)),
            "the next remote": stack.enter_context(StubRemote(self._other)),
        }
        main, other = self._remotes.values()
        tls = Certificates(folder).server_context()
        untrusted = stack.enter_context(StubRemote(tls=tls))
        closed = stack.enter_context(socket.socket())
        closed.bind(("127.0.0.1", 0))
        self.places = {
            "{main}": main.url(""),
            "{other}": other.url(""),
            "{untrusted}": untrusted.url("", "localhost"),
            "{nowhere}": f"http://127.0.0.1:{closed.getsockname()[1]}",
        }

    def _placed(self, text: str) -> str:
        for name, place in self.places.items():
            text = text.replace(name, place)
        return text

    def _said(self, steps: list[Step]) -> Iterator[Step]:
        for step in steps:
            said = self._placed(step.decode()).encode() if isinstance(step, bytes) else step
            self.evidence.plant(said)
            yield said

    def _main(self, request: Request) -> Iterator[Step]:
        self.evidence.see("the remote", request.head, request.body)
        return self._said(SCENES.get(self._scene, answer(404, THEIRS, ERROR)))

    def _other(self, request: Request) -> Iterator[Step]:
        self.evidence.see("the next remote", request.head, request.body)
        return self._said(_NEXT[request.path])

    def app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
        """Answers with the scene's file, and with headers that are nobody's business."""
        length = int(environ.get("CONTENT_LENGTH") or 0)
        self.evidence.plant(environ, environ["wsgi.input"].read(length))
        url = self._placed(_ELSEWHERE.get(self._scene, "{main}/k")) + SIGNED
        if self._scene == _TOO_LARGE:
            url += "x" * 20_000
        remote = RemoteFile(
            url,
            request_headers={"Authorization": "Bearer canary-bearer"},
            cache_key="v1" if self._scene in _KEPT else None,
        )
        headers = {**remote.response_headers(environ), **PRIVATE}
        self.evidence.plant(url, remote.request_headers, headers)
        start_response("200 OK", list(headers.items()))
        return []

    def emit(self, record: logging.LogRecord) -> None:
        """Hears a log line, with its traceback if it has one."""
        self.evidence.see("the application's log", self.format(record))

    def play(self, address: str) -> None:
        """Plays every scene for every method, and one that the client leaves."""
        for self._scene in NAMES:
            for method in METHODS:
                body = b"canary-upload" if method == "POST" else None
                fields = [*CLIENT, ("Content-Length", str(len(body)))] if body else CLIENT
                got = send(address, "/file", fields, method=method, body=body)
                self.evidence.see("the client", got)
        self._scene = "silence"
        before = self.evidence.seen["the remote"]
        name, _, port = address.partition(":")
        with socket.create_connection((name, int(port))) as leaving:
            leaving.sendall(b"GET /file HTTP/1.1\r\nHost: x\r\n\r\n")
            wait_until(lambda: self.evidence.seen["the remote"] != before)

    def look_at_what_is_no_request(self) -> None:
        """Notes bytes that the remotes got beside requests: a body that nothing announced, say."""
        for place, remote in self._remotes.items():
            self.evidence.see(place, remote.failures)


def collect(folder: Path, binary: str) -> dict[Carrier, Evidence]:
    """Plays everything through both carriers, and returns what was seen of each."""
    found: dict[Carrier, Evidence] = {}
    with ExitStack() as stack:
        rig = _Rig(stack, folder)
        nginx_folder = folder / "nginx"
        nginx_folder.mkdir()
        options: dict[str, Any] = {
            "origins": list(rig.places.values()),
            "pin_dns": True,
            "read_timeout_s": 0.2,
            "cache": str(nginx_folder / "cache"),
        }
        site = stack.enter_context(Site(rig.app, nginx_folder, binary, **options))
        with _listening(rig):
            for carrier in CARRIERS:
                rig.evidence = found[carrier] = Evidence()
                rig.play(site.address(carrier))
                rig.look_at_what_is_no_request()
        # Stopped, it has written all that it will.
        site.nginx.close()
        for log in nginx_folder.glob("*.log"):
            found["nginx"].see("NGINX's logs", log.read_bytes())
    return found


@contextmanager
def _listening(handler: logging.Handler) -> Iterator[None]:
    """Lets a handler hear all that this process logs, the chattiest level included."""
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
