"""What documents are built of besides text and tables: figures, lines, panels."""

from collections.abc import Sequence
from typing import Any

from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import Color
from reportlab.platypus import Flowable, KeepTogether

from evaltool.charts.palette import ACCENT
from evaltool.pdf.drawing import draw
from evaltool.pdf.structure import Element
from evaltool.pdf.styles import (
    FRAME_HEIGHT,
    TEXT_WIDTH,
    Tone,
)

_WHOLE = 0.45 * FRAME_HEIGHT
"""Points up to which a panel stays on one page: moving more would leave half a page empty."""

_FEWEST = 2
"""Parts of a panel that stay before a break, its heading among them."""


class Figure(Flowable):
    """A drawing with a text in its place for who does not see it."""

    def __init__(self, drawing: Drawing, alternative: str, *, after: float = 3.0) -> None:
        super().__init__()
        self.drawing = drawing
        self.alternative = alternative
        self.spaceAfter = after

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
            draw(self.drawing, canvas)


class Rule(Flowable):
    """A line across the page, as decoration."""

    def __init__(self, colour: Color = ACCENT, weight: float = 4.0, after: float = 8.0) -> None:
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
    """Paragraphs on a ground with a line at the left, on one page unless they are much."""

    _INDENT = 18.0
    _RIGHT = 9.0

    def __init__(self, content: Sequence[Flowable], tone: Tone, *, pad: float = 9.0) -> None:
        super().__init__()
        self.content = list(content)
        self.tone = tone
        self.pad = pad
        self.spaceBefore = self.spaceAfter = pad - 2

    def _inner(self, width: float) -> float:
        return width - self._INDENT - self._RIGHT

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: N803
        """See reportlab."""
        self.width = aW
        self._heights: list[float] = [
            item.wrapOn(getattr(self, "canv", None), self._inner(aW), 10_000)[1]
            for item in self.content
        ]
        spaces = (item.getSpaceAfter() for item in self.content[:-1])
        self.height = 2 * self.pad + sum(self._heights) + sum(spaces)
        return aW, self.height

    def split(self, aW: float, aH: float) -> list[Any]:  # noqa: N803
        """Break only what is long: between paragraphs, or inside one that is long itself."""
        self.wrap(aW, aH)
        if self.height <= _WHOLE:
            return []
        room = aH - 2 * self.pad
        first: list[Flowable] = []
        rest = list(self.content)
        for item, height in zip(self.content, self._heights, strict=True):
            if height > room:
                if height > _WHOLE:
                    canvas = getattr(self, "canv", None)
                    parts = item.splitOn(canvas, self._inner(aW), room)
                    first += parts[:1]
                    rest[:1] = parts[1:] if parts else rest[:1]
                break
            first.append(rest.pop(0))
            room -= height + item.getSpaceAfter()
        if len(rest) == 1 and len(first) > _FEWEST and rest[0] is self.content[-1]:
            # A last paragraph alone at the top of a page looks lost.
            rest.insert(0, first.pop())
        while first and rest and first[-1].getKeepWithNext():
            rest.insert(0, first.pop())
        if not first:
            return []
        return [Panel(part, self.tone, pad=self.pad) for part in (first, rest) if part]

    def draw(self) -> None:
        """Draw ground and line, then what stands on it."""
        canvas = self.canv
        with canvas.artifact():
            canvas.setFillColor(self.tone.ground)
            canvas.rect(0, 0, self.width, self.height, stroke=0, fill=1)
            canvas.setFillColor(self.tone.line)
            canvas.rect(0, 0, 4, self.height, stroke=0, fill=1)
        y = self.height - self.pad
        for item, height in zip(self.content, self._heights, strict=True):
            item.drawOn(canvas, self._INDENT, y - height)
            y -= height + item.getSpaceAfter()


def with_next(*content: Flowable) -> list[Flowable]:
    """Content that stays on the page of what comes after it."""
    for flowable in content:
        flowable.keepWithNext = 1
    return list(content)


def together(*content: Flowable) -> KeepTogether:
    """Content that stays on one page."""
    return KeepTogether(list(content))
