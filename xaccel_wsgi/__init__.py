"""Send remote files from Python web applications, through NGINX or without it."""

from .errors import (
    HandoffError,
    MiddlewareMissingError,
    OriginError,
    RemoteFileError,
    SettingsError,
    UrlError,
    XAccelError,
)
from .middleware import XAccelMiddleware
from .pyramid import includeme
from .remote_file import RemoteFile
from .rules.disposition import content_disposition
from .settings import Settings

__all__ = [
    "HandoffError",
    "MiddlewareMissingError",
    "OriginError",
    "RemoteFile",
    "RemoteFileError",
    "Settings",
    "SettingsError",
    "UrlError",
    "XAccelError",
    "XAccelMiddleware",
    "content_disposition",
    "includeme",
]

__version__ = "0.1.0"
