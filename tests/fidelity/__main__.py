"""Prints the rows in which the two differ: `python -m tests.fidelity [WORD...]`.

With words, only rows whose sentence or subject has one of them, and with everything that was seen.
"""

import sys
import tempfile
from pathlib import Path

from tests.support.nginx import nginx_binaries

from .deviations import DEVIATIONS
from .rig import Rig, Seen
from .rows import ROWS


def main(words: list[str]) -> None:
    """Plays the table on each NGINX."""
    for binary in nginx_binaries():
        with tempfile.TemporaryDirectory() as folder, Rig(Path(folder), binary) as rig:
            print(f"=== NGINX {'.'.join(map(str, rig.version))}")
            for row in ROWS:
                if words and not any(word in row.says for word in words):
                    continue
                nginx, stream = rig.play(row)
                differences = [
                    line
                    for pair in zip(nginx, stream, strict=True)
                    for line in Seen.differences(*pair)
                ]
                if differences or words:
                    print(f"{row.says}{' (listed)' if row.says in DEVIATIONS else ''}")
                    print("".join(f"      {line[:300]}\n" for line in differences), end="")
                if words:
                    print(f"   NGINX:    {nginx[-1]}\n   streamer: {stream[-1]}")


if __name__ == "__main__":
    main(sys.argv[1:])
