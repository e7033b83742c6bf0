"""Draws a chart: a row per option, your answers marked, the others beside them."""

from reportlab.graphics.shapes import Circle, Drawing, Path, Polygon, Rect, Shape, String
from reportlab.lib.colors import Color

from evaltool.charts.fonts import BOLD, REGULAR, register_fonts
from evaltool.charts.layout import Layout, RowBox, layout_of, legend_lines, row_box
from evaltool.charts.palette import ACCENT, INK, LINE, OUTLINE, PAPER, PEERS, QUIET
from evaltool.domain.pictures import Chart, ChartRow

_MOVETO, _LINETO = 0, 1
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
    drawing = Drawing(width, height)
    if bars:
        _axis(drawing, layout, boxes, height)
    top = height
    for box in boxes:
        _row(drawing, chart.you, box, layout, top)
        top -= box.height
    top -= axis_height + 5
    for entries, entry_height in zip(legend, legend_heights, strict=True):
        baseline = top - layout.small
        for kind, lines, x in entries:
            _swatch(drawing, kind, layout, x, baseline + 0.34 * layout.small, bars=bars)
            for number, line in enumerate(lines):
                y = baseline - number * words_leading
                drawing.add(_quiet(x + layout.swatch + 5, y, line, layout))
        top -= entry_height
    return drawing


def _row(drawing: Drawing, you: str, box: RowBox, layout: Layout, top: float) -> None:
    row, first = box.row, top - box.label
    if row.chosen:
        middle = first + 0.34 * layout.size
        drawing.add(_triangle(0, middle, layout.marker))
        place = layout.marker + 2
        drawing.add(_text(place, first, you, BOLD, layout.small, ACCENT))
    for number, line in enumerate(box.labels):
        y = first - number * layout.leading
        drawing.add(_text(layout.gutter, y, line, box.font, layout.size, INK))
    baseline = top - box.figure
    for number, line in enumerate(box.figures):
        y = baseline - number * layout.leading
        drawing.add(_text(layout.width, y, line, box.font, layout.size, INK, "end"))
    middle = baseline + 0.34 * layout.size
    if row.share is not None:
        _bar(drawing, row, row.share, layout, middle)
    elif row.count is not None and row.n is not None:
        _dots(drawing, row.chosen, row.count, row.n, layout, middle)


def _bar(drawing: Drawing, row: ChartRow, share: float, layout: Layout, middle: float) -> None:
    if share > 0:
        length = share * layout.bar_width
        bottom = middle - layout.bar_height / 2
        drawing.add(_block(layout.bar, bottom, length, layout.bar_height, yours=row.chosen))
    if row.interval is not None:
        low, high = (layout.bar + bound * layout.bar_width for bound in row.interval)
        for shape in _interval(low, high, middle, row.chosen):
            drawing.add(shape)
    if row.flanders is not None:
        at = layout.bar + row.flanders * layout.bar_width
        for shape in _tick(at, middle, layout.bar_height / 2 + layout.tick, row.chosen):
            drawing.add(shape)


def _dots(
    drawing: Drawing, chosen: bool, count: int, n: int, layout: Layout, middle: float
) -> None:
    # Smaller where there are many, so that all stand in the column of the bars.
    radius = min(layout.dot, layout.bar_width / (3 * n)) if n else layout.dot
    for number in range(n):
        x = layout.bar + radius + number * 3 * radius
        drawing.add(_dot(x, middle, radius, filled=number < count, yours=chosen))


def _axis(drawing: Drawing, layout: Layout, boxes: list[RowBox], height: float) -> None:
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
        drawing.add(_lines([(x, low, x, high) for low, high in spans], colour, _FINE))
        words = f"{100 * share:.0f}\N{NO-BREAK SPACE}%"
        drawing.add(_quiet(x, bottom - layout.small, words, layout, anchor))


def _swatch(
    drawing: Drawing, kind: str, layout: Layout, x: float, middle: float, *, bars: bool
) -> None:
    width = layout.swatch
    match kind:
        case "interval":
            for shape in _interval(x, x + width, middle, False):
                drawing.add(shape)
        case "flanders":
            for shape in _tick(x + width / 2, middle, 0.6 * layout.small, False):
                drawing.add(shape)
        case "you" | "peers" if bars:
            yours, start, half = kind == "you", x, 0.375 * layout.bar_height
            if yours:
                drawing.add(_triangle(x, middle, layout.marker))
                start += layout.marker + 2
            drawing.add(_block(start, middle - half, x + width - start, 2 * half, yours=yours))
        case "you":
            drawing.add(_triangle(x, middle, layout.marker))
            drawing.add(_dot(x + width - layout.dot, middle, layout.dot, filled=True, yours=True))
        case "dots":
            for place, filled in ((layout.dot, True), (width - layout.dot, False)):
                drawing.add(_dot(x + place, middle, 0.8 * layout.dot, filled=filled, yours=False))
        case _:
            drawing.add(_dot(x + width / 2, middle, layout.dot, filled=True, yours=False))


def _block(x: float, bottom: float, width: float, height: float, *, yours: bool) -> Rect:
    return Rect(
        x,
        bottom,
        width,
        height,
        fillColor=ACCENT if yours else PEERS,
        strokeColor=ACCENT if yours else OUTLINE,
        strokeWidth=_FINE,
    )


def _dot(x: float, y: float, radius: float, *, filled: bool, yours: bool) -> Circle:
    colour = ACCENT if yours else PEERS
    return Circle(
        x,
        y,
        radius,
        fillColor=colour if filled else PAPER,
        strokeColor=ACCENT if yours and filled else OUTLINE,
        strokeWidth=_FINE,
    )


def _triangle(x: float, middle: float, width: float) -> Polygon:
    points = [x, middle - 0.7 * width, x, middle + 0.7 * width, x + width, middle]
    return Polygon(points, fillColor=ACCENT, strokeColor=None, strokeWidth=0)


def _interval(low: float, high: float, middle: float, dark: bool) -> list[Shape]:
    line = (low, middle, high, middle)
    ends = [(x, middle - 2, x, middle + 2) for x in (low, high)]
    return [*_halo(line, _STROKE, dark), _lines([line, *ends], INK, _STROKE)]


def _tick(x: float, middle: float, half: float, dark: bool) -> list[Shape]:
    line = (x, middle - half, x, middle + half)
    return [*_halo(line, _TICK, dark), _lines([line], INK, _TICK)]


def _halo(line: tuple[float, float, float, float], width: float, dark: bool) -> list[Shape]:
    """White under a line that would vanish in a dark bar."""
    return [_lines([line], PAPER, width + _HALO)] if dark else []


def _lines(ends: list[tuple[float, float, float, float]], colour: Color, width: float) -> Path:
    """Straight lines (x1, y1, x2, y2) as one shape: a drawing of few shapes is a fast one."""
    return Path(
        [number for line in ends for number in line],
        [_MOVETO, _LINETO] * len(ends),
        fillColor=None,
        strokeColor=colour,
        strokeWidth=width,
    )


def _quiet(x: float, y: float, words: str, layout: Layout, anchor: str = "start") -> String:
    return _text(x, y, words, REGULAR, layout.small, QUIET, anchor)


def _text(
    x: float, y: float, words: str, font: str, size: float, colour: Color, anchor: str = "start"
) -> String:
    return String(x, y, words, fontName=font, fontSize=size, fillColor=colour, textAnchor=anchor)
