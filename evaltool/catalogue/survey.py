"""Reads one edition of the survey: a folder with a CSV and a TOML of provenance per table."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from evaltool.catalogue.earlier_survey import read_earlier
from evaltool.catalogue.faults import Fault
from evaltool.catalogue.files import Entry, Faults, Rows, check_hash, read_csv, read_toml
from evaltool.catalogue.survey_tables import (
    TableFiles,
    check_known,
    digits,
    read_tables,
    table_names,
    whole_number,
)
from evaltool.domain.document import DERIVED_QUESTIONS
from evaltool.domain.language import Text
from evaltool.domain.questionnaire import Kind, Questionnaire
from evaltool.domain.survey import (
    CLUSTER_SEGMENTS,
    FLANDERS,
    Cell,
    CountStatus,
    Discrepancy,
    Distribution,
    Survey,
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
DERIVED_OPTIONS: Mapping[str, tuple[str, ...]] = {"radicalisation_any": ("yes", "no")}
"""The options of questions that are derived and therefore not in the questionnaire."""

_SPLITS = (
    *("signals_none", "signals_polarisation_only", "signals_radicalisation_only", "signals_both"),
    *("policy_yes", "policy_no"),
)


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
    whole = _all_listed(entry, folder, tables)
    distributions: list[Distribution] = []
    for files in tables:
        toml = files.path.with_suffix(".toml")
        check_known(toml, None, files.table.discrepancies, discrepancies, faults)
        for line, distribution in _distributions(files, questionnaire, discrepancies, faults):
            values = {"name": distribution.question, "segment": distribution.segment}
            if any((d.question, d.segment) == tuple(values.values()) for d in distributions):
                faults.append(Fault(files.path, line, "distribution_twice", values))
            distributions.append(distribution)
    method = entry.strings("discrepancies")
    check_known(path, None, method, discrepancies, faults)
    survey = Survey(
        edition=entry.string("edition"),
        title=entry.needed_text("title"),
        publisher=entry.string("publisher"),
        year=entry.whole("year"),
        period=entry.needed_text("period"),
        population=entry.needed_text("population"),
        licence=entry.needed_text("licence"),
        accessed=entry.day("accessed"),
        distributions=tuple(distributions),
        discrepancies=discrepancies,
        earlier=read_earlier(folder, questionnaire, tuple(distributions), discrepancies, faults),
        method_discrepancies=method,
    )
    entry.done()
    if whole:
        # With a table missing, what it should have held would only be told twice.
        _check_complete(path, questionnaire, survey, faults)
    return survey


def _all_listed(entry: Entry, folder: Path, tables: Sequence[TableFiles]) -> bool:
    """Whether the tables of the edition are all there and readable, and no others."""
    listed, there = entry.strings("tables", required=True), table_names(folder)
    for name in listed:
        if name not in there:
            entry.faults.append(Fault(folder / f"{name}.csv", None, "missing_file"))
            entry.faults.append(Fault(folder / f"{name}.toml", None, "missing_file"))
    for name in sorted(there - set(listed)):
        entry.fault("unlisted_table", key="tables", table=name)
    return set(listed) == {files.path.stem for files in tables}


def _check_complete(
    path: Path, questionnaire: Questionnaire, survey: Survey, faults: Faults
) -> None:
    """Check that each question has its figures: whole clusters, and each form its trend."""
    for question in questionnaire:
        if question.benchmarked and question.id not in survey.questions:
            faults.append(Fault(path, None, "question_without_survey", {"name": question.id}))
        elif question.kind is Kind.TREND:
            source = questionnaire.by_id[question.sources[0]]
            forms = [f"form:{option.id}" for option in source.options if option.surveyed]
            _check_segments(path, survey, question.id, forms, faults)
    for name in sorted(survey.per_cluster):
        _check_segments(path, survey, name, CLUSTER_SEGMENTS, faults)


def _check_segments(
    path: Path, survey: Survey, question: str, segments: Sequence[str], faults: Faults
) -> None:
    for segment in segments:
        if survey.get(question, segment) is None:
            values = {"name": question, "segment": segment}
            faults.append(Fault(path, None, "missing_segment", values))


def _distributions(
    files: TableFiles,
    questionnaire: Questionnaire,
    discrepancies: Mapping[str, Discrepancy],
    faults: Faults,
) -> list[tuple[int, Distribution]]:
    """The distributions of a table, each with the line it starts on."""
    found: list[tuple[int, Distribution]] = []
    groups: dict[tuple[str, str], Rows] = {}
    for line, row in files.rows:
        groups.setdefault((row["question"], row["segment"]), []).append((line, row))
    for (question, segment), rows in groups.items():
        first = rows[0][0]
        if not _is_segment(segment, questionnaire):
            faults.append(Fault(files.path, first, "unknown_segment", {"found": segment}))
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
        base = digits(rows[0][1]["n"])
        found.append((first, Distribution(question, shown, base, files.table, cells)))
    return found


def _is_segment(segment: str, questionnaire: Questionnaire) -> bool:
    if segment.startswith("form:"):
        form = segment.removeprefix("form:")
        trends = (q for q in questionnaire if q.kind is Kind.TREND)
        sources = (questionnaire.by_id[q.sources[0]] for q in trends)
        return any(form == option.id for source in sources for option in source.options)
    return segment == "total" or segment in CLUSTER_SEGMENTS or segment in _SPLITS


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
    # A count that is certain is there; one that the report does not have is not.
    certain = status in (CountStatus.PRINTED, CountStatus.RECONSTRUCTED)
    if status != CountStatus.AMBIGUOUS and certain != bool(row["count"]):
        values = {"status": status, "count": row["count"]}
        faults.append(Fault(path, line, "status_contradicts", values))
    ids = tuple(row["discrepancies"].split())
    check_known(path, line, ids, discrepancies, faults)
    count = whole_number(path, line, "count", row["count"], faults)
    n = whole_number(path, line, "n", row["n"], faults)
    percent = whole_number(path, line, "percent_printed", row["percent_printed"], faults)
    if percent is not None and percent > 100:
        faults.append(Fault(path, line, "percent_over_100", {"found": str(percent)}))
    if not row["count"] and not row["percent_printed"]:
        faults.append(Fault(path, line, "no_figure", {"option": row["option"]}))
    if count is not None and (n is None or count > n):
        values = {"count": row["count"], "n": row["n"]}
        faults.append(Fault(path, line, "count_over_base", values))
    return Cell(row["option"], count, percent, CountStatus(status), ids)


def _discrepancies(folder: Path, faults: Faults) -> Mapping[str, Discrepancy]:
    path = folder / "discrepancies.csv"
    toml = path.with_suffix(".toml")
    provenance = read_toml(toml, faults)
    if provenance is not None:
        entry = Entry(toml, "discrepancies", provenance, faults)
        entry.string("licence")
        entry.day("accessed")
        check_hash(path, entry.string("sha256"), faults)
        entry.done()
    found: dict[str, Discrepancy] = {}
    for line, row in read_csv(path, DISCREPANCY_COLUMNS, faults) or []:
        if row["id"] in found:
            faults.append(Fault(path, line, "id_twice", {"name": row["id"]}))
        if not all(row.values()):
            faults.append(Fault(path, line, "empty_cell"))
        texts = [Text(row[f"{k}_nl"], row[f"{k}_en"]) for k in ("place", "explanation", "taken")]
        found[row["id"]] = Discrepancy(row["id"], *texts)
    return found
