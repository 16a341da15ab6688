"""Photographic plates of the night sky, drawn in code; nothing on them is random."""

import hashlib
from dataclasses import dataclass
from functools import cache
from math import exp
from random import Random

from examples.png import GREY, png

WIDTH, HEIGHT = 900, 600
_FAINT_STARS = 420
_TAIL_STEPS = 110
_GRAIN = bytes(12 + byte // 32 for byte in range(256))

# A star: where it is, from 0 to 1, and how bright.
Star = tuple[float, float, float]


@dataclass(frozen=True)
class Figure:
    """What people see in the stars.

    Attributes:
        stars: Those that make it.
        lines: Which of them are joined, by their numbers.
    """

    stars: tuple[Star, ...]
    lines: tuple[tuple[int, ...], ...]

    def paths(self) -> list[str]:
        """Returns each line as the points of an SVG's polyline."""
        points = [f"{x * WIDTH:.0f},{y * HEIGHT:.0f}" for x, y, _ in self.stars]
        return [" ".join(points[number] for number in line) for line in self.lines]


ORION = Figure(
    (
        (0.49, 0.10, 0.5), (0.37, 0.21, 1.0), (0.60, 0.25, 0.8), (0.45, 0.50, 0.8),
        (0.49, 0.475, 0.8), (0.53, 0.45, 0.8), (0.41, 0.82, 0.7), (0.64, 0.78, 1.1),
    ),
    ((0, 1, 3, 6, 7, 5, 2, 0), (3, 4, 5)),
)  # fmt: skip
GREAT_BEAR = Figure(
    (
        (0.10, 0.66, 0.8), (0.27, 0.48, 0.8), (0.38, 0.49, 0.9), (0.53, 0.51, 0.5),
        (0.58, 0.70, 0.7), (0.82, 0.67, 0.8), (0.85, 0.41, 0.9),
    ),
    ((0, 1, 2, 3, 4, 5, 6, 3),),
)  # fmt: skip
ARCHER = Figure(
    (
        (0.46, 0.30, 0.6), (0.41, 0.50, 0.7), (0.43, 0.72, 1.0), (0.70, 0.74, 0.7),
        (0.62, 0.50, 0.6), (0.75, 0.46, 0.9), (0.80, 0.62, 0.6), (0.28, 0.58, 0.6),
    ),
    ((0, 1, 7, 2, 3, 4, 0), (1, 2), (1, 4), (4, 5, 6, 3)),
)  # fmt: skip
CASSIOPEIA = Figure(
    ((0.12, 0.34, 0.7), (0.31, 0.62, 0.8), (0.50, 0.42, 0.9), (0.68, 0.68, 0.9), (0.88, 0.32, 0.8)),
    ((0, 1, 2, 3, 4),),
)


@cache
def plate(name: str, figure: Figure | None = None, comet: tuple[Star, Star] | None = None) -> bytes:
    """Returns the picture.

    Args:
        name: What it is called; another name has other faint stars.
        figure: Bright stars among them.
        comet: Its head, and where its tail ends.
    """
    pixels = bytearray(hashlib.shake_128(name.encode()).digest(WIDTH * HEIGHT).translate(_GRAIN))
    chance = Random(name)  # noqa: S311 - the same ones each time
    for _ in range(_FAINT_STARS):
        _expose(pixels, (chance.random(), chance.random(), 0.05 + 0.3 * chance.random() ** 3))
    if comet:
        _comet(pixels, *comet)
    for star in figure.stars if figure else ():
        _expose(pixels, star)
    rows = b"".join(
        b"\0" + pixels[start : start + WIDTH] for start in range(0, WIDTH * HEIGHT, WIDTH)
    )
    return png(WIDTH, HEIGHT, GREY, rows)


def _comet(pixels: bytearray, head: Star, end: Star) -> None:
    """Adds a tail that widens and fades, and the head."""
    (x, y, _), (far_x, far_y, _) = head, end
    for step in range(_TAIL_STEPS):
        part = step / _TAIL_STEPS
        place = (x + (far_x - x) * part, y + (far_y - y) * part)
        _glow(pixels, *place, spread=3 + 22 * part, light=48 * (1 - part) ** 2)
    _expose(pixels, head)


def _expose(pixels: bytearray, star: Star) -> None:
    """Adds a star: the brighter, the larger."""
    x, y, bright = star
    _glow(pixels, x, y, spread=1 + 4.2 * bright, light=255 * min(1, 0.35 + bright))


def _glow(pixels: bytearray, x: float, y: float, *, spread: float, light: float) -> None:
    """Adds light at a place, less and less of it away from there."""
    middle_x, middle_y, radius = round(x * WIDTH), round(y * HEIGHT), round(2.5 * spread)
    for at_y in range(max(0, middle_y - radius), min(HEIGHT, middle_y + radius + 1)):
        for at_x in range(max(0, middle_x - radius), min(WIDTH, middle_x + radius + 1)):
            away = (at_x - middle_x) ** 2 + (at_y - middle_y) ** 2
            place = at_y * WIDTH + at_x
            pixels[place] = min(255, pixels[place] + round(light * exp(-away / spread**2)))
