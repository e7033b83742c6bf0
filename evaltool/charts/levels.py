"""Draws the levels: a row of four steps per area, those reached filled."""

from reportlab.graphics.shapes import Drawing, Rect, String
from reportlab.lib.colors import Color

from evaltool.charts.drawing import ACCENT, INK, OUTLINE, PAPER, PEERS, QUIET
from evaltool.charts.fonts import BOLD, REGULAR, register_fonts
from evaltool.charts.text import wrapped
from evaltool.domain.report import LevelPicture, LevelRow

_WIDE = 420.0
"""Points from which on the name of an area stands beside its steps; below it, above them."""

_STEPS = 4
_BLOCK = 17.0
_GAP = 3.0
_BETWEEN = 6.0


def levels_drawing(picture: LevelPicture, width: float) -> Drawing:
    """The picture, ``width`` points wide and as high as it needs to be."""
    register_fonts()
    stacked = width < _WIDE
    size = 11.0 if stacked else 10.0
    label = 0.0 if stacked else 0.27 * width
    leading = 1.3 * size if stacked else 0.0
    block = _BLOCK + (3 if stacked else 0)
    row_height = leading + block + _BETWEEN
    drawing = Drawing(width, row_height * len(picture.rows) - _BETWEEN)
    step = (width - label - (_STEPS - 1) * _GAP) / _STEPS
    top = drawing.height
    for row in picture.rows:
        bottom = top - leading - block
        baseline = top - size if stacked else bottom + (block - 0.7 * size) / 2
        drawing.add(_text(0, baseline, row.label, BOLD, size, INK))
        _steps(drawing, row, label, bottom, step, block, size)
        top -= row_height
    return drawing


def _steps(
    drawing: Drawing,
    row: LevelRow,
    left: float,
    bottom: float,
    step: float,
    block: float,
    size: float,
) -> None:
    if row.number is None:
        whole = _STEPS * step + (_STEPS - 1) * _GAP
        drawing.add(_block(left, bottom, whole, block, PAPER))
        baseline = bottom + (block - 0.7 * size) / 2
        drawing.add(_text(left + 6, baseline, row.names[0], REGULAR, size - 1, QUIET))
        return
    for number, name in enumerate(row.names, start=1):
        x = left + (number - 1) * (step + _GAP)
        here = number == row.number
        fill = ACCENT if here else PEERS if number < row.number else PAPER
        drawing.add(_block(x, bottom, step, block, fill))
        words = f"{number} {name}"
        small = size - 1
        # A step too narrow for its name shows its number alone.
        fits = len(wrapped(words, BOLD, small, step - 8)) == 1
        colour = PAPER if here else INK if number < row.number else QUIET
        baseline = bottom + (block - 0.7 * small) / 2
        font = BOLD if here else REGULAR
        drawing.add(_text(x + 5, baseline, words if fits else str(number), font, small, colour))


def _block(x: float, bottom: float, width: float, height: float, fill: Color) -> Rect:
    edge = ACCENT if fill == ACCENT else OUTLINE
    return Rect(x, bottom, width, height, fillColor=fill, strokeColor=edge, strokeWidth=0.6)


def _text(x: float, y: float, words: str, font: str, size: float, colour: Color) -> String:
    return String(x, y, words, fontName=font, fontSize=size, fillColor=colour, textAnchor="start")
