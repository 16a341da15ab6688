"""A small store that is good, broken or hostile, by the path it is asked for."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler

from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.test import create_environ
from werkzeug.wrappers import Request, Response

FILE = bytes(range(256)) * 40
# What a store says to whom it refuses; no client may see it.
SECRET_TEXT = "<Error><Code>AccessDenied</Code><Bucket>secret-bucket</Bucket></Error>"  # noqa: S105


@dataclass
class Asked:
    """One request that the store got.

    Attributes:
        target: The request target, byte for byte.
        method: Its method.
        fields: Its fields, by their lower-case names.
        connection: Which connection it came on.
    """

    target: str
    method: str
    fields: dict[str, str]
    connection: str


@dataclass
class Store:
    """The store; remembers what it was asked.

    Attributes:
        elsewhere: Another origin of the same store, for redirects.
        asked: Every request so far.
    """

    elsewhere: str = ""
    asked: list[Asked] = field(default_factory=list)

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """Returns what an HTTP server of the standard library asks."""
        answer, asked = self._answer, self.asked

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                fields = {name.lower(): value for name, value in self.headers.items()}
                connection = f"{self.client_address[0]}:{self.client_address[1]}"
                asked.append(Asked(self.path, self.command, fields, connection))
                environ = create_environ(self.path, method=self.command, headers=fields)
                response = answer(Request(environ))
                body, status, headers = response.get_wsgi_response(environ)
                content = b"".join(body)
                self.send_response(int(status[:3]))
                for name, value in headers:
                    if name.lower() != "content-length":
                        self.send_header(name, value)
                if response.status_code != 304:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_HEAD = do_GET  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Says nothing."""

        return Handler

    def last(self) -> Asked:
        """Returns the last request."""
        return self.asked[-1]

    def _answer(self, request: Request) -> Response:
        first, _, rest = request.path.strip("/").partition("/")
        if first == "status":
            return Response(SECRET_TEXT, int(rest), content_type="application/xml")
        if first == "moved":
            return Response(status=302, headers={"Location": f"{self.elsewhere}/file"})
        if first == "away":
            return Response(status=302, headers={"Location": "http://127.0.0.2:9/file"})
        response = Response(FILE, content_type="text/css")
        response.set_etag("version-1")
        response.last_modified = datetime(2024, 2, 29, tzinfo=UTC)
        if first == "hostile":
            response.content_type = "text/html"
            response.headers["X-Accel-Redirect"] = "/status/200"
            response.headers["X-Accel-Limit-Rate"] = "1"
            response.headers["Set-Cookie"] = "session=theirs"
            response.headers["Content-Disposition"] = "inline; filename=theirs"
            response.headers["Cache-Control"] = "public, max-age=99"
            response.headers["x-amz-request-id"] = "1"
        try:
            return response.make_conditional(request, accept_ranges=True, complete_length=len(FILE))
        except RequestedRangeNotSatisfiable as error:
            headers = {"Content-Range": f"bytes */{len(FILE)}"}
            return Response(SECRET_TEXT, error.code, headers)
