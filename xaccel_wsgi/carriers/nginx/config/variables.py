"""The fields that travel with a handoff, and the NGINX variables that hold them.

A field of the application's answer is `$upstream_http_...` until the remote is asked; before that,
`set` keeps it under a name of its own.
"""

from ....handoff import CONDITIONALS, RANGE_FIELDS
from ....rules.answer import VALIDATORS
from ....settings import Settings


def asked_names(settings: Settings) -> tuple[str, ...]:
    """Returns the names of all fields that the remote may be sent."""
    return (*RANGE_FIELDS, *CONDITIONALS, *settings.request_header_names)


def told_names(settings: Settings) -> tuple[str, ...]:
    """Returns the names of all fields that the application may decide for the client."""
    return (*settings.carried_headers, "Content-Type", *VALIDATORS)


def snake(name: str) -> str:
    """Spells a field's name as variables do."""
    return name.lower().replace("-", "_")


def upstream_field(name: str) -> str:
    """Returns the variable of a field of the last answer: the application's, then the remote's."""
    return f"$upstream_http_{snake(name)}"


def kept_request(name: str) -> str:
    """Returns the variable that keeps what the remote is sent."""
    return f"$xaccel_request_{snake(name)}"


def kept_response(name: str) -> str:
    """Returns the variable that keeps what the client is told."""
    return f"$xaccel_response_{snake(name)}"


def final(name: str) -> str:
    """Returns the variable that chooses between the application's value and the remote's."""
    return f"$xaccel_final_{snake(name)}"
