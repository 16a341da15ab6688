"""What keeps the server block around us out of an answer: whatever a location would inherit."""

from collections.abc import Iterator


def untouched() -> Iterator[str]:
    """Yields the directives that leave an answer as it is, for every location that gives one."""
    yield "# Substitutions have no word for off; this type is nobody's."
    yield "sub_filter_types text/x-xaccel-nothing;"
    yield "# What a server or http block around this may say would change the answer."
    yield "gzip off;"
    yield "ssi off;"


def unaltered_file() -> Iterator[str]:
    """Yields the same for files alone: what NGINX does to no error."""
    yield "expires off;"
    yield 'add_before_body "";'
    yield 'add_after_body "";'


def admitted() -> Iterator[str]:
    """Yields the directives that let in whoever comes from the application."""
    yield "# Whoever comes from the application has passed its location's access rules and limits;"
    yield "# those of the block around this would be held against them again."
    yield "satisfy any;"
    yield "allow all;"


def of_any_size() -> Iterator[str]:
    """Yields the same for its request's body; NGINX asks in no named location."""
    yield "# Its body has reached the application as well."
    yield "client_max_body_size 0;"
