"""An NGINX of this machine, started with the generated configuration and put to the test."""

from .check import check_nginx

__all__ = ["check_nginx"]
