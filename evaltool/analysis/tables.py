"""A table of the survey as readable text, with shares and intervals."""

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from evaltool.analysis.frame import frame_of
from evaltool.catalogue.files import Faults
from evaltool.catalogue.survey import read_tables
from evaltool.domain.comparison import SMALLEST_BASE
from evaltool.domain.language import Texts, percentage
from evaltool.domain.statistics import wilson


class UnknownTable(LookupError):
    """There is no such table; ``known`` lists those there are."""

    def __init__(self, asked: str, known: tuple[str, ...]) -> None:
        super().__init__(asked)
        self.asked = asked
        self.known = known


def table_text(folder: Path, asked: str, texts: Texts) -> str:
    """A table of one edition of the survey, per segment and option.

    ``asked`` names it as the report does (``Tabel 8``, ``figuur 10``); a bare number is a
    table.

    Raises:
        UnknownTable: no table has that name.
    """
    faults: Faults = []
    tables = {files.table.source: files for files in read_tables(folder, faults)}
    source = _source(asked, tuple(tables))
    files = tables[source]
    table = files.table
    frame = frame_of([files])
    shown = pd.DataFrame(
        [_row(cell) for cell in frame.to_dict("records")],
        columns=[texts(f"benchmarks.{key}") for key in _COLUMNS],
    )
    section = texts("benchmarks.section", section=table.section)
    lines = [
        f"{table.source} ({section}): {texts.of(table.title)}",
        f"{texts('benchmarks.base')}: {texts.of(table.base)}",
        texts.of(table.counts),
        "",
        shown.to_string(index=False, justify="left"),
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


def _row(cell: Mapping[Hashable, Any]) -> tuple[str, ...]:
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
    printed = "–" if pd.isna(percent) else f"{percent}\N{NO-BREAK SPACE}%"
    return (
        str(cell["question"]),
        str(cell["segment"]),
        str(cell["option"]),
        counted,
        share,
        interval,
        printed,
        str(cell["status"]),
        str(cell["discrepancies"]),
    )


def _source(asked: str, known: tuple[str, ...]) -> str:
    wanted = " ".join(asked.replace("-", " ", 1).split()).lower()
    if wanted.replace(".", "").isdigit():
        wanted = f"tabel {wanted}"
    for source in known:
        if source.lower() == wanted:
            return source
    raise UnknownTable(asked, known)
