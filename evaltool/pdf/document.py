"""One PDF from start to end: frame, running head and foot, metadata."""

import io
from collections.abc import Iterable
from functools import partial
from typing import Any

from reportlab.platypus import BaseDocTemplate, Flowable, Frame, KeepTogether, PageTemplate

from evaltool.charts import REGULAR, register_fonts
from evaltool.charts.palette import LINE, QUIET
from evaltool.domain.language import LOCALES, Texts
from evaltool.pdf.canvas import TaggedCanvas
from evaltool.pdf.styles import (
    MARGIN,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    TEXT_WIDTH,
)
from evaltool.pdf.text import printable

CREATOR = "evaltool"
_MARK_SIZE = 8.5


def render(
    content: Iterable[Flowable],
    texts: Texts,
    *,
    title: str,
    subject: str,
    running_title: str,
    cover: bool,
) -> bytes:
    """The PDF of some content. With a ``cover`` the first page has no running head.

    What is drawn is let go of page by page, unless the caller holds it too: content that comes
    bit by bit takes a third of the memory.
    """
    register_fonts()
    buffer = io.BytesIO()
    locale = LOCALES[texts.language]
    head = printable(running_title)

    def marks(canvas: TaggedCanvas, document: Any) -> None:
        number = canvas.getPageNumber()
        with canvas.artifact("Pagination"):
            canvas.setFont(REGULAR, _MARK_SIZE)
            canvas.setFillColor(QUIET)
            if number > 1 or not cover:
                canvas.drawString(MARGIN, PAGE_HEIGHT - MARGIN + 14, head)
                canvas.setStrokeColor(LINE)
                canvas.setLineWidth(0.5)
                y = PAGE_HEIGHT - MARGIN + 8
                canvas.line(MARGIN, y, PAGE_WIDTH - MARGIN, y)
            canvas.draw_foot(PAGE_WIDTH - MARGIN, MARGIN - 22, REGULAR, _MARK_SIZE, QUIET)

    def foot(number: int, total: int) -> str:
        return texts("document.page_of", number=number, total=total)

    document = BaseDocTemplate(
        buffer,
        pagesize=(PAGE_WIDTH, PAGE_HEIGHT),
        title=title,
        author=texts("document.author"),
        subject=subject,
        creator=CREATOR,
        producer=CREATOR,
        keywords=texts("document.keywords"),
        initialFontName=REGULAR,
        displayDocTitle=True,
        lang=locale,
    )
    frame = Frame(
        MARGIN,
        MARGIN,
        TEXT_WIDTH,
        PAGE_HEIGHT - 2 * MARGIN,
        leftPadding=0,
        rightPadding=0,
        topPadding=0,
        bottomPadding=0,
    )
    document.addPageTemplates([PageTemplate("page", [frame], onPage=marks)])
    document.build(_bound(content), canvasmaker=partial(TaggedCanvas, language=locale, foot=foot))
    document.canv.let_go()
    return buffer.getvalue()


def _bound(content: Iterable[Flowable]) -> list[Flowable]:
    """The content with headings made part of the block after them.

    reportlab keeps a heading with a paragraph that follows, but not with a block that is kept
    together itself.
    """
    found: list[Flowable] = []
    waiting: list[Flowable] = []
    for flowable in content:
        if flowable.getKeepWithNext():
            waiting.append(flowable)
        elif isinstance(flowable, KeepTogether):
            found.append(KeepTogether([*waiting, *flowable._content]))
            waiting = []
        else:
            found += [*waiting, flowable]
            waiting = []
    return found + waiting
