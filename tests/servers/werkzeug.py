"""Werkzeug's own server, as `flask run` starts it: `python -m tests.servers.werkzeug PORT`."""

import sys

from werkzeug.serving import run_simple

from tests.servers.app import application

if __name__ == "__main__":
    run_simple("127.0.0.1", int(sys.argv[1]), application, threaded=True)
