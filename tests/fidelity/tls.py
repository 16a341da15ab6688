"""How the table's remotes speak TLS: well, of the older kind, and as somebody else."""

import ssl
from pathlib import Path

import trustme

# As many as a real chain has at most, and one more; NGINX's default of 1 would not do.
_INTERMEDIATES = 3


def tls_remotes(ca_file: Path) -> dict[str, ssl.SSLContext]:
    """Returns a server context for each remote that speaks TLS; writes the trusted authority.

    `secure` speaks 1.3 alone, has a long chain, and wants to be called by its name; `older` speaks
    1.2 alone; `misnamed` is certified for another host; `forged` by nobody.
    """
    trusted = trustme.CA()
    trusted.cert_pem.write_to_path(ca_file)
    issuer = trusted
    for _ in range(_INTERMEDIATES):
        issuer = issuer.create_child_ca()
    remotes = {
        "secure": _context(issuer, "localhost"),
        "older": _context(trusted, "localhost"),
        "misnamed": _context(trusted, "else.example"),
        "forged": _context(trustme.CA(), "localhost"),
    }
    remotes["secure"].minimum_version = ssl.TLSVersion.TLSv1_3
    remotes["secure"].sni_callback = _want_name
    remotes["older"].maximum_version = ssl.TLSVersion.TLSv1_2
    return remotes


def _context(issuer: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issuer.issue_cert(name).configure_cert(context)
    return context


def _want_name(_: ssl.SSLObject, name: str | None, __: ssl.SSLContext) -> int | None:
    """Refuses whoever doesn't say whom it calls (RFC 6066 section 3)."""
    return None if name == "localhost" else ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
