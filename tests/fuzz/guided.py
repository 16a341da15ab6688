"""Coverage-guided input for what reads text that strangers write: `python -m tests.fuzz.guided`.

atheris mutates what reached new lines of our code. Whatever it finds, each reader gives a value or
one of our named errors, and nothing that it gives out can break a line. A crash is printed with the
input; it becomes an example in the reader's own tests.
"""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime

try:
    import atheris
except ImportError:
    print("atheris doesn't install here, so there is no coverage-guided run")
    sys.exit()

with atheris.instrument_imports(include=["xaccel_wsgi"]):
    from xaccel_wsgi import RemoteFile
    from xaccel_wsgi.carriers.nginx.wire import handoff_fields, internal_path
    from xaccel_wsgi.errors import XAccelError
    from xaccel_wsgi.handoff import Handoff, make_handoff
    from xaccel_wsgi.rules.answer import client_fields, next_hop
    from xaccel_wsgi.rules.disposition import check_filename, content_disposition
    from xaccel_wsgi.rules.origin import parse_origins
    from xaccel_wsgi.rules.url import parse_url
    from xaccel_wsgi.settings import Settings, load_settings

from tests.support.checks import breaks_a_line

ORIGINS = parse_origins(["https://*.example.com", "http://h", "https://h/in/"])
SETTINGS = load_settings(environ={}, origins=["https://h"], token="0123456789abcdef")
CURRENT = parse_url("https://h/in/k")
NAMES = tuple(Settings.__dataclass_fields__)

Provider = atheris.FuzzedDataProvider


def _text(data: Provider) -> str:
    return str(data.ConsumeUnicode(data.ConsumeIntInRange(0, 200)))


def url(data: Provider) -> object:
    """Any text or bytes as a URL, and on as an internal path."""
    raw = data.ConsumeBytes(200) if data.ConsumeBool() else "https://" + _text(data)
    parsed = parse_url(raw)
    return parsed.href + internal_path(parsed, "/_remote/") + str(parsed)


def hop(data: Provider) -> object:
    """Any text as a Location."""
    return next_hop(CURRENT, _text(data), ORIGINS).href


def disposition(data: Provider) -> object:
    """Any text as a file name."""
    name = _text(data)
    check_filename(name)
    return content_disposition("attachment", name)


def origins(data: Provider) -> object:
    """Any text as an origin, which then admits, or not, any URL."""
    parsed = parse_origins(["https://" + _text(data)])
    parsed.admits(parse_url("https://h.example.com/" + _text(data)))
    return parsed.expression("://")


def settings(data: Provider) -> object:
    """Any text as any setting."""
    name = data.PickValueInList(list(NAMES))
    return repr(load_settings(environ={}, **{"origins": "https://h", name: _text(data)}))


def handoff(data: Provider) -> object:
    """Any text in any part of a whole handoff, and on the wire."""
    remote = RemoteFile(
        "https://h/" + _text(data),
        filename=_text(data) or None,
        headers={"Link": _text(data)},
        etag=_text(data) or None,
        last_modified=datetime(2020, 1, 1, tzinfo=UTC) if data.ConsumeBool() else None,
    )
    conditions = ("HTTP_RANGE", "HTTP_IF_RANGE", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")
    environ = {"REQUEST_METHOD": "GET", **{name: _text(data) for name in conditions}}
    app_fields = [("Content-Disposition", "inline"), ("Vary", _text(data))]
    decided = make_handoff(remote, environ, app_fields, SETTINGS)
    fields = decided.response_fields
    if isinstance(decided, Handoff):
        fields = (*handoff_fields(decided, SETTINGS), *client_fields(fields, (), 200, ()))
    return "".join(part for field in fields for part in field)


TARGETS: dict[str, Callable[[Provider], object]] = {
    each.__name__: each for each in (url, hop, disposition, origins, settings, handoff)
}


def _try(target: Callable[[Provider], object], raw: bytes) -> None:
    try:
        given = target(atheris.FuzzedDataProvider(raw))
    except XAccelError as error:
        given = error
    if breaks_a_line(str(given)):
        raise AssertionError(f"a line could be broken: {given!r}")


def main(arguments: list[str]) -> int:
    """Runs every target for some seconds each, in a process of its own; or one, within atheris."""
    if len(arguments) == 2:
        name, seconds = arguments
        options = [
            sys.argv[0],
            f"-max_total_time={seconds}",
            "-print_final_stats=1",
            "-verbosity=0",
        ]
        atheris.Setup(options, lambda raw: _try(TARGETS[name], raw))
        atheris.Fuzz()
        return 0
    seconds = arguments[0] if arguments else "30"
    failed = []
    for name, target in TARGETS.items():
        command = [sys.executable, "-m", "tests.fuzz.guided", name, seconds]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        units = [line for line in done.stderr.splitlines() if "number_of_executed_units" in line]
        print(f"{name}: {target.__doc__} {' '.join(units)}", flush=True)
        if done.returncode:
            failed.append(name)
            print(done.stderr[-3000:] + done.stdout[-3000:])
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
