"""How the database finds what is asked: by an index that leads to few rows, not by reading all."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask

from evaltool.store import Database, EvaluationRepository, keep_document
from evaltool.web.context import Services
from tests.factories import a_document_of, a_moment, all_answers


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


GROWING = (
    *("evaluations", "section_answers", "snapshots", "actions", "carried_over", "reasons"),
    *("assessments", "zone_members", "meetings", "agenda_items", "decisions"),
)
"""The tables that grow with the number of evaluations."""


def database_of(app: Flask) -> sqlite3.Connection:
    """The connection by which this thread asks what an application keeps."""
    repository = app.extensions["evaltool"].evaluations
    assert isinstance(repository, EvaluationRepository)
    return repository._database.connection


def test_no_page_reads_all_that_others_have(app: Flask) -> None:
    held: Services = app.extensions["evaltool"]
    questionnaire = held.catalogue.questionnaire
    document = a_document_of(held.catalogue, all_answers(questionnaire))
    made = [
        keep_document(held.evaluations, questionnaire, document, a_moment(number))
        for number in range(3)
    ]
    for evaluation in made[:2]:
        held.evaluations.finish(evaluation.id, at=a_moment(9), content="")
    last, finished = (f"/evaluations/{made[place].id}" for place in (2, 1))
    client, connection = app.test_client(), database_of(app)
    asked: list[str] = []
    connection.set_trace_callback(asked.append)
    for path in (
        *("/", last, f"{last}/sections/structure/1", f"{last}/check", f"{last}/details"),
        *(f"{finished}/{page}" for page in ("results", "report.pdf", "plan", "trend", "meetings")),
        *(f"{finished}/compare/{made[0].id}", f"{finished}/report.xlsx", f"{finished}/zone"),
        *("/evaluations/new?name=24062",),
    ):
        assert client.get(path).status_code == 200, path
    connection.set_trace_callback(None)
    reads = sorted({sql for sql in asked if sql.lstrip().startswith(("SELECT", "WITH"))})
    assert len(reads) > 10
    found = [
        (step[3], sql)
        for sql in reads
        for step in connection.execute(f"EXPLAIN QUERY PLAN {sql}")
        if re.match(rf"SCAN ({'|'.join(GROWING)}|[a-z])(?! USING (COVERING )?INDEX)\b", step[3])
    ]
    assert found == []
