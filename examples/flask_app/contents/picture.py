"""A PNG of a sunrise over a bay, drawn row by row."""

from functools import cache
from itertools import pairwise
from math import sin, sqrt

from examples.png import COLOUR, png

_WIDTH, _HEIGHT = 1200, 630
_HORIZON = 400
_SUN_X, _SUN_RADIUS = 790, 92

_Colour = tuple[int, int, int]
# From the top of the sky to the horizon, and from the horizon to the shore.
_SKY: tuple[_Colour, ...] = ((38, 52, 104), (122, 86, 146), (238, 134, 118), (255, 214, 150))
_SEA: tuple[_Colour, ...] = ((240, 164, 132), (104, 92, 140), (30, 46, 88))
_SUN, _HILLS = (255, 240, 200), ((92, 74, 128), (52, 50, 98))


@cache
def sunrise() -> bytes:
    """Returns the picture."""
    ridges = [[_ridge(x, number) for x in range(_WIDTH)] for number in range(len(_HILLS))]
    rows = bytearray()
    for y in range(_HEIGHT):
        rows.append(0)  # No filter.
        rows += _row(y, ridges)
    return png(_WIDTH, _HEIGHT, COLOUR, bytes(rows))


def _row(y: int, ridges: list[list[float]]) -> bytearray:
    if y < _HORIZON:
        row = bytearray(bytes(_between(_SKY, y / _HORIZON)) * _WIDTH)
        away = _HORIZON - 40 - y
        if abs(away) < _SUN_RADIUS:
            _fill(row, _SUN_X, sqrt(_SUN_RADIUS**2 - away**2), _SUN)
        for colour, ridge in zip(_HILLS, ridges, strict=True):
            pixel = bytes(colour)
            for x, top in enumerate(ridge):
                if y > top:
                    row[3 * x : 3 * x + 3] = pixel
        return row
    depth = (y - _HORIZON) / (_HEIGHT - _HORIZON)
    colour = _between(_SEA, depth)
    row = bytearray(bytes(colour) * _WIDTH)
    # The sun's path on the water: broken, narrower and paler towards the shore.
    if (y // 5) % 2:
        half = _SUN_RADIUS * (1 - 0.6 * depth) * (0.7 + 0.3 * sin(y * 0.9))
        _fill(row, _SUN_X + round(12 * sin(y * 0.35)), half, _between((_SUN, colour), depth))
    return row


def _ridge(x: int, number: int) -> float:
    """Returns the y above which there is sky at `x`; the second chain is nearer, and lower."""
    wave = 34 * sin(x / 140 + 2 * number) + 14 * sin(x / 47 + number) + 4 * sin(x / 13)
    # Both chains fall to the sea before the sun.
    return _HORIZON - 66 + 22 * number - wave + max(0, x - 420 + 130 * number) * 0.45


def _fill(row: bytearray, middle: int, half: float, colour: _Colour) -> None:
    left, right = middle - round(half), middle + round(half)
    row[3 * left : 3 * right] = bytes(colour) * (right - left)


def _between(colours: tuple[_Colour, ...], where: float) -> _Colour:
    """Returns the colour at `where`, from 0 to 1, of a gradient."""
    steps = list(pairwise(colours))
    index = min(int(where * len(steps)), len(steps) - 1)
    part = where * len(steps) - index
    red, green, blue = (
        round(low + (high - low) * part) for low, high in zip(*steps[index], strict=True)
    )
    return red, green, blue
