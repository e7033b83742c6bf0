"""Tagged text: paragraphs, headings and lists."""

from collections.abc import Sequence
from typing import Any

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Paragraph
from reportlab.platypus.paragraph import _SplitWord

from evaltool.charts.palette import ACCENT
from evaltool.pdf.canvas import TaggedCanvas
from evaltool.pdf.structure import Element
from evaltool.pdf.styles import BASELINE, MARGIN, PAGE_HEIGHT, TEXT_WIDTH, styles
from evaltool.pdf.text import markup, printable


class Tagged(Paragraph):
    """A paragraph with a role in the structure tree; its halves share one element.

    With ``raw`` the text is markup of reportlab already. ``bulletText`` and ``frags`` are what
    reportlab itself gives to the halves of a paragraph that it splits.
    """

    kept: tuple[str, ...] = ("role", "key")
    """What the halves of a split paragraph have from the whole."""

    def __init__(
        self,
        text: str | None,
        style: str | ParagraphStyle = "body",
        role: str = "P",
        *,
        raw: bool = False,
        bulletText: str | None = None,  # noqa: N803
        frags: list[Any] | None = None,
    ) -> None:
        chosen = styles()[style] if isinstance(style, str) else style
        written = text if raw or text is None else markup(text)
        super().__init__(written, chosen, bulletText, frags)
        self.role = role
        self.key = object()
        self._broken: tuple[float, tuple[float, float]] | None = None

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: N803
        """See reportlab; lines that are broken for this width already stay as they are.

        What is measured, kept together and drawn is asked for its size three times and more.
        """
        if self._broken is None or self._broken[0] != aW or not hasattr(self, "blPara"):
            self._broken = aW, super().wrap(aW, aH)
        self.width, self.height = size = self._broken[1]
        return size

    def split(self, aW: float, aH: float) -> list[Any]:  # noqa: N803
        """See reportlab; the parts belong to the same element."""
        parts: list[Any] = super().split(aW, aH)
        for part in parts:
            for name in self.kept:
                setattr(part, name, getattr(self, name))
        return parts

    def draw(self) -> None:
        """Draw inside marked content, with a space at the end of each line.

        Without the space, words at a line's end run together when read aloud.
        """
        canvas: TaggedCanvas = self.canv
        self._space_lines()
        if canvas.inside:
            super().draw()
            return
        with canvas.tagged(self._element(canvas)):
            super().draw()

    def _element(self, canvas: TaggedCanvas) -> Element:
        return canvas.element_of(self.key, self.role)

    def _space_lines(self) -> None:
        broken = getattr(self, "blPara", None)
        if broken is None or getattr(broken, "spaced", False):
            return
        broken.spaced = True
        # The last line of the first half of a split paragraph goes on overleaf.
        goes_on = getattr(self, "_splitpara", 0)
        for line in broken.lines if goes_on else broken.lines[:-1]:
            if broken.kind != 0 and not isinstance(line, tuple):
                if line.words:
                    line.words[-1].text += " "
            elif line[1] and not isinstance(line[1][-1], _SplitWord):
                line[1].append("")


class Heading(Tagged):
    """A heading, in the bookmarks as well.

    One that is ``ruled`` has a line across the page above it, but for the top of a page.
    """

    def __init__(
        self, text: str, level: int, style: str | None = None, *, ruled: bool = False
    ) -> None:
        super().__init__(text, style or f"h{level}", f"H{level}")
        self.level = level
        self.ruled = ruled
        self.plain = printable(text)
        self.keepWithNext = 1

    def split(self, aW: float, aH: float) -> list[Any]:  # noqa: N803
        """A heading stays whole."""
        return []

    def draw(self) -> None:
        """Draw it and note its place."""
        canvas = self.canv
        key = f"heading-{canvas.next_heading()}"
        canvas.bookmarkHorizontal(key, 0, self.height)
        canvas.addOutlineEntry(self.plain, key, level=self.level - 1, closed=self.level > 1)
        if self.ruled:
            self._rule(canvas)
        super().draw()

    def _rule(self, canvas: TaggedCanvas) -> None:
        above = self.height + self.style.spaceBefore / 2
        _, y = canvas.absolutePosition(0, above)
        if y > PAGE_HEIGHT - MARGIN:
            return
        with canvas.artifact():
            canvas.setStrokeColor(ACCENT)
            canvas.setLineWidth(2)
            canvas.line(0, above, TEXT_WIDTH, above)


class ListItem(Tagged):
    """An item of a list: its label and its body are elements of their own.

    ``owner`` stands for the list: items with the same one are in the same list.
    """

    kept = (*Tagged.kept, "label", "owner", "numbering")

    def __init__(
        self,
        text: str | None,
        style: str | ParagraphStyle = "item",
        *,
        label: str = "",
        owner: object = None,
        numbering: str = "None",
        **kwargs: Any,
    ) -> None:
        super().__init__(text, style, "LBody", **kwargs)
        self.label = label
        self.owner = owner
        self.numbering = numbering
        self.first = True

    def split(self, aW: float, aH: float) -> list[Any]:  # noqa: N803
        """The label stays with the first part."""
        parts = super().split(aW, aH)
        for number, part in enumerate(parts):
            part.first = number == 0 and self.first
        return parts

    def draw(self) -> None:
        """Draw label and body."""
        canvas: TaggedCanvas = self.canv
        if self.first:
            whole = canvas.element_of(self.owner, "L", numbering=self.numbering)
            item = Element("LI", whole)
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
    return _list([("\N{BULLET}", item) for item in items], "Disc", style)


def numbered(items: Sequence[str], style: str = "item", *, raw: bool = False) -> list[Flowable]:
    """A list with numbers; with ``raw`` its texts are markup already."""
    labelled = [(f"{n}.", item) for n, item in enumerate(items, start=1)]
    return _list(labelled, "Decimal", style, raw=raw)


def _list(
    items: Sequence[tuple[str, str]], numbering: str, style: str, *, raw: bool = False
) -> list[Flowable]:
    owner = object()
    found = [
        ListItem(item, style, label=label, owner=owner, numbering=numbering, raw=raw)
        for label, item in items
    ]
    for last in found[-1:]:
        last.spaceAfter = BASELINE / 2
    return list(found)
