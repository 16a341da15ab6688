"""What tests of pure functions need: a profile for properties, and questions about errors."""

import os
import re
from collections.abc import Callable

from hypothesis import settings

from xaccel_wsgi.errors import XAccelError

# Enough to find what is there, and quick enough to be run by everyone; `make fuzz` runs more.
QUICK = settings(max_examples=int(5000 * float(os.environ.get("FUZZ", "0"))) or 200, deadline=None)

# A signature as Amazon's SigV4 writes it: what must never be read in a log.
SIGNATURE = "X-Amz-Signature=5ec2e7"

_LINE_BREAKING = re.compile(r"[\r\n\x00]")


def breaks_a_line(text: str) -> bool:
    """Tells whether `text` could split a header or forge a log line."""
    return _LINE_BREAKING.search(text) is not None


def value_or_our_error(make: Callable[[], object]) -> object:
    """Returns what `make` makes, or the XAccelError it raises; any other exception fails."""
    try:
        return make()
    except XAccelError as error:
        return error
