"""Where the parts of a chart stand: wide for paper, narrow for a screen."""

from dataclasses import dataclass, replace

from evaltool.charts.fonts import BOLD, REGULAR
from evaltool.charts.text import width_of, wrapped
from evaltool.domain.pictures import Chart, ChartRow

WIDE_FROM = 420.0
"""From this width on (points) labels stand beside the bars, below it above them."""

GAP = 8.0
"""Between columns, in points."""

_LABEL_COLUMN = 0.55
_SHORTEST_SCALE = 102.0
"""Points that 100 % has at least."""

_FIGURE_COLUMN = 0.42


@dataclass(frozen=True)
class Layout:
    """Sizes and columns of one chart, in points, x from the left.

    ``slack`` is the part of a column that words measured in Fira Sans may fill: a browser sets
    them in a typeface of its own, up to 28 % wider (DejaVu Sans Bold). ``pad`` stands above and
    below a row, ``bar`` is where bars begin, ``bar_width`` the length of 100 %,
    ``figure_width`` what figures may fill.
    """

    width: float
    stacked: bool
    slack: float
    size: float
    small: float
    leading: float
    bar_height: float
    marker: float
    pad: float
    gutter: float = 0.0
    label_width: float = 0.0
    bar: float = 0.0
    bar_width: float = 0.0
    figure_width: float = 0.0

    @property
    def dot(self) -> float:
        """Radius of a dot where there is room enough."""
        return 0.4 * self.bar_height

    @property
    def tick(self) -> float:
        """How far a tick reaches out above and below a bar."""
        return 0.35 * self.bar_height

    @property
    def swatch(self) -> float:
        """Width of a sample in the legend."""
        return 1.5 * self.size


@dataclass(frozen=True)
class RowBox:
    """A row with its words broken into lines and its heights, in points down from its top.

    ``label`` is the baseline of the first line of the label, ``figure`` that of the figure.
    """

    row: ChartRow
    font: str
    labels: tuple[str, ...]
    figures: tuple[str, ...]
    label: float
    figure: float
    height: float


def layout_of(chart: Chart, width: float) -> Layout:
    """The layout of a chart ``width`` points wide."""
    if width < WIDE_FROM:
        base = Layout(width, True, 0.78, 13.0, 11.0, 16.0, 12.0, 7.0, 3.0)
    else:
        base = Layout(width, False, 1.0, 8.5, 7.5, 10.0, 6.5, 5.0, 1.25)
    you = width_of(chart.you, BOLD, base.small) / base.slack
    gutter = base.marker + 2 + you + 0.6 * base.size
    figures = max((width_of(r.figure, _font(r), base.size) for r in chart.rows), default=0.0)
    figure_width = min(figures / base.slack, _FIGURE_COLUMN * width)
    label_width = width - gutter
    if not base.stacked:
        # Labels may have half of the width, as long as bars stay long enough to compare.
        left = width - gutter - figure_width - 2 * GAP - _SHORTEST_SCALE
        label_width = min(_LABEL_COLUMN * width - gutter, left)
    bar = gutter if base.stacked else gutter + label_width + GAP
    return replace(
        base,
        gutter=gutter,
        label_width=label_width * base.slack,
        bar=bar,
        bar_width=width - bar - GAP - figure_width,
        # A hair more, or the widest figure would not fit in its own width.
        figure_width=figure_width * base.slack + 0.01,
    )


def row_box(row: ChartRow, layout: Layout) -> RowBox:
    """The lines and heights of one row."""
    font = _font(row)
    labels = wrapped(row.label, font, layout.size, layout.label_width)
    figures = wrapped(row.figure, font, layout.size, layout.figure_width)
    ascent = 0.8 * layout.size
    label = layout.pad + ascent
    if layout.stacked:
        above = layout.pad + len(labels) * layout.leading + 2
        return RowBox(
            row,
            font,
            labels,
            figures,
            label,
            above + ascent,
            above + len(figures) * layout.leading + 3 * layout.pad,
        )
    lines = max(len(labels), len(figures))
    return RowBox(row, font, labels, figures, label, label, lines * layout.leading + 2 * layout.pad)


def legend_lines(
    chart: Chart, layout: Layout
) -> tuple[tuple[tuple[str, tuple[str, ...], float], ...], ...]:
    """The legend: per line its entries, each (kind, lines of words, x)."""
    beside = layout.swatch + 5
    found: list[list[tuple[str, tuple[str, ...], float]]] = [[]]
    x = layout.gutter
    for kind, words in chart.legend:
        room = (layout.width - layout.gutter - beside) * layout.slack
        lines = wrapped(words, REGULAR, layout.small, room)
        widest = max(width_of(line, REGULAR, layout.small) for line in lines)
        taken = beside + widest / layout.slack
        if found[-1] and x + taken > layout.width:
            found.append([])
            x = layout.gutter
        found[-1].append((kind, lines, x))
        x += taken + 14
    return tuple(tuple(line) for line in found if line)


def _font(row: ChartRow) -> str:
    return BOLD if row.chosen else REGULAR
