"""What a secret is known by: a signed URL, and the fields by which a client says who it is."""

import re

# Their names in lower case.
CREDENTIALS = frozenset({"cookie", "authorization"})

# S3's, Google's, CloudFront's, and Azure's.
_SIGNATURE = re.compile(r"\b(?:x-amz-signature|x-goog-signature|signature|sig)=", re.IGNORECASE)


def is_signed(text: str) -> bool:
    """Tells whether a text has a signature among the parameters of a URL."""
    return _SIGNATURE.search(text) is not None
