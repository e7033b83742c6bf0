"""Comparisons and levels as pictures: one drawing, shown in a PDF and on a page alike."""

from evaltool.charts.drawing import chart_drawing
from evaltool.charts.fonts import BOLD, ITALIC, REGULAR, register_fonts
from evaltool.charts.levels import levels_drawing
from evaltool.charts.svg import NARROW_WIDTH, inline_levels, inline_svg

__all__ = [
    "BOLD",
    "ITALIC",
    "NARROW_WIDTH",
    "REGULAR",
    "chart_drawing",
    "inline_levels",
    "inline_svg",
    "levels_drawing",
    "register_fonts",
]
