"""A one-page PDF with a title, a few lines and a bar chart (ISO 32000)."""

from collections.abc import Sequence
from functools import cache

_WIDTH, _HEIGHT, _MARGIN = 595, 842, 64
_INK, _MUTED, _ACCENT = "0.13 0.15 0.2", "0.42 0.45 0.52", "0.18 0.42 0.64"


@cache
def report(title: str, lines: tuple[str, ...], bars: tuple[tuple[str, float], ...] = ()) -> bytes:
    """Returns the PDF; its text may use the characters of Windows-1252.

    Args:
        title: The page's heading, and the document's title.
        lines: Shown one below the other, as they are.
        bars: Label and height, from 0 to 1, of each bar of the chart.
    """
    drawing = [
        f"{_ACCENT} rg {_MARGIN} {_HEIGHT - 72} 48 5 re f",
        _text("F2", 26, _MARGIN, _HEIGHT - 112, title, _INK),
        *(
            _text("F1", 12, _MARGIN, _HEIGHT - 148 - 20 * number, line, _MUTED)
            for number, line in enumerate(lines)
        ),
        *_chart(bars),
    ]
    stream = "\n".join(drawing).encode("cp1252")
    pages = f"[0 0 {_WIDTH} {_HEIGHT}]"
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /{} /Encoding /WinAnsiEncoding >>"
    return _document(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            f"<< /Type /Page /Parent 2 0 R /MediaBox {pages} /Contents 4 0 R"
            " /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>".encode(),
            b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
            font.format("Helvetica").encode(),
            font.format("Helvetica-Bold").encode(),
            f"<< /Title {_string(title)} >>".encode("cp1252"),
        ]
    )


def _chart(bars: Sequence[tuple[str, float]]) -> list[str]:
    base, tall, step = 380, 240, 165
    drawing = []
    for number, (label, height) in enumerate(bars):
        left = _MARGIN + number * step
        drawing.append(f"{_ACCENT} rg {left} {base} 137 {tall * height:.1f} re f")
        drawing.append(_text("F1", 11, left, base - 20, label, _MUTED))
    return drawing


def _text(font: str, size: int, x: int, y: int, text: str, colour: str) -> str:
    return f"BT /{font} {size} Tf {colour} rg {x} {y} Td {_string(text)} Tj ET"


def _string(text: str) -> str:
    for character in "\\()":
        text = text.replace(character, "\\" + character)
    return f"({text})"


def _document(objects: Sequence[bytes]) -> bytes:
    """Numbers the objects from 1 and adds the table of their places; the last is the Info."""
    parts = [b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"]
    places = []
    for number, content in enumerate(objects, 1):
        places.append(sum(map(len, parts)))
        parts.append(b"%d 0 obj\n%b\nendobj\n" % (number, content))
    start, count = sum(map(len, parts)), len(objects) + 1
    parts.append(b"xref\n0 %d\n0000000000 65535 f \n" % count)
    parts.extend(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    parts.append(trailer % (count, len(objects), start))
    return b"".join(parts)
