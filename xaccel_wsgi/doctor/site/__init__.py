"""A live site, asked for one of its own downloads the way clients do."""

from .check import check_site
from .client import Site

__all__ = ["Site", "check_site"]
