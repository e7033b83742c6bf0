"""Draws a chart: a row per option, your answers marked, the others beside them."""

from collections.abc import Iterator, Sequence

from reportlab.graphics.shapes import Circle, Drawing, Polygon, Rect, Shape, String

from evaltool.charts import shapes
from evaltool.charts.fonts import BOLD, REGULAR, register_fonts
from evaltool.charts.layout import Layout, RowBox, layout_of, legend_lines, row_box
from evaltool.charts.palette import ACCENT, INK, LINE, OUTLINE, PAPER, PEERS, QUIET
from evaltool.domain.pictures import Chart, ChartRow

_FINE = 0.6
_STROKE = 0.9
_TICK = 1.6
_HALO = 1.6


def chart_drawing(chart: Chart, width: float) -> Drawing:
    """The chart, ``width`` points wide and as high as it needs to be, without its title.

    From 420 points on (paper) labels stand beside the bars, below it (a screen) above them.
    """
    register_fonts()
    layout = layout_of(chart, width)
    boxes = [row_box(row, layout) for row in chart.rows]
    legend = legend_lines(chart, layout)
    bars = any(row.share is not None for row in chart.rows)
    rows_height = sum(box.height for box in boxes)
    axis_height = layout.small + 4 if bars else 0.0
    words_leading = 1.25 * layout.small
    legend_heights = [
        max(len(lines) for _, lines, _ in entries) * words_leading + 3 for entries in legend
    ]
    height = rows_height + axis_height + (5 + sum(legend_heights) if legend else 0)
    found: list[Shape] = []
    if bars:
        found += _axis(layout, boxes, height)
    top = height
    for box in boxes:
        found += _row(chart.you, box, layout, top)
        top -= box.height
    top -= axis_height + 5
    for entries, entry_height in zip(legend, legend_heights, strict=True):
        baseline = top - layout.small
        for kind, lines, x in entries:
            found += _swatch(kind, layout, x, baseline + 0.34 * layout.small, bars=bars)
            for number, line in enumerate(lines):
                y = baseline - number * words_leading
                found.append(_quiet(x + layout.swatch + 5, y, line, layout))
        top -= entry_height
    return shapes.drawing(width, height, found)


def _row(you: str, box: RowBox, layout: Layout, top: float) -> Iterator[Shape]:
    row, first = box.row, top - box.label
    if row.chosen:
        middle = first + 0.34 * layout.size
        yield _triangle(0, middle, layout.marker)
        place = layout.marker + 2
        yield shapes.words(place, first, you, BOLD, layout.small, ACCENT)
    for number, line in enumerate(box.labels):
        y = first - number * layout.leading
        yield shapes.words(layout.gutter, y, line, box.font, layout.size, INK)
    baseline = top - box.figure
    for number, line in enumerate(box.figures):
        y = baseline - number * layout.leading
        yield shapes.words(layout.width, y, line, box.font, layout.size, INK, "end")
    middle = baseline + 0.34 * layout.size
    if row.share is not None:
        yield from _bar(row, row.share, layout, middle)
    elif row.count is not None and row.n is not None:
        yield from _dots(row.chosen, row.count, row.n, layout, middle)


def _bar(row: ChartRow, share: float, layout: Layout, middle: float) -> Iterator[Shape]:
    if share > 0:
        length = share * layout.bar_width
        bottom = middle - layout.bar_height / 2
        yield _block(layout.bar, bottom, length, layout.bar_height, yours=row.chosen)
    if row.interval is not None:
        low, high = (layout.bar + bound * layout.bar_width for bound in row.interval)
        yield from _interval(low, high, middle, row.chosen)
    if row.flanders is not None:
        at = layout.bar + row.flanders * layout.bar_width
        yield from _tick(at, middle, layout.bar_height / 2 + layout.tick, row.chosen)


def _dots(chosen: bool, count: int, n: int, layout: Layout, middle: float) -> Iterator[Shape]:
    # Smaller where there are many, so that all stand in the column of the bars.
    radius = min(layout.dot, layout.bar_width / (3 * n)) if n else layout.dot
    for number in range(n):
        x = layout.bar + radius + number * 3 * radius
        yield _dot(x, middle, radius, filled=number < count, yours=chosen)


def _axis(layout: Layout, boxes: Sequence[RowBox], height: float) -> Iterator[Shape]:
    """Light lines at 0, 50 and 100 %: through the rows, or only at the bars below a label."""
    bottom = height - sum(box.height for box in boxes)
    spans = [(bottom, height)]
    if layout.stacked:
        half = layout.bar_height / 2 + layout.tick
        middles: list[float] = []
        top = height
        for box in boxes:
            if box.row.share is not None:
                middles.append(top - box.figure + 0.34 * layout.size)
            top -= box.height
        spans = [(middle - half, middle + half) for middle in middles]
    for share, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end")):
        x = layout.bar + share * layout.bar_width
        colour = OUTLINE if share == 0 else LINE
        yield shapes.lines([(x, low, x, high) for low, high in spans], colour, _FINE)
        words = f"{100 * share:.0f}\N{NO-BREAK SPACE}%"
        yield _quiet(x, bottom - layout.small, words, layout, anchor)


def _swatch(kind: str, layout: Layout, x: float, middle: float, *, bars: bool) -> Iterator[Shape]:
    width = layout.swatch
    match kind:
        case "interval":
            yield from _interval(x, x + width, middle, False)
        case "flanders":
            yield from _tick(x + width / 2, middle, 0.6 * layout.small, False)
        case "you" | "peers" if bars:
            yours, start, half = kind == "you", x, 0.375 * layout.bar_height
            if yours:
                yield _triangle(x, middle, layout.marker)
                start += layout.marker + 2
            yield _block(start, middle - half, x + width - start, 2 * half, yours=yours)
        case "you":
            yield _triangle(x, middle, layout.marker)
            yield _dot(x + width - layout.dot, middle, layout.dot, filled=True, yours=True)
        case "dots":
            for place, filled in ((layout.dot, True), (width - layout.dot, False)):
                yield _dot(x + place, middle, 0.8 * layout.dot, filled=filled, yours=False)
        case _:
            yield _dot(x + width / 2, middle, layout.dot, filled=True, yours=False)


def _block(x: float, bottom: float, width: float, height: float, *, yours: bool) -> Rect:
    fill, edge = (ACCENT, ACCENT) if yours else (PEERS, OUTLINE)
    return shapes.block(x, bottom, width, height, fill, edge, _FINE)


def _dot(x: float, y: float, radius: float, *, filled: bool, yours: bool) -> Circle:
    colour = ACCENT if yours else PEERS
    edge = ACCENT if yours and filled else OUTLINE
    return shapes.dot(x, y, radius, colour if filled else PAPER, edge, _FINE)


def _triangle(x: float, middle: float, width: float) -> Polygon:
    points = [x, middle - 0.7 * width, x, middle + 0.7 * width, x + width, middle]
    return shapes.polygon(points, ACCENT)


def _interval(low: float, high: float, middle: float, dark: bool) -> Iterator[Shape]:
    line = (low, middle, high, middle)
    ends = [(x, middle - 2, x, middle + 2) for x in (low, high)]
    if dark:
        yield _halo(line, _STROKE)
    yield shapes.lines([line, *ends], INK, _STROKE)


def _tick(x: float, middle: float, half: float, dark: bool) -> Iterator[Shape]:
    line = (x, middle - half, x, middle + half)
    if dark:
        yield _halo(line, _TICK)
    yield shapes.lines([line], INK, _TICK)


def _halo(line: shapes.Line, width: float) -> Shape:
    """White under a line that would vanish in a dark bar."""
    return shapes.lines([line], PAPER, width + _HALO)


def _quiet(x: float, y: float, words: str, layout: Layout, anchor: str = "start") -> String:
    return shapes.words(x, y, words, REGULAR, layout.small, QUIET, anchor)
