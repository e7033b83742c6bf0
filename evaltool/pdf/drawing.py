"""Puts the shapes of a drawing on a page.

reportlab's own renderer sets colours, width, font and matrix anew for each shape and saves and
restores the page's state around it. Our drawings hold five kinds of shape; they are written here
as the few operators that each of them needs, and all their words as one text.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from reportlab.graphics.shapes import Circle, Drawing, Path, Polygon, Rect, Shape, String
from reportlab.lib.colors import Color
from reportlab.pdfbase.pdfmetrics import stringWidth

_ANCHORS = {"start": 0.0, "middle": 0.5, "end": 1.0}
"""Which part of a line of words stands left of its place."""

_MOVETO, _LINETO = 0, 1

_ROUND = 0.5523
"""How far the handles of a Bezier curve reach, in radii, for a quarter of a circle."""


def draw(drawing: Drawing, canvas: Any) -> None:
    """Put a drawing at the origin of a canvas: first its shapes, then its words.

    Raises:
        TypeError: it holds a shape of another kind.
    """
    canvas.saveState()
    canvas._code.extend(_painted(s) for s in drawing.contents if not isinstance(s, String))
    _write([s for s in drawing.contents if isinstance(s, String)], canvas)
    canvas.restoreState()


def _write(words: list[String], canvas: Any) -> None:
    if not words:
        return
    text = canvas.beginText()
    for line in words:
        x = line.x
        if line.textAnchor != "start":
            width = stringWidth(line.text, line.fontName, line.fontSize)
            x -= _ANCHORS[line.textAnchor] * width
        text.setFont(line.fontName, line.fontSize)
        text.setFillColor(line.fillColor)
        text.setTextOrigin(x, line.y)
        text.textOut(line.text)
    canvas.drawText(text)


def _painted(shape: Shape) -> str:
    """The operators that paint one shape."""
    match shape:
        case Rect():
            outline = f"{_numbers(shape.x, shape.y, shape.width, shape.height)} re"
        case Circle():
            outline = _circle(shape.cx, shape.cy, shape.r)
        case Path():
            outline = _line(shape.points, shape.operators)
        case Polygon():
            corners = len(shape.points) // 2
            outline = _line(shape.points, [_MOVETO] + [_LINETO] * (corners - 1)) + " h"
        case _:
            raise TypeError(f"cannot draw {type(shape).__name__}")
    fill, stroke = shape.fillColor, shape.strokeColor
    parts = [] if fill is None else [f"{_colour(fill)} rg"]
    if stroke is not None:
        parts.append(f"{_colour(stroke)} RG {_numbers(shape.strokeWidth)} w")
    return " ".join([*parts, outline, _how(fill, stroke)])


def _line(points: Sequence[float], operators: Sequence[int]) -> str:
    places = zip(points[::2], points[1::2], operators, strict=True)
    return " ".join(f"{_numbers(x, y)} {'ml'[operator]}" for x, y, operator in places)


def _how(fill: Color | None, stroke: Color | None) -> str:
    """The operator that fills the outline before it, draws it, both or neither."""
    if fill is None:
        return "n" if stroke is None else "S"
    return "f" if stroke is None else "B"


def _circle(x: float, y: float, r: float) -> str:
    h = _ROUND * r
    return " ".join(
        [
            f"{_numbers(x + r, y)} m",
            f"{_numbers(x + r, y + h, x + h, y + r, x, y + r)} c",
            f"{_numbers(x - h, y + r, x - r, y + h, x - r, y)} c",
            f"{_numbers(x - r, y - h, x - h, y - r, x, y - r)} c",
            f"{_numbers(x + h, y - r, x + r, y - h, x + r, y)} c h",
        ]
    )


@lru_cache(maxsize=64)
def _colour(colour: Color) -> str:
    return " ".join([f"{round(part, 6):g}" for part in colour.rgb()])


def _numbers(*values: float) -> str:
    # Thousandths of a point; adding zero turns -0.0 into 0.0.
    return " ".join([f"{round(value, 3) + 0.0:g}" for value in values])
