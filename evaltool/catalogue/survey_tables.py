"""Reads the tables of a survey folder as they stand in their files: a CSV and a TOML each."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from pathlib import Path

from evaltool.catalogue.faults import Fault
from evaltool.catalogue.files import Entry, Faults, Rows, check_hash, line_of, read_csv, read_toml
from evaltool.domain.survey import Table

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
NOT_TABLES = ("edition", "discrepancies", "survey-2018", "survey-2018-cells")


@dataclass(frozen=True)
class TableFiles:
    """A table as it stands in its two files, for the checks that need the lines."""

    path: Path
    table: Table
    rows: Rows


def table_names(folder: Path) -> set[str]:
    """The names of the tables there are files of, without extension."""
    found = {path.stem for ending in ("csv", "toml") for path in folder.glob(f"*.{ending}")}
    return found - set(NOT_TABLES)


def table_sources(folder: Path) -> frozenset[str]:
    """The tables as the report names them (``Tabel 8``), also those that cannot be read."""
    frame = read_toml(folder / "edition.toml", [])
    listed = None if frame is None else frame.get("tables")
    names = [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []
    return frozenset(_source(name) for name in {*names, *table_names(folder)})


def _source(name: str) -> str:
    """What the table of a file is called: ``tekst-3.4.3-bis`` holds ``Tekst 3.4.3-bis``."""
    return name.capitalize().replace("-", " ", 1)


def read_tables(folder: Path, faults: Faults) -> tuple[TableFiles, ...]:
    """Every readable table, with hash and columns checked, cells still as text."""
    found: list[TableFiles] = []
    for name in sorted(table_names(folder)):
        path = folder / f"{name}.csv"
        rows = read_csv(path, CELL_COLUMNS, faults)
        table = read_provenance(path, faults)
        if table is not None and table.source != _source(name):
            toml = path.with_suffix(".toml")
            values = {"name": name, "expected": _source(name), "found": table.source}
            faults.append(Fault(toml, line_of(toml, "source"), "other_source", values))
        if rows is not None and table is not None:
            found.append(TableFiles(path, table, rows))
    return tuple(found)


def read_provenance(path: Path, faults: Faults) -> Table | None:
    """What the TOML beside a CSV says of it, its hash checked; None if it cannot be read."""
    toml = path.with_suffix(".toml")
    provenance = read_toml(toml, faults)
    if provenance is None:
        return None
    entry = Entry(toml, path.stem, provenance, faults)
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
    entry.day("accessed")
    check_hash(path, entry.string("sha256"), faults)
    entry.done()
    return table


def whole_number(path: Path, line: int, column: str, text: str, faults: Faults) -> int | None:
    """A cell as a whole number; None where it is empty or, with a fault, something else."""
    if text == "":
        return None
    number = digits(text)
    if number is None:
        faults.append(Fault(path, line, "no_number", {"column": column, "found": text}))
    return number


def digits(text: str) -> int | None:
    """A text of at most nine digits as a number: no survey counts further."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def check_known(
    path: Path, line: int | None, ids: Iterable[str], known: Container[str], faults: Faults
) -> None:
    """Add a fault for every discrepancy that is not described; without a line it is looked for."""
    for id_ in ids:
        if id_ not in known:
            place = line_of(path, f'"{id_}"') if line is None else line
            faults.append(Fault(path, place, "unknown_discrepancy", {"found": id_}))
