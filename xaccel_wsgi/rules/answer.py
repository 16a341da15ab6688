"""The remote's answer: what the client gets of it, and where a redirect may lead.

The tables here are the policy. The streamer looks things up in them; the generator of the NGINX
configuration compiles them into directives. Neither holds a rule of its own.
"""

from collections.abc import Iterable, Set

from ..errors import OriginError, UrlError, shown
from .fields import Fields
from .inline import sandboxed
from .origin import AllowList
from .url import PATH_CHARACTER, QUERY_CHARACTER, RemoteUrl, parse_url

# --- Statuses ---

# RFC 9110 section 15.4; 300, 305 and 306 lead nowhere in particular.
FOLLOWED_STATUSES = (301, 302, 303, 307, 308)
MAX_HOPS = 5

# Errors that mean something to the client. Every other one is the remote's affair: 502.
MEANINGFUL_ERRORS = {404: 404, 410: 404, 412: 412, 416: 416, 429: 503, 503: 503, 504: 504}

# NGINX intercepts 300 to 599, but neither 304 (a good answer) nor 499 (its own code).
INTERCEPTED_STATUSES = tuple(status for status in range(300, 600) if status not in (304, 499))

ERROR_BODIES = {
    404: "Not found.\n",
    412: "Precondition failed.\n",
    416: "Range not satisfiable.\n",
    502: "The file's server gave no usable answer.\n",
    503: "The file's server is busy. Try again later.\n",
    504: "The file's server did not answer in time.\n",
}
# Those that an application may render itself; 416 needs the remote's Content-Range, which only a
# plain page can have, and is read by programs.
PAGE_STATUSES = tuple(status for status in ERROR_BODIES if status != 416)
ERROR_FIELDS: Fields = (
    ("Content-Type", "text/plain"),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
)


def error_of(status: int) -> int:
    """Returns the status of our own error answer to a remote's that doesn't pass."""
    return MEANINGFUL_ERRORS.get(status, 502)


def error_status(status: int) -> int | None:
    """Returns the status of our own error answer, or None where the remote's answer passes."""
    if status in INTERCEPTED_STATUSES or status < 200:
        return error_of(status)
    return None


# --- Fields ---

# What the client needs of the remote unless the application decided it.
VALIDATORS = ("ETag", "Last-Modified")
DEFAULT_TYPE = "application/octet-stream"
# They have no body to describe (RFC 9110 sections 15.3.5 and 15.4.5).
STATUSES_WITHOUT_TYPE = (204, 304)

# Never the client's: it would act for the wrong host, contradict the application, or tell about the
# store. Core NGINX hides exact names only, so this is a list and not a pattern.
HIDDEN_FIELDS = (
    # Of one connection (RFC 9110 section 7.6.1, PEP 3333), or of the remote's server.
    "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization",
    "Proxy-Authentication-Info", "TE", "Trailer", "Trailers", "Upgrade", "Date", "Server",
    "X-Powered-By", "Via", "X-Served-By", "X-Cache", "X-Cache-Hits", "X-Timer", "Age", "Alt-Svc",
    "Status", "X-Pad",
    # The application decides these.
    "Content-Type", "Content-Disposition", "Cache-Control", "Pragma", "Expires", "Vary", "Warning",
    "Content-Language", "Content-Location", "Link", "X-Robots-Tag", "X-UA-Compatible",
    "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials",
    "Access-Control-Allow-Methods", "Access-Control-Allow-Headers",
    "Access-Control-Expose-Headers", "Access-Control-Max-Age",
    "Access-Control-Allow-Private-Network",
    # So it does for the caches in between, which read these first (RFC 9213).
    "CDN-Cache-Control", "Cloudflare-CDN-Cache-Control", "Vercel-CDN-Cache-Control",
    "Netlify-CDN-Cache-Control", "Surrogate-Control", "Surrogate-Key", "Cache-Tag", "Edge-Control",
    "X-LiteSpeed-Cache-Control", "No-Vary-Search",
    # These act on the client's behalf, or on the application's site.
    "Set-Cookie", "Set-Cookie2", "Location", "Refresh", "WWW-Authenticate", "Authentication-Info",
    "Clear-Site-Data", "Content-Security-Policy", "Content-Security-Policy-Report-Only",
    "X-Content-Security-Policy", "X-WebKit-CSP", "X-Content-Type-Options", "X-Frame-Options",
    "X-XSS-Protection", "X-Permitted-Cross-Domain-Policies", "X-Download-Options",
    "Strict-Transport-Security", "Public-Key-Pins", "Public-Key-Pins-Report-Only", "Expect-CT",
    "Referrer-Policy", "Permissions-Policy", "Feature-Policy", "Document-Policy",
    "Cross-Origin-Embedder-Policy", "Cross-Origin-Embedder-Policy-Report-Only",
    "Cross-Origin-Opener-Policy", "Cross-Origin-Opener-Policy-Report-Only",
    "Cross-Origin-Resource-Policy", "Origin-Agent-Cluster", "Service-Worker-Allowed", "SourceMap",
    "X-SourceMap", "NEL", "Report-To", "Reporting-Endpoints", "Server-Timing",
    "Timing-Allow-Origin", "Accept-CH", "Critical-CH", "P3P", "Tk", "X-DNS-Prefetch-Control",
    "Document-Policy-Report-Only", "Permissions-Policy-Report-Only", "Integrity-Policy",
    "Set-Login", "Sec-Session-Registration", "Secure-Session-Registration", "Use-As-Dictionary",
    "Speculation-Rules", "Activate-Storage-Access", "X-Request-Id",
    # Or on whatever server stands in front.
    "X-Remote-File", "X-Sendfile", "X-Sendfile2", "X-Sendfile-Temporary", "X-Lighttpd-Send-File",
    "X-LiteSpeed-Location", "X-Reproxy-URL", "X-Reproxy-File",
    "X-Envoy-Immediate-Health-Check-Fail",
    "X-Accel-Redirect", "X-Accel-Expires", "X-Accel-Limit-Rate", "X-Accel-Buffering",
    "X-Accel-Charset", "X-Accel-Token",
    # Amazon S3 and its kin.
    "x-amz-id-2", "x-amz-request-id", "x-amz-version-id", "x-amz-delete-marker",
    "x-amz-expiration", "x-amz-restore", "x-amz-storage-class", "x-amz-replication-status",
    "x-amz-mp-parts-count", "x-amz-tagging-count", "x-amz-missing-meta", "x-amz-bucket-region",
    "x-amz-request-charged", "x-amz-website-redirect-location", "x-amz-object-lock-mode",
    "x-amz-object-lock-retain-until-date", "x-amz-object-lock-legal-hold",
    "x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-bucket-key-enabled", "x-amz-server-side-encryption-context",
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-server-side-encryption-customer-key-MD5", "x-amz-checksum-crc32",
    "x-amz-checksum-crc32c", "x-amz-checksum-crc64nvme", "x-amz-checksum-sha1",
    "x-amz-checksum-sha256", "x-amz-checksum-type", "x-amz-meta-mtime", "x-amz-cf-id",
    "x-amz-cf-pop", "x-amz-error-code", "x-amz-error-message", "x-amz-error-detail-Key",
    "x-amz-transition-default-minimum-object-size",
    # OpenStack Swift, MinIO, Cloudflare.
    "X-Trans-Id", "X-Openstack-Request-Id", "X-Timestamp", "X-Minio-Deployment-Id", "CF-Ray",
    "CF-Cache-Status",
    # Google Cloud Storage.
    "x-goog-generation", "x-goog-metageneration", "x-goog-hash", "x-goog-storage-class",
    "x-goog-stored-content-encoding", "x-goog-stored-content-length", "x-goog-expiration",
    "x-goog-custom-time", "x-goog-encryption-algorithm", "x-goog-encryption-key-sha256",
    "x-goog-encryption-kms-key-name", "x-goog-component-count", "X-GUploader-UploadID",
    "X-GUploader-Response-Body-Transformations", "Warning-Agent",
    # Azure Blob Storage.
    "x-ms-request-id", "x-ms-client-request-id", "x-ms-version", "x-ms-version-id",
    "x-ms-is-current-version", "x-ms-creation-time", "x-ms-lease-status", "x-ms-lease-state",
    "x-ms-lease-duration", "x-ms-blob-type", "x-ms-server-encrypted", "x-ms-encryption-scope",
    "x-ms-encryption-key-sha256", "x-ms-access-tier", "x-ms-access-tier-inferred",
    "x-ms-access-tier-change-time", "x-ms-archive-status", "x-ms-last-access-time",
    "x-ms-tag-count", "x-ms-copy-id", "x-ms-copy-source", "x-ms-copy-status",
    "x-ms-copy-status-description", "x-ms-copy-progress", "x-ms-copy-completion-time",
    "x-ms-blob-content-md5", "x-ms-blob-sequence-number", "x-ms-blob-committed-block-count",
    "x-ms-blob-sealed", "x-ms-content-crc64", "x-ms-or-policy-id", "x-ms-error-code",
    "x-ms-immutability-policy-until-date", "x-ms-immutability-policy-mode", "x-ms-legal-hold",
)  # fmt: skip
_VALIDATORS = frozenset(name.lower() for name in VALIDATORS)
_HIDDEN = frozenset(name.lower() for name in HIDDEN_FIELDS) | {"transfer-encoding"}


def client_fields(
    decided: Fields, hidden: Set[str], status: int, remote: Iterable[tuple[str, str]]
) -> Fields:
    """Returns the fields for the client of an answer that passes.

    Args:
        decided: The handoff's response fields: they win.
        hidden: Lower-case names that the operator hides as well.
        status: The remote's.
        remote: The remote's fields, as received: trusted for the file alone.
    """
    names = {name.lower() for name, _ in decided}
    # Validators describe one thing together; the application's and the remote's never mix.
    own_validators = not names.isdisjoint(_VALIDATORS)
    validators: set[str] = set()
    passed = []
    remote_type: str | None = None
    for name, value in remote:
        lower = name.lower()
        if lower == "content-type":
            remote_type = value if remote_type is None else remote_type
        if lower in _HIDDEN or lower in names or lower in hidden:
            continue
        if lower in _VALIDATORS:
            # NGINX reads the first of several as well.
            is_first = lower not in validators
            validators.add(lower)
            if own_validators or not (value and is_first):
                continue
        passed.append((name, value))
    if "content-type" not in names and status not in STATUSES_WITHOUT_TYPE:
        passed.append(("Content-Type", remote_type or DEFAULT_TYPE))
    return sandboxed((*decided, *passed))


def error_fields(status: int, remote: Iterable[tuple[str, str]] = ()) -> Fields:
    """Returns the fields of our own error answer: of the remote's only what 416 needs."""
    extra: Fields = ()
    if status == 416:
        # RFC 9110 section 15.5.17: the client learns the length.
        extra = tuple((n, v) for n, v in remote if n.lower() == "content-range" and v)[:1]
    return (*ERROR_FIELDS, ("Content-Length", str(len(ERROR_BODIES[status]))), *extra)


# --- Redirects ---

# The forms of a Location that are followed (RFC 9110 section 10.2.2): absolute, `//host/path` and
# `/path`. The generated configuration uses these very expressions.
SCHEME_RELATIVE = r"//"
PATH_ABSOLUTE = r"/(?!/)"
HOP_TARGET = rf"/{PATH_CHARACTER}*(?:\?{QUERY_CHARACTER}+)?"
# NGINX sends a target as it is, where the first URL would have been encoded.
HOP_DOT_DOT = r"^[^?#]*/\.\.(?:[/?#]|\Z)"


def next_hop(current: RemoteUrl, location: str, origins: AllowList) -> RemoteUrl:
    """Returns where a redirect leads.

    Args:
        current: The URL that was answered with the redirect.
        location: The Location field's value: the remote's, trusted for nothing.
        origins: The allow list.

    Raises:
        UrlError, OriginError: It may not be followed.
    """
    if location.startswith("//"):
        absolute = f"{current.scheme}:{location}"
    elif location.startswith("/"):
        absolute = current.origin + location
    else:
        absolute = location
    absolute = absolute.partition("#")[0]
    url = parse_url(absolute, "location")
    if url.href != absolute:
        raise UrlError(
            "location",
            f"the remote redirects to {shown(location)}, which isn't in canonical form",
            "Sign the URL for the place where the file is.",
        )
    if current.scheme == "https" and url.scheme == "http":
        raise OriginError(
            "location",
            f"the remote redirects from https to {shown(str(url))}",
            "Make the remote redirect to https.",
        )
    origins.check(url, "location")
    return url
