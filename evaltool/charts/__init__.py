"""Comparisons and levels as pictures: one drawing, shown in a PDF and on a page alike.

What draws is loaded when something is drawn. reportlab takes as long to load as all that a server
needs for its first page.
"""

from typing import TYPE_CHECKING

from evaltool.charts.fonts import BOLD, ITALIC, REGULAR, register_fonts
from evaltool.domain.pictures import Chart, LevelPicture, SmallMultiples

if TYPE_CHECKING:
    from reportlab.graphics.shapes import Drawing

NARROW_WIDTH = 340.0
"""Width of the drawing on a page, in units that the page scales to its column."""


def chart_drawing(chart: Chart, width: float) -> "Drawing":
    """The chart, ``width`` points wide: see :mod:`evaltool.charts.drawing`."""
    from evaltool.charts import drawing

    return drawing.chart_drawing(chart, width)


def levels_drawing(picture: LevelPicture, width: float) -> "Drawing":
    """The picture of the levels, ``width`` points wide: see :mod:`evaltool.charts.levels`."""
    from evaltool.charts import levels

    return levels.levels_drawing(picture, width)


def small_multiples_drawing(picture: SmallMultiples, width: float) -> "Drawing":
    """Small charts over the same days: see :mod:`evaltool.charts.small_multiples`."""
    from evaltool.charts import small_multiples

    return small_multiples.small_multiples_drawing(picture, width)


def inline_svg(chart: Chart, width: float = NARROW_WIDTH) -> str:
    """The chart as an ``<svg>`` element with title and description, for HTML and XML alike."""
    from evaltool.charts import svg

    return svg.inline_svg(chart, width)


def inline_levels(picture: LevelPicture, width: float = NARROW_WIDTH) -> str:
    """The picture of the levels as an ``<svg>`` element with title and description."""
    from evaltool.charts import svg

    return svg.inline_levels(picture, width)


def inline_small_multiples(picture: SmallMultiples, width: float = NARROW_WIDTH) -> str:
    """Small charts over the same days as an ``<svg>`` element with title and description."""
    from evaltool.charts import svg

    return svg.inline_small_multiples(picture, width)


def qr_svg(text: str, label: str) -> str:
    """A QR code as an ``<svg>`` element; ``label`` says to who cannot see it what it is."""
    from evaltool.charts import qr

    return qr.qr_svg(text, label)


__all__ = [
    "BOLD",
    "ITALIC",
    "NARROW_WIDTH",
    "REGULAR",
    "chart_drawing",
    "inline_levels",
    "inline_small_multiples",
    "inline_svg",
    "levels_drawing",
    "qr_svg",
    "register_fonts",
    "small_multiples_drawing",
]
