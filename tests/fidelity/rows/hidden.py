"""What few remotes say, and no client of ours is to hear; as their documentation names it."""

from tests.support.remote import answer

from ..row import BODY, TYPE, Row

BY = {
    "caches in between": (
        "X-Served-By", "X-Cache-Hits", "X-Timer", "Proxy-Authentication-Info",
    ),
    "shared caches that are to keep it": (
        "CDN-Cache-Control", "Cloudflare-CDN-Cache-Control", "Vercel-CDN-Cache-Control",
        "Netlify-CDN-Cache-Control", "Surrogate-Control", "Surrogate-Key", "Cache-Tag",
        "Edge-Control", "X-LiteSpeed-Cache-Control", "No-Vary-Search",
    ),
    "browsers that are to do something": (
        "Set-Login", "Sec-Session-Registration", "Secure-Session-Registration",
        "Use-As-Dictionary", "Speculation-Rules", "Activate-Storage-Access",
        "Access-Control-Allow-Private-Network", "Document-Policy-Report-Only",
        "Permissions-Policy-Report-Only", "Integrity-Policy",
    ),
    "sites with policies of their own": (
        "X-Content-Security-Policy", "X-WebKit-CSP", "Public-Key-Pins-Report-Only",
        "Feature-Policy", "Document-Policy", "Cross-Origin-Embedder-Policy-Report-Only",
        "Cross-Origin-Opener-Policy-Report-Only", "X-SourceMap", "Critical-CH",
    ),
    "applications that hand over to their servers": (
        "X-Lighttpd-Send-File", "X-Sendfile2", "X-Sendfile-Temporary", "X-LiteSpeed-Location",
        "X-Reproxy-URL", "X-Reproxy-File", "X-Envoy-Immediate-Health-Check-Fail",
    ),
    "S3": (
        "x-amz-bucket-region", "x-amz-delete-marker", "x-amz-restore", "x-amz-missing-meta",
        "x-amz-request-charged",
        "x-amz-website-redirect-location", "x-amz-object-lock-retain-until-date",
        "x-amz-object-lock-legal-hold", "x-amz-server-side-encryption-context",
        "x-amz-server-side-encryption-customer-algorithm",
        "x-amz-server-side-encryption-customer-key-MD5", "x-amz-checksum-crc32",
        "x-amz-checksum-crc32c", "x-amz-checksum-sha1", "x-amz-checksum-sha256",
        "x-amz-meta-mtime", "x-amz-error-code", "x-amz-error-message", "x-amz-error-detail-Key",
        "x-amz-transition-default-minimum-object-size",
    ),
    "GCS": (
        "x-goog-expiration", "x-goog-custom-time", "x-goog-encryption-algorithm",
        "x-goog-encryption-key-sha256", "x-goog-encryption-kms-key-name", "x-goog-component-count",
        "X-GUploader-Response-Body-Transformations", "Warning-Agent",
    ),
    "Azure": (
        "x-ms-client-request-id", "x-ms-lease-duration", "x-ms-encryption-scope",
        "x-ms-encryption-key-sha256", "x-ms-access-tier-inferred", "x-ms-access-tier-change-time",
        "x-ms-archive-status", "x-ms-tag-count", "x-ms-copy-id", "x-ms-copy-source",
        "x-ms-copy-status", "x-ms-copy-status-description", "x-ms-copy-progress",
        "x-ms-copy-completion-time", "x-ms-blob-content-md5", "x-ms-blob-sequence-number",
        "x-ms-blob-committed-block-count", "x-ms-blob-sealed", "x-ms-content-crc64",
        "x-ms-or-policy-id", "x-ms-error-code", "x-ms-immutability-policy-until-date",
        "x-ms-immutability-policy-mode", "x-ms-legal-hold",
    ),
}  # fmt: skip

ROWS = [
    Row(
        says=f"what {who} may say beside a file is not shown",
        remote=answer(200, (TYPE, *((name, "theirs") for name in names)), BODY),
        status=200,
        body_is=BODY,
        has_not=names,
    )
    for who, names in BY.items()
]
