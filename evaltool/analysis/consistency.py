"""Whether the survey's figures agree with each other: sums, shares and totals."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from evaltool.analysis.frame import frame_of
from evaltool.catalogue.faults import Fault
from evaltool.catalogue.files import Faults
from evaltool.catalogue.survey_tables import TableFiles, read_tables
from evaltool.domain.survey import CLUSTER_SEGMENTS

_HALF_POINT = 0.5
# Computing 12.5 % from binary fractions may miss the half by a little.
_ROUNDING = 1e-9


def check_consistency(folder: Path) -> list[Fault]:
    """The faults of one edition of the survey.

    Checked are: the counts of a single question add up to n; the answers of a multi question
    to the sum the report prints; the clusters to the total; and each count to the printed
    percentage, unless the difference is a listed discrepancy of that cell.
    """
    unreadable: Faults = []
    tables = read_tables(folder, unreadable)
    frame = frame_of(tables)
    return [
        *_single_sums(frame),
        *_printed_sums(frame, tables),
        *_cluster_sums(frame),
        *_shares(frame),
    ]


def _fault(row: Any, code: str, **values: object) -> Fault:
    texts = {key: str(value) for key, value in values.items()}
    return Fault(Path(str(row["path"])), int(str(row["line"])), code, texts)


def _single_sums(frame: pd.DataFrame) -> Iterator[Fault]:
    single = frame[frame["kind"] == "single"]
    for (question, segment), cells in single.groupby(["question", "segment"], sort=False):
        # Tabel 6 and Tabel 5 share a question, never a segment.
        if cells["count"].isna().any() or cells["n"].isna().any():
            continue
        total, n = int(cells["count"].sum()), int(cells["n"].iloc[0])
        if total != n:
            yield _fault(
                cells.iloc[0], "wrong_sum", name=question, segment=segment, found=total, expected=n
            )


def _printed_sums(frame: pd.DataFrame, tables: tuple[TableFiles, ...]) -> Iterator[Fault]:
    for files in tables:
        if files.table.sum_of_answers is None:
            continue
        cells = frame[frame["source"] == files.table.source]
        total = int(cells["count"].sum())
        if total != files.table.sum_of_answers:
            yield _fault(
                cells.iloc[0],
                "wrong_sum_of_answers",
                name=files.table.source,
                found=total,
                expected=files.table.sum_of_answers,
            )


def _cluster_sums(frame: pd.DataFrame) -> Iterator[Fault]:
    clusters = frame[frame["segment"].isin(CLUSTER_SEGMENTS)]
    for (question, option), cells in clusters.groupby(["question", "option"], sort=False):
        totals = frame[
            (frame["question"] == question)
            & (frame["option"] == option)
            & (frame["segment"] == "total")
        ]
        if totals.empty or cells["count"].isna().any():
            continue
        found, expected = int(cells["count"].sum()), int(totals["count"].iloc[0])
        if found != expected:
            yield _fault(
                totals.iloc[0],
                "wrong_cluster_sum",
                name=question,
                option=option,
                found=found,
                expected=expected,
            )


def _shares(frame: pd.DataFrame) -> Iterator[Fault]:
    known = frame.dropna(subset=["count", "n", "percent"])
    known = known.assign(share=100 * known["count"].astype(float) / known["n"].astype(float))
    apart = (known["share"] - known["percent"].astype(float)).abs() > _HALF_POINT + _ROUNDING
    unexplained = known[apart & (known["discrepancies"] == "")]
    for _, row in unexplained.iterrows():
        yield _fault(
            row,
            "share_contradicts_count",
            option=row["option"],
            count=row["count"],
            n=row["n"],
            share=f"{row['share']:.1f}",
            percent=row["percent"],
        )
