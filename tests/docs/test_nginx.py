"""Every NGINX snippet of the documents is one that NGINX reads, beside the generated parts."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.docs.prelude import STORE
from tests.docs.snippets import Snippet, parameters
from tests.support.certificates import Certificates
from tests.support.nginx import whole_configuration
from xaccel_wsgi.carriers.nginx import config
from xaccel_wsgi.settings import load_settings

# What stands at the left of a snippet tells the block that it belongs into.
_IN_MAIN = re.compile(r"^(?:http|events) \{", re.MULTILINE)
_IN_HTTP = re.compile(r"^(?:server|upstream|map|geo|limit_\w+_zone|proxy_cache_path|log_format)\b",
                      re.MULTILINE)  # fmt: skip
_IN_SERVER = re.compile(r"^(?:location|listen|server_name|include xaccel/xaccel-server)\b",
                        re.MULTILINE)  # fmt: skip


def _whole(text: str) -> str:
    """Returns an nginx.conf with the snippet in its place."""
    http = "include xaccel/xaccel-http.conf;"
    if _IN_MAIN.search(text):
        main, _, inside = text.partition("http {")
        whole = whole_configuration(inside.rstrip().rstrip("}"))
        for line in ("worker_processes 1;\n", "events { worker_connections 512; }\n"):
            # The snippet's own stands in its place.
            if line.split()[0] in main:
                whole = whole.replace(line, "")
        return main + whole
    if _IN_HTTP.search(text):
        # A load balancer's has nothing of ours.
        is_ours = "xaccel" in text and http not in text
        return whole_configuration(f"{http}\n{text}" if is_ours else text)
    server = "include xaccel/xaccel-server.conf;"
    if not _IN_SERVER.search(text):
        text = f"location / {{\n{text}\n}}"
    return whole_configuration(f"{http}\nserver {{ {'' if server in text else server}\n{text}\n}}")


def _moved(text: str, folder: Path) -> str:
    """Returns it without ports below 1024 and without files of the machine's."""
    # What is taken doesn't matter to -t.
    text = re.sub(r"(\blisten\s+(?:\S+:)?)80\b", r"\g<1>28080", text)
    text = re.sub(r"(\blisten\s+(?:\S+:)?)443\b", r"\g<1>28443", text)
    made = Certificates(folder)
    for name, file in (("", made.certificate_file), ("_key", made.key_file)):
        text = re.sub(rf"\bssl_certificate{name} \S+;", f"ssl_certificate{name} {file};", text)
    for kept in ("log/nginx", "cache/nginx"):
        (folder / kept).mkdir(parents=True)
    # A container's name, which only its neighbours know.
    return text.replace(" /var/", f" {folder}/").replace("//app:8000", "//127.0.0.1:8000")


@pytest.mark.parametrize("snippet", parameters("nginx"))
def test_nginx_reads_it(snippet: Snippet, nginx_binary: str, tmp_path: Path) -> None:
    """`nginx -t`, with the generated files where the documents put them."""
    settings = load_settings(environ={}, origins=[STORE], token="a-token-for-the-documents")
    target = config.Target(resolvers=("127.0.0.1:9",))
    (tmp_path / "xaccel").mkdir()
    for part in ("http", "server", "location"):
        generated = getattr(config, f"{part}_part")(settings, target)
        (tmp_path / "xaccel" / f"xaccel-{part}.conf").write_text(generated)
    text = _moved(_whole(snippet.text), tmp_path)
    (tmp_path / "nginx.conf").write_text(text)
    command = [nginx_binary, "-t", "-p", f"{tmp_path}/", "-e", "stderr", "-c", "nginx.conf"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stderr}\n{text}"
