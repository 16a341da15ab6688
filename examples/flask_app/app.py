"""The Flask application: it decides who may have a file, and what the download is called."""

import os
import secrets
from collections.abc import Mapping
from typing import TypeVar

import click
from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from flask import Flask, Response, abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from examples.panel import Panel
from examples.store import fill
from xaccel_wsgi import XAccelMiddleware

from .catalog import FILES, PEOPLE, Person, StoredFile
from .store import open_bucket

Value = TypeVar("Value")


def create_app() -> Flask:
    """Makes the application; the store is asked for nothing until a file is.

    SECRET_KEY signs the session cookie; without it everyone is signed out by a restart.
    """
    app = Flask(__name__)
    app.secret_key = os.environ.get("SECRET_KEY") or secrets.token_hex()
    app.config.update(SESSION_COOKIE_NAME="reading_room", SESSION_COOKIE_SAMESITE="Lax")
    bucket = open_bucket()
    # The whole integration. XACCEL_TOKEN and XACCEL_MODE come from the environment.
    app.wsgi_app = XAccelMiddleware(app.wsgi_app, origins=[bucket.origin])  # type: ignore[method-assign]
    # For the page alone: what happened to each file.
    app.wsgi_app = Panel(app.wsgi_app, files="/files/")  # type: ignore[method-assign]

    @app.get("/")
    def home() -> str:
        person = _signed_in()
        if person is None:
            return render_template("sign_in.html", people=PEOPLE.values())
        return render_template("files.html", person=person, shelves=_shelves(person))

    @app.post("/sign-in")
    def sign_in() -> ResponseReturnValue:
        session["person"] = _known(PEOPLE, request.form.get("person", "")).id
        return redirect(url_for("home"), 303)

    @app.post("/sign-out")
    def sign_out() -> ResponseReturnValue:
        session.clear()
        return redirect(url_for("home"), 303)

    @app.get("/files/<file_id>/download")
    def download(file_id: str) -> ResponseReturnValue:
        file = _permitted(file_id)
        return bucket.remote_file(file.name, filename=file.name, content_type=file.content_type)

    @app.get("/files/<file_id>/view")
    def view(file_id: str) -> ResponseReturnValue:
        file = _permitted(file_id)
        return bucket.remote_file(
            file.name,
            filename=file.name,
            content_type=file.content_type,
            disposition="inline",
            limit_rate=file.rate,
        )

    @app.errorhandler(HTTPException)
    def explain(error: HTTPException) -> ResponseReturnValue:
        page = render_template("error.html", error=error, person=_signed_in())
        return page, error.code or 500, {"Cache-Control": "no-store"}

    @app.after_request
    def protect(response: Response) -> Response:
        # Of the pages only: a browser's own PDF viewer would be bound by it, too.
        if response.mimetype == "text/html":
            response.headers["Content-Security-Policy"] = "default-src 'self'; base-uri 'none'"
        return response

    @app.cli.command("fill-store")
    def fill_store() -> None:
        """Makes the bucket and uploads the files that it lacks."""
        try:
            fill(bucket, FILES.values(), tell=lambda name: click.echo(f"Uploading {name}"))
        except (Boto3Error, BotoCoreError, ClientError) as error:
            raise click.ClickException(f"The store at {bucket.origin}: {error}") from error

    app.add_template_filter(_size, "size")
    return app


def _signed_in() -> Person | None:
    return PEOPLE.get(session.get("person", ""))


def _permitted(file_id: str) -> StoredFile:
    """Returns the file, or ends the request: nothing is signed for whoever may not have it."""
    person = _signed_in()
    if person is None:
        abort(redirect(url_for("home")))
    file = _known(FILES, file_id)
    if not file.readable_by(person):
        abort(403, f"“{file.name}” belongs to {file.owner.name}, who has not shared it with you.")
    return file


def _known(values: Mapping[str, Value], key: str) -> Value:
    if key not in values:
        abort(404, "There is nothing here by that name.")
    return values[key]


def _shelves(person: Person) -> list[tuple[str, list[StoredFile]]]:
    """Returns the page's sections: title and files."""
    yours, shared, locked = [], [], []
    for file in FILES.values():
        if file.owner == person:
            yours.append(file)
        elif file.readable_by(person):
            shared.append(file)
        else:
            locked.append(file)
    return [("Yours", yours), ("Shared with you", shared), ("Not for you", locked)]


def _size(count: int) -> str:
    """Returns bytes as people say them: 100 MB."""
    for unit, name in ((1_000_000, "MB"), (1_000, "kB")):
        if count >= unit:
            return f"{count / unit:.3g} {name}"
    return f"{count} bytes"
