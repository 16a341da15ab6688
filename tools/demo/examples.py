"""The example applications: how each is filled, served, and found by `xaccel-wsgi nginx`."""

import sys
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from tools.swift_s3 import HOST

ROOT = Path(__file__).resolve().parents[2]
_SCRIPTS = sysconfig.get_path("scripts")


class Example(Protocol):
    """One of them, with its files in a folder of the demo's.

    Attributes:
        packages: What has to be installed for it.
        app: What `xaccel-wsgi nginx` is told to find it.
        fill: The command that puts its files into the store.
        welcome: What the visitor is told.
    """

    packages: tuple[str, ...]
    app: str
    fill: Sequence[str]
    welcome: str

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        """Takes the folder, and where the store is."""

    def serve(self, port: int) -> Sequence[str]:
        """Returns the command that serves it."""


class FlaskExample:
    """The reading room, under gunicorn; it reads the environment."""

    packages: tuple[str, ...] = ("flask", "gunicorn")
    app = "examples.flask_app.app:create_app()"
    welcome = """\
    The reading room is open:  {url}

Sign in as Ada or as Grace; each has files that the other may not open."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:  # noqa: ARG002
        """Needs neither."""
        self.fill = [sys.executable, "-m", "flask", "--app", self.app, "fill-store"]

    def serve(self, port: int) -> Sequence[str]:
        """Returns gunicorn's command."""
        configuration = str(Path(__file__).with_name("gunicorn_conf.py"))
        gunicorn = (sys.executable, "-m", "gunicorn", "--config", configuration)
        return [*gunicorn, "--bind", f"{HOST}:{port}", self.app]


class PyramidExample:
    """The night archive, under waitress by pserve; an .ini file of the demo's names the store."""

    packages: tuple[str, ...] = ("pyramid", "pyramid_jinja2", "waitress")
    welcome = """\
    The night archive is open:  {url}

Come in as Mira, Otto or Jonas, or stay a stranger; the access lists are on the page."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        """Writes the .ini file, upon that of the example."""
        example = ROOT / "examples" / "pyramid_app" / "observatory.ini"
        store = environ["S3_ENDPOINT_URL"].rstrip("/")
        bucket = environ.get("S3_BUCKET") or "observatory"
        ini = folder / "demo.ini"
        ini.write_text(
            "[pipeline:main]\npipeline = panel xaccel archive\n"
            f"[filter:panel]\nuse = config:{example}#panel\n"
            f"[filter:xaccel]\nuse = config:{example}#xaccel\norigins = {store}/{bucket}/\n"
            f"[app:archive]\nuse = config:{example}#archive\nsecret = {environ['SECRET_KEY']}\n"
            f"store.endpoint_url = {store}\nstore.bucket = {bucket}\n"
            f"store.region = {environ.get('AWS_REGION') or 'us-east-1'}\n"
            f"[server:main]\nuse = config:{example}#main\nlisten = {HOST}:%(http_port)s\n"
        )
        self.app = str(ini)
        self.fill = [sys.executable, "-m", "examples.pyramid_app.fill", self.app]

    def serve(self, port: int) -> Sequence[str]:
        """Returns pserve's command."""
        return [f"{_SCRIPTS}/pserve", self.app, f"http_port={port}"]


EXAMPLES: dict[str, type[Example]] = {"flask": FlaskExample, "pyramid": PyramidExample}
