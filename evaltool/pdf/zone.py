"""The part of the report with a column per municipality of a police zone."""

from collections.abc import Iterator

from reportlab.platypus import Flowable

from evaltool.domain.language import Texts
from evaltool.domain.supplements import ZoneView
from evaltool.pdf.paragraphs import Tagged
from evaltool.pdf.styles import TEXT_WIDTH
from evaltool.pdf.tables import data_table

_COLUMNS = 3
"""Municipalities beside each other; more of them go in a table below."""
_FIRST = 0.28


def zone_part(zone: ZoneView, t: Texts) -> Iterator[Flowable]:
    """What stands under the heading: tables of at most three municipalities, and the source."""
    if not zone.rows:
        yield Tagged(t("zone.report_none"))
        return
    for part in blocks(len(zone.head)):
        names, clusters = zone.head[part], zone.clusters[part]
        head = (
            t("zone.question_head"),
            *(f"{name}: {cluster}" for name, cluster in zip(names, clusters, strict=True)),
        )
        rows = [(f"{row.question} {row.answer}", *row.cells[part]) for row in zone.rows]
        share = (1 - _FIRST) / len(names)
        widths = [TEXT_WIDTH * _FIRST, *[TEXT_WIDTH * share] * len(names)]
        yield data_table(head, rows, widths)
    for note in zone.notes:
        yield Tagged(note, "source")
    tables = ", ".join(dict.fromkeys(row.source for row in zone.rows))
    yield Tagged(t("zone.source", tables=tables), "source")


def blocks(number: int) -> Iterator[slice]:
    """Columns side by side, as even as can be: seven are three, two and two."""
    tables = -(-number // _COLUMNS)
    size, more = divmod(number, tables)
    start = 0
    for table in range(tables):
        end = start + size + (table < more)
        yield slice(start, end)
        start = end
