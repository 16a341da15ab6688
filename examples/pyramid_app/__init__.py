"""The Night Archive: a Pyramid application whose plates lie in an S3 store."""

import secrets
from typing import Any

from pyramid.config import Configurator
from pyramid.csrf import CookieCSRFStoragePolicy

from examples.store import ANY_STORE
from xaccel_wsgi.s3 import S3Bucket

from .archive import ARCHIVE
from .security import Visitors


def main(global_config: dict[str, str], **settings: str) -> Any:  # noqa: ARG001
    """Makes the application from its section of the .ini file (PasteDeploy).

    The middleware is not here: it is the filter in front of this application in the pipeline.
    """
    bucket = open_bucket(settings)
    with Configurator(settings=settings, root_factory=lambda _: ARCHIVE) as config:
        config.include("pyramid_jinja2")
        # Views may return a RemoteFile.
        config.include("xaccel_wsgi")
        config.set_security_policy(Visitors(settings.get("secret") or secrets.token_hex()))
        config.set_csrf_storage_policy(CookieCSRFStoragePolicy(samesite="Lax"))
        config.set_default_csrf_options(require_csrf=True)
        config.add_request_method(lambda _: bucket, "bucket", property=True)
        config.add_static_view("static", "static")
        config.scan(".views")
        return config.make_wsgi_app()


def open_bucket(settings: dict[str, str]) -> S3Bucket:
    """Returns the bucket that the section names; boto3 finds the credentials itself."""
    return S3Bucket(
        settings["store.bucket"],
        endpoint_url=settings["store.endpoint_url"],
        region_name=settings["store.region"],
        config=ANY_STORE,
    )
