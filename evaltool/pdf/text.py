"""Text from anywhere, made fit for a paragraph."""

import unicodedata
from functools import lru_cache
from xml.sax.saxutils import escape

from reportlab.pdfbase.pdfmetrics import getFont

from evaltool.charts import BOLD, ITALIC, REGULAR, register_fonts

SUBSTITUTE = "\N{WHITE VERTICAL RECTANGLE}"
"""Stands for a character that the typeface does not have."""


@lru_cache(maxsize=1)
def _known() -> frozenset[int]:
    register_fonts()
    return frozenset.intersection(
        *(frozenset(getFont(name).face.charToGlyph) for name in (REGULAR, BOLD, ITALIC))
    )


def printable(text: str) -> str:
    """A text with only characters that can be printed: others are substituted, visibly.

    A character that the typeface lacks becomes its plain form where it has one (a ligature its
    letters), else :data:`SUBSTITUTE`. Characters that steer instead of print (control,
    direction, joiners) are left out, line ends and tabs aside.
    """
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(map(_printed, composed))


@lru_cache(maxsize=4096)
def _printed(character: str) -> str:
    if character in "\n\t":
        return character
    category = unicodedata.category(character)
    # "Co" and "Cn" have no meaning of their own here, but somebody typed them: they are shown.
    if category in ("Cc", "Cf", "Cs"):
        return ""
    if category[0] != "C" and ord(character) in _known():
        return character
    plain = unicodedata.normalize("NFKC", character)
    if plain != character and all(ord(part) in _known() for part in plain):
        return plain
    # An accent or a variant selector that the typeface lacks leaves its letter readable.
    return "" if category[0] == "M" else SUBSTITUTE


def shortened(text: str, limit: int) -> str:
    """A text of at most ``limit`` characters, cut off after a word where it has one near there."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 2]
    words, space, _ = cut.rpartition(" ")
    return f"{words if space and len(words) > limit // 2 else cut} \N{HORIZONTAL ELLIPSIS}"


def markup(text: str) -> str:
    """A text as the markup of a paragraph: escaped, its lines kept."""
    return escape(printable(text).replace("\t", " ")).replace("\n", "<br/>")
