"""A font that remembers how wide words are."""

from functools import lru_cache
from pathlib import Path

from reportlab.pdfbase.ttfonts import TTFont

_REMEMBERED = 4096
"""Words per font: a report uses about half as many different ones."""


class MeasuredFont(TTFont):  # type: ignore[misc]
    """A TrueType font that adds up the letters of a word once.

    Breaking lines asks for the width of every word, of most of them again and again: it took a
    sixth of the time of a report.
    """

    def __init__(self, name: str, file: Path) -> None:
        super().__init__(name, str(file))
        self._units = lru_cache(maxsize=_REMEMBERED)(self._added_up)

    def _added_up(self, text: str) -> float:
        widths: dict[int, float] = self.face.charWidths
        default: float = self.face.defaultWidth
        return sum([widths.get(code, default) for code in map(ord, text)])

    def stringWidth(  # noqa: N802
        self, text: str | bytes, size: float, encoding: str = "utf8"
    ) -> float:
        """See reportlab: the width in points."""
        words = text.decode(encoding) if isinstance(text, bytes) else text
        # In reportlab's order: another would round otherwise.
        return 0.001 * size * self._units(words)
