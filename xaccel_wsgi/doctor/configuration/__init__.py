"""The configuration of a real NGINX, compared with the one that would be generated."""

from .check import check_configuration

__all__ = ["check_configuration"]
