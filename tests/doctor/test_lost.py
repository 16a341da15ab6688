"""What a site says around a location, and NGINX doesn't inherit beside the location part.

"These directives are inherited from the previous configuration level if and only if there are no
proxy_set_header directives defined on the current level" (ngx_http_proxy_module); and so are those
of uwsgi_param.
"""

from pathlib import Path

import pytest

from tests.doctor.configurations import Edit, Files, both, swap
from xaccel_wsgi.doctor.finding import Finding

MAIN, SITE = "nginx.conf", "sites/files.conf"
SECRET = "s3cr3t"
# Of what `location /` has already, nothing is lost there.
IN_SERVER = swap(
    SITE,
    "listen 8081;",
    f"listen 8081; proxy_set_header host $host; proxy_set_header X-Key {SECRET};",
)
IN_HTTP = swap(
    MAIN, "gzip on;", f"gzip on; proxy_set_header X-Real-IP {SECRET}; proxy_set_header X-Key a;"
)


def _found(files: Files, edit: Edit, folder: Path) -> list[Finding]:
    edit(files)
    found = [finding for finding in files.check(folder) if finding.status != "ok"]
    assert SECRET not in str(found)
    return found


@pytest.mark.parametrize(
    ("edit", "what"),
    [
        pytest.param(
            IN_SERVER,
            [
                "proxy_set_header X-Key of the server block is lost in location /",
                "proxy_set_header host, X-Key of the server block is lost in location /api/",
            ],
            id="of the server",
        ),
        pytest.param(
            IN_HTTP,
            [
                f"proxy_set_header X-Real-IP, X-Key of the http block is lost in location {path}"
                for path in ("/", "/api/")
            ],
            id="of http",
        ),
        pytest.param(
            both(IN_HTTP, IN_SERVER),
            [
                "proxy_set_header X-Key of the server block is lost in location /",
                "proxy_set_header host, X-Key of the server block is lost in location /api/",
            ],
            id="of the nearest alone: http's are lost in the server already",
        ),
        pytest.param(
            swap(
                SITE,
                "proxy_pass http://127.0.0.1:8000;",
                "proxy_pass http://127.0.0.1:8000; location /in/ "
                "{ include xaccel-location.conf; proxy_pass http://127.0.0.1:8000; }",
            ),
            ["proxy_set_header Host of location / is lost in location /in/"],
            id="of a location",
        ),
    ],
)
def test_headers_are_lost(edit: Edit, what: list[str], tmp_path: Path) -> None:
    """They are named, for each location, and what to do; no value is."""
    found = _found(Files(), edit, tmp_path)
    assert [finding.what for finding in found] == what
    assert {(finding.id, finding.status) for finding in found} == {
        ("lost:proxy_set_header", "warn")
    }
    assert all("below the location part" in finding.fix for finding in found)
    assert all(finding.where.startswith(f"{tmp_path}/{SITE}:") for finding in found)


def test_parameters_are_lost(tmp_path: Path) -> None:
    """As NGINX's own uwsgi_params, included at the server."""
    files = Files(protocol="uwsgi")
    names = "QUERY_STRING", "REQUEST_METHOD", "REQUEST_URI", "PATH_INFO", "SERVER_NAME"
    files.texts["uwsgi_params"] = "\n".join(
        f"uwsgi_param {name} ${name.lower()};" for name in names
    )
    edit = swap(SITE, "listen 8081;", "listen 8081; include uwsgi_params;")
    found = _found(files, edit, tmp_path)
    assert [finding.id for finding in found] == ["lost:uwsgi_param"] * 2
    assert "QUERY_STRING, REQUEST_METHOD" in found[0].what


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(
            both(
                IN_SERVER,
                swap(
                    SITE,
                    "include xaccel-location.conf;",
                    "include xaccel-location.conf; proxy_set_header x-key $host; "
                    "proxy_set_header X-Key-2 b; proxy_set_header HOST $host;",
                    every=True,
                ),
                # Twice is refused by many.
                swap(SITE, "proxy_set_header Host $http_host;", ""),
            ),
            id="repeated in the location",
        ),
        pytest.param(
            swap(SITE, "listen 8081;", "listen 8081; uwsgi_param X y; fastcgi_param X y;"),
            id="of another protocol",
        ),
    ],
)
def test_nothing_is_lost(edit: Edit, tmp_path: Path) -> None:
    """Nothing is said."""
    assert _found(Files(), edit, tmp_path) == []


def test_a_location_that_says_nothing_inherits(tmp_path: Path) -> None:
    """The location part may stand at the server, beside what the site says there."""
    edit = both(
        swap(SITE, "include xaccel-location.conf;", "", every=True),
        swap(SITE, "proxy_set_header Host $http_host;", ""),
        swap(SITE, "listen 8081;", "listen 8081; include xaccel-location.conf;"),
        IN_SERVER,
    )
    assert _found(Files(), edit, tmp_path) == []
