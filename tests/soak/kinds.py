"""What is downloaded, how often, and how it may end."""

from dataclasses import dataclass

WHOLE = "whole"
BROKEN = "broken off"
UNANSWERED = "closed unanswered"
LEFT = "left by the client"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of download.

    Attributes:
        name: The remote does by this name what it does.
        weight: How often, beside the others.
        ends: How it may end; under load a reset can come before what was sent is read.
    """

    name: str
    weight: int
    ends: frozenset[str]

    @property
    def breaks(self) -> bool:
        """Whether something is meant to go wrong."""
        return WHOLE not in self.ends


def _kind(name: str, weight: int, *ends: str) -> Kind:
    return Kind(name, weight, frozenset(ends))


KINDS = (
    _kind("whole", 30, WHOLE),
    _kind("chunked", 12, WHOLE),
    _kind("slow", 10, WHOLE),
    _kind("part", 10, WHOLE),
    _kind("redirected", 6, WHOLE),
    _kind("head", 3, WHOLE),
    # A client that reads slowly, and one that leaves.
    _kind("lingering", 6, WHOLE),
    _kind("leaving", 6, LEFT),
    # The remote says no.
    _kind("missing", 2, "404"),
    _kind("denied", 2, "502"),
    _kind("busy", 2, "503"),
    _kind("loop", 2, "502"),
    # The remote breaks.
    _kind("reset", 2, "502"),
    _kind("closed", 2, "502"),
    _kind("silent", 1, "504"),
    _kind("half-head", 2, "502"),
    _kind("dripping-head", 1, "504"),
    _kind("flooding-head", 2, "502"),
    _kind("flooding-error", 2, "502"),
    _kind("cut", 3, BROKEN),
    _kind("reset-within", 3, BROKEN, "502"),
    _kind("stopped", 1, BROKEN),
    _kind("cut-chunks", 3, BROKEN),
    _kind("bad-chunk", 3, BROKEN),
)
