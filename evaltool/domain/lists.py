"""Lists that an administrator loads beside the register, each a CSV file with a row per code."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from evaltool.domain.municipality import Register
from evaltool.domain.survey import CLUSTERS
from evaltool.domain.validation import Problem

CLUSTER_COLUMNS = ("nis_code", "cluster")

MOST_ROWS = 5000


class ListKind(StrEnum):
    """What a list is about."""

    CLUSTERS = "clusters"
    """The survey cluster of municipalities, where the proposal of the register is not right."""
    ORGANISATIONS = "organisations"
    """The KBO number of municipalities, by which single sign-on knows them."""


@dataclass(frozen=True)
class LoadedList:
    """A list as it was loaded: ``number`` counts from 1, the last one is the one that counts."""

    kind: ListKind
    number: int
    content: str
    loaded_at: datetime
    loaded_by: str


@dataclass(frozen=True)
class Change:
    """What a new list changes for a municipality; None where a list has no row for it."""

    nis_code: str
    before: str | None
    after: str | None


def read_rows(
    text: str, columns: tuple[str, str], register: Register, problems: list[Problem]
) -> list[tuple[str, str, str]]:
    """The rows of a list of two columns, the first a NIS code: (line, code, value).

    What is wrong with any row is added to the problems: codes that are no municipality of
    today's, named twice, rows with more or fewer cells. A byte-order mark and semicolons, as
    office programs write them, are fine.
    """
    lines = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").splitlines()
    delimiter = ";" if lines and ";" in lines[0] else ","
    reader = csv.reader(lines, delimiter=delimiter)
    found: list[tuple[str, str, str]] = []
    seen: set[str] = set()
    head = next(reader, [])
    if tuple(cell.strip().lower() for cell in head) != columns:
        problems.append(Problem("list_head", "1", {"columns": ",".join(columns)}))
        return []
    for cells in reader:
        line = str(reader.line_num)
        if not any(cell.strip() for cell in cells):
            continue
        if len(found) >= MOST_ROWS:
            problems.append(Problem("list_long", line, {"most": str(MOST_ROWS)}))
            break
        if len(cells) != len(columns):
            problems.append(Problem("list_cells", line, {"columns": ",".join(columns)}))
            continue
        code, value = (cell.strip() for cell in cells)
        if code in register.former and code not in register.municipalities:
            into = register.successor(code)
            values = {"name": register.former[code].name, "code": into.nis_code, "into": into.name}
            problems.append(Problem("list_merged", line, values))
        elif code not in register.municipalities:
            problems.append(Problem("list_unknown", line, {"found": code[:20]}))
        elif code in seen:
            problems.append(Problem("list_twice", line, {"found": code}))
        else:
            found.append((line, code, value))
        seen.add(code)
    return found


def by_line(problems: list[Problem]) -> tuple[Problem, ...]:
    """Problems of a list in the order of its lines."""
    return tuple(sorted(problems, key=lambda problem: int(problem.where)))


def read_clusters(text: str, register: Register) -> tuple[Mapping[str, int], tuple[Problem, ...]]:
    """The survey cluster by NIS code in a list, and everything that is wrong with it."""
    problems: list[Problem] = []
    found: dict[str, int] = {}
    for line, code, value in read_rows(text, CLUSTER_COLUMNS, register, problems):
        if value.isascii() and value.isdecimal() and int(value[:9]) in CLUSTERS:
            found[code] = int(value)
        else:
            problems.append(Problem("list_cluster", line, {"found": value[:20]}))
    return found, by_line(problems)


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    """What a new list changes, by NIS code."""
    return tuple(
        Change(code, before.get(code), after.get(code))
        for code in sorted({*before, *after})
        if before.get(code) != after.get(code)
    )
