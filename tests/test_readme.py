"""The README's examples, run as they stand."""

import importlib
import re
import sys
from pathlib import Path

import pytest
from werkzeug.test import create_environ

from xaccel_wsgi.cli import find_middleware
from xaccel_wsgi.nginx.wire import gateway_token

README = (Path(__file__).parent.parent / "README.md").read_text()
EXAMPLES = re.findall(
    r"^## (.+)\n(?:(?!## |```).*\n)*```python\n((?:(?!```).*\n)*)```", README, re.MULTILINE
)


def test_there_is_an_example_for_each_kind_of_application() -> None:
    """Flask, Pyramid, anything else."""
    assert [title for title, _ in EXAMPLES] == ["Flask", "Pyramid", "Anything else"]


@pytest.mark.parametrize("code", [code for _, code in EXAMPLES], ids=[t for t, _ in EXAMPLES])
def test_an_example_hands_its_file_over(
    code: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Copied as it stands, with the token in the environment, it answers for NGINX."""
    monkeypatch.setenv("XACCEL_TOKEN", "0123456789abcdef")
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "readme_example.py").write_text(code)
    monkeypatch.delitem(sys.modules, "readme_example", raising=False)
    app = importlib.import_module("readme_example").app
    middleware = find_middleware(app)
    assert middleware is not None
    token = gateway_token(middleware.settings)
    environ = create_environ("/reports/7", headers={"X-Accel-Token": token})
    answered: list[tuple[str, dict[str, str]]] = []

    def start_response(status: str, fields: list, exc_info: object = None) -> object:
        answered.append((status, dict(fields)))
        return lambda _: None

    body = app(environ, start_response)
    assert b"".join(body) == b""
    ((status, fields),) = answered
    assert status == "204 No Content"
    assert fields["X-Accel-Redirect"].startswith(
        "/_remote/https/reports.s3.eu-west-1.amazonaws.com/"
    )
    assert "X-Accel-Response-Content-Disposition" in fields
    assert "X-Remote-File" not in fields


def test_every_setting_and_argument_is_in_the_readme() -> None:
    """No setting is left for readers of the source to find."""
    from dataclasses import fields

    from xaccel_wsgi import RemoteFile, Settings

    documented = set(re.findall(r"`([a-z_]+)`", README))
    assert {field.name for field in fields(Settings)} <= documented
    assert {field.name for field in fields(RemoteFile)} - {"cache_key"} <= documented
