"""The subjects, in the order of the page; each measures and gives a Chapter."""

from collections.abc import Callable

from ..chapter import Chapter
from . import (
    cache,
    concurrency,
    distance,
    middleware,
    other_requests,
    python,
    signing,
    sizes,
    streamer,
)

SUBJECTS: dict[str, Callable[[int], Chapter]] = {
    "sizes": sizes.measure,
    "distance": distance.measure,
    "cache": cache.measure,
    "concurrency": concurrency.measure,
    "other_requests": other_requests.measure,
    "python": python.measure,
    "streamer": streamer.measure,
    "middleware": middleware.measure,
    "signing": signing.measure,
}
