"""Where NGINX's own messages about a transfer go: they print the remote's URL, signature too."""

from collections.abc import Iterator

from ....settings import Settings


def messages(settings: Settings) -> Iterator[str]:
    """Yields what each location of a transfer needs."""
    if settings.nginx_error_log is None:
        yield "# NGINX's messages print the remote's URL, and a signed URL is a credential."
        yield "error_log /dev/null emerg;"
    else:
        yield "# As asked for. Signed URLs are in it: keep it from others."
        yield f"error_log {settings.nginx_error_log};"
