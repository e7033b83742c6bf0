"""Texts on their way into a data file: none of them runs, none of them breaks the file."""

import re

# What XML 1.0 cannot hold, and so no workbook: control characters and halves of characters.
_UNHOLDABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_LINE_END = re.compile(r"\r\n?")

STARTERS = r"=+\-@\uff1d\uff0b\uff0d\uff20"
"""What a formula begins with, for a character class; the last four are the same in full width."""

_FORMULA = re.compile(rf"\s*[\t\n{STARTERS}]")


def holdable(text: str) -> str:
    """A text without what a file cannot hold; every end of a line is a line feed."""
    return _UNHOLDABLE.sub("", _LINE_END.sub("\n", text))


def harmless(text: str) -> str:
    """A text that a spreadsheet shows and never computes.

    What could be a formula gets an apostrophe in front: a text that begins with ``=``, ``+``,
    ``-`` or ``@``, a tab or the end of a line, whatever white space comes before it.
    """
    # What is dropped goes first: behind it may stand the sign that counts.
    kept = holdable(text)
    return f"'{kept}" if _FORMULA.match(kept) else kept
