"""Draws a chart: a row per option, your answer marked, wide for paper and narrow for a screen."""

from dataclasses import dataclass

from reportlab.graphics.shapes import Circle, Drawing, Line, Polygon, Rect, String
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth

from evaltool.charts.fonts import BOLD, REGULAR, register_fonts
from evaltool.domain.report import Chart, ChartRow

INK = HexColor("#1b2730")
QUIET = HexColor("#4a5a66")
OUTLINE = HexColor("#6b7b87")
PEERS = HexColor("#a9bdc8")
ACCENT = HexColor("#0b5468")
GRID = HexColor("#c9d3da")
PAPER = HexColor("#ffffff")

WIDE_FROM = 420.0
"""From this width on (points) labels stand beside the bars, below it above them."""

_SIZE = 9.0
_SMALL = 7.5
_LEADING = 11.0
_BAR = 8.0
_GUTTER = 20.0
_GAP = 8.0
_DOT = 3.2
_MOST_DOTS = 12
# On a screen the browser sets text in another typeface than the one measured here, often a
# wider one; on paper it is this one.
_SCREEN_SLACK = 0.78


@dataclass(frozen=True)
class _Columns:
    """Where things stand, in points from the left."""

    label: float
    label_width: float
    bar: float
    bar_width: float
    right: float
    stacked: bool


def chart_drawing(chart: Chart, width: float) -> Drawing:
    """The chart, ``width`` points wide and as high as it needs to be, without its title."""
    register_fonts()
    columns = _columns(chart, width)
    labels = [
        simpleSplit(row.label, BOLD if row.chosen else REGULAR, _SIZE, columns.label_width)
        for row in chart.rows
    ]
    heights = [_row_height(lines, columns) for lines in labels]
    legend = _legend_lines(chart, width)
    axis = _SMALL + 6 if any(row.share is not None for row in chart.rows) else 0.0
    height = sum(heights) + axis + len(legend) * (_LEADING + 2) + 8
    drawing = Drawing(width, height)
    top = height
    if axis:
        _axis(drawing, columns, height, height - sum(heights) - 2)
    for row, lines, row_height in zip(chart.rows, labels, heights, strict=True):
        _row(drawing, chart.you, row, lines, columns, top)
        top -= row_height
    _legend(drawing, legend, top - axis - 4)
    return drawing


def _columns(chart: Chart, width: float) -> _Columns:
    figures = max(
        stringWidth(row.figure, BOLD if row.chosen else REGULAR, _SIZE) for row in chart.rows
    )
    if width < WIDE_FROM:
        label_width = (width - _GUTTER) * _SCREEN_SLACK
        bar_width = width - _GUTTER - figures / _SCREEN_SLACK - _GAP
        return _Columns(_GUTTER, label_width, _GUTTER, bar_width, width, stacked=True)
    label_width = 0.4 * width - _GUTTER
    bar = _GUTTER + label_width + _GAP
    return _Columns(_GUTTER, label_width, bar, width - bar - figures - _GAP, width, stacked=False)


def _row_height(lines: list[str], columns: _Columns) -> float:
    text = len(lines) * _LEADING
    return text + _BAR + 11 if columns.stacked else max(text, _BAR) + 6


def _row(
    drawing: Drawing, you: str, row: ChartRow, lines: list[str], columns: _Columns, top: float
) -> None:
    font = BOLD if row.chosen else REGULAR
    first = top - _LEADING
    for number, line in enumerate(lines):
        drawing.add(_text(columns.label, first - number * _LEADING, line, font))
    if row.chosen:
        _marker(drawing, you, first)
    # In the wide layout the bar sits at the first line of the label, in the narrow one below.
    below = len(lines) * _LEADING + 3 if columns.stacked else _LEADING - _BAR - 1
    bottom = top - below - _BAR
    if row.share is not None:
        _bar(drawing, row, columns, bottom)
    elif row.count is not None and row.n is not None and row.n <= _MOST_DOTS:
        _dots(drawing, row, columns, bottom)
    baseline = bottom + 1 if columns.stacked else first
    drawing.add(_text(columns.right, baseline, row.figure, font, anchor="end"))


def _marker(drawing: Drawing, you: str, baseline: float) -> None:
    middle = baseline + 3
    drawing.add(
        Polygon(
            [0, middle - 3.5, 0, middle + 3.5, 5, middle],
            fillColor=ACCENT,
            strokeColor=None,
            strokeWidth=0,
        )
    )
    drawing.add(_text(7.5, baseline, you, BOLD, size=_SMALL, colour=ACCENT))


def _bar(drawing: Drawing, row: ChartRow, columns: _Columns, bottom: float) -> None:
    share = row.share or 0.0
    middle = bottom + _BAR / 2
    drawing.add(
        Rect(
            columns.bar,
            bottom,
            share * columns.bar_width,
            _BAR,
            fillColor=ACCENT if row.chosen else PEERS,
            strokeColor=ACCENT if row.chosen else OUTLINE,
            strokeWidth=0.6,
        )
    )
    if row.interval is not None:
        low, high = (columns.bar + bound * columns.bar_width for bound in row.interval)
        # White under the line, or it would vanish in a dark bar.
        drawing.add(_line(low, middle, high, middle, PAPER, 2.4))
        drawing.add(_line(low, middle, high, middle, INK, 0.9))
        for end in (low, high):
            drawing.add(_line(end, middle - 2, end, middle + 2, INK, 0.9))
    if row.flanders is not None:
        at = columns.bar + row.flanders * columns.bar_width
        drawing.add(_line(at, bottom - 2.5, at, bottom + _BAR + 2.5, PAPER, 3.2))
        drawing.add(_line(at, bottom - 2.5, at, bottom + _BAR + 2.5, INK, 1.6))


def _dots(drawing: Drawing, row: ChartRow, columns: _Columns, bottom: float) -> None:
    for number in range(row.n or 0):
        filled = number < (row.count or 0)
        drawing.add(
            Circle(
                columns.bar + _DOT + number * 3 * _DOT,
                bottom + _BAR / 2,
                _DOT,
                fillColor=(ACCENT if row.chosen else PEERS) if filled else PAPER,
                strokeColor=OUTLINE,
                strokeWidth=0.8,
            )
        )


def _axis(drawing: Drawing, columns: _Columns, top: float, bottom: float) -> None:
    for share, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end")):
        x = columns.bar + share * columns.bar_width
        drawing.add(_line(x, bottom, x, top - 1, GRID, 0.5))
        drawing.add(
            _text(
                x,
                bottom - _SMALL,
                f"{share:.0%}".replace("%", "\N{NO-BREAK SPACE}%"),
                REGULAR,
                size=_SMALL,
                colour=QUIET,
                anchor=anchor,
            )
        )


def _legend_lines(chart: Chart, width: float) -> list[list[tuple[str, str, float]]]:
    """The legend broken over lines: (kind, words, x) per entry."""
    lines: list[list[tuple[str, str, float]]] = [[]]
    x = 0.0
    for kind, words in chart.legend:
        taken = 18 + stringWidth(words, REGULAR, _SMALL) / _SCREEN_SLACK + 12
        if lines[-1] and x + taken > width:
            lines.append([])
            x = 0.0
        lines[-1].append((kind, words, x))
        x += taken
    return lines


def _legend(drawing: Drawing, lines: list[list[tuple[str, str, float]]], top: float) -> None:
    for number, line in enumerate(lines):
        baseline = top - (number + 1) * (_LEADING + 2) + 4
        for kind, words, x in line:
            _swatch(drawing, kind, x, baseline)
            drawing.add(_text(x + 18, baseline, words, REGULAR, size=_SMALL, colour=QUIET))


def _swatch(drawing: Drawing, kind: str, x: float, baseline: float) -> None:
    middle = baseline + 2.7
    match kind:
        case "you" | "peers":
            yours = kind == "you"
            drawing.add(
                Rect(
                    x,
                    baseline - 0.5,
                    13,
                    6.5,
                    fillColor=ACCENT if yours else PEERS,
                    strokeColor=ACCENT if yours else OUTLINE,
                    strokeWidth=0.6,
                )
            )
        case "interval":
            drawing.add(_line(x, middle, x + 13, middle, INK, 0.9))
            for end in (x, x + 13):
                drawing.add(_line(end, middle - 2, end, middle + 2, INK, 0.9))
        case "flanders":
            drawing.add(_line(x + 6.5, baseline - 2, x + 6.5, baseline + 8, INK, 1.6))
        case _:
            drawing.add(
                Circle(x + 6.5, middle, _DOT, fillColor=PEERS, strokeColor=OUTLINE, strokeWidth=0.8)
            )


def _line(x1: float, y1: float, x2: float, y2: float, colour: Color, width: float) -> Line:
    return Line(x1, y1, x2, y2, strokeColor=colour, strokeWidth=width)


def _text(
    x: float,
    y: float,
    words: str,
    font: str,
    *,
    size: float = _SIZE,
    colour: Color = INK,
    anchor: str = "start",
) -> String:
    return String(x, y, words, fontName=font, fontSize=size, fillColor=colour, textAnchor=anchor)
