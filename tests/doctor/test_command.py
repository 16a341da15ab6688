"""The doctor, run as a person runs it."""

import io
import json
import re
import sys
from pathlib import Path
from typing import get_args

import pytest

from tests.conftest import Views
from tests.doctor.configurations import ORIGINS, TOKEN, Files, drop
from tests.doctor.sites import COOKIE
from tests.support.remote import StubRemote, answer
from tests.support.site import TOKEN as SITE_TOKEN
from tests.support.site import Site as BothCarriers
from xaccel_wsgi import RemoteFile, cli
from xaccel_wsgi.carriers.nginx import config
from xaccel_wsgi.settings import load_settings


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings come from here, as for an NGINX in a container of its own."""
    monkeypatch.setenv("XACCEL_ORIGINS", " ".join(ORIGINS))
    monkeypatch.setenv("XACCEL_TOKEN", TOKEN)


def _nginx(path: Path | str) -> list[str]:
    return ["check", "--nginx", str(path), "--nginx-version", "1.22.1"]


def test_a_right_configuration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 0, nothing to do."""
    assert cli.main(_nginx(Files().write(tmp_path))) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.endswith("in order.\n")
    assert "@xaccel_hop" in said.out


def test_a_wrong_configuration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 1; where it is, what happens, what to write, what to do next."""
    files = Files()
    drop("xaccel-server.conf", "proxy_ssl_verify on;", after="@xaccel_hop")(files)
    assert cli.main(_nginx(files.write(tmp_path))) == 1
    out = " ".join(capsys.readouterr().out.split())
    assert "✗ proxy_ssl_verify on is missing" in out
    assert f"{tmp_path}/xaccel-server.conf:" in out
    assert "→ proxy_ssl_verify on;" in out
    assert "xaccel-wsgi nginx MODULE:APP --output" in out


@pytest.mark.parametrize("protocol", get_args(config.Protocol))
@pytest.mark.parametrize("option", ["--nginx-version", "--nginx-binary"])
def test_what_is_advised_puts_it_in_order(
    option: str,
    protocol: config.Protocol,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """For the NGINX that it is, and however that reaches the application."""
    origin = "https://store.example"
    monkeypatch.setenv("XACCEL_ORIGINS", origin)
    settings = load_settings(environ={}, origins=origin, token=TOKEN)
    main = Files(settings, (1, 22, 1), protocol).write(tmp_path)
    newer = tmp_path / "newer"
    newer.write_text("#!/bin/sh\necho nginx version: nginx/1.30.6 >&2\n")
    newer.chmod(0o755)
    check = ["check", "--nginx", str(main), option, "1.30.6" if "version" in option else str(newer)]
    # It could keep connections to the store, and isn't told to.
    assert cli.main(check) == 1
    _, steps = " ".join(capsys.readouterr().out.split()).split("Next 1. ")
    advice, command = re.fullmatch(r"(.*: )xaccel-wsgi (.*) 2\. .*", steps).groups()  # type: ignore[union-attr]
    if protocol == "uwsgi":
        command += re.search(r"for uwsgi_pass with( \S+ \S+):", advice)[1]  # type: ignore[index]
    command = command.replace("MODULE:APP ", "").replace("/etc/nginx/xaccel", str(tmp_path))
    assert cli.main([*command.split(), "--resolver", "192.0.2.1"]) == 0
    assert cli.main(check) == 0, capsys.readouterr().out


def test_json_has_the_same_findings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same as JSON."""
    files = Files()
    drop("xaccel-http.conf", "keepalive 16;")(files)
    assert cli.main([*_nginx(files.write(tmp_path)), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [(f["id"], f["status"]) for f in found if f["status"] != "ok"] == [
        ("missing:keepalive", "warn")
    ]


def test_the_output_of_nginx_on_the_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """For who may not read the files, or has them in a container."""
    files = Files()
    files.texts["nginx.conf"] = files.texts["nginx.conf"].replace("sites/", "/etc/sites/")
    dump = "".join(
        f"# configuration file /etc/{'nginx/' if '/' not in name else ''}{name}:\n{text}\n\n"
        for name, text in files.texts.items()
    )
    monkeypatch.setattr(sys, "stdin", io.StringIO(dump))
    # In sites/, includes are still relative to the main file's folder.
    assert cli.main(_nginx("-")) == 0, capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(None, "can't be read", id="no file"),
        pytest.param("http {", "nginx.conf:", id="not closed"),
        pytest.param("include nothing.conf;", "nothing.conf", id="an include of nothing"),
        pytest.param("server { listen 80; }", "no http block", id="no http block"),
    ],
)
def test_what_cannot_be_checked(
    text: str | None, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2, one line with a remedy."""
    path = tmp_path / "nginx.conf"
    if text is not None:
        path.write_text(text)
    assert cli.main(_nginx(path)) == 2
    said = capsys.readouterr()
    assert says in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_without_crossplane(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The extra is named."""
    monkeypatch.setitem(sys.modules, "crossplane", None)
    assert cli.main(_nginx(Files().write(tmp_path))) == 2
    assert "pip install 'xaccel-wsgi[doctor]'" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [[], ["http://127.0.0.1:9/", "--self"], ["--self", "--nginx", "x"]], ids=str
)
def test_one_thing_at_a_time(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A site, a configuration or an NGINX."""
    with pytest.raises(SystemExit) as caught:
        cli.main(["check", *arguments])
    assert caught.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_a_live_site(
    site: BothCarriers,
    views: Views,
    remote: StubRemote,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What permits the download is sent, and shown nowhere."""
    monkeypatch.delenv("XACCEL_ORIGINS")
    monkeypatch.setenv("XACCEL_TOKEN", SITE_TOKEN)
    cookies = set()

    def view(environ):
        cookies.add(environ.get("HTTP_COOKIE"))
        return RemoteFile(remote.url("/k"))

    views.view = view
    remote.script = lambda _: answer(200, [("Content-Type", "text/plain")], b"file")
    # No ranges, no validators: found, but no fault of the site's.
    url = f"http://{site.nginx.address}/f?secret=of-the-url"
    assert cli.main(["check", url, "--header", COOKIE]) == 1
    said = capsys.readouterr()
    assert "✓ NGINX sends it, and its configuration is current" in said.out
    assert COOKIE.partition(": ")[2] in cookies
    for secret in ("s3ss10n", "of-the-url", SITE_TOKEN):
        assert secret not in said.out + said.err


def test_an_nginx_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 2."""
    assert cli.main(["check", "--self", "--nginx-binary", "/no/such/nginx"]) == 2
    assert "no NGINX" in capsys.readouterr().err


def test_explain_says_what_would_be_sent(capsys: pytest.CaptureFixture[str]) -> None:
    """A URL that is admitted, and one that isn't."""
    assert cli.main(["explain", "https://b.s3.amazonaws.com/k?s3cr3t"]) == 0
    assert "X-Accel-Redirect:" in capsys.readouterr().out
    assert cli.main(["explain", "https://b.example/k?s3cr3t"]) == 1
    said = capsys.readouterr()
    assert "Refused" in said.out
    assert "s3cr3t" not in said.out + said.err
