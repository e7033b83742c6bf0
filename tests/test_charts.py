"""Charts: true to their figures, marked and legible at both widths."""

import re
from itertools import combinations
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, strategies as st
from reportlab.graphics import renderPDF
from reportlab.graphics.shapes import Circle, Drawing, Path as Lines, Polygon, Rect, Shape, String
from reportlab.pdfgen.canvas import Canvas

from evaltool.catalogue import Catalogue
from evaltool.charts import BOLD, NARROW_WIDTH, chart_drawing, register_fonts
from evaltool.charts.layout import layout_of
from evaltool.charts.palette import ACCENT, INK, PAPER, PEERS
from evaltool.charts.text import width_of, wrapped
from evaltool.domain.pictures import Chart, ChartRow
from tests.factories import a_chart, a_row

PAPER_WIDTH = 482.0
WIDTHS = (NARROW_WIDTH, PAPER_WIDTH)
LEGEND = (
    ("you", "uw antwoord"),
    ("peers", "gemeenten met signalen van radicalisering én polarisatie"),
    ("interval", "95 %-interval"),
    ("flanders", "Vlaanderen"),
)
SMALLEST_A4 = 841.9 - 2 * 56.7

both_widths = pytest.mark.parametrize("width", WIDTHS)


def longest(catalogue: Catalogue, rows: int) -> Chart:
    """A chart of the longest labels that the questionnaire has, half of them chosen."""
    labels = sorted(
        {
            catalogue.in_language("nl").of(o.label)
            for q in catalogue.questionnaire
            for o in q.options
        },
        key=len,
        reverse=True,
    )
    return a_chart(
        *(
            a_row(
                label,
                chosen=number % 2 == 0,
                share=number / rows,
                count=number,
                n=rows,
                interval=(max(0.0, number / rows - 0.1), min(1.0, number / rows + 0.1)),
                flanders=1 - number / rows,
            )
            for number, label in enumerate(labels[:rows])
        ),
        legend=LEGEND,
    )


def bars(drawing: Drawing, rows: int) -> list[Rect]:
    """The bars of the rows, from the top; those of the legend come after them."""
    return [shape for shape in drawing.contents if isinstance(shape, Rect)][:rows]


def box(shape: Shape) -> tuple[float, float, float, float]:
    """Left, bottom, right and top; of words by their measure, ascent and descent."""
    if isinstance(shape, String):
        width = width_of(shape.text, shape.fontName, shape.fontSize)
        left = shape.x - (width * {"start": 0, "middle": 0.5, "end": 1}[shape.textAnchor])
        below, above = 0.22 * shape.fontSize, 0.75 * shape.fontSize
        return left, shape.y - below, left + width, shape.y + above
    if isinstance(shape, Lines):
        xs, ys = shape.points[::2], shape.points[1::2]
        return min(xs), min(ys), max(xs), max(ys)
    left, bottom, right, top = shape.getBounds()
    return left, bottom, right, top


def overlap(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> bool:
    """Whether two boxes (left, bottom, right, top) share more than a hair."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide > 0.3 and high > 0.3


@both_widths
@given(shares=st.lists(st.floats(0.01, 1), min_size=2, max_size=8))
def test_a_bar_is_as_long_as_its_share(width: float, shares: list[float]) -> None:
    chart = a_chart(*(a_row(str(number), share=share) for number, share in enumerate(shares)))
    drawn = bars(chart_drawing(chart, width), len(shares))
    full = layout_of(chart, width).bar_width
    assert full > 100
    assert [bar.width / full for bar in drawn] == pytest.approx(shares)
    assert len({bar.x for bar in drawn}) == 1


@both_widths
def test_interval_flanders_and_axis_stand_on_the_scale_of_the_bars(width: float) -> None:
    chart = a_chart(a_row(share=0.5, interval=(0.25, 0.75), flanders=0.6))
    drawing, layout = chart_drawing(chart, width), layout_of(chart, width)

    def place(share: float) -> float:
        return layout.bar + share * layout.bar_width

    ink = [s for s in drawing.contents if isinstance(s, Lines) and s.strokeColor == INK]
    interval, tick = ink
    assert (box(interval)[0], box(interval)[2]) == pytest.approx((place(0.25), place(0.75)))
    assert (box(tick)[0], box(tick)[2]) == pytest.approx((place(0.6), place(0.6)))
    bar = bars(drawing, 1)[0]
    assert box(tick)[1] < bar.y
    assert box(tick)[3] > bar.y + bar.height
    scale = {s.text: box(s) for s in drawing.contents if isinstance(s, String)}
    left, _, right, _ = scale["50\N{NO-BREAK SPACE}%"]
    assert (left + right) / 2 == pytest.approx(place(0.5))
    assert scale["0\N{NO-BREAK SPACE}%"][0] == pytest.approx(place(0))
    assert scale["100\N{NO-BREAK SPACE}%"][2] == pytest.approx(place(1))


@both_widths
def test_a_chosen_row_is_marked_by_shape_word_weight_and_colour(width: float) -> None:
    rows = (a_row("Nee", share=0.4), a_row("Ja", share=0.6, chosen=True))
    drawing = chart_drawing(a_chart(*rows, you="you", legend=()), width)
    others, yours = bars(drawing, 2)
    assert (others.fillColor, yours.fillColor) == (PEERS, ACCENT)
    assert others.strokeColor != others.fillColor
    words = {s.text: s for s in drawing.contents if isinstance(s, String)}
    assert words["Ja"].fontName == BOLD != words["Nee"].fontName
    (marker,) = (s for s in drawing.contents if isinstance(s, Polygon))
    assert box(marker)[2] < box(words["you"])[0] < box(words["you"])[2] < words["Ja"].x
    assert words["you"].y == words["Ja"].y


def test_without_a_choice_nothing_is_marked() -> None:
    drawing = chart_drawing(a_chart(a_row(share=0.5), legend=()), PAPER_WIDTH)
    assert not any(isinstance(shape, Polygon) for shape in drawing.contents)
    assert "u" not in [s.text for s in drawing.contents if isinstance(s, String)]


@both_widths
@pytest.mark.parametrize("n", [1, 3, 9, 40])
def test_a_small_group_is_dots_one_per_municipality(width: float, n: int) -> None:
    rows = (a_row("Ja", count=n - 1, n=n, chosen=True), a_row("Nee", count=1, n=n))
    chart = a_chart(*rows, legend=())
    drawing = chart_drawing(chart, width)
    dots = [shape for shape in drawing.contents if isinstance(shape, Circle)]
    assert len(dots) == 2 * n
    assert [dot.fillColor for dot in dots[:n]] == [ACCENT] * (n - 1) + [PAPER]
    assert [dot.fillColor for dot in dots[n:]] == [PEERS] + [PAPER] * (n - 1)
    assert not any(isinstance(shape, Rect) for shape in drawing.contents)
    layout = layout_of(chart, width)
    assert max(box(dot)[2] for dot in dots) <= layout.bar + layout.bar_width
    assert not any("%" in s.text for s in drawing.contents if isinstance(s, String))


@both_widths
def test_a_row_without_share_and_count_has_its_figure_alone(width: float) -> None:
    drawing = chart_drawing(a_chart(a_row("Ja", figure="niet gekend"), legend=()), width)
    assert all(isinstance(shape, String) for shape in drawing.contents)
    assert [shape.text for shape in drawing.contents] == ["Ja", "niet gekend"]


@both_widths
@pytest.mark.parametrize("share", [0.0, 1.0])
def test_the_ends_of_the_scale_are_drawn_within_bounds(width: float, share: float) -> None:
    drawing = chart_drawing(
        a_chart(a_row(share=share, count=3, n=3, interval=(0.0, 1.0), flanders=share)), width
    )
    assert_within(drawing)


def assert_within(drawing: Drawing) -> None:
    for shape in drawing.contents:
        left, bottom, right, top = box(shape)
        assert left >= -0.5, shape
        assert right <= drawing.width + 0.5, shape
        assert bottom >= -0.5, shape
        assert top <= drawing.height + 0.5, shape


@both_widths
def test_the_longest_labels_stay_within_and_touch_nothing(
    catalogue: Catalogue, width: float
) -> None:
    chart = longest(catalogue, 24)
    assert max(len(row.label) for row in chart.rows) > 90
    drawing = chart_drawing(chart, width)
    assert_within(drawing)
    words = [box(shape) for shape in drawing.contents if isinstance(shape, String)]
    assert not [pair for pair in combinations(words, 2) if overlap(*pair)]
    drawn = [box(bar) for bar in bars(drawing, len(chart.rows))]
    assert not [(bar, word) for bar in drawn for word in words if overlap(bar, word)]


@both_widths
@given(
    label=st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=200),
    figure=st.text("0123456789 van%\N{NO-BREAK SPACE}", max_size=60),
)
def test_whatever_the_words_they_do_not_overlap(width: float, label: str, figure: str) -> None:
    chart = a_chart(
        a_row(label, share=0.5, figure=figure, chosen=True), a_row(label, share=0.5, figure=figure)
    )
    drawing = chart_drawing(chart, width)
    assert_within(drawing)
    words = [box(shape) for shape in drawing.contents if isinstance(shape, String)]
    assert not [pair for pair in combinations(words, 2) if overlap(*pair)]


def test_twenty_four_rows_fit_on_a_page(catalogue: Catalogue) -> None:
    # The longest question of the survey has 24 options, at most two lines each.
    label = "Algemene Dienst Inlichtingen en Veiligheid (ADIV) en partners in de hele streek"
    rows = [a_row(label, share=0.4, count=34, n=84, chosen=True) for _ in range(24)]
    drawing = chart_drawing(a_chart(*rows, legend=LEGEND), PAPER_WIDTH)
    assert len([s for s in drawing.contents if isinstance(s, String) and s.fontName == BOLD]) > 72
    assert drawing.height < SMALLEST_A4


@given(words=st.text("abc /-\N{NO-BREAK SPACE}", max_size=120), room=st.floats(20, 200))
def test_wrapping_loses_nothing_and_fills_no_more_than_its_room(words: str, room: float) -> None:
    register_fonts()
    lines = wrapped(words, BOLD, 9, room)
    assert lines
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", words)
    assert all(width_of(line.rstrip(), BOLD, 9) <= room for line in lines)


def test_words_break_at_spaces_and_long_ones_at_a_slash() -> None:
    register_fonts()
    assert wrapped("aanpak van radicalisering/polarisatie", BOLD, 9, 80) == (
        "aanpak van",
        "radicalisering/",
        "polarisatie",
    )
    assert wrapped("twee\N{NO-BREAK SPACE}woorden samen", BOLD, 9, 70) == (
        "twee\N{NO-BREAK SPACE}woorden",
        "samen",
    )


def test_a_long_legend_wraps() -> None:
    drawing = chart_drawing(a_chart(a_row(share=0.3), legend=LEGEND), NARROW_WIDTH)
    words = [shape.text for shape in drawing.contents if isinstance(shape, String)]
    assert LEGEND[1][1] not in words
    assert LEGEND[1][1] in " ".join(words)
    assert_within(drawing)


def test_on_paper_every_typeface_is_embedded(tmp_path: Path) -> None:
    target = tmp_path / "chart.pdf"
    register_fonts()
    canvas = Canvas(str(target))
    renderPDF.draw(chart_drawing(a_chart(a_row(share=0.5, chosen=True)), PAPER_WIDTH), canvas, 9, 9)
    canvas.save()
    with pikepdf.open(target) as document:
        fonts = document.pages[0].Resources.Font
        names = {str(font.BaseFont).partition("+")[2] for font in fonts.as_dict().values()}
        embedded = ["/FontFile2" in font.FontDescriptor for font in fonts.as_dict().values()]
    assert names == {"FiraSans-Regular", "FiraSans-SemiBold"}
    assert all(embedded)


def test_rows_come_in_the_order_given() -> None:
    rows: tuple[ChartRow, ...] = tuple(a_row(label, share=0.1) for label in "bca")
    drawing = chart_drawing(a_chart(*rows, legend=()), PAPER_WIDTH)
    labels = [s for s in drawing.contents if isinstance(s, String) and s.text in ("a", "b", "c")]
    assert [s.text for s in sorted(labels, key=lambda s: -s.y)] == ["b", "c", "a"]
