"""The page of the full report on how it went over the finished evaluations."""

from collections.abc import Iterator

from reportlab.platypus import CondPageBreak, Flowable

from evaltool.charts import small_multiples_drawing
from evaltool.domain.language import Texts
from evaltool.domain.report import Report
from evaltool.pdf.blocks import Figure, together, with_next
from evaltool.pdf.paragraphs import Heading, Tagged, bullets
from evaltool.pdf.styles import BASELINE, FRAME_HEIGHT, TEXT_WIDTH
from evaltool.pdf.tables import data_table

_ROOM = 0.6 * FRAME_HEIGHT
"""Points that a page must have left: the picture does not break, and its table follows it."""

_DAY = 0.19
"""Share of the width for the column of days."""


def trend_page(report: Report, t: Texts) -> Iterator[Flowable]:
    """Picture, words and table; nothing where there is no earlier evaluation to see beside it."""
    evolution = report.evolution
    if evolution is None or evolution.picture is None:
        return
    yield CondPageBreak(_ROOM)
    yield Heading(t("over_time.report.title"), 1, "part", ruled=True)
    yield from with_next(Tagged(t("over_time.report.lead"), "lead"))
    picture = evolution.picture
    drawing = small_multiples_drawing(picture, TEXT_WIDTH)
    yield together(
        Tagged(evolution.title, "caption"), Figure(drawing, picture.alt, after=BASELINE / 2)
    )
    yield from bullets(evolution.sentences)
    rest = (1 - _DAY) / (len(evolution.head) - 1)
    widths = [TEXT_WIDTH * share for share in (_DAY, *[rest] * (len(evolution.head) - 1))]
    yield data_table(evolution.head, evolution.rows, widths)
    yield Tagged(" ".join(evolution.notes), "source")
