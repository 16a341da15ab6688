"""S3: from a bucket and a key to a RemoteFile. boto3 signs; this decides what, where and how long.

    files = S3Bucket("reports", region_name="eu-west-1")
    app.wsgi_app = XAccelMiddleware(app.wsgi_app, origins=[files.origin])

    @app.get("/reports/<int:number>")
    def report(number):
        return files.remote_file(f"{number}.pdf", filename="Q3 résumé.pdf")

Needs the extra: pip install "xaccel-wsgi[s3]".
"""

import threading
import time
from typing import Any, NamedTuple

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.credentials import ReadOnlyCredentials, RefreshableCredentials
from botocore.exceptions import BotoCoreError, ParamValidationError

from .errors import RemoteFileError, SettingsError, shown
from .remote_file import RemoteFile
from .rules.disposition import Disposition, check_filename, content_disposition
from .rules.lifetime import CACHED_MIN_S
from .rules.url import RemoteUrl, parse_url

# NGINX fetches the parts of a cached file as the client takes them, all with the first URL.
_CACHED_EXPIRES_S = 12 * 3600
# Signature Version 4 allows no longer ones.
_EXPIRES_MAX_S = 7 * 24 * 3600
# Three quarters of its life are left to whoever is given a URL that was signed for another.
_REUSED_FOR = 0.25
_REUSED_MAX = 1024


class S3Bucket:
    """One bucket of Amazon S3, or of any store that speaks S3. Safe for threads.

    URLs are signed for GET, which serves a client's HEAD as well, with Signature Version 4, and for
    the bucket's regional endpoint, which redirects nobody. A signed URL is given out again during
    the first quarter of its life, as long as the credentials stay the same.

    Attributes:
        name: The bucket's name.
        client: The boto3 client that signs, for uploads and everything else.
        origin: What goes into `origins`: this bucket and no other; in path style the bucket is the
            prefix, and keys with dot segments (`a/../b`) then need the whole host instead.
    """

    def __init__(
        self,
        name: str,
        *,
        session: boto3.Session | None = None,
        region_name: str | None = None,
        endpoint_url: str | None = None,
        config: Config | None = None,
        expires_s: int = 60,
        cached_expires_s: int | None = None,
    ) -> None:
        """Makes the client. Nothing is asked of the store, now or when URLs are signed.

        Args:
            name: The bucket's name, or the ARN of an access point.
            session: Where boto3 looks for credentials and defaults; a new one if None.
            region_name: The bucket's region; boto3's own setting if None.
            endpoint_url: A store that isn't Amazon's. Its buckets are addressed in path style;
                `config=Config(s3={"addressing_style": "virtual"})` for the other.
            config: More of boto3's settings for the client.
            expires_s: Seconds within which a download has to begin.
            cached_expires_s: The same for files with a `cache_key`, and it has to outlive the
                slowest download, since NGINX fetches a cached file in parts. None is 12 hours, or
                as long as the credentials are good. A number is refused, file by file, when the
                credentials end sooner.

        Raises:
            SettingsError: An argument can't be used, or no region is known.
        """
        _check_seconds("expires_s", expires_s, 1)
        if cached_expires_s is not None:
            _check_seconds("cached_expires_s", cached_expires_s, CACHED_MIN_S)
        session = session or boto3.Session()
        try:
            self.client: Any = session.client(
                "s3",
                region_name=region_name,
                endpoint_url=endpoint_url,
                # Without it boto3 signs by a version of which new regions know nothing.
                config=Config(signature_version="s3v4").merge(config or Config()),
            )
            self.client.meta.events.register_last(
                "before-endpoint-resolution.s3", self._stay_regional
            )
        except (BotoCoreError, ValueError) as error:
            raise SettingsError(
                "S3Bucket", f"boto3 refuses it: {error}", "See the arguments of boto3.client."
            ) from error
        self.name = name
        self._expires_s = expires_s
        self._cached_expires_s = cached_expires_s
        self._credentials = session.get_credentials()
        self._kept = _KeptUrls(_REUSED_MAX)
        self.origin = self._find_origin()
        known = region_name or getattr(config, "region_name", None) or session.region_name
        if self.origin.partition(".amazonaws.")[1] and not known:
            raise SettingsError(
                "region_name",
                f"no region is known for {shown(name)}, and boto3 would take us-east-1",
                "Say region_name=, or set AWS_DEFAULT_REGION.",
            )

    def remote_file(
        self,
        key: str,
        *,
        version_id: str | None = None,
        filename: str | None = None,
        disposition: Disposition = "attachment",
        content_type: str | None = None,
        cache_key: str | None = None,
        **others: Any,
    ) -> RemoteFile:
        """Returns the RemoteFile for an object, for one response.

        Name and type are signed as well, so that the URL can be redirected to.

        Args:
            key: The object's key as it is, not percent-encoded.
            version_id: Which version of the object, in a bucket that keeps them.
            filename: As in RemoteFile, and so are the others.
            disposition: "attachment" or "inline".
            content_type: Replaces the object's.
            cache_key: Has the URL signed for `cached_expires_s`.
            others: More arguments of RemoteFile.

        Raises:
            RemoteFileError: An argument can't be used; or the file is cached, and the credentials
                end before its slowest download may.
            botocore.exceptions.NoCredentialsError: boto3 knows none.
        """
        for name, value, types in (
            ("key", key, str),
            ("disposition", disposition, str),
            ("version_id", version_id, str | None),
            ("content_type", content_type, str | None),
        ):
            if not isinstance(value, types):
                raise RemoteFileError(name, f"{shown(value)} isn't a string", "Decode or omit it.")
        if filename is not None:
            check_filename(filename)
        asked = _Asked(key, version_id, filename, disposition, content_type, cache_key is not None)
        return RemoteFile(
            self._url(asked),
            filename=filename,
            disposition=disposition,
            content_type=content_type,
            cache_key=cache_key,
            **others,
        )

    def _url(self, asked: "_Asked") -> RemoteUrl:
        """Returns a signed URL: one that is kept, or a new one, which then is kept."""
        # Before signing: if they are renewed meanwhile, these never come again, nor does the URL.
        credentials = self._freeze()
        if asked.is_cached:
            self._check_rest(asked.key)
        url = self._kept.find(asked, credentials)
        if url is not None:
            return url
        began = time.time()
        expires_s = self._expires_s
        if asked.is_cached:
            expires_s = self._cached_expires_s or _CACHED_EXPIRES_S
        try:
            url = self._sign(expires_s, asked.params())
        except (ParamValidationError, UnicodeError) as error:
            raise RemoteFileError(
                "key",
                f"boto3 refuses {shown(asked.key)}: {_last_line(error)}",
                "Give the key, and the version if there is one, as the store lists them.",
            ) from None
        self._kept.keep(asked, _Kept(url, credentials, began, began + expires_s * _REUSED_FOR))
        return url

    def _sign(self, expires_s: int, params: dict[str, str]) -> RemoteUrl:
        params["Bucket"] = self.name
        return parse_url(
            self.client.generate_presigned_url("get_object", Params=params, ExpiresIn=expires_s)
        )

    def _find_origin(self) -> str:
        """Returns the URL of an object, signed by nobody, without the object."""
        events = self.client.meta.events
        events.register_first("choose-signer.s3", _choose_no_signer)
        try:
            url = self._sign(self._expires_s, {"Key": "_"})
        except (BotoCoreError, TypeError, ValueError) as error:
            # For each kind of name boto3 has errors of its own.
            raise SettingsError(
                "name", f"boto3 refuses {shown(self.name)}: {_last_line(error)}", "Correct it."
            ) from None
        finally:
            events.unregister("choose-signer.s3", _choose_no_signer)
        return url.href.removesuffix("_")

    def _stay_regional(self, builtins: dict[str, Any], **_: object) -> None:
        """Takes back what botocore decides for signed URLs: the global endpoint.

        It answers 307 for young buckets, and 400 for young regions.
        """
        if builtins["AWS::Region"] == "aws-global":
            builtins["AWS::Region"] = self.client.meta.region_name
            builtins["AWS::S3::UseGlobalEndpoint"] = False

    def _freeze(self) -> ReadOnlyCredentials | None:
        """Returns the credentials of now, renewed by boto3 where it was time."""
        return None if self._credentials is None else self._credentials.get_frozen_credentials()

    def _check_rest(self, key: str) -> None:
        needed_s = self._cached_expires_s or CACHED_MIN_S
        credentials = self._credentials
        if isinstance(credentials, RefreshableCredentials) and credentials.refresh_needed(needed_s):
            raise RemoteFileError(
                "cache_key",
                f"the credentials that sign {shown(key)} end in less than {needed_s} seconds, and "
                "the URL with them: who takes longer to download it would get a part",
                "Give the role a longer session, ask for a smaller cached_expires_s, or leave "
                "cache_key out.",
            )


class _Asked(NamedTuple):
    """What a signed URL depends on, beside bucket and credentials."""

    key: str
    version_id: str | None
    filename: str | None
    disposition: Disposition
    content_type: str | None
    is_cached: bool

    def params(self) -> dict[str, str]:
        """Returns the parameters of GetObject (Amazon S3 API Reference)."""
        params = {
            "Key": self.key,
            "VersionId": self.version_id,
            "ResponseContentDisposition": content_disposition(self.disposition, self.filename),
            "ResponseContentType": self.content_type,
        }
        return {name: value for name, value in params.items() if value is not None}


class _Kept(NamedTuple):
    """A signed URL, by whom it was signed, and from when to when it may be given out."""

    url: RemoteUrl
    credentials: ReadOnlyCredentials | None
    since: float
    until: float


class _KeptUrls:
    """Signed URLs that may be given out again; the oldest leave when there are too many."""

    def __init__(self, max_count: int) -> None:
        self._max_count = max_count
        self._kept: dict[object, _Kept] = {}
        self._lock = threading.Lock()

    def find(self, what: object, credentials: ReadOnlyCredentials | None) -> RemoteUrl | None:
        kept = self._kept.get(what)
        if kept is None or kept.credentials != credentials:
            return None
        # A clock that was set back makes none of them younger.
        return kept.url if kept.since <= time.time() < kept.until else None

    def keep(self, what: object, kept: _Kept) -> None:
        with self._lock:
            self._kept.pop(what, None)
            self._kept[what] = kept
            if len(self._kept) > self._max_count:
                del self._kept[next(iter(self._kept))]


def _choose_no_signer(**_: object) -> object:
    return UNSIGNED


def _last_line(error: Exception) -> str:
    return shown(str(error).rpartition("\n")[2])


def _check_seconds(field: str, value: object, minimum: int) -> None:
    if type(value) is not int or not minimum <= value <= _EXPIRES_MAX_S:
        raise SettingsError(
            field,
            f"{shown(value)} isn't a number of seconds from {minimum} to {_EXPIRES_MAX_S}",
            "Files with a cache_key need a URL that outlives the slowest download."
            if minimum > 1
            else "60 is long enough for a download to begin.",
        )
