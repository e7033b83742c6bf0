"""The same drawing as SVG inside a page, without a style, a script or an id that could clash."""

from collections.abc import Iterator
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

from reportlab.graphics.shapes import Circle, Drawing, Path, Polygon, Rect, Shape, String
from reportlab.lib.colors import Color

from evaltool.charts.drawing import chart_drawing
from evaltool.charts.fonts import BOLD
from evaltool.charts.levels import levels_drawing
from evaltool.charts.palette import INK
from evaltool.charts.small_multiples import small_multiples_drawing
from evaltool.domain.pictures import Chart, LevelPicture, SmallMultiples

_NAMESPACE = "http://www.w3.org/2000/svg"


def inline_svg(chart: Chart, width: float) -> str:
    """The chart as an ``<svg>`` element with title and description, for HTML and XML alike."""
    return _svg(chart_drawing(chart, width), f"chart-{chart.id}", chart.title, chart.alt)


def inline_levels(picture: LevelPicture, width: float) -> str:
    """The picture of the levels as an ``<svg>`` element with title and description."""
    return _svg(levels_drawing(picture, width), "levels", picture.title, picture.alt)


def inline_small_multiples(picture: SmallMultiples, width: float) -> str:
    """Small charts over the same days as an ``<svg>`` element with title and description."""
    drawn = small_multiples_drawing(picture, width)
    return _svg(drawn, "evolution", picture.title, picture.alt)


def _svg(drawing: Drawing, id_: str, title: str, alternative: str) -> str:
    """A drawing as SVG.

    reportlab's own SVG has inline styles, which our Content-Security-Policy forbids, and ids
    that clash between charts; so the shapes are written here, with presentation attributes.
    Ink is ``currentColor``, so that it follows the page where the reader chose other colours.
    """
    name, description = quoteattr(f"{id_}-title"), quoteattr(f"{id_}-desc")
    box = f"0 0 {_number(drawing.width)} {_number(drawing.height)}"
    names = f"aria-labelledby={name} aria-describedby={description}"
    return "".join(
        [
            f'<svg xmlns="{_NAMESPACE}" class="chart" role="img" viewBox="{box}" {names}>',
            f"<title id={name}>{escape(title)}</title>",
            f"<desc id={description}>{escape(alternative)}</desc>",
            *_elements(drawing),
            "</svg>",
        ]
    )


def _elements(drawing: Drawing) -> Iterator[str]:
    for shape in drawing.contents:
        yield _element(shape, drawing.height)


def _element(shape: Shape, height: float) -> str:
    """One shape, its y counted down from the top as SVG does."""
    match shape:
        case String():
            weight = ' font-weight="600"' if shape.fontName == BOLD else ""
            start = shape.textAnchor == "start"
            anchor = "" if start else f' text-anchor="{shape.textAnchor}"'
            return (
                f'<text x="{_number(shape.x)}" y="{_number(height - shape.y)}"'
                f' font-size="{_number(shape.fontSize)}"{weight}{anchor}'
                f' fill="{_colour(shape.fillColor)}">{escape(shape.text)}</text>'
            )
        case Path():
            return f'<path d="{_path(shape, height)}"{_paint(shape)}/>'
        case Rect():
            return (
                f'<rect x="{_number(shape.x)}" y="{_number(height - shape.y - shape.height)}"'
                f' width="{_number(shape.width)}" height="{_number(shape.height)}"'
                f"{_paint(shape)}/>"
            )
        case Circle():
            return (
                f'<circle cx="{_number(shape.cx)}" cy="{_number(height - shape.cy)}"'
                f' r="{_number(shape.r)}"{_paint(shape)}/>'
            )
        case Polygon():
            points = " ".join(
                f"{_number(x)},{_number(height - y)}" for x, y in _pairs(shape.points)
            )
            return f'<polygon points="{points}"{_paint(shape)}/>'
    raise TypeError(f"no SVG for {type(shape).__name__}")


def _path(shape: Path, height: float) -> str:
    steps = zip(shape.operators, _pairs(shape.points), strict=True)
    return "".join(
        f"{'ML'[operator]}{_number(x)} {_number(height - y)}" for operator, (x, y) in steps
    )


def _pairs(numbers: list[float]) -> Iterator[tuple[float, float]]:
    return zip(numbers[::2], numbers[1::2], strict=True)


def _paint(shape: Shape) -> str:
    fill = f' fill="{_colour(shape.fillColor)}"'
    if shape.strokeColor is None:
        return fill
    stroke = _colour(shape.strokeColor)
    return f'{fill} stroke="{stroke}" stroke-width="{_number(shape.strokeWidth)}"'


@lru_cache(maxsize=64)
def _colour(colour: Color | None) -> str:
    if colour is None:
        return "none"
    return "currentColor" if colour == INK else f"#{colour.hexval()[2:]}"


def _number(value: float) -> str:
    # Adding zero turns -0.0 into 0.0.
    return f"{round(value, 2) + 0.0:g}"
