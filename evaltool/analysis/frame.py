"""A survey folder as one pandas frame: a row per cell, with the file and line it stands on."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from evaltool.catalogue.survey_tables import TableFiles, digits

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
        # What is no whole number is told where the files are read; here it is missing.
        frame[column] = pd.array([digits(text) for text in frame[column]], dtype="Int64")
    return frame
