"""Reading what a run of pytest with `-rfE` says at its end."""

import re

_FAILED = re.compile(r"^(?:FAILED|ERROR) ([^\s\[]+(?:\[.*?\])?)(?: - .*)?$", re.MULTILINE)


def failed_tests(said: str) -> list[str]:
    """Returns the tests that failed, in order, errors included."""
    return _FAILED.findall(said)
