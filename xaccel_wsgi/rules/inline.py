"""Files that a browser shows instead of saving: what somebody uploaded must not run as the site.

A page or drawing with a script, shown inline, would have the session of whoever looks at it. So
what a browser may run gets `Content-Security-Policy: sandbox` (an origin of its own, no scripts),
unless the application's own policy says `sandbox`, with or without exceptions: a policy that was
written for the site's pages decides nothing about the files of its users.

Decided by the answer's final type, which may be the remote's: so by a table, which the streamer
reads here, and which the generated configuration carries as it stands.
"""

import re

from .fields import Fields

POLICY = "Content-Security-Policy"
SANDBOX = "sandbox"

# Shown, but never run: pictures, sound, film, plain text; a PDF's scripts stay within its viewer.
# A second type behind a comma may be the one that counts (Fetch standard, "extract a MIME type"),
# and whatever ends in +xml is a document.
_PASSIVE = (
    r"[\t ]*(?:image/(?:apng|avif|bmp|gif|heic|heif|jpeg|jxl|png|tiff|webp|x-icon"
    r"|vnd\.microsoft\.icon)"
    r"|(?:audio|video)/[a-z0-9.-]+|application/pdf|text/plain)[\t ]*(?:;[^,\n]*)?"
)

# The subject is three lines: the answer's type, its disposition, the application's policy. The
# first expression that matches it, letter case aside, says what the policy is to be.
RULES = (
    ("No type, as in a 304: the client keeps the policy that came with the file.", r"^\n", ""),
    ("Saved, not shown.", r"^[^\n]*\nattachment[\t ]*[;\n]", "{policy}"),
    ("Shown, and nothing that runs.", rf"^{_PASSIVE}\n", "{policy}"),
    (
        "The application decided.",
        rf"^[^\n]*\n[^\n]*\n(?:[^\n]*[;,])?[\t ]*{SANDBOX}(?![^\t ;,])",
        "{policy}",
    ),
    ("No policy to join.", r"^[^\n]*\n[^\n]*\n(?![^\n])", SANDBOX),
)  # fmt: skip
OTHERWISE = f"{{policy}}, {SANDBOX}"
_RULES = tuple((re.compile(rule, re.IGNORECASE), result) for _, rule, result in RULES)


def sandboxed(fields: Fields) -> Fields:
    """Returns an answer's fields, with the policy that they need.

    Args:
        fields: All of them; each name that counts here occurs once at most.
    """
    said = {name.lower(): value for name, value in fields}
    policy = said.get(POLICY.lower(), "")
    subject = f"{said.get('content-type', '')}\n{said.get('content-disposition', '')}\n{policy}"
    result = next((result for rule, result in _RULES if rule.search(subject)), OTHERWISE)
    needed = result.format(policy=policy)
    if needed == policy:
        return fields
    others = tuple(field for field in fields if field[0].lower() != POLICY.lower())
    return (*others, (POLICY, needed)) if needed else others
