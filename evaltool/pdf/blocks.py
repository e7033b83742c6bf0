"""What documents are built of: tagged paragraphs, headings, lists, tables, figures, blocks."""

from collections.abc import Sequence
from typing import Any

from reportlab.graphics import renderPDF
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import Color
from reportlab.platypus import Flowable, KeepTogether, Paragraph, Table, TableStyle

from evaltool.pdf.canvas import TaggedCanvas
from evaltool.pdf.structure import Element
from evaltool.pdf.styles import ACCENT, CONTROL, LINE, TEXT_WIDTH, Tone, styles
from evaltool.pdf.text import markup


class Tagged(Paragraph):
    """A paragraph with a role in the structure tree; its halves share one element."""

    def __init__(
        self,
        text: str,
        style: str = "body",
        role: str = "P",
        *,
        raw: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(text if raw else markup(text), styles()[style], **kwargs)
        self.role = role
        self.key: object = self

    def split(self, aW: float, aH: float) -> list[Any]:  # noqa: N803
        """See reportlab; the parts belong to the same element."""
        parts: list[Any] = super().split(aW, aH)
        for part in parts:
            part.role, part.key = self.role, self.key
        return parts

    def draw(self) -> None:
        """Draw inside marked content, with a space at the end of each line.

        Without the space, words at a line's end run together when read aloud.
        """
        canvas = self.canv
        _space_lines(self)
        if canvas.inside:
            super().draw()
            return
        with canvas.tagged(self._element(canvas)):
            super().draw()

    def _element(self, canvas: TaggedCanvas) -> Element:
        return canvas.element_of(self.key, self.role)


def _space_lines(paragraph: Paragraph) -> None:
    lines = getattr(paragraph, "blPara", None)
    if lines is None or getattr(lines, "spaced", False):
        return
    lines.spaced = True
    for line in lines.lines[:-1]:
        if lines.kind == 0:
            line[1].append("")
        elif line.words:
            line.words[-1].text += " "


class Heading(Tagged):
    """A heading, in the bookmarks as well."""

    def __init__(self, text: str, level: int, style: str | None = None) -> None:
        super().__init__(text, style or f"h{level}", f"H{level}")
        self.level = level
        self.plain = text
        self.keepWithNext = 1

    def split(self, aW: float, aH: float) -> list[Any]:  # noqa: N803
        """A heading stays whole."""
        return []

    def draw(self) -> None:
        """Draw it and note its place."""
        canvas = self.canv
        key = f"h{id(self)}"
        canvas.bookmarkHorizontal(key, 0, self.height)
        canvas.addOutlineEntry(self.plain, key, level=self.level - 1, closed=self.level > 1)
        super().draw()


class ListItem(Tagged):
    """An item of a list: its label and its body are elements of their own."""

    def __init__(self, text: str, label: str, owner: object, style: str = "item") -> None:
        super().__init__(text, style, "LBody")
        self.label = label
        self.owner = owner
        self.first = True

    def split(self, aW: float, aH: float) -> list[Any]:  # noqa: N803
        """The label stays with the first part."""
        parts = super().split(aW, aH)
        for number, part in enumerate(parts):
            part.__class__ = type(self)
            part.label, part.owner, part.first = self.label, self.owner, number == 0 and self.first
        return parts

    def draw(self) -> None:
        """Draw label and body."""
        canvas = self.canv
        if self.first:
            item = Element("LI", canvas.element_of(self.owner, "L"))
            if self.label:
                with canvas.tagged(Element("Lbl", item)):
                    canvas.setFont(self.style.fontName, self.style.fontSize)
                    canvas.setFillColor(self.style.textColor)
                    top = self.height - self.style.fontSize
                    canvas.drawString(self.style.bulletIndent, top, f"{self.label} ")
            canvas.remember(self.key, Element("LBody", item))
        super().draw()


def bullets(items: Sequence[str], style: str = "item") -> list[Flowable]:
    """A list with dots."""
    owner = object()
    return [ListItem(item, "\N{BULLET}", owner, style) for item in items]


def numbered(items: Sequence[str], style: str = "item") -> list[Flowable]:
    """A list with numbers."""
    owner = object()
    return [ListItem(item, f"{n}.", owner, style) for n, item in enumerate(items, start=1)]


class TaggedTable(Table):
    """A table whose first row names the columns and whose first column names the rows.

    Every cell is a paragraph, so that nothing runs over; repeated heads are decoration.
    """

    def __init__(
        self,
        head: Sequence[str],
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        *,
        row_heads: bool = True,
    ) -> None:
        cells = [[Tagged(text, "cellhead") for text in head]]
        cells += [[Tagged(text, "cell") for text in row] for row in rows]
        super().__init__(cells, colWidths=list(widths), repeatRows=1)
        self.setStyle(
            TableStyle(
                [
                    ("VALIGN", (0, 0), (-1, -1), "TOP"),
                    ("LEFTPADDING", (0, 0), (0, -1), 0),
                    ("RIGHTPADDING", (0, 0), (-1, -1), 5),
                    ("TOPPADDING", (0, 0), (-1, -1), 2.5),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
                    ("LINEBELOW", (0, 0), (-1, 0), 0.9, CONTROL),
                    ("LINEBELOW", (0, 1), (-1, -1), 0.4, LINE),
                ]
            )
        )
        self.row_heads = row_heads
        self.key: object = self
        self.continued = False
        self._renderCB = _tag_table

    def split(self, aW: float, aH: float) -> list[Any]:  # noqa: N803
        """The parts belong to the same table."""
        parts: list[Any] = super().split(aW, aH)
        for number, part in enumerate(parts):
            part._renderCB = _tag_table
            part.key, part.row_heads = self.key, self.row_heads
            part.continued = self.continued or number > 0
        return parts

    def __deepcopy__(self, memo: Any) -> "TaggedTable":
        return self


def _tag_table(table: Any, event: str, *details: Any) -> None:
    """What reportlab calls while it draws a table: opens and closes the elements."""
    canvas = table.canv
    match event:
        case "startTable":
            table.element = canvas.element_of(table.key, "Table")
        case "startBG" | "startLines":
            table.artifact = canvas.artifact()
            table.artifact.__enter__()
        case "endBG" | "endLines":
            table.artifact.__exit__(None, None, None)
        case "startRow":
            table.in_head = details[0] == 0
            table.repeated = table.in_head and table.continued
            if table.repeated:
                table.artifact = canvas.artifact("Pagination")
                table.artifact.__enter__()
            else:
                table.row = Element("TR", table.element)
        case "startCell" if not table.repeated:
            names_row = table.row_heads and details[1] == 0
            if table.in_head or names_row:
                scope = "Column" if table.in_head else "Row"
                cell = Element("TH", table.row, scope=scope)
            else:
                cell = Element("TD", table.row)
            table.cell = canvas.tagged(cell)
            table.cell.__enter__()
        case "endCell" if not table.repeated:
            table.cell.__exit__(None, None, None)
        case "endRow" if table.repeated:
            table.artifact.__exit__(None, None, None)


class Figure(Flowable):
    """A drawing with a text in its place for who does not see it."""

    def __init__(self, drawing: Drawing, alternative: str) -> None:
        super().__init__()
        self.drawing = drawing
        self.alternative = alternative

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: N803
        """See reportlab."""
        return self.drawing.width, self.drawing.height

    def draw(self) -> None:
        """Draw it as one element."""
        canvas = self.canv
        x, y = canvas.absolutePosition(0, 0)
        box = tuple(round(v, 2) for v in (x, y, x + self.drawing.width, y + self.drawing.height))
        element = Element("Figure", canvas.current, alternative=self.alternative, box=box)
        with canvas.tagged(element):
            renderPDF.draw(self.drawing, canvas, 0, 0)


class Rule(Flowable):
    """A line across the page, as decoration."""

    def __init__(self, colour: Color = ACCENT, weight: float = 2.0, after: float = 8.0) -> None:
        super().__init__()
        self.colour, self.weight, self.after = colour, weight, after

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: N803
        """See reportlab."""
        return aW, self.weight + self.after

    def draw(self) -> None:
        """Draw it."""
        with self.canv.artifact():
            self.canv.setStrokeColor(self.colour)
            self.canv.setLineWidth(self.weight)
            self.canv.line(0, self.after, TEXT_WIDTH, self.after)


class Panel(Flowable):
    """Paragraphs on a ground with a line at the left, kept on one page where they fit on one."""

    _PAD = 9.0

    def __init__(self, content: Sequence[Flowable], tone: Tone) -> None:
        super().__init__()
        self.content = list(content)
        self.tone = tone
        self.spaceBefore = self.spaceAfter = 7

    def _inner(self, width: float) -> float:
        return width - 3 * self._PAD

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: N803
        """See reportlab."""
        self.width = aW
        height = 2 * self._PAD
        self._heights: list[float] = []
        for item in self.content:
            _, own = item.wrapOn(getattr(self, "canv", None), self._inner(aW), 10_000)
            taken = own + item.getSpaceAfter()
            self._heights.append(taken)
            height += taken
        self.height = height
        return aW, height

    def split(self, aW: float, aH: float) -> list[Any]:  # noqa: N803
        """Break between paragraphs, or inside the first that does not fit."""
        self.wrap(aW, aH)
        room = aH - 2 * self._PAD
        first: list[Flowable] = []
        for number, (item, taken) in enumerate(zip(self.content, self._heights, strict=True)):
            if taken <= room:
                first.append(item)
                room -= taken
                continue
            parts = item.splitOn(getattr(self, "canv", None), self._inner(aW), room)
            rest = [*parts[1:], *self.content[number + 1 :]] if parts else self.content[number:]
            first += parts[:1]
            if not first:
                return []
            return [Panel(first, self.tone), Panel(rest, self.tone)]
        return [self]

    def draw(self) -> None:
        """Draw ground and line, then what stands on it."""
        canvas = self.canv
        with canvas.artifact():
            canvas.setFillColor(self.tone.ground)
            canvas.rect(0, 0, self.width, self.height, stroke=0, fill=1)
            canvas.setFillColor(self.tone.line)
            canvas.rect(0, 0, 4, self.height, stroke=0, fill=1)
        y = self.height - self._PAD
        for item, taken in zip(self.content, self._heights, strict=True):
            own = taken - item.getSpaceAfter()
            item.drawOn(canvas, 2 * self._PAD, y - own)
            y -= taken


def together(*content: Flowable) -> KeepTogether:
    """Content that stays on one page."""
    return KeepTogether(list(content))
