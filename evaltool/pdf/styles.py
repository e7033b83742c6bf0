"""How documents look: page, grid, type and colours."""

from dataclasses import dataclass
from functools import lru_cache

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm

from evaltool.charts import BOLD, ITALIC, REGULAR, register_fonts
from evaltool.charts.palette import ACCENT, INK, OUTLINE, QUIET, WASH

PAGE_WIDTH, PAGE_HEIGHT = A4
MARGIN = 20 * mm
TEXT_WIDTH = PAGE_WIDTH - 2 * MARGIN
FRAME_HEIGHT = PAGE_HEIGHT - 2 * MARGIN
BASELINE = 14.0


@dataclass(frozen=True)
class Tone:
    """The colours of a kind of finding: line and words, and the ground under them."""

    line: Color
    ground: Color


TONES = {
    "attention": Tone(HexColor("#8a4b00"), HexColor("#fff4e0")),
    "legal": Tone(HexColor("#8c1d18"), HexColor("#fdecea")),
    "strength": Tone(HexColor("#1c5e3a"), HexColor("#e7f4ec")),
    "plain": Tone(OUTLINE, WASH),
}


@lru_cache(maxsize=1)
def styles() -> dict[str, ParagraphStyle]:
    """Every style of paragraph by name."""
    register_fonts()

    def style(name: str, size: float, leading: float, **more: object) -> ParagraphStyle:
        return ParagraphStyle(
            name,
            fontName=more.pop("font", REGULAR),
            fontSize=size,
            leading=leading,
            textColor=more.pop("colour", INK),
            alignment=TA_LEFT,
            # A word without end is broken rather than run over the margin.
            splitLongWords=1,
            allowWidows=0,
            allowOrphans=0,
            bulletFontName=REGULAR,
            **more,
        )

    half = BASELINE / 2
    found = [
        style("body", 10, BASELINE, spaceAfter=half),
        style("small", 8.5, 11.5, colour=QUIET, spaceAfter=3),
        style("source", 8.5, 11.5, colour=QUIET, spaceAfter=half),
        style("sentence", 10, BASELINE, spaceAfter=2),
        style("lead", 11.5, 16, spaceAfter=BASELINE),
        style("title", 30, 36, font=BOLD, spaceAfter=BASELINE),
        style("place", 18, 24, colour=ACCENT, font=BOLD, spaceAfter=2 * BASELINE),
        style("h1", 22, 28, font=BOLD, spaceBefore=BASELINE, spaceAfter=half),
        style("top", 22, 28, font=BOLD, spaceAfter=half),
        style("part", 22, 28, font=BOLD, spaceBefore=2.5 * BASELINE, spaceAfter=half),
        style("section", 15, 20, font=BOLD, spaceBefore=2.5 * BASELINE, spaceAfter=half),
        style("agenda", 15, 20, font=BOLD, spaceBefore=1.5 * BASELINE, spaceAfter=half),
        style("h2", 15, 20, font=BOLD, spaceBefore=BASELINE, spaceAfter=half),
        style("h3", 11.5, 15, font=BOLD, spaceBefore=9, spaceAfter=3),
        style("minor", 11, 14, font=BOLD, spaceBefore=6, spaceAfter=2),
        style("item", 10, BASELINE, leftIndent=14, bulletIndent=2, spaceAfter=2),
        style("tight", 9.5, 13, spaceAfter=3),
        style("tightitem", 9.5, 13, leftIndent=14, bulletIndent=2),
        style("option", 10, BASELINE, leftIndent=18, bulletIndent=0, spaceAfter=2),
        style("cell", 8.5, 11.5),
        style("fineitem", 9, 12, leftIndent=14, bulletIndent=2),
        style("finecell", 8.5, 11.5, spaceAfter=5),
        style("cellhead", 8.5, 11.5, font=BOLD),
        style("label", 8.5, 11.5, font=BOLD, spaceBefore=5, spaceAfter=2, keepWithNext=1),
        style("fine", 9, 12.5, spaceAfter=3.5),
        style("question", 11.5, 16, font=BOLD, colour=ACCENT),
        style("note", 9, 12.5, font=ITALIC, colour=QUIET, spaceAfter=half),
        style("caption", 10, BASELINE, font=BOLD, spaceBefore=half, spaceAfter=3),
    ]
    return {s.name: s for s in found}
