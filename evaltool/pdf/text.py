"""Text from anywhere, made fit for a paragraph."""

import unicodedata
from functools import lru_cache
from xml.sax.saxutils import escape

from reportlab.pdfbase.pdfmetrics import getFont

from evaltool.charts import REGULAR, register_fonts

SUBSTITUTE = "\N{WHITE SQUARE}"
"""Stands for a character that the typeface does not have."""

_LONGEST_WORD = 40


@lru_cache(maxsize=1)
def _known() -> frozenset[int]:
    register_fonts()
    return frozenset(getFont(REGULAR).face.charToGlyph)


def printable(text: str) -> str:
    """A text with only characters that can be printed: others are substituted, visibly.

    Characters that steer instead of print (control, direction, joiners) are left out.
    """
    known = _known()
    found: list[str] = []
    for character in unicodedata.normalize("NFC", text):
        if character in "\n\t" or ord(character) in known:
            found.append(character)
        elif unicodedata.category(character)[0] != "C" and not unicodedata.combining(character):
            found.append(SUBSTITUTE if ord(SUBSTITUTE) in known else "?")
    return "".join(found)


def markup(text: str) -> str:
    """A text as the markup of a paragraph: escaped, lines kept, endless words made to break."""
    lines: list[str] = []
    for line in printable(text).replace("\t", " ").split("\n"):
        words = [_broken(word) for word in line.split(" ")]
        lines.append(escape(" ".join(words)))
    return "<br/>".join(lines)


def _broken(word: str) -> str:
    """A word in pieces, if it is longer than any word is: paragraphs break only at spaces."""
    if len(word) <= _LONGEST_WORD:
        return word
    return " ".join(word[i : i + _LONGEST_WORD] for i in range(0, len(word), _LONGEST_WORD))
