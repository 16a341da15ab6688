"""The rig's application for uWSGI, whose process finds settings and part in files."""

import os
import pickle
from pathlib import Path

from xaccel_wsgi import XAccelMiddleware

from .app import App, part_in

OPTIONS, PART = "FIDELITY_OPTIONS", "FIDELITY_PART"

if OPTIONS in os.environ:
    _options = pickle.loads(Path(os.environ[OPTIONS]).read_bytes())
    application = XAccelMiddleware(App(lambda: part_in(Path(os.environ[PART]))), **_options)
