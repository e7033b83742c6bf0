"""Draws the levels: a row of four steps per area, those reached filled."""

from collections.abc import Iterator

from reportlab.graphics.shapes import Drawing, Rect, Shape
from reportlab.lib.colors import Color

from evaltool.charts import shapes
from evaltool.charts.fonts import BOLD, REGULAR, register_fonts
from evaltool.charts.layout import WIDE_FROM
from evaltool.charts.palette import ACCENT, INK, OUTLINE, PAPER, PEERS, QUIET
from evaltool.domain.pictures import LevelPicture, LevelRow

_STEPS = 4
_GAP = 3.0
_BETWEEN = 6.0
_LABEL_COLUMN = 0.27


def levels_drawing(picture: LevelPicture, width: float) -> Drawing:
    """The picture, ``width`` points wide and as high as it needs to be.

    Where it is wide (paper) the area stands beside its steps and each step has its name; where it
    is narrow (a screen) area and name stand above the steps, which have their numbers.
    """
    register_fonts()
    return _narrow(picture, width) if width < WIDE_FROM else _wide(picture, width)


def _wide(picture: LevelPicture, width: float) -> Drawing:
    block, size = 17.0, 10.0
    left = _LABEL_COLUMN * width
    top = height = _height(picture, block)
    found: list[Shape] = []
    for row in picture.rows:
        bottom = top - block
        place = bottom + (block - 0.7 * size) / 2
        found.append(shapes.words(0, place, row.label, BOLD, size, INK))
        words = [f"{number} {name}" for number, name in enumerate(row.names, start=1)]
        found += _steps(row, words, (left, width), bottom, block, 9.0)
        if row.number is None:
            place = bottom + (block - 0.7 * 9.0) / 2
            found.append(shapes.words(left + 6, place, row.names[0], REGULAR, 9.0, QUIET))
        top -= block + _BETWEEN
    return shapes.drawing(width, height, found)


def _narrow(picture: LevelPicture, width: float) -> Drawing:
    block, size, leading = 18.0, 13.0, 18.0
    top = height = _height(picture, leading + block)
    found: list[Shape] = []
    for row in picture.rows:
        bottom = top - leading - block
        said = row.names[0] if row.number is None else f"{row.number} {row.names[row.number - 1]}"
        found.append(shapes.words(0, top - size, f"{row.label}: {said}", BOLD, size, INK))
        words = [str(number) for number in range(1, _STEPS + 1)]
        found += _steps(row, words, (0.0, width), bottom, block, 11.0)
        top -= leading + block + _BETWEEN
    return shapes.drawing(width, height, found)


def _height(picture: LevelPicture, row_height: float) -> float:
    # A point below the last row, or half of its outline would be cut off.
    return (row_height + _BETWEEN) * len(picture.rows) - _BETWEEN + 1


def _steps(
    row: LevelRow,
    words: list[str],
    span: tuple[float, float],
    bottom: float,
    block: float,
    size: float,
) -> Iterator[Shape]:
    """The steps of a row between two places; where no level is known one empty block."""
    left, right = span
    if row.number is None:
        yield _block(left, bottom, right - left, block, PAPER)
        return
    step = (right - left - (_STEPS - 1) * _GAP) / _STEPS
    baseline = bottom + (block - 0.7 * size) / 2
    for number, word in enumerate(words, start=1):
        x = left + (number - 1) * (step + _GAP)
        here = number == row.number
        fill = ACCENT if here else PEERS if number < row.number else PAPER
        colour = PAPER if here else INK if number < row.number else QUIET
        yield _block(x, bottom, step, block, fill)
        yield shapes.words(x + 5, baseline, word, BOLD if here else REGULAR, size, colour)


def _block(x: float, bottom: float, width: float, height: float, fill: Color) -> Rect:
    edge = ACCENT if fill == ACCENT else OUTLINE
    return shapes.block(x, bottom, width, height, fill, edge, 0.6)
