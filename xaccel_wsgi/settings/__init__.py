"""What the operator says: one frozen value, which middleware and generator share."""

from .load import load_settings
from .value import CARRIED_HEADERS, DEFAULT_PREFIX, Settings

__all__ = ["CARRIED_HEADERS", "DEFAULT_PREFIX", "Settings", "load_settings"]
