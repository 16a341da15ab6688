"""What the operator says: one frozen value, which middleware and generator share."""

from .load import is_ours, load_settings
from .value import CARRIED_HEADERS, DEFAULT_PREFIX, Settings

__all__ = ["CARRIED_HEADERS", "DEFAULT_PREFIX", "Settings", "is_ours", "load_settings"]
