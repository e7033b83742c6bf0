"""A survey folder as one pandas frame: a row per cell, with the file and line it stands on."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from evaltool.catalogue.survey import TableFiles

COLUMNS = [
    "path",
    "line",
    "source",
    "question",
    "kind",
    "segment",
    "n",
    "option",
    "count",
    "percent",
    "status",
    "discrepancies",
]


def frame_of(tables: Sequence[TableFiles]) -> pd.DataFrame:
    """The cells of some tables; ``n``, ``count`` and ``percent`` as whole numbers or missing."""
    rows: list[tuple[Path, int, str, str, str, str, str, str, str, str, str, str]] = [
        (
            files.path,
            line,
            files.table.source,
            row["question"],
            row["kind"],
            row["segment"],
            row["n"],
            row["option"],
            row["count"],
            row["percent_printed"],
            row["count_status"],
            row["discrepancies"],
        )
        for files in tables
        for line, row in files.rows
    ]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    for column in ("n", "count", "percent"):
        frame[column] = pd.to_numeric(frame[column], errors="coerce").astype("Int64")
    return frame
