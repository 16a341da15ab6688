"""HTTP field names and values (RFC 9110 section 5), as strictly as they are sent."""

import re

# RFC 9110 section 5.6.2, token: a field's name.
NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# RFC 9110 section 5.5 without obs-text, which WSGI servers spell differently.
VALUE = re.compile(r"(?:[!-~](?:[\t -~]*[!-~])?)?")
# Same section: what no value may hold. Some of it would end the line, or the string.
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

Fields = tuple[tuple[str, str], ...]


def environ_key(name: str) -> str:
    """Returns where a WSGI environment has a client's field (PEP 3333)."""
    return "HTTP_" + name.upper().replace("-", "_")
