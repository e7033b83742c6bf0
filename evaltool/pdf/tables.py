"""Tagged tables."""

from collections.abc import Sequence
from typing import Any

from reportlab.platypus import Flowable, Table, TableStyle

from evaltool.charts import REGULAR
from evaltool.charts.palette import LINE, OUTLINE
from evaltool.pdf.paragraphs import Tagged
from evaltool.pdf.structure import Element

_AFTER = 5.0
"""Points between the last line of a table and the words under it."""


def data_table(
    head: Sequence[str],
    rows: Sequence[Sequence[str | Flowable]],
    widths: Sequence[float],
    *,
    row_heads: bool = True,
) -> "TaggedTable":
    """A table whose first row names the columns and, with ``row_heads``, first column the rows.

    Every text is a paragraph, so that nothing runs over. ``widths`` are in points.
    """
    cells: list[list[Flowable]] = [[Tagged(text, "cellhead") for text in head]]
    cells += [[Tagged(c, "cell") if isinstance(c, str) else c for c in row] for row in rows]
    table = TaggedTable(
        cells, colWidths=list(widths), repeatRows=1, renderCB=_tag_table, spaceAfter=_AFTER
    )
    table.row_heads = row_heads
    table.setStyle(
        TableStyle(
            [
                # Cells hold paragraphs, but reportlab sets the table's own typeface before each.
                ("FONTNAME", (0, 0), (-1, -1), REGULAR),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (0, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 5),
                ("TOPPADDING", (0, 0), (-1, -1), 2.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
                ("LINEBELOW", (0, 0), (-1, 0), 0.9, OUTLINE),
                ("LINEBELOW", (0, 1), (-1, -1), 0.4, LINE),
            ]
        )
    )
    return table


class TaggedTable(Table):
    """A table with rows and cells as elements; heads repeated overleaf are decoration."""

    row_heads = True
    continued = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key = object()

    def split(self, aW: float, aH: float) -> list[Any]:  # noqa: N803
        """The parts belong to the same table."""
        parts: list[Any] = super().split(aW, aH)
        for number, part in enumerate(parts):
            part.key, part.row_heads = self.key, self.row_heads
            part.continued = self.continued or number > 0
        return parts


def _tag_table(table: Any, event: str, *details: Any) -> None:
    """What reportlab calls while it draws a table: opens and closes the elements."""
    canvas = table.canv
    match event:
        case "startTable":
            table.element = canvas.element_of(table.key, "Table")
        case "startBG" | "startLines":
            table.artifact = canvas.artifact()
            table.artifact.__enter__()
        case "endBG" | "endLines":
            table.artifact.__exit__(None, None, None)
        case "startRow":
            table.in_head = details[0] == 0
            table.repeated = table.in_head and table.continued
            if table.repeated:
                table.artifact = canvas.artifact("Pagination")
                table.artifact.__enter__()
            else:
                table.row = Element("TR", table.element)
        case "startCell" if not table.repeated:
            names_row = table.row_heads and details[1] == 0
            if table.in_head or names_row:
                scope = "Column" if table.in_head else "Row"
                cell = Element("TH", table.row, scope=scope)
            else:
                cell = Element("TD", table.row)
            table.cell = canvas.tagged(cell)
            table.cell.__enter__()
        case "endCell" if not table.repeated:
            table.cell.__exit__(None, None, None)
        case "endRow" if table.repeated:
            table.artifact.__exit__(None, None, None)
