"""The carrier for where no NGINX is: this process fetches the file and passes it on."""

from .carrier import Streamer

__all__ = ["Streamer"]
