"""Strict verifiers of V4 signatures: of the request as it came, byte for byte.

Real stores decode a request and encode it again before they check the signature, so they forgive
`%2B` for `+`, `%7e` for `~` and a query in another order. These forgive nothing: the canonical
request is made of the raw request line, and whoever changed a byte of it is refused.

Sources: "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)"; "V4 signing
process with your own program" of Google Cloud Storage.
"""

import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

Verify = Callable[[str, str, str], str | None]


def sigv4_verifier(secrets: dict[str, str], now: Callable[[], datetime] | None = None) -> Verify:
    """Returns what says why a request (method, Host, target) is refused, or None.

    Args:
        secrets: Secret keys by their access keys.
        now: The store's clock.
    """

    def matches(scope: str, text: str, signature: str, access_key: str) -> bool:
        key = b"AWS4" + secrets[access_key].encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.compare_digest(hmac.new(key, text.encode(), "sha256").hexdigest(), signature)

    return lambda method, host, target: _refusal(
        method, host, target, "X-Amz-", "AWS4-HMAC-SHA256", "aws4_request", matches, now
    )


def goog4_verifier(public_key: RSAPublicKey, now: Callable[[], datetime] | None = None) -> Verify:
    """Returns the same for Google Cloud Storage, and the owner of the key."""

    def matches(scope: str, text: str, signature: str, account: str) -> bool:
        try:
            public_key.verify(bytes.fromhex(signature), text.encode(), PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return True

    return lambda method, host, target: _refusal(
        method, host, target, "X-Goog-", "GOOG4-RSA-SHA256", "goog4_request", matches, now
    )


def _refusal(
    method: str,
    host: str,
    target: str,
    prefix: str,
    algorithm: str,
    terminator: str,
    matches: Callable[[str, str, str, str], bool],
    now: Callable[[], datetime] | None,
) -> str | None:
    path, _, query = target.partition("?")
    said = dict(parse_qsl(query, strict_parsing=True))
    if said[f"{prefix}Algorithm"] != algorithm:
        return f"the algorithm is {said[f'{prefix}Algorithm']}"
    if said[f"{prefix}SignedHeaders"] != "host":
        return f"{said[f'{prefix}SignedHeaders']} are signed"
    account, *scope = said[f"{prefix}Credential"].rsplit("/", 4)
    signed_at = datetime.strptime(f"{said[f'{prefix}Date']}+0000", "%Y%m%dT%H%M%SZ%z")
    if (scope[0], scope[3]) != (signed_at.strftime("%Y%m%d"), terminator):
        return f"the scope is {scope}"
    age_s = ((now() if now else datetime.now(UTC)) - signed_at).total_seconds()
    if not -900 <= age_s <= int(said[f"{prefix}Expires"]):
        return f"it was signed {age_s} s ago"
    pairs = [pair for pair in query.split("&") if not pair.startswith(f"{prefix}Signature=")]
    canonical = "\n".join(
        (method, path, "&".join(sorted(pairs)), f"host:{host}", "", "host", "UNSIGNED-PAYLOAD")
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join((algorithm, said[f"{prefix}Date"], "/".join(scope), digest))
    if not matches("/".join(scope), text, said[f"{prefix}Signature"], account):
        return "the signature is another request's"
    return None
