"""What is filled in by pen: options to tick, lines to write on."""

from collections.abc import Sequence
from typing import Any

from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable

from evaltool.charts.palette import OUTLINE
from evaltool.pdf.canvas import TaggedCanvas
from evaltool.pdf.paragraphs import ListItem, Tagged
from evaltool.pdf.styles import BASELINE

PITCH = 1.7 * BASELINE
"""From one line to write on to the next, in points."""

_SIZE = 8.5
_GAP = 5.0
_COLUMN_GAP = 18.0


def _shape(canvas: TaggedCanvas, x: float, y: float, *, single: bool) -> None:
    """A circle for one answer, a square for several; its lower left corner at x, y."""
    canvas.setStrokeColor(OUTLINE)
    canvas.setLineWidth(1)
    if single:
        canvas.circle(x + _SIZE / 2, y + _SIZE / 2, _SIZE / 2, stroke=1, fill=0)
    else:
        canvas.rect(x, y, _SIZE, _SIZE, stroke=1, fill=0)


def _line(canvas: TaggedCanvas, start: float, end: float, y: float) -> None:
    canvas.setStrokeColor(OUTLINE)
    canvas.setLineWidth(0.5)
    canvas.line(start, y, end, y)


class Choice(ListItem):
    """An option with a shape to tick and, with ``write``, a line to write on under it."""

    def __init__(
        self,
        text: str | None,
        style: str | ParagraphStyle = "option",
        *,
        single: bool = True,
        write: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(text, style, **kwargs)
        self.single = single
        self.write = write

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: N803
        """See reportlab."""
        width, height = super().wrap(aW, aH)
        if self.write:
            height += PITCH
        self.height = height
        return width, height

    def split(self, aW: float, aH: float) -> list[Any]:  # noqa: N803
        """An option stays whole."""
        return []

    def draw(self) -> None:
        """Draw the shape, which says nothing that the text does not say, and the text."""
        canvas: TaggedCanvas = self.canv
        with canvas.artifact():
            _shape(canvas, 1, self.height - self.style.fontSize - 1, single=self.single)
            if self.write:
                _line(canvas, self.style.leftIndent, self.width, 2)
        super().draw()


class ToWrite(Tagged):
    """A few words, with room to write after them and on more lines below."""

    def __init__(
        self, text: str, style: str = "small", *, lines: int = 1, after: float = 3.0
    ) -> None:
        super().__init__(text, style)
        self.spaceAfter = after
        self.lines = lines
        self.start = stringWidth(text, self.style.fontName, self.style.fontSize) + _GAP

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: N803
        """See reportlab."""
        super().wrap(aW, aH)
        self.width, self.height = aW, self.lines * PITCH
        return self.width, self.height

    def split(self, aW: float, aH: float) -> list[Any]:  # noqa: N803
        """The lines stay together."""
        return []

    def draw(self) -> None:
        """Draw the words on the first line."""
        canvas: TaggedCanvas = self.canv
        with canvas.artifact():
            for number in range(self.lines):
                start = self.start if number == 0 else 0
                _line(canvas, start, self.width, self.height - (number + 1) * PITCH + 2)
        canvas.saveState()
        canvas.translate(0, self.style.leading - PITCH)
        super().draw()
        canvas.restoreState()


class Tick(Flowable):
    """A circle in a cell of a table."""

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: N803
        """See reportlab."""
        return _SIZE + 2, _SIZE + 4

    def draw(self) -> None:
        """Draw it; it says nothing that the head of its column does not say."""
        with self.canv.artifact():
            _shape(self.canv, 1, 1, single=True)


class Columns(Flowable):
    """Short items in two columns, read down the first and then down the second."""

    def __init__(self, items: Sequence[Flowable]) -> None:
        super().__init__()
        self.items = list(items)
        self.spaceAfter = max((item.getSpaceAfter() for item in items), default=0)

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: N803
        """As high as the higher of the columns, which are made as equal as they can be."""
        self.width = aW
        self._column = (aW - _COLUMN_GAP) / 2
        canvas = getattr(self, "canv", None)
        self._heights: list[float] = [
            item.wrapOn(canvas, self._column, aH)[1] + item.getSpaceAfter() for item in self.items
        ]

        def higher(first: int) -> float:
            return max(sum(self._heights[:first]), sum(self._heights[first:]))

        self._first = min(range(len(self.items) + 1), key=higher)
        self.height = higher(self._first) - self.spaceAfter
        return aW, self.height

    def draw(self) -> None:
        """Draw the items in their order."""
        x, y = 0.0, self.height
        for number, (item, taken) in enumerate(zip(self.items, self._heights, strict=True)):
            if number == self._first:
                x, y = self._column + _COLUMN_GAP, self.height
            item.drawOn(self.canv, x, y - taken + item.getSpaceAfter())
            y -= taken
