"""Reads what the report says of the survey of 2018, and which cells of 2020 stand beside it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evaltool.catalogue.faults import Fault
from evaltool.catalogue.files import Entry, Faults, read_csv, read_toml
from evaltool.catalogue.survey_tables import check_known, read_provenance, whole_number
from evaltool.domain.language import Text
from evaltool.domain.questionnaire import Questionnaire
from evaltool.domain.survey import FLANDERS, Discrepancy, Distribution, EarlierFigure

COLUMNS = (
    "section",
    "question",
    "segment",
    "option",
    "label_nl",
    "percent",
    "fraction_printed",
    "rank_printed",
    "discrepancies",
)
_FRACTION = re.compile(r"(\d) op (\d+)")

Cells = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class _Combined:
    label: Text
    cells: Cells
    all_but: bool


def read_earlier(
    folder: Path,
    questionnaire: Questionnaire,
    distributions: tuple[Distribution, ...],
    discrepancies: Mapping[str, Discrepancy],
    faults: Faults,
) -> tuple[EarlierFigure, ...]:
    """The figures of 2018, none where the edition has no such file."""
    path = folder / "survey-2018.csv"
    if not path.exists() and not path.with_suffix(".toml").exists():
        return ()
    table = read_provenance(path, faults)
    if table is not None:
        check_known(path.with_suffix(".toml"), None, table.discrepancies, discrepancies, faults)
    known = frozenset((d.question, cell.option) for d in distributions for cell in d.cells)
    combined = _combined(folder / "survey-2018-cells.toml", known, faults)
    found: list[EarlierFigure] = []
    for line, row in read_csv(path, COLUMNS, faults) or []:
        ids = tuple(row["discrepancies"].split())
        check_known(path, line, ids, discrepancies, faults)
        name = f"{row['question']}:{row['option']}"
        if row["question"] not in questionnaire.by_id:
            faults.append(Fault(path, line, "unknown_question", {"name": row["question"]}))
        elif (
            name not in combined and row["option"] not in questionnaire.by_id[row["question"]].by_id
        ):
            values = {"name": row["question"], "option": row["option"]}
            faults.append(Fault(path, line, "unknown_option", values))
        if not (row["percent"] or row["fraction_printed"] or row["rank_printed"]):
            faults.append(Fault(path, line, "no_figure", {"option": row["option"]}))
        fraction = _FRACTION.fullmatch(row["fraction_printed"])
        if row["fraction_printed"] and fraction is None:
            values = {"column": "fraction_printed", "found": row["fraction_printed"]}
            faults.append(Fault(path, line, "no_fraction", values))
        together = combined.get(name)
        own: Cells = ((row["question"], row["option"]),)
        found.append(
            EarlierFigure(
                section=row["section"],
                question=row["question"],
                segment=FLANDERS if row["segment"] == "total" else row["segment"],
                option=row["option"],
                percent=whole_number(path, line, "percent", row["percent"], faults),
                fraction=None if fraction is None else (int(fraction[1]), int(fraction[2])),
                rank=whole_number(path, line, "rank_printed", row["rank_printed"], faults),
                now=own if together is None else together.cells,
                all_but=together is not None and together.all_but,
                label=None if together is None else together.label,
                discrepancies=ids,
            )
        )
    return tuple(found)


def _combined(
    path: Path, known: frozenset[tuple[str, str]], faults: Faults
) -> dict[str, _Combined]:
    file = Entry(path, path.stem, read_toml(path, faults) or {}, faults)
    found: dict[str, _Combined] = {}
    for entry in file.entries("figures"):
        name = entry.string("figure")
        entry.name = name
        entry.mark = f'figure = "{name}"'
        cells, rest = entry.strings("cells"), entry.strings("all_but")
        for cell in (*cells, *rest):
            question, _, option = cell.partition(":")
            if (question, option) not in known:
                entry.fault("unknown_reference", key=cell)
        pairs = tuple((c.partition(":")[0], c.partition(":")[2]) for c in (*cells, *rest))
        found[name] = _Combined(entry.needed_text("label"), pairs, bool(rest))
        entry.done()
    file.done()
    return found
