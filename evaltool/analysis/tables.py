"""A table of the survey as readable text, with shares and intervals."""

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from evaltool.analysis.frame import frame_of
from evaltool.catalogue.files import Faults
from evaltool.catalogue.survey_tables import read_tables
from evaltool.domain.comparison import SMALLEST_BASE
from evaltool.domain.language import Texts, percentage
from evaltool.domain.statistics import wilson
from evaltool.domain.survey import FLANDERS


class UnknownTable(LookupError):
    """There is no such table; ``known`` lists those there are."""

    def __init__(self, asked: str, known: tuple[str, ...]) -> None:
        super().__init__(asked)
        self.asked = asked
        self.known = known


def table_text(folder: Path, asked: str, texts: Texts) -> str:
    """A table of one edition of the survey, per segment and option.

    ``asked`` names it as the report does (``Tabel 8``, ``figuur 10``) or as its file
    (``tekst-3.4.1``); a bare number is a table.

    Raises:
        UnknownTable: no table has that name.
    """
    faults: Faults = []
    tables = {files.table.source: files for files in read_tables(folder, faults)}
    source = _source(asked, tuple(tables))
    files = tables[source]
    table = files.table
    # Segment by segment, in the order in which the table first names them.
    frame = frame_of([files]).sort_values(
        ["question", "segment"], kind="stable", key=lambda column: pd.factorize(column)[0]
    )
    rows = [_row(cell, texts) for cell in frame.to_dict("records")]
    section = texts("benchmarks.section", section=table.section)
    lines = [
        f"{table.source} ({section}): {texts.of(table.title)}",
        f"{texts('benchmarks.base')}: {texts.of(table.base)}",
        texts.of(table.counts),
        "",
        *_aligned([tuple(texts(f"benchmarks.{key}") for key in _COLUMNS), *rows]),
        "",
        texts("benchmarks.interval_note"),
    ]
    if table.discrepancies:
        lines.append(texts("benchmarks.touches", ids=", ".join(table.discrepancies)))
    return "\n".join(lines)


_COLUMNS = (
    "question",
    "segment",
    "option",
    "count",
    "share",
    "interval",
    "printed",
    "status",
    "discrepancies",
)


_NUMBERS = ("count", "share", "interval", "printed")


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """The rows as lines: words from the left, numbers up to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.rjust(width) if key in _NUMBERS else cell.ljust(width)
            for key, cell, width in zip(_COLUMNS, row, widths, strict=True)
        ]
        yield "  ".join(cells).rstrip()


def _row(cell: Mapping[Hashable, Any], texts: Texts) -> tuple[str, ...]:
    count, n, percent = cell["count"], cell["n"], cell["percent"]
    share = interval = "–"
    counted = "–"
    if not pd.isna(count) and not pd.isna(n):
        k, base = int(count), int(n)
        counted = f"{k}/{base}"
        if base >= SMALLEST_BASE:
            low, high = wilson(k, base)
            share = percentage(k / base)
            interval = f"{percentage(low)} – {percentage(high)}"
    printed = "–" if pd.isna(percent) else percentage(int(percent) / 100)
    return (
        str(cell["question"]),
        FLANDERS if cell["segment"] == "total" else str(cell["segment"]),
        str(cell["option"]),
        counted,
        share,
        interval,
        printed,
        texts(f"benchmarks.status_{cell['status']}"),
        str(cell["discrepancies"]),
    )


def _source(asked: str, known: tuple[str, ...]) -> str:
    wanted = _plain(asked)
    for source in known:
        if wanted in (_plain(source), _plain(source).removeprefix("tabel")):
            return source
    raise UnknownTable(asked, tuple(sorted(known, key=_by_number)))


def _by_number(name: str) -> list[tuple[str, int]]:
    """Tabel 2 before Tabel 10."""
    return [(word, int(digits or 0)) for word, digits in re.findall(r"(\D+)(\d*)", name)]


def _plain(name: str) -> str:
    """A name of a table without spaces, hyphens and case."""
    return "".join(name.lower().replace("-", " ").split())
