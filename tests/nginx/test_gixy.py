"""What gixy, which checks configurations, finds in the generated one: nothing unexplained."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from xaccel_wsgi.carriers.nginx import config
from xaccel_wsgi.settings import load_settings

ORIGINS = [
    "http://127.0.0.1:9000",
    "https://localhost",
    "https://*.s3.amazonaws.com",
    "https://storage.googleapis.com/my.bucket-1/",
]
# The words of our comment beside the directive that a finding is about.
EXPLAINED = {
    "hash_without_default": "Where to connect. Always with a port",
    "host_spoofing": "Which hosts are served, server_name says",
    "if_is_evil": "with nothing in it but `set` or `return`",
    "missing_resolver": "No resolver: every origin is an address",
    "proxy_pass_normalized": "what was signed is what is asked for",
    "regex_redos": "no text takes long to be refused",
    "return_bypasses_allow_deny": "Nobody is let in here",
    "try_files_is_evil_too": "looked for once",
}
KINDS: dict[str, tuple[dict[str, Any], config.Protocol]] = {
    "over HTTP": ({}, "http"),
    "over uwsgi": ({}, "uwsgi"),
    "without a token": ({"token": None}, "http"),
    "with addresses alone": ({"origins": ORIGINS[:1]}, "http"),
    "with error pages of the application's own": ({"error_page": "/errors/{status}"}, "http"),
    "with a cache": ({"cache": "/var/cache/nginx/files"}, "http"),
    "with files of this machine": ({"internal_locations": ["/protected/=/srv/files"]}, "http"),
}


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A configuration of each kind."""
    folder = tmp_path_factory.mktemp("gixy")
    paths = {}
    for number, (kind, (options, protocol)) in enumerate(KINDS.items()):
        settings = load_settings(environ={}, **{"origins": ORIGINS, "token": "a" * 20, **options})
        target = config.Target(resolvers=("127.0.0.1:9",), protocol=protocol)
        paths[kind] = folder / f"{number}.conf"
        paths[kind].write_text(
            config.standalone(settings, target, "127.0.0.1:8080", "127.0.0.1:8000", "")
        )
    return paths


@pytest.fixture(scope="module")
def findings(texts: dict[str, Path]) -> list[dict[str, Any]]:
    """What gixy says of them all."""
    # Beside the interpreter that runs the tests.
    command = [Path(sys.executable).parent / "gixy", "-f", "json", *texts.values()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_finding_is_explained(
    kind: str, texts: dict[str, Path], findings: list[dict[str, Any]]
) -> None:
    """By a comment in the configuration itself."""
    said = " ".join(texts[kind].read_text().replace("#", " ").split())
    here = [found for found in findings if found["path"] == str(texts[kind])]
    unexplained = [
        f"{found['plugin']}: {found['reason'] or found['summary']}"
        for found in here
        if EXPLAINED.get(found["plugin"], "a comment that isn't there") not in said
    ]
    assert here
    assert unexplained == []
