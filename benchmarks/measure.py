"""From single measurements to figures: rounds in which all take turns, medians, ratios."""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

Measured = dict[str, list[float]]
T = TypeVar("T")


def in_turns(contenders: Mapping[str, Callable[[], T]], rounds: int) -> dict[str, list[T]]:
    """Measures each contender once a round, so that a slow moment of the machine meets all.

    One round before is thrown away: caches fill, connections open.
    """
    values: dict[str, list[T]] = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        for name, measure in contenders.items():
            value = measure()
            if turn > 0:
                values[name].append(value)
    return values


def medians(values: Measured) -> dict[str, float]:
    """Returns each one's median."""
    return {name: statistics.median(each) for name, each in values.items()}


def ratios(values: Measured, name: str, to: str) -> list[float]:
    """Returns one's ratio to another, round by round."""
    return [one / other for one, other in zip(values[name], values[to], strict=True)]


def lower_bound(sample: Sequence[float]) -> float:
    """Returns the lower bound of the 95% confidence interval of the sample's mean."""
    return _interval(sample)[0]


def upper_bound(sample: Sequence[float]) -> float:
    """Returns its upper bound."""
    return _interval(sample)[1]


def percentile(sample: Sequence[float], percent: float) -> float:
    """Returns the value under which that much of the sample lies."""
    ordered = sorted(sample)
    return ordered[min(len(ordered) - 1, math.ceil(len(ordered) * percent / 100) - 1)]


# Student's t, two-sided, for 1, 2, ... degrees of freedom; from 15 on near enough to the normal's.
_T_95 = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14)


def _interval(sample: Sequence[float]) -> tuple[float, float]:
    freedom = len(sample) - 1
    t = _T_95[freedom - 1] if freedom <= len(_T_95) else 2.1
    spread = t * statistics.stdev(sample) / math.sqrt(len(sample))
    mean = statistics.mean(sample)
    return mean - spread, mean + spread
