"""Builds sdist and wheel twice, in circumstances that must not matter: `make reproducible`.

Two copies of the tree, in folders of other names, with other times, permissions, time zones,
languages and hash seeds. Fails unless both give the same files, byte for byte; and the same as are
in a folder, where one is named. So whoever has the tag can check what a wheel was made of.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

CIRCUMSTANCES: tuple[tuple[str, int, int, dict[str, str]], ...] = (
    ("first", 0o022, 1_000_000_000, {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "1"}),
    (
        "second/with a longer name",
        0o077,
        1_700_000_000,
        {"TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"},
    ),
)


def main(arguments: Sequence[str]) -> int:
    """Builds and compares; returns the exit status."""
    with tempfile.TemporaryDirectory(prefix="xaccel-reproduce-") as folder:
        built = [
            _built(Path(folder) / name, umask, time_s, environ)
            for name, umask, time_s, environ in CIRCUMSTANCES
        ]
    built += [_digests(Path(folder)) for folder in arguments]
    for name, digest in built[0].items():
        print(f"sha256:{digest}  {name}")
    if any(each != built[0] for each in built):
        print(f"NOT REPRODUCIBLE: these differ: {built}", file=sys.stderr)
        return 1
    return 0


def _built(copy: Path, umask: int, time_s: int, environ: dict[str, str]) -> dict[str, str]:
    """Returns the name and the SHA-256 of each file that a copy of the tree builds."""
    _copy(copy, umask, time_s)
    # hatchling takes a date of its own where none is named: whoever builds it has the same.
    inherited = {n: v for n, v in os.environ.items() if n != "SOURCE_DATE_EPOCH"}
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation"],
        cwd=copy,
        env=inherited | environ,
        umask=umask,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return _digests(copy / "dist")


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
    }


def _copy(copy: Path, umask: int, time_s: int) -> None:
    """Copies what is under version control, as it is now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, listed.split("\0")):
        source, target = ROOT / name, copy / name
        if not source.is_file():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
        target.chmod((0o777 if os.access(source, os.X_OK) else 0o666) & ~umask)
        os.utime(target, (time_s, time_s))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
