"""Shapes of reportlab, made quickly.

reportlab checks every attribute of a shape each time it is set, which took more than half of the
time of a drawing. Here the types of ours are checked once, by mypy: a shape is a copy of one that
reportlab made and checked when this module was loaded, with what is its own put in.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

from reportlab.graphics.shapes import Circle, Drawing, Path, Polygon, Rect, Shape, String
from reportlab.lib.colors import Color

S = TypeVar("S", bound=Shape)

Line = tuple[float, float, float, float]
"""x1, y1, x2, y2."""

_MOVETO, _LINETO = 0, 1


def _pattern(shape: Shape) -> dict[str, Any]:
    return dict(vars(shape))


_CIRCLE = _pattern(Circle(0, 0, 1))
_PATH = _pattern(Path([0, 0, 1, 1], [_MOVETO, _LINETO], fillColor=None))
_POLYGON = _pattern(Polygon([0, 0, 1, 0, 1, 1], strokeColor=None, strokeWidth=0))
_RECT = _pattern(Rect(0, 0, 1, 1))
_STRING = _pattern(String(0, 0, ""))


def _made(kind: type[S], pattern: dict[str, Any], **own: object) -> S:
    shape: S = object.__new__(kind)
    vars(shape).update(pattern, **own)
    return shape


def drawing(width: float, height: float, shapes: Iterable[Shape]) -> Drawing:
    """A drawing that holds these shapes, the first one lowest."""
    made = Drawing(width, height)
    made.contents.extend(shapes)
    return made


def block(
    x: float, bottom: float, width: float, height: float, fill: Color, edge: Color, line: float
) -> Rect:
    """A rectangle, filled, with an edge ``line`` points wide."""
    return _made(
        Rect,
        _RECT,
        x=x,
        y=bottom,
        width=width,
        height=height,
        fillColor=fill,
        strokeColor=edge,
        strokeWidth=line,
    )


def dot(x: float, y: float, radius: float, fill: Color, edge: Color, line: float) -> Circle:
    """A circle, filled, with an edge ``line`` points wide."""
    return _made(
        Circle, _CIRCLE, cx=x, cy=y, r=radius, fillColor=fill, strokeColor=edge, strokeWidth=line
    )


def lines(ends: list[Line], colour: Color, width: float) -> Path:
    """Straight lines as one shape: a drawing of few shapes is a fast one."""
    return _made(
        Path,
        _PATH,
        points=[number for line in ends for number in line],
        operators=[_MOVETO, _LINETO] * len(ends),
        strokeColor=colour,
        strokeWidth=width,
    )


def polygon(points: list[float], fill: Color) -> Polygon:
    """A filled polygon without an edge; x and y of its corners in turn."""
    return _made(Polygon, _POLYGON, points=points, fillColor=fill)


def words(
    x: float, y: float, text: str, font: str, size: float, colour: Color, anchor: str = "start"
) -> String:
    """One line of text that starts, has its middle or ends (``anchor``) at x."""
    return _made(
        String,
        _STRING,
        x=x,
        y=y,
        text=text,
        fontName=font,
        fontSize=size,
        fillColor=colour,
        textAnchor=anchor,
    )
