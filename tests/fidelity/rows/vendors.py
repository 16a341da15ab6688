"""Whole answers of the object stores, as they send them."""

from tests.support.remote import answer

from ..row import BODY, Fields, Row

DATE = ("Date", "Wed, 21 Oct 2015 07:28:00 GMT")
MODIFIED = ("Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT")

S3: Fields = (
    ("x-amz-id-2", "eftixk72aD6Ap51TnqcoF8eFidJG9Z/2mkiDFu8yU9AS1ed4OpIszj7UDNEHGran"),
    ("x-amz-request-id", "318BC8BC148832E5"),
    DATE,
    MODIFIED,
    ("ETag", '"fba9dede5f27731c9771645a39863328"'),
    ("x-amz-server-side-encryption", "aws:kms"),
    ("x-amz-server-side-encryption-aws-kms-key-id", "arn:aws:kms:eu-west-1:1:key/secret"),
    ("x-amz-server-side-encryption-bucket-key-enabled", "true"),
    ("x-amz-version-id", "null"),
    ("x-amz-expiration", 'expiry-date="Fri, 23 Dec 2022 00:00:00 GMT", rule-id="r"'),
    ("x-amz-storage-class", "STANDARD_IA"),
    ("x-amz-replication-status", "COMPLETED"),
    ("x-amz-tagging-count", "2"),
    ("x-amz-checksum-crc64nvme", "rosUhgp5mIg="),
    ("x-amz-checksum-type", "FULL_OBJECT"),
    ("x-amz-object-lock-mode", "GOVERNANCE"),
    ("x-amz-mp-parts-count", "3"),
    ("Accept-Ranges", "bytes"),
    ("Content-Type", "application/pdf"),
    ("Content-Disposition", 'attachment; filename="key-name.pdf"'),
    ("Cache-Control", "max-age=3600"),
    ("Content-Language", "en"),
    ("Expires", "Thu, 01 Dec 2039 16:00:00 GMT"),
    ("Server", "AmazonS3"),
)
GCS: Fields = (
    ("X-GUploader-UploadID", "ADPycdv"),
    ("Expires", "Thu, 01 Dec 2039 16:00:00 GMT"),
    DATE,
    ("Cache-Control", "private, max-age=0"),
    MODIFIED,
    ("ETag", '"d41d8cd98f00b204e9800998ecf8427e"'),
    ("x-goog-generation", "1672531200000000"),
    ("x-goog-metageneration", "1"),
    ("x-goog-stored-content-encoding", "identity"),
    ("x-goog-stored-content-length", "18"),
    ("x-goog-hash", "crc32c=AAAAAA=="),
    ("x-goog-hash", "md5=1B2M2Y8AsgTpgAmY7PhCfg=="),
    ("x-goog-storage-class", "STANDARD"),
    ("Content-Type", "application/pdf"),
    ("Accept-Ranges", "bytes"),
    ("Server", "UploadServer"),
    ("Alt-Svc", 'h3=":443"; ma=2592000'),
    ("Vary", "Origin, X-Origin"),
)
AZURE: Fields = (
    ("Content-Type", "application/pdf"),
    ("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="),
    MODIFIED,
    ("Accept-Ranges", "bytes"),
    ("ETag", '"0x8D8EA3C4D2C8F00"'),
    ("Server", "Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0"),
    ("x-ms-request-id", "3f2c3c0e-001e-0000-1c4a-000000000000"),
    ("x-ms-version", "2021-08-06"),
    ("x-ms-version-id", "2021-08-06T00:00:00.0000000Z"),
    ("x-ms-is-current-version", "true"),
    ("x-ms-creation-time", "Wed, 21 Oct 2015 07:28:00 GMT"),
    ("x-ms-lease-status", "unlocked"),
    ("x-ms-lease-state", "available"),
    ("x-ms-blob-type", "BlockBlob"),
    ("x-ms-server-encrypted", "true"),
    ("x-ms-access-tier", "Hot"),
    ("x-ms-last-access-time", "Wed, 21 Oct 2015 07:28:00 GMT"),
    ("Content-Disposition", "inline"),
    ("Access-Control-Expose-Headers", "x-ms-request-id,Server"),
    ("Access-Control-Allow-Origin", "*"),
    DATE,
)
SWIFT: Fields = (
    ("Content-Type", "application/pdf"),
    ("ETag", '"d41d8cd98f00b204e9800998ecf8427e"'),
    MODIFIED,
    ("X-Timestamp", "1445412480.00000"),
    ("Accept-Ranges", "bytes"),
    ("X-Trans-Id", "tx000"),
    ("X-Openstack-Request-Id", "tx000"),
    DATE,
)
MINIO: Fields = (
    ("Accept-Ranges", "bytes"),
    ("Content-Security-Policy", "block-all-mixed-content"),
    ("Content-Type", "application/pdf"),
    ("ETag", '"d41d8cd98f00b204e9800998ecf8427e"'),
    MODIFIED,
    ("Server", "MinIO"),
    ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
    ("Vary", "Origin"),
    ("Vary", "Accept-Encoding"),
    ("X-Amz-Id-2", "dd9025bab4ad464b049177c95eb6ebf374d3b3fd1af9251148b658df7ac2e3e8"),
    ("X-Amz-Request-Id", "17A2B3C4D5E6F708"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Ratelimit-Limit", "100"),
    ("X-Xss-Protection", "1; mode=block"),
    ("X-Minio-Deployment-Id", "0f1"),
    DATE,
)
R2: Fields = (
    DATE,
    ("Content-Type", "application/pdf"),
    ("ETag", '"d41d8cd98f00b204e9800998ecf8427e"'),
    MODIFIED,
    ("Accept-Ranges", "bytes"),
    ("Vary", "Accept-Encoding"),
    ("Server", "cloudflare"),
    ("CF-RAY", "8f-FRA"),
    ("CF-Cache-Status", "DYNAMIC"),
    ("NEL", '{"success_fraction":0}'),
    ("Report-To", '{"endpoints":[]}'),
    ("Set-Cookie", "__cf_bm=x; path=/; HttpOnly"),
    ("alt-svc", 'h3=":443"; ma=86400'),
)
CLOUDFRONT: Fields = (
    *(field for field in S3 if field[0] not in ("Server",)),
    ("Server", "AmazonS3"),
    ("Via", "1.1 abc.cloudfront.net (CloudFront)"),
    ("X-Cache", "Hit from cloudfront"),
    ("X-Amz-Cf-Pop", "FRA1-C1"),
    ("X-Amz-Cf-Id", "abc=="),
    ("Age", "12"),
)
STORES = {
    "S3": S3, "GCS": GCS, "Azure": AZURE, "Swift": SWIFT, "MinIO": MINIO, "R2": R2,
    "CloudFront": CLOUDFRONT,
}  # fmt: skip
SHOWN = {
    "content-type", "content-length", "etag", "last-modified", "accept-ranges", "content-range",
    "content-encoding", "content-md5", "x-ratelimit-limit",
}  # fmt: skip
DECIDED = {"content-disposition", "cache-control", "x-content-type-options"}
# The store's own word on the file, beside ours on the answer.
GONE = {
    store: tuple({n for n, _ in fields if n.lower() not in SHOWN | DECIDED | {"date", "server"}})
    for store, fields in STORES.items()
}

S3_ERROR = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>SignatureDoesNotMatch</Code>'
    b"<AWSAccessKeyId>AKIAIOSFODNN7EXAMPLE</AWSAccessKeyId><StringToSign>GET</StringToSign></Error>"
)

ROWS = [
    *(
        Row(
            says=f"a file of {store}",
            remote=answer(200, fields, BODY),
            status=200,
            body_is=BODY,
            has=(
                ("Content-Type", "application/pdf"),
                ("Content-Disposition", "attachment"),
                ("Cache-Control", "private, no-cache"),
                MODIFIED,
                ("Accept-Ranges", "bytes"),
            ),
            has_not=GONE[store],
        )
        for store, fields in STORES.items()
    ),
    *(
        Row(
            says=f"a part of a file of {store}",
            fields=(("Range", "bytes=4-7"),),
            file={"filename": "résumé.pdf"},
            remote=answer(206, (*fields, ("Content-Range", "bytes 4-7/18")), BODY[4:8]),
            status=206,
            body_is=BODY[4:8],
            has=(("Content-Range", "bytes 4-7/18"),),
            has_not=GONE[store],
        )
        for store, fields in STORES.items()
    ),
    *(
        Row(
            says=f"a current copy of a file of {store}",
            fields=(("If-Modified-Since", MODIFIED[1]),),
            remote=answer(304, fields, framing="none"),
            status=304,
            has=(MODIFIED,),
            has_not=GONE[store],
        )
        for store, fields in STORES.items()
    ),
    *(
        Row(
            says=f"a refusal of {store}",
            remote=answer(403, fields, S3_ERROR, framing="chunked"),
            status=502,
            body_is=b"The file's server gave no usable answer.\n",
            has=(("Content-Type", "text/plain"), ("Cache-Control", "no-store")),
            has_not=(*GONE[store], "ETag", "Last-Modified", "Content-Disposition", "Accept-Ranges"),
        )
        for store, fields in STORES.items()
    ),
    *(
        Row(
            says=f"HEAD of a file of {store}",
            method="HEAD",
            remote=answer(200, fields, BODY),
            status=200,
            has=(("Content-Length", "18"), MODIFIED),
            has_not=GONE[store],
        )
        for store, fields in STORES.items()
    ),
    Row(
        says="S3 sends to the bucket's region",
        remote={
            "/file": answer(
                307,
                (
                    ("Location", "{other}/file?X-Amz-Signature=abc%2F&X-Amz-Date=20240101T000000Z"),
                    ("x-amz-bucket-region", "eu-west-1"),
                    ("Content-Type", "application/xml"),
                ),
                b"<Error><Code>TemporaryRedirect</Code></Error>",
                framing="chunked",
            ),
            "other:/file": answer(200, S3, BODY),
        },
        status=200,
        asked=(
            "main /file",
            "other /file?X-Amz-Signature=abc%2F&X-Amz-Date=20240101T000000Z",
        ),
        has_not=("x-amz-bucket-region",),
    ),
    Row(
        says="S3's 301 for a wrong region has no Location",
        remote=answer(301, (("x-amz-bucket-region", "eu-west-1"),), S3_ERROR, framing="chunked"),
        status=502,
        has_not=("x-amz-bucket-region", "Location"),
    ),
    Row(
        says="S3 asks to slow down",
        remote=answer(503, (*S3, ("Retry-After", "1")), b"<Error><Code>SlowDown</Code></Error>"),
        status=503,
        body_is=b"The file's server is busy. Try again later.\n",
        has_not=("Retry-After",),
    ),
    Row(
        says="S3's deleted object",
        remote=answer(404, (*S3, ("x-amz-delete-marker", "true")), b"<Error/>"),
        status=404,
        has_not=("x-amz-delete-marker",),
    ),
    Row(
        says="a signed URL arrives as it was signed",
        url="{main}/bucket/2024/Q3%20r%C3%A9sum%C3%A9.pdf?X-Amz-Algorithm=AWS4-HMAC-SHA256"
        "&X-Amz-Credential=AKIA%2F20240101%2Feu-west-1%2Fs3%2Faws4_request"
        "&X-Amz-Date=20240101T000000Z&X-Amz-Expires=300&X-Amz-SignedHeaders=host"
        "&X-Amz-Signature=5f9e&response-content-disposition=attachment%3B%20filename%3D%22a%22",
        status=200,
        asked=(
            "main /bucket/2024/Q3%20r%C3%A9sum%C3%A9.pdf?X-Amz-Algorithm=AWS4-HMAC-SHA256"
            "&X-Amz-Credential=AKIA%2F20240101%2Feu-west-1%2Fs3%2Faws4_request"
            "&X-Amz-Date=20240101T000000Z&X-Amz-Expires=300&X-Amz-SignedHeaders=host"
            "&X-Amz-Signature=5f9e&response-content-disposition=attachment%3B%20filename%3D%22a%22",
        ),
    ),
    Row(
        says="Azure's shared access signature arrives as it was signed",
        url="{main}/c/b.pdf?sv=2021-08-06&st=2024-01-01T00%3A00%3A00Z&se=2024-01-02T00%3A00%3A00Z"
        "&sr=b&sp=r&sig=a%2Bb%2Fc%3D",
        status=200,
        asked=(
            "main /c/b.pdf?sv=2021-08-06&st=2024-01-01T00%3A00%3A00Z"
            "&se=2024-01-02T00%3A00%3A00Z&sr=b&sp=r&sig=a%2Bb%2Fc%3D",
        ),
    ),
    *(
        Row(
            says=f"{name} passes unless it is hidden by a setting",
            remote=answer(200, (("Content-Type", "text/csv"), (name, value)), BODY),
            status=200,
            has=((name, value),) if shown else (),
            has_not=() if shown else (name,),
        )
        for name, value, shown in (
            ("x-amz-meta-author", "someone", True),
            ("x-amz-meta-owner", "someone", False),
            ("X-AMZ-Meta-Owner", "someone", False),
            ("x-goog-meta-color", "blue", True),
            ("x-ms-meta-color", "blue", True),
            ("X-Object-Meta-Color", "blue", True),
            ("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==", True),
            ("Digest", "sha-256=abc", True),
            ("Repr-Digest", "sha-256=:abc:", True),
            ("X-Checksum-Sha1", "abc", True),
        )
    ),
]
