"""Plots as SVG that needs nothing else: on a ground of its own, readable by day and by night."""

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape

_WIDTH = 720
_LEFT, _RIGHT, _TOP, _BOTTOM = 270, 90, 48, 10
_BAR, _GAP = 22, 10
_HEIGHT = 320
# Told apart also where colours aren't; the ground is the second of each pair by night.
_STYLE = """
  .ground { fill: #ffffff }
  text { fill: #1f2328; stroke: none !important; font: 13px system-ui, sans-serif }
  .title { font-weight: 600; font-size: 15px } .line { stroke: #d0d7de } .quiet { fill: #57606a }
  .s0 { fill: #0969da; stroke: #0969da } .s1 { fill: #bc4c00; stroke: #bc4c00 }
  .s2 { fill: #1a7f37; stroke: #1a7f37 } .s3 { fill: #8250df; stroke: #8250df }
  .other { fill: #8c959f; stroke: #8c959f } polyline { fill: none !important; stroke-width: 2.5 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #161b22 } text { fill: #e6edf3 } .line { stroke: #30363d }
    .quiet { fill: #9198a1 } .s0 { fill: #4493f8; stroke: #4493f8 }
    .s1 { fill: #f0883e; stroke: #f0883e } .s2 { fill: #3fb950; stroke: #3fb950 }
    .s3 { fill: #ab7df8; stroke: #ab7df8 } .other { fill: #6e7681; stroke: #6e7681 }
  }
"""


def bars(title: str, values: Mapping[str, float], unit: str, *, ours: Sequence[str] = ()) -> str:
    """Draws a bar for each value, from the first to the last; `ours` stand out."""
    largest = max(values.values())
    width = _WIDTH - _LEFT - _RIGHT

    def inside() -> Iterator[str]:
        for row, (name, value) in enumerate(values.items()):
            y = _TOP + row * (_BAR + _GAP)
            kind = "s0" if name in ours else "other"
            middle = y + _BAR * 0.7
            length = max(1.0, width * value / largest)
            yield f'<text x="{_LEFT - 10}" y="{middle:.0f}" text-anchor="end">{escape(name)}</text>'
            yield (
                f'<rect class="{kind}" x="{_LEFT}" y="{y}" width="{length:.1f}" height="{_BAR}" '
                'rx="3"/>'
            )
            yield f'<text x="{_LEFT + length + 8:.0f}" y="{middle:.0f}">{_short(value)}</text>'

    height = _TOP + len(values) * (_BAR + _GAP) + _BOTTOM
    return _svg(f"{title} ({unit})", height, inside())


def lines(
    title: str, across: Sequence[float], values: Mapping[str, Sequence[float]], x_name: str
) -> str:
    """Draws a line for each series over places that double; the vertical axis begins at 0."""
    left, right = 60, 210
    largest = max(max(series) for series in values.values()) or 1
    step = 10 ** math.floor(math.log10(largest))
    top = step * math.ceil(largest / step)
    plot_width, plot_height = _WIDTH - left - right, _HEIGHT - _TOP - 50

    def x(place: float) -> float:
        low, high = math.log2(across[0]), math.log2(across[-1])
        return left + plot_width * (math.log2(place) - low) / (high - low)

    def y(value: float) -> float:
        return _TOP + plot_height * (1 - value / top)

    def inside() -> Iterator[str]:
        for part in range(5):
            value = top * part / 4
            yield (
                f'<line class="line" x1="{left}" x2="{left + plot_width}" y1="{y(value):.1f}" '
                f'y2="{y(value):.1f}"/>'
            )
            yield (
                f'<text class="quiet" x="{left - 8}" y="{y(value) + 4:.1f}" text-anchor="end">'
                f"{_short(value)}</text>"
            )
        for place in across:
            yield (
                f'<text class="quiet" x="{x(place):.1f}" y="{_HEIGHT - 30}" '
                f'text-anchor="middle">{place:g}</text>'
            )
        yield (
            f'<text class="quiet" x="{left + plot_width / 2:.0f}" y="{_HEIGHT - 10}" '
            f'text-anchor="middle">{escape(x_name)}</text>'
        )
        ends = _apart([y(series[-1]) for series in values.values()])
        for number, ((name, series), end) in enumerate(zip(values.items(), ends, strict=True)):
            kind = f"s{number % 4}"
            points = " ".join(
                f"{x(place):.1f},{y(v):.1f}" for place, v in zip(across, series, strict=True)
            )
            yield f'<polyline class="{kind}" points="{points}"/>'
            for place, value in zip(across, series, strict=True):
                yield f'<circle class="{kind}" cx="{x(place):.1f}" cy="{y(value):.1f}" r="3.5"/>'
            yield (
                f'<text class="{kind}" x="{left + plot_width + 12}" y="{end + 4:.1f}">'
                f"{escape(name)}</text>"
            )

    return _svg(title, _HEIGHT, inside())


def _apart(places: Sequence[float], gap: float = 17) -> list[float]:
    """Moves places so far down that labels at them don't lie on each other."""
    moved = list(places)
    previous = -math.inf
    for index in sorted(range(len(places)), key=places.__getitem__):
        previous = moved[index] = max(places[index], previous + gap)
    return moved


def _svg(title: str, height: int, inside: Iterator[str]) -> str:
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
            f'aria-label="{escape(title)}">',
            f"<style>{_STYLE}</style>",
            f'<rect class="ground" width="{_WIDTH}" height="{height}" rx="8"/>',
            f'<text class="title" x="20" y="28">{escape(title)}</text>',
            *inside,
            "</svg>\n",
        )
    )


def _short(value: float) -> str:
    if value >= 10_000:
        return f"{value / 1000:.0f}k"
    if value >= 1000:
        return f"{value / 1000:.1f}k"
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"
