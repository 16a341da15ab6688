"""Runs inside Swift's own processes, which `swift_s3` starts; imports nothing of this project.

usage: swift_server.py rings FOLDER HOST NAME=PORT...
       swift_server.py serve CONFIGURATION SECTION
"""

import sys
from pathlib import Path


def make_rings(folder: str, host: str, *servers: str) -> None:
    """Writes a ring of one device for each server."""
    from swift.common.ring import RingBuilder  # type: ignore[import-untyped]

    for name, _, port in (server.partition("=") for server in servers):
        builder = RingBuilder(part_power=2, replicas=1, min_part_hours=0)
        address = {"ip": host, "port": int(port)}
        address |= {f"replication_{key}": value for key, value in address.items()}
        device = {"id": 0, "region": 1, "zone": 1, "device": "disk", "weight": 1.0, "meta": ""}
        builder.add_dev(device | address)
        builder.rebalance()
        builder.get_ring().save(f"{folder}/{name}.ring.gz")


def serve(configuration: str, section: str) -> int:
    """Runs one server until it is ended."""
    from swift.common import utils  # type: ignore[import-untyped]

    # Set before the next import, which reads it, from /etc/swift otherwise.
    utils.SWIFT_CONF_FILE = str(Path(configuration).with_name("swift.conf"))
    from swift.common.wsgi import run_wsgi  # type: ignore[import-untyped]

    # Verbose is what sends the log to standard error.
    return int(run_wsgi(configuration, section, verbose=True))


if __name__ == "__main__":
    if sys.argv[1] == "rings":
        make_rings(*sys.argv[2:])
    else:
        sys.exit(serve(*sys.argv[2:]))
