"""The same drawing as SVG inside a page, without a style, a script or an id that could clash."""

from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

from reportlab.graphics.shapes import Circle, Drawing, Line, Polygon, Rect, Shape, String

from evaltool.charts.drawing import chart_drawing
from evaltool.charts.fonts import BOLD
from evaltool.domain.report import Chart

NARROW_WIDTH = 340.0
"""Width of the drawing on a page, in units that the page scales to its column."""


def inline_svg(chart: Chart) -> str:
    """The chart as an ``<svg>`` element with title and description.

    reportlab's own SVG has inline styles, which our Content-Security-Policy forbids, and ids
    that clash between charts; so the shapes are written here, with presentation attributes.
    """
    drawing = chart_drawing(chart, NARROW_WIDTH)
    title, description = f"{chart.id}-title", f"{chart.id}-desc"
    box = f"0 0 {_number(drawing.width)} {_number(drawing.height)}"
    names = f'aria-labelledby="{title}" aria-describedby="{description}"'
    return "".join(
        [
            f'<svg class="chart" role="img" viewBox="{box}" {names}>',
            f'<title id="{title}">{escape(chart.title)}</title>',
            f'<desc id="{description}">{escape(chart.alt)}</desc>',
            *(_element(shape, drawing) for shape in drawing.contents),
            "</svg>",
        ]
    )


def _element(shape: Shape, drawing: Drawing) -> str:
    height = drawing.height
    match shape:
        case Rect():
            position = {
                "x": shape.x,
                "y": height - shape.y - shape.height,
                "width": shape.width,
                "height": shape.height,
            }
            return _tag("rect", {**position, **_paint(shape)})
        case Circle():
            return _tag(
                "circle",
                {"cx": shape.cx, "cy": height - shape.cy, "r": shape.r, **_paint(shape)},
            )
        case Line():
            ends = {
                "x1": shape.x1,
                "y1": height - shape.y1,
                "x2": shape.x2,
                "y2": height - shape.y2,
            }
            return _tag("line", {**ends, **_paint(shape)})
        case Polygon():
            numbers = list(shape.points)
            points = " ".join(
                f"{_number(x)},{_number(height - y)}"
                for x, y in zip(numbers[::2], numbers[1::2], strict=True)
            )
            return _tag("polygon", {"points": points, **_paint(shape)})
        case String():
            attributes: dict[str, object] = {
                "x": shape.x,
                "y": height - shape.y,
                "font-size": shape.fontSize,
                "fill": _colour(shape.fillColor),
            }
            if shape.fontName == BOLD:
                attributes["font-weight"] = "600"
            if shape.textAnchor != "start":
                attributes["text-anchor"] = shape.textAnchor
            return f"<text{_attributes(attributes)}>{escape(shape.text)}</text>"
    raise TypeError(f"no SVG for {type(shape).__name__}")


def _paint(shape: Shape) -> Mapping[str, object]:
    paint: dict[str, object] = {}
    if hasattr(shape, "fillColor"):
        paint["fill"] = _colour(shape.fillColor)
    if getattr(shape, "strokeColor", None) is not None:
        paint["stroke"] = _colour(shape.strokeColor)
        paint["stroke-width"] = shape.strokeWidth
    return paint


def _colour(colour: object) -> str:
    return "none" if colour is None else f"#{colour.hexval()[2:]}"  # type: ignore[attr-defined]


def _tag(name: str, attributes: Mapping[str, object]) -> str:
    return f"<{name}{_attributes(attributes)}/>"


def _attributes(attributes: Mapping[str, object]) -> str:
    return "".join(
        f" {name}={quoteattr(_number(value) if isinstance(value, int | float) else str(value))}"
        for name, value in attributes.items()
    )


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
