"""What is written by hand for speed says the same as what reportlab would have written."""

import gc
import io
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pdfplumber
import pytest
from hypothesis import given, strategies as st
from reportlab.graphics import renderPDF
from reportlab.graphics.shapes import Drawing, Ellipse
from reportlab.pdfbase.pdfmetrics import getFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from evaltool.catalogue import Catalogue
from evaltool.charts import BOLD, REGULAR, chart_drawing, levels_drawing, register_fonts
from evaltool.domain.pictures import LevelPicture, LevelRow
from evaltool.domain.reporting import build
from evaltool.pdf import feedback_report
from evaltool.pdf.drawing import draw
from evaltool.pdf.paragraphs import Tagged
from tests.conftest import ROOT
from tests.factories import a_chart, a_row
from tests.golden import document_of
from tests.test_charts import LEGEND, PAPER_WIDTH

NAMES = ("gestart", "versterkt", "goed", "voorbeeld")
KINDS = ("char", "rect", "curve", "line")


def a_full_chart() -> Drawing:
    """A chart with every kind of mark that a chart can have."""
    interval, flanders = (0.2, 0.7), 0.3
    bars = [
        a_row("Ja", chosen=True, share=0.5, count=2, n=4, interval=interval, flanders=flanders),
        a_row(
            "Nee, of een antwoord dat over meer dan één regel gaat " * 3, share=0.25, count=1, n=4
        ),
        a_row("Weet ik niet", count=1, n=4),
    ]
    return chart_drawing(a_chart(*bars, legend=(*LEGEND, ("dots", "een gemeente"))), PAPER_WIDTH)


def some_levels() -> Drawing:
    """Levels, one of them not known."""
    rows = tuple(
        LevelRow(f"Deel {number}", number, NAMES if number else ("niet gekend",), "Zin.")
        for number in (1, 4, None)
    )
    return levels_drawing(LevelPicture("Niveaus", "Niveaus.", rows), PAPER_WIDTH)


def marks(
    put: Callable[[Drawing, Canvas], None], drawing: Drawing
) -> dict[str, list[tuple[object, ...]]]:
    """What stands on a page with a drawing: kind by kind, where it is and in which colours."""
    register_fonts()
    buffer = io.BytesIO()
    canvas = Canvas(buffer, initialFontName=REGULAR)
    canvas.translate(50, 300)
    put(drawing, canvas)
    canvas.showPage()
    canvas.save()
    with pdfplumber.open(buffer) as document:
        objects = document.pages[0].objects
    return {
        kind: sorted(
            (
                str(o.get("text", "")),
                str(o.get("fontname", "")).partition("+")[2],
                *(round(float(o[edge]), 1) for edge in ("x0", "top", "x1", "bottom")),
                str(o["non_stroking_color"]) if o.get("fill") or kind == "char" else "",
                f"{o['stroking_color']} {o['linewidth']}" if o.get("stroke") else "",
            )
            for o in objects.get(kind, ())
        )
        for kind in KINDS
    }


@pytest.mark.parametrize("make", [a_full_chart, some_levels])
def test_a_drawing_looks_as_reportlab_draws_it(make: Callable[[], Drawing]) -> None:
    ours = marks(draw, make())
    theirs = marks(lambda drawing, canvas: renderPDF.draw(drawing, canvas, 0, 0), make())
    assert ours == theirs
    assert sum(map(len, ours.values())) > 30


def test_a_drawing_leaves_the_page_as_it_was() -> None:
    register_fonts()
    canvas = Canvas(io.BytesIO(), initialFontName=REGULAR)
    canvas.setFont(BOLD, 20)
    before = canvas._fontname, canvas._fontsize, canvas._fillColorObj, canvas._currentMatrix
    draw(a_full_chart(), canvas)
    assert before == (
        canvas._fontname,
        canvas._fontsize,
        canvas._fillColorObj,
        canvas._currentMatrix,
    )


def test_a_shape_that_cannot_be_drawn_is_refused() -> None:
    drawing = Drawing(10, 10)
    drawing.add(Ellipse(5, 5, 4, 2))
    with pytest.raises(TypeError, match="Ellipse"):
        draw(drawing, Canvas(io.BytesIO()))


@given(text=st.text(max_size=60), size=st.floats(1, 40))
def test_words_are_as_wide_as_reportlab_measures_them(text: str, size: float) -> None:
    register_fonts()
    font = getFont(REGULAR)
    # Twice: as it is added up, and as it is remembered.
    for _ in range(2):
        assert font.stringWidth(text, size) == TTFont.stringWidth(font, text, size)


def test_words_as_bytes_are_measured_too() -> None:
    register_fonts()
    font = getFont(REGULAR)
    assert font.stringWidth("één".encode(), 10) == font.stringWidth("één", 10) > 0


def test_a_paragraph_is_broken_anew_for_another_width() -> None:
    text = "Het overleg loopt al enkele jaren en niet alle partners sluiten even vaak aan. " * 3
    paragraph = Tagged(text)
    wide, narrow = paragraph.wrap(400, 800), paragraph.wrap(100, 800)
    assert narrow[1] > wide[1]
    assert paragraph.wrap(400, 800) == wide == Tagged(text).wrap(400, 800)
    assert paragraph.height == wide[1]


def test_a_document_leaves_little_to_the_collector_of_cycles(catalogue: Catalogue) -> None:
    t = catalogue.in_language("nl")
    report = build(catalogue.library("nl"), document_of(catalogue, "city-anchored"))
    feedback_report(report, t)
    gc.collect()
    gc.disable()
    try:
        feedback_report(report, t)
        left = gc.collect()
    finally:
        gc.enable()
    # Whole it would be 30,000 and some megabytes, which the next documents add to.
    assert left < 4000


def test_documents_asked_for_at_once_are_the_same_as_one_by_one(catalogue: Catalogue) -> None:
    t = catalogue.in_language("nl")
    reports = [
        build(catalogue.library("nl"), document_of(catalogue, name))
        for name in ("unknown-livcr", "much-unknown")
    ]

    def words(pdf: bytes) -> list[str]:
        with pdfplumber.open(io.BytesIO(pdf)) as document:
            return [page.extract_text() for page in document.pages]

    one_by_one = [words(feedback_report(report, t)) for report in reports]
    with ThreadPoolExecutor(4) as pool:
        at_once = list(pool.map(lambda report: feedback_report(report, t), reports * 2))
    assert [words(pdf) for pdf in at_once] == one_by_one * 2


def test_a_server_starts_without_what_draws() -> None:
    code = (
        "import sys, evaltool.cli.serving, evaltool.web;"
        "sys.exit(', '.join({'reportlab', 'PIL'} & set(sys.modules)) or None)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
