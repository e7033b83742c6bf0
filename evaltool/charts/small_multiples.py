"""Draws small multiples: one small chart per area, all over the same days."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from reportlab.graphics.shapes import Drawing, Shape

from evaltool.charts import shapes
from evaltool.charts.fonts import BOLD, REGULAR, register_fonts
from evaltool.charts.layout import WIDE_FROM
from evaltool.charts.palette import ACCENT, INK, LINE, OUTLINE, PAPER, QUIET
from evaltool.charts.text import width_of, wrapped
from evaltool.domain.pictures import Panel, SmallMultiples

_FINE = 0.6
_STROKE = 1.4

_MOST_LINES = 3
"""Lines of days below a field. A day that finds no room on them is in the table alone."""


@dataclass(frozen=True)
class _Sizes:
    """Measures in points: of the panels, and in each of them from its lower left corner."""

    width: float
    columns: int
    gap: float
    size: float
    small: float
    step: float
    radius: float
    days: int = 1
    """Lines of days below the field."""

    @property
    def panel(self) -> float:
        return (self.width - (self.columns - 1) * self.gap) / self.columns

    @property
    def left(self) -> float:
        """Where the field begins, right of the values of its axis."""
        return 1.6 * self.small

    @property
    def leading(self) -> float:
        return 1.25 * self.size

    @property
    def foot(self) -> float:
        """Below the field: the days."""
        return (0.7 + 1.3 * self.days) * self.small

    @property
    def ends(self) -> tuple[float, float]:
        """Where the first and the last dot are."""
        return self.left + 2 * self.radius, self.panel - 2 * self.radius


def small_multiples_drawing(picture: SmallMultiples, width: float) -> Drawing:
    """The picture, ``width`` points wide and as high as it needs to be.

    Three panels beside each other where it is wide (paper), two where it is narrow (a screen).
    """
    register_fonts()
    wide = width >= WIDE_FROM
    sizes = _Sizes(
        width=width,
        columns=3 if wide else 2,
        gap=18.0,
        size=10.0 if wide else 13.0,
        small=8.0 if wide else 11.0,
        step=15.0 if wide else 18.0,
        radius=3.0 if wide else 3.6,
    )
    days = _days(picture, sizes)
    sizes = replace(sizes, days=1 + max((day.line for day in days), default=0))
    rows = [
        picture.panels[start : start + sizes.columns]
        for start in range(0, len(picture.panels), sizes.columns)
    ]
    heights = [_height(row, sizes) for row in rows]
    legend = wrapped(picture.unknown, REGULAR, sizes.small, width) if picture.unknown else ()
    legend_height = 1.3 * sizes.small * len(legend)
    top = height = sum(heights) + sizes.gap * (len(rows) - 1) + legend_height
    found: list[Shape] = []
    for row, row_height in zip(rows, heights, strict=True):
        for number, panel in enumerate(row):
            x = number * (sizes.panel + sizes.gap)
            found += _panel(panel, days, sizes, x, top, top - row_height)
        top -= row_height + sizes.gap
    for number, line in enumerate(legend):
        y = legend_height - (number + 1) * 1.3 * sizes.small + 0.3 * sizes.small
        found.append(shapes.words(0, y, line, REGULAR, sizes.small, QUIET))
    return shapes.drawing(width, height, found)


@dataclass(frozen=True)
class _Day:
    """A day below a field: its place from the left of the panel, and on which line (from 0)."""

    text: str
    x: float
    anchor: str
    line: int
    dot: float


def _days(picture: SmallMultiples, sizes: _Sizes) -> tuple[_Day, ...]:
    """The days below each field: the ends on the first line, the others where there is room."""
    first, last = sizes.ends
    found = [
        _Day(picture.first, sizes.left, "start", 0, first),
        _Day(picture.last, sizes.panel, "end", 0, last),
    ]
    # What each line holds already, with some white between.
    white = 0.5 * sizes.small

    def wide(text: str) -> float:
        return width_of(text, REGULAR, sizes.small) + white

    taken = [
        [
            (sizes.left, sizes.left + wide(picture.first)),
            (sizes.panel - wide(picture.last), sizes.panel),
        ],
        *([] for _ in range(_MOST_LINES - 1)),
    ]
    for at, text in picture.between:
        dot, half = first + at * (last - first), wide(text) / 2
        x = min(max(dot, sizes.left + half), sizes.panel - half + white / 2)
        for line, held in enumerate(taken):
            if all(x + half <= begin or x - half >= end for begin, end in held):
                held.append((x - half, x + half))
                found.append(_Day(text, x, "middle", line, dot))
                break
    return tuple(found)


def _title(panel: Panel, sizes: _Sizes) -> tuple[str, ...]:
    return wrapped(panel.title, BOLD, sizes.size, sizes.panel)


def _height(row: tuple[Panel, ...], sizes: _Sizes) -> float:
    title = max(len(_title(panel, sizes)) for panel in row) * sizes.leading
    field = max(panel.highest - panel.lowest for panel in row) * sizes.step
    # Half a step above the field for the value of its highest dot, and below it an open dot.
    return title + field + 1.5 * sizes.step + sizes.foot


def _panel(
    panel: Panel, days: tuple[_Day, ...], sizes: _Sizes, x: float, top: float, bottom: float
) -> Iterator[Shape]:
    for number, line in enumerate(_title(panel, sizes)):
        y = top - 0.8 * sizes.size - number * sizes.leading
        yield shapes.words(x, y, line, BOLD, sizes.size, INK)
    left, right = (x + end for end in sizes.ends)
    low = bottom + sizes.foot + 0.5 * sizes.step
    values = range(panel.lowest, panel.highest + 1)

    def height(value: int) -> float:
        return low + (value - panel.lowest) * sizes.step

    edge, end = x + sizes.left, x + sizes.panel
    yield shapes.lines([(edge, height(v), end, height(v)) for v in values], LINE, _FINE)
    for value in values:
        place = height(value) - 0.35 * sizes.small
        yield shapes.words(x, place, str(value), REGULAR, sizes.small, QUIET)
    axis = bottom + sizes.foot
    yield shapes.lines([(edge, axis, end, axis)], OUTLINE, _FINE)
    ticks = [(x + day.dot, axis, x + day.dot, axis - 0.3 * sizes.small) for day in days]
    yield shapes.lines(ticks, OUTLINE, _FINE)
    for day in days:
        y = axis - (1.5 + 1.3 * day.line) * sizes.small + 0.3 * sizes.small
        yield shapes.words(x + day.x, y, day.text, REGULAR, sizes.small, QUIET, day.anchor)
    yield from _course(panel, sizes, left, right, height, axis)


def _course(
    panel: Panel,
    sizes: _Sizes,
    left: float,
    right: float,
    height: Callable[[int], float],
    axis: float,
) -> Iterator[Shape]:
    """The dots with their values, joined where both ends are known."""
    places = [(left + at * (right - left), value) for at, value in panel.points]
    joined = [
        (x, height(value), after, height(following))
        for (x, value), (after, following) in pairwise(places)
        if value is not None and following is not None
    ]
    if joined:
        yield shapes.lines(joined, ACCENT, _STROKE)
    for x, value in places:
        if value is None:
            yield shapes.dot(x, axis, sizes.radius, PAPER, OUTLINE, 1.0)
            continue
        y = height(value)
        yield shapes.dot(x, y, sizes.radius, ACCENT, ACCENT, _FINE)
        above = y + sizes.radius + 0.25 * sizes.small
        yield shapes.words(x, above, str(value), BOLD, sizes.small, ACCENT, "middle")
