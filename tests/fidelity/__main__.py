"""Prints the rows in which the two differ: `python -m tests.fidelity [WORD...]`.

With words, only rows whose sentence has one of them, and with everything that was seen.
"""

import sys
import tempfile
from pathlib import Path

from tests.support.nginx import nginx_binaries

from .deviations import DEVIATIONS
from .rig import Rig, differences
from .rows import ROWS
from .surroundings import SURROUNDINGS


def main(words: list[str]) -> None:
    """Plays the table on each NGINX, in each surrounding."""
    with tempfile.TemporaryDirectory() as folder, Rig(Path(folder)) as rig:
        for binary in nginx_binaries():
            front = rig.front(binary, SURROUNDINGS)
            for surrounding in SURROUNDINGS:
                print(f"=== NGINX {'.'.join(map(str, front.version))}, {surrounding.says}")
                for row in ROWS:
                    if words and not any(word in row.says for word in words):
                        continue
                    nginx, stream = rig.through(front, row, surrounding), rig.streamed(row)
                    different = differences(nginx, stream)
                    if different or words:
                        print(f"{row.says}{' (listed)' if row.says in DEVIATIONS else ''}")
                        print("".join(f"      {line[:300]}\n" for line in different), end="")
                    if words:
                        print(f"   NGINX:    {nginx[-1]}\n   streamer: {stream[-1]}")


if __name__ == "__main__":
    main(sys.argv[1:])
