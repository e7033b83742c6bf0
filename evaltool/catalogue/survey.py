"""Reads one edition of the survey: a folder with a CSV and a TOML of provenance per table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from evaltool.catalogue.faults import Fault
from evaltool.catalogue.files import Entry, Faults, check_hash, read_csv, read_toml
from evaltool.domain.document import DERIVED_QUESTIONS
from evaltool.domain.language import Text
from evaltool.domain.questionnaire import Kind, Questionnaire
from evaltool.domain.survey import (
    FLANDERS,
    Cell,
    CountStatus,
    Discrepancy,
    Distribution,
    EarlierFigure,
    Survey,
    Table,
)

CELL_COLUMNS = (
    "question",
    "kind",
    "segment",
    "n",
    "option",
    "label_nl",
    "count",
    "percent_printed",
    "count_status",
    "discrepancies",
)
DISCREPANCY_COLUMNS = (
    "id",
    "place_nl",
    "place_en",
    "explanation_nl",
    "explanation_en",
    "taken_nl",
    "taken_en",
)
EARLIER_COLUMNS = (
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
NOT_TABLES = ("edition", "discrepancies", "survey-2018")

DERIVED_OPTIONS: Mapping[str, tuple[str, ...]] = {"radicalisation_any": ("yes", "no")}
"""The options of questions that are derived and therefore not in the questionnaire."""

Rows = list[tuple[int, dict[str, str]]]


@dataclass(frozen=True)
class TableFiles:
    """A table as it stands in its two files, for the checks that need the lines."""

    path: Path
    table: Table
    rows: Rows


def read_tables(folder: Path, faults: Faults) -> tuple[TableFiles, ...]:
    """Every table of a survey folder, with hash and columns checked, cells still as text."""
    found: list[TableFiles] = []
    names = {path.stem for path in folder.glob("*.toml")} | {p.stem for p in folder.glob("*.csv")}
    for name in sorted(names - set(NOT_TABLES)):
        path = folder / f"{name}.csv"
        toml = folder / f"{name}.toml"
        rows = read_csv(path, CELL_COLUMNS, faults)
        provenance = read_toml(toml, faults)
        if provenance is None:
            continue
        entry = Entry(toml, name, provenance, faults)
        table = Table(
            source=entry.string("source"),
            section=entry.string("section"),
            title=entry.needed_text("title"),
            base=entry.needed_text("base"),
            counts=entry.needed_text("counts"),
            discrepancies=entry.strings("discrepancies"),
            sum_of_answers=entry.whole("sum_of_answers", 0) or None,
        )
        for key in ("publisher", "report", "licence"):
            entry.string(key)
        for key in ("period", "population"):
            entry.needed_text(key)
        _day(entry, "accessed")
        check_hash(path, entry.string("sha256"), faults)
        entry.done()
        if rows is not None:
            found.append(TableFiles(path, table, rows))
    return tuple(found)


def read_survey(folder: Path, questionnaire: Questionnaire, faults: Faults) -> Survey | None:
    """One edition of the survey; None if it has no frame.

    Checked are hashes, columns, numbers, and that questions and options are those of the
    questionnaire, and the reverse.
    """
    path = folder / "edition.toml"
    frame = read_toml(path, faults)
    if frame is None:
        return None
    entry = Entry(path, "edition", frame, faults)
    discrepancies = _discrepancies(folder, faults)
    tables = read_tables(folder, faults)
    distributions: list[Distribution] = []
    for files in tables:
        _known(files.path, None, files.table.discrepancies, discrepancies, faults)
        distributions.extend(_distributions(files, questionnaire, discrepancies, faults))
    method = entry.strings("discrepancies")
    _known(path, None, method, discrepancies, faults)
    survey = Survey(
        edition=entry.string("edition"),
        title=entry.needed_text("title"),
        publisher=entry.string("publisher"),
        year=entry.whole("year"),
        period=entry.needed_text("period"),
        population=entry.needed_text("population"),
        licence=entry.needed_text("licence"),
        accessed=_day(entry, "accessed"),
        distributions=tuple(distributions),
        discrepancies=discrepancies,
        earlier=_earlier(folder, discrepancies, faults),
        method_discrepancies=method,
    )
    entry.done()
    for question in questionnaire:
        if question.benchmarked and question.id not in survey.questions:
            faults.append(Fault(folder, None, "question_without_survey", {"name": question.id}))
    return survey


def _distributions(
    files: TableFiles,
    questionnaire: Questionnaire,
    discrepancies: Mapping[str, Discrepancy],
    faults: Faults,
) -> list[Distribution]:
    found: list[Distribution] = []
    groups: dict[tuple[str, str], Rows] = {}
    for line, row in files.rows:
        groups.setdefault((row["question"], row["segment"]), []).append((line, row))
    for (question, segment), rows in groups.items():
        first = rows[0][0]
        kind, options = _expected(questionnaire, question)
        if kind is None:
            faults.append(Fault(files.path, first, "unknown_question", {"name": question}))
        cells = tuple(
            _cell(files.path, line, row, kind, discrepancies, faults) for line, row in rows
        )
        bases = {row["n"] for _, row in rows}
        if len(bases) > 1:
            values = {"name": question, "segment": segment}
            faults.append(Fault(files.path, first, "two_bases", values))
        codes = [cell.option for cell in cells]
        for (line, _), code in zip(rows, codes, strict=True):
            if kind is not None and code not in options:
                values = {"name": question, "option": code}
                faults.append(Fault(files.path, line, "unknown_option", values))
            elif codes.count(code) > 1:
                values = {"name": question, "option": code}
                faults.append(Fault(files.path, line, "cell_twice", values))
        for code in options:
            if code not in codes:
                values = {"name": question, "segment": segment, "option": code}
                faults.append(Fault(files.path, first, "missing_cell", values))
        shown = FLANDERS if segment == "total" else segment
        base = _number(files.path, first, "n", rows[0][1]["n"], faults)
        found.append(Distribution(question, shown, base, files.table, cells))
    return found


def _expected(questionnaire: Questionnaire, question: str) -> tuple[Kind | None, tuple[str, ...]]:
    """The kind and the surveyed options of a question; no kind where there is no such question."""
    if question in DERIVED_QUESTIONS:
        return Kind.SINGLE, DERIVED_OPTIONS[question]
    asked = questionnaire.by_id.get(question)
    if asked is None or not asked.benchmarked:
        return None, ()
    return asked.kind, tuple(option.id for option in asked.options if option.surveyed)


def _cell(
    path: Path,
    line: int,
    row: Mapping[str, str],
    kind: Kind | None,
    discrepancies: Mapping[str, Discrepancy],
    faults: Faults,
) -> Cell:
    # To the survey, the trend of one form is a single question.
    written = Kind.SINGLE if kind is Kind.TREND else kind
    if written is not None and row["kind"] != written:
        faults.append(Fault(path, line, "wrong_kind", {"found": row["kind"], "expected": written}))
    status = row["count_status"]
    if status not in list(CountStatus):
        faults.append(Fault(path, line, "unknown_status", {"found": status}))
        status = CountStatus.AMBIGUOUS
    ids = tuple(row["discrepancies"].split())
    _known(path, line, ids, discrepancies, faults)
    count = _number(path, line, "count", row["count"], faults)
    n = _number(path, line, "n", row["n"], faults)
    percent = _number(path, line, "percent_printed", row["percent_printed"], faults)
    if count is None and percent is None:
        faults.append(Fault(path, line, "no_figure", {"option": row["option"]}))
    if count is not None and (n is None or count > n):
        values = {"count": row["count"], "n": row["n"]}
        faults.append(Fault(path, line, "count_over_base", values))
    return Cell(row["option"], count, percent, CountStatus(status), ids)


def _number(path: Path, line: int, column: str, text: str, faults: Faults) -> int | None:
    if text == "":
        return None
    if not (text.isascii() and text.isdigit()):
        faults.append(Fault(path, line, "no_number", {"column": column, "found": text}))
        return None
    return int(text)


def _known(
    path: Path,
    line: int | None,
    ids: tuple[str, ...],
    discrepancies: Mapping[str, Discrepancy],
    faults: Faults,
) -> None:
    for id_ in ids:
        if id_ not in discrepancies:
            faults.append(Fault(path, line, "unknown_discrepancy", {"found": id_}))


def _discrepancies(folder: Path, faults: Faults) -> Mapping[str, Discrepancy]:
    path = folder / "discrepancies.csv"
    _beside(path, faults)
    found: dict[str, Discrepancy] = {}
    for line, row in read_csv(path, DISCREPANCY_COLUMNS, faults) or []:
        if not all(row.values()):
            faults.append(Fault(path, line, "empty_cell"))
        texts = [Text(row[f"{k}_nl"], row[f"{k}_en"]) for k in ("place", "explanation", "taken")]
        found[row["id"]] = Discrepancy(row["id"], *texts)
    return found


def _earlier(
    folder: Path, discrepancies: Mapping[str, Discrepancy], faults: Faults
) -> tuple[EarlierFigure, ...]:
    path = folder / "survey-2018.csv"
    _beside(path, faults)
    found: list[EarlierFigure] = []
    for line, row in read_csv(path, EARLIER_COLUMNS, faults) or []:
        ids = tuple(row["discrepancies"].split())
        _known(path, line, ids, discrepancies, faults)
        found.append(
            EarlierFigure(
                section=row["section"],
                question=row["question"],
                segment=FLANDERS if row["segment"] == "total" else row["segment"],
                option=row["option"],
                percent=_number(path, line, "percent", row["percent"], faults),
                fraction=row["fraction_printed"] or None,
                rank=_number(path, line, "rank_printed", row["rank_printed"], faults),
                discrepancies=ids,
            )
        )
    return tuple(found)


def _beside(path: Path, faults: Faults) -> None:
    """Check a data file against the hash in the TOML beside it."""
    provenance = read_toml(path.with_suffix(".toml"), faults)
    if provenance is not None:
        check_hash(path, provenance.get("sha256"), faults)


def _day(entry: Entry, key: str) -> date:
    value = entry.raw(key)
    if isinstance(value, date):
        return value
    entry.fault("wrong_type", key=key)
    return date.min
