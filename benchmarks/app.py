"""The application of the benchmarks, for gunicorn: files of the store, and a page of its own."""

import os

from flask import Flask

from xaccel_wsgi import RemoteFile, XAccelMiddleware

from .stage import QUERY

app = Flask(__name__)
app.wsgi_app = XAccelMiddleware(app.wsgi_app)


@app.get("/<name>")
def file(name: str) -> RemoteFile:
    """A file, by its name in the store."""
    url = f"{os.environ['BENCHMARK_STORE']}/{name}{QUERY}"
    return RemoteFile(url, filename="report.pdf")


@app.get("/ping")
def ping() -> str:
    """A page."""
    return "pong"
