"""How the database finds what is asked: by an index that leads to few rows, not by reading all."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from evaltool.store import Database, EvaluationRepository
from tests.factories import a_moment


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(tmp_path / "evaltool.sqlite")) as opened:
        yield opened


def plan(database: Database, work: Callable[[EvaluationRepository], object]) -> list[str]:
    """The steps of all that a repository asks of the database in some work."""
    asked: list[str] = []
    connection: sqlite3.Connection = database.connection
    connection.set_trace_callback(asked.append)
    try:
        work(EvaluationRepository(database))
    finally:
        connection.set_trace_callback(None)
    return [
        str(step[3])
        for sql in asked
        if sql.startswith("SELECT")
        for step in connection.execute(f"EXPLAIN QUERY PLAN {sql}")
    ]


WORKS: dict[str, tuple[Callable[[EvaluationRepository], object], str]] = {
    "all": (lambda held: held.listing(), "idx_evaluations_changed_at"),
    "one municipality": (
        lambda held: held.listing(["24062"]),
        "idx_evaluations_nis_code_changed_at",
    ),
    "many municipalities": (
        lambda held: held.listing([str(24000 + number) for number in range(30)]),
        "idx_evaluations_nis_code_changed_at",
    ),
    "those left alone": (
        lambda held: held.untouched_since(a_moment()),
        "idx_evaluations_changed_at",
    ),
}


@pytest.mark.parametrize("name", WORKS)
def test_evaluations_are_found_by_who_they_are_of_or_when(database: Database, name: str) -> None:
    work, index = WORKS[name]
    steps = [step for step in plan(database, work) if " evaluations " in f"{step} "]
    assert steps
    # By "is no view of another" nearly all of them would be looked at.
    assert all(f"USING INDEX {index}" in step for step in steps), steps


def test_answers_are_found_by_their_evaluation(database: Database) -> None:
    steps = plan(database, lambda held: held.listing(["24062"]))
    sections = [step for step in steps if "section_answers" in step]
    assert sections
    assert not any(step.startswith("SCAN") for step in sections)
