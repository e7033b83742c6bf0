"""The ceiling of the documents: the same pages by bare reportlab, with embedded fonts, no tags.

The flowables of a document of ours are read once, outside what is measured, into plain
instructions: this paragraph in this style, this table, this drawing. What is measured makes
reportlab's own flowables of them and builds them with reportlab's own canvas. Drawings are at
hand, with all their shapes; there are no bookmarks, no metadata, no structure.
"""

import copy
import io
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any
from unittest.mock import patch

from reportlab.graphics.shapes import Drawing, String
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    HRFlowable,
    KeepTogether,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

from evaltool.charts import BOLD, ITALIC, REGULAR, register_fonts
from evaltool.domain.language import Texts
from evaltool.domain.report import Report
from evaltool.pdf import feedback_report
from evaltool.pdf.blocks import Figure, Panel, Rule
from evaltool.pdf.forms import Columns
from evaltool.pdf.paragraphs import ListItem, Tagged
from evaltool.pdf.styles import MARGIN, PAGE_HEIGHT, PAGE_WIDTH, TEXT_WIDTH
from evaltool.pdf.tables import TaggedTable

Make = Callable[[], Flowable]
"""Makes one flowable of reportlab anew."""

_NAMES = {REGULAR: "Bare", BOLD: "Bare-Bold", ITALIC: "Bare-Italic"}


@lru_cache(maxsize=1)
def _register() -> None:
    """The same three files as fonts of reportlab's own kind."""
    register_fonts()
    for ours, bare in _NAMES.items():
        pdfmetrics.registerFont(TTFont(bare, pdfmetrics.getFont(ours).face.filename))
    regular, bold, italic = _NAMES.values()
    pdfmetrics.registerFontFamily(
        regular, normal=regular, bold=bold, italic=italic, boldItalic=bold
    )


def bare_report(report: Report, texts: Texts) -> Callable[[], bytes]:
    """What writes the pages of the full report, by bare reportlab."""
    _register()
    makes: list[Make] = []

    def read(content: Sequence[Flowable], *_: object, **__: object) -> bytes:
        makes.extend(_instructions(content))
        return b""

    # Before they are built: what was drawn once has been taken apart.
    with patch("evaltool.pdf.full_report.render", read):
        feedback_report(report, texts)
    head = report.running_title

    def write() -> bytes:
        buffer = io.BytesIO()

        def marks(canvas: Any, _: object) -> None:
            canvas.setFont(_NAMES[REGULAR], 8.5)
            canvas.drawString(MARGIN, PAGE_HEIGHT - MARGIN + 14, head)
            canvas.line(
                MARGIN, PAGE_HEIGHT - MARGIN + 8, PAGE_WIDTH - MARGIN, PAGE_HEIGHT - MARGIN + 8
            )
            number = f"pagina {canvas.getPageNumber()}"
            canvas.drawRightString(PAGE_WIDTH - MARGIN, MARGIN - 22, number)

        frame = Frame(MARGIN, MARGIN, TEXT_WIDTH, PAGE_HEIGHT - 2 * MARGIN, 0, 0, 0, 0)
        document = BaseDocTemplate(buffer, pagesize=(PAGE_WIDTH, PAGE_HEIGHT))
        document.addPageTemplates([PageTemplate("page", [frame], onPage=marks)])
        document.build([make() for make in makes])
        return buffer.getvalue()

    return write


def _instructions(content: Sequence[Flowable]) -> Iterator[Make]:
    for flowable in content:
        yield from _instruction(flowable)


def _instruction(flowable: Flowable) -> Iterator[Make]:
    """What makes the bare counterpart of one flowable; a panel becomes its paragraphs."""
    match flowable:
        case Tagged():
            yield _paragraph(flowable, _style(flowable.style))
        case Figure():
            drawing = _drawing(flowable.drawing)
            yield lambda: drawing
        case Panel():
            for item in flowable.content:
                if isinstance(item, Tagged):
                    yield _paragraph(item, _style(item.style, flowable.tone.ground))
                else:
                    yield from _instruction(item)
        case Columns():
            middle = (len(flowable.items) + 1) // 2
            columns = [
                list(_instructions(part))
                for part in (flowable.items[:middle], flowable.items[middle:])
            ]
            yield lambda: Table([[[make() for make in column] for column in columns]])
        case TaggedTable():
            yield _table(flowable)
        case KeepTogether():
            held = list(_instructions(flowable._content))
            yield lambda: KeepTogether([make() for make in held])
        case Rule():
            yield lambda: HRFlowable(width="100%", thickness=flowable.weight)
        case PageBreak():
            yield PageBreak
        case CondPageBreak():
            yield lambda: CondPageBreak(flowable.height)
        case Spacer():
            yield lambda: Spacer(flowable.width, flowable.height)
        case _:
            raise TypeError(f"no bare counterpart of {type(flowable).__name__}")


def _paragraph(flowable: Tagged, style: ParagraphStyle) -> Make:
    text = flowable.text
    label = flowable.label if isinstance(flowable, ListItem) else None
    return lambda: Paragraph(text, style, bulletText=label)


@lru_cache(maxsize=256)
def _style(style: ParagraphStyle, ground: object = None) -> ParagraphStyle:
    """The same style in the bare font; in a panel with its ground and indented as there."""
    made = copy.copy(style)
    made.fontName, made.bulletFontName = _NAMES[style.fontName], _NAMES[REGULAR]
    if ground is not None:
        made.backColor = ground
        made.leftIndent, made.rightIndent = style.leftIndent + 18, 9
        made.bulletIndent = style.bulletIndent + 18
    return made


def _drawing(drawing: Drawing) -> Drawing:
    found = copy.deepcopy(drawing)
    for shape in found.contents:
        if isinstance(shape, String):
            shape.fontName = _NAMES[shape.fontName]
    return found


def _table(table: TaggedTable) -> Make:
    cells = [[next(_instruction(cell)) for cell in row] for row in table._cellvalues]
    commands = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("FONTNAME", (0, 0), (-1, -1), _NAMES[REGULAR]),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, "black"),
    ]
    widths = list(table._argW)
    return lambda: Table(
        [[make() for make in row] for row in cells], colWidths=widths, repeatRows=1, style=commands
    )
