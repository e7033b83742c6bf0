"""How wide words are, and where they break."""

import re
from functools import lru_cache

from reportlab.pdfbase.pdfmetrics import stringWidth

# Breaks at plain spaces only: a no-break space is meant. A figure's share and base stand two
# no-break spaces apart, and there it may break.
_BREAKS = re.compile(r" +|\N{NO-BREAK SPACE}{2}")
_PARTS = re.compile(r"[^/-]*[/-]+|[^/-]+")


def width_of(words: str, font: str, size: float) -> float:
    """Width in points."""
    return float(stringWidth(words, font, size))


@lru_cache(maxsize=1024)
def wrapped(words: str, font: str, size: float, width: float) -> tuple[str, ...]:
    """The words over as many lines as ``width`` points ask for; at least one.

    A word wider than a line breaks after a slash or hyphen, and if that is not enough between
    two letters. Remembered for the words asked for last: most are of the questionnaire.
    """

    def fits(text: str) -> bool:
        return width_of(text, font, size) <= width

    if fits(words):
        return (words,)
    lines: list[str] = []
    line = ""
    for word in _BREAKS.split(words):
        joined = f"{line} {word}" if line else word
        if fits(joined):
            line = joined
            continue
        if fits(word):
            lines.append(line)
            line = word
            continue
        glue = " " if line else ""
        for part in _PARTS.findall(word):
            for piece in (part,) if fits(part) else tuple(part):
                if line and not fits(line + glue + piece):
                    lines.append(line)
                    line = piece
                else:
                    line += glue + piece
                glue = ""
    return (*lines, line)
