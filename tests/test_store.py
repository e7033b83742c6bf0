"""Keeping evaluations: what holds for any engine. They know the protocol and one fixture."""

import itertools
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from evaltool.catalogue import Catalogue
from evaltool.domain.answers import EMPTY, Answers
from evaltool.domain.document import Document
from evaltool.domain.evaluation import (
    Evaluation,
    Finished,
    NotFound,
    ProfileConflict,
    Status,
    VersionConflict,
)
from evaltool.store import Database, EvaluationRepository, Evaluations, keep_document
from tests.factories import a_moment, all_answers, an_action, any_answers, some_answers

STRUCTURE = some_answers(livcr_presence="yes_municipal", notes={"livcr_presence": "sinds 2016"})
MEMBERS = some_answers(statutory_members=("mayor", "police_chief"))
TRENDS = some_answers({"radicalisation_form_trend": {"islamist": "stable", "other": "increased"}})
DAY = date(2026, 11, 23)
WRITERS, SAVES = 8, 50


@pytest.fixture
def evaluations(tmp_path: Path) -> Iterator[Evaluations]:
    """An empty store: for another engine, this is all that changes."""
    database = Database(tmp_path / "evaltool.sqlite")
    yield EvaluationRepository(database)
    database.close()


def kept(evaluations: Evaluations, minute: int = 0, **sections: Answers) -> Evaluation:
    """A new evaluation, with these sections."""
    return evaluations.create(
        nis_code="24062",
        cluster=5,
        cluster_proposed=True,
        day=DAY,
        edition="2026-1",
        survey="vvsg-2020",
        sections=sections,
        at=a_moment(minute),
    )


def test_a_new_evaluation_holds_what_was_given(evaluations: Evaluations) -> None:
    made = kept(evaluations, structure=STRUCTURE, composition=MEMBERS, deepening=EMPTY)
    assert made == Evaluation(
        id=made.id,
        nis_code="24062",
        cluster=5,
        cluster_proposed=True,
        day=DAY,
        edition="2026-1",
        survey="vvsg-2020",
        status=Status.OPEN,
        answers=Answers({**STRUCTURE.values, **MEMBERS.values}, {}, STRUCTURE.notes),
        versions={"structure": 1, "composition": 1},
        created_at=a_moment(),
        changed_at=a_moment(),
        finished_at=None,
    )
    assert evaluations.get(made.id) == made


def with_id(evaluations: Evaluations, id_: str, cluster: int = 5) -> Evaluation:
    """An evaluation with an answer, kept under an id that was given."""
    return evaluations.create(
        nis_code="24062",
        cluster=cluster,
        cluster_proposed=True,
        day=DAY,
        edition="2026-1",
        survey="vvsg-2020",
        sections={"structure": STRUCTURE},
        at=a_moment(),
        actions=[an_action("een")],
        id_=id_,
    )


def test_an_id_that_is_there_already_makes_nothing_new(evaluations: Evaluations) -> None:
    made = with_id(evaluations, "given")
    assert made.id == "given"
    changed = evaluations.save_section(
        made.id, "structure", expected_version=1, part=MEMBERS, at=a_moment(1)
    )
    assert with_id(evaluations, "given", cluster=4) == changed
    assert evaluations.listing() == (changed,)


def test_eight_who_create_with_one_id_at_once_make_one(evaluations: Evaluations) -> None:
    together = threading.Barrier(WRITERS)

    def create(_: int) -> Evaluation:
        together.wait()
        return with_id(evaluations, "given")

    with ThreadPoolExecutor(WRITERS) as pool:
        results = list(pool.map(create, range(WRITERS)))
    assert results == [evaluations.get("given")] * WRITERS
    assert len(evaluations.listing()) == 1


def test_an_id_cannot_be_guessed_and_fits_an_address(evaluations: Evaluations) -> None:
    ids = {kept(evaluations).id for _ in range(20)}
    assert len(ids) == 20
    assert all(re.fullmatch(r"[\w-]{22}", id_, re.ASCII) for id_ in ids)


def test_a_file_of_answers_is_kept_section_by_section(
    evaluations: Evaluations, catalogue: Catalogue
) -> None:
    questionnaire = catalogue.questionnaire
    answers = all_answers(questionnaire)
    document = Document(
        municipality=catalogue.register.municipalities["24062"],
        cluster=5,
        cluster_proposed=False,
        day=DAY,
        answers=answers,
        edition=questionnaire.edition,
    )
    made = keep_document(evaluations, questionnaire, document, a_moment())
    assert evaluations.get(made.id).answers == answers
    assert set(made.versions) == {section.id for section in questionnaire.sections}
    assert (made.nis_code, made.cluster, made.cluster_proposed) == ("24062", 5, False)
    assert (made.edition, made.survey) == (questionnaire.edition, questionnaire.survey)


def test_the_one_changed_last_comes_first(evaluations: Evaluations) -> None:
    assert evaluations.listing() == ()
    first, second, third = (kept(evaluations, minute) for minute in range(3))
    saved = evaluations.save_section(
        second.id, "structure", expected_version=0, part=STRUCTURE, at=a_moment(9)
    )
    assert evaluations.listing() == (saved, third, first)


def test_moments_are_ordered_whatever_their_zone_and_fraction(evaluations: Evaluations) -> None:
    brussels = timezone(timedelta(hours=1))
    moments = [
        datetime(2026, 11, 23, 9, 59, 59, 900_000, tzinfo=UTC),
        datetime(2026, 11, 23, 11, 0, tzinfo=brussels),
        datetime(2026, 11, 23, 10, 0, 0, 5, tzinfo=UTC),
    ]
    made = [kept(evaluations) for _ in moments]
    for evaluation, at in zip(made, moments, strict=True):
        evaluations.save_section(evaluation.id, "a", expected_version=0, part=STRUCTURE, at=at)
    listed = evaluations.listing()
    assert [e.id for e in listed] == [e.id for e in reversed(made)]
    assert [e.changed_at for e in reversed(listed)] == moments
    assert {e.changed_at.utcoffset() for e in listed} == {timedelta(0)}


def test_a_moment_without_zone_is_refused(evaluations: Evaluations) -> None:
    made = kept(evaluations)
    with pytest.raises(ValueError, match="time zone"):
        evaluations.finish(made.id, at=a_moment(1).replace(tzinfo=None))
    assert evaluations.get(made.id) == made


def test_saving_replaces_one_section_alone(evaluations: Evaluations) -> None:
    made = kept(evaluations, structure=STRUCTURE, composition=MEMBERS)
    part = some_answers(livcr_presence="starting", livcr_absence_reasons=("other",))
    part = replace(part, other_text={"livcr_absence_reasons": "nieuw bestuur"})
    saved = evaluations.save_section(
        made.id, "structure", expected_version=1, part=part, at=a_moment(5)
    )
    assert saved == replace(
        made,
        answers=Answers({**part.values, **MEMBERS.values}, part.other_text, {}),
        versions={"structure": 2, "composition": 1},
        changed_at=a_moment(5),
    )
    assert evaluations.get(made.id) == saved


def test_a_section_can_be_emptied(evaluations: Evaluations) -> None:
    made = kept(evaluations, structure=STRUCTURE)
    saved = evaluations.save_section(
        made.id, "structure", expected_version=1, part=EMPTY, at=a_moment(1)
    )
    assert (saved.answers, saved.versions) == (EMPTY, {"structure": 2})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(first=any_answers(), second=any_answers())
def test_answers_come_back_in_their_shape(
    evaluations: Evaluations, first: Answers, second: Answers
) -> None:
    made = kept(evaluations, a=first)
    assert evaluations.get(made.id).answers == first
    version = made.versions.get("a", 0)
    saved = evaluations.save_section(
        made.id, "a", expected_version=version, part=second, at=a_moment(1)
    )
    assert saved.answers == second
    evaluations.finish(made.id, at=a_moment(2))
    assert evaluations.snapshots(made.id)[0].evaluation.answers == second


@pytest.mark.parametrize("expected", [0, 1, 7])
def test_saving_what_is_there_changes_nothing(evaluations: Evaluations, expected: int) -> None:
    made = kept(evaluations, deepening=TRENDS)
    turned = some_answers(
        {"radicalisation_form_trend": {"other": "increased", "islamist": "stable"}}
    )
    for part in (TRENDS, turned):
        again = evaluations.save_section(
            made.id, "deepening", expected_version=expected, part=part, at=a_moment(3)
        )
        assert again == made
    assert evaluations.get(made.id) == made


def test_saving_nothing_in_a_section_never_saved_changes_nothing(evaluations: Evaluations) -> None:
    made = kept(evaluations)
    same = evaluations.save_section(made.id, "a", expected_version=0, part=EMPTY, at=a_moment(1))
    assert same == made


@pytest.mark.parametrize("expected", [0, 1, 3])
def test_a_save_from_another_version_is_a_conflict(evaluations: Evaluations, expected: int) -> None:
    made = kept(evaluations, structure=STRUCTURE)
    theirs = evaluations.save_section(
        made.id, "structure", expected_version=1, part=MEMBERS, at=a_moment(1)
    )
    with pytest.raises(VersionConflict) as conflict:
        evaluations.save_section(
            made.id, "structure", expected_version=expected, part=TRENDS, at=a_moment(2)
        )
    assert conflict.value.current == theirs
    assert evaluations.get(made.id) == theirs


def test_the_order_of_a_ranking_is_a_change(evaluations: Evaluations) -> None:
    made = kept(evaluations, difficulties=some_answers(most_pressing=("a:x", "a:y")))
    with pytest.raises(VersionConflict):
        evaluations.save_section(
            made.id,
            "difficulties",
            expected_version=0,
            part=some_answers(most_pressing=("a:y", "a:x")),
            at=a_moment(1),
        )


def test_another_section_is_no_conflict(evaluations: Evaluations) -> None:
    made = kept(evaluations)
    for section, part in (("structure", STRUCTURE), ("composition", MEMBERS)):
        evaluations.save_section(made.id, section, expected_version=0, part=part, at=a_moment(1))
    assert evaluations.get(made.id).versions == {"structure": 1, "composition": 1}


def test_cluster_and_day_can_change(evaluations: Evaluations) -> None:
    made = kept(evaluations, structure=STRUCTURE)
    other = date(2027, 1, 4)
    changed = evaluations.change_profile(
        made.id, expected=(5, DAY), cluster=4, cluster_proposed=False, day=other, at=a_moment(1)
    )
    assert changed == replace(
        made, cluster=4, cluster_proposed=False, day=other, changed_at=a_moment(1)
    )
    assert evaluations.get(made.id) == changed


@pytest.mark.parametrize("expected", [None, (5, DAY), (3, DAY), (4, DAY + timedelta(1))])
def test_a_change_of_another_cluster_or_day_is_a_conflict(
    evaluations: Evaluations, expected: tuple[int, date] | None
) -> None:
    made = kept(evaluations)
    theirs = evaluations.change_profile(
        made.id, expected=(5, DAY), cluster=4, cluster_proposed=False, day=DAY, at=a_moment(1)
    )
    with pytest.raises(ProfileConflict) as conflict:
        evaluations.change_profile(
            made.id, expected=expected, cluster=1, cluster_proposed=False, day=DAY, at=a_moment(2)
        )
    assert conflict.value.current == theirs
    # What is there already is no conflict, and no change.
    again = evaluations.change_profile(
        made.id, expected=expected, cluster=4, cluster_proposed=False, day=DAY, at=a_moment(3)
    )
    assert again == theirs == evaluations.get(made.id)


def test_a_proposed_cluster_can_be_confirmed(evaluations: Evaluations) -> None:
    made = kept(evaluations)
    confirmed = evaluations.change_profile(
        made.id, expected=(5, DAY), cluster=5, cluster_proposed=False, day=DAY, at=a_moment(1)
    )
    assert confirmed == replace(made, cluster_proposed=False, changed_at=a_moment(1))


def test_of_eight_who_change_the_cluster_at_once_one_succeeds(evaluations: Evaluations) -> None:
    made = kept(evaluations)
    together = threading.Barrier(WRITERS)

    def change(number: int) -> int | None:
        together.wait()
        try:
            evaluations.change_profile(
                made.id,
                expected=(5, DAY),
                cluster=5,
                cluster_proposed=False,
                day=DAY + timedelta(number),
                at=a_moment(number),
            )
        except ProfileConflict:
            return None
        return number

    with ThreadPoolExecutor(WRITERS) as pool:
        (winner,) = (n for n in pool.map(change, range(1, WRITERS + 1)) if n is not None)
    assert evaluations.get(made.id).day == DAY + timedelta(winner)


def test_finishing_twice_is_finishing_once(evaluations: Evaluations) -> None:
    made = kept(evaluations, structure=STRUCTURE)
    finished = evaluations.finish(made.id, at=a_moment(1))
    assert finished == replace(
        made, status=Status.FINISHED, finished_at=a_moment(1), changed_at=a_moment(1)
    )
    assert evaluations.finish(made.id, at=a_moment(2)) == finished
    (snapshot,) = evaluations.snapshots(made.id)
    assert (snapshot.number, snapshot.finished_at) == (1, a_moment(1))
    assert snapshot.evaluation == finished


def test_a_finished_evaluation_is_read_only(evaluations: Evaluations) -> None:
    made = kept(evaluations, structure=STRUCTURE)
    finished = evaluations.finish(made.id, at=a_moment(1))
    for part in (MEMBERS, STRUCTURE):
        with pytest.raises(Finished):
            evaluations.save_section(
                made.id, "structure", expected_version=1, part=part, at=a_moment(2)
            )
    with pytest.raises(Finished):
        evaluations.change_profile(
            made.id, expected=(5, DAY), cluster=1, cluster_proposed=False, day=DAY, at=a_moment(2)
        )
    assert evaluations.get(made.id) == finished


def test_reopening_keeps_what_was_reported(evaluations: Evaluations) -> None:
    made = kept(evaluations, structure=STRUCTURE, deepening=TRENDS)
    first = evaluations.finish(made.id, at=a_moment(1))
    opened = evaluations.reopen(made.id, at=a_moment(2))
    assert opened == replace(made, changed_at=a_moment(2))
    assert evaluations.reopen(made.id, at=a_moment(3)) == opened
    evaluations.save_section(made.id, "structure", expected_version=1, part=MEMBERS, at=a_moment(4))
    evaluations.change_profile(
        made.id,
        expected=(5, DAY),
        cluster=1,
        cluster_proposed=False,
        day=DAY + timedelta(7),
        at=a_moment(5),
    )
    second = evaluations.finish(made.id, at=a_moment(6))
    snapshots = evaluations.snapshots(made.id)
    assert [snapshot.number for snapshot in snapshots] == [1, 2]
    assert [snapshot.finished_at for snapshot in snapshots] == [a_moment(1), a_moment(6)]
    assert [snapshot.evaluation for snapshot in snapshots] == [first, second]


def test_deleting_takes_all_of_one_and_nothing_of_another(evaluations: Evaluations) -> None:
    gone = kept(evaluations, structure=STRUCTURE)
    evaluations.finish(gone.id, at=a_moment(1))
    stays = evaluations.finish(kept(evaluations, structure=MEMBERS).id, at=a_moment(1))
    evaluations.delete(gone.id)
    assert evaluations.listing() == (stays,)
    assert len(evaluations.snapshots(stays.id)) == 1
    with pytest.raises(NotFound):
        evaluations.get(gone.id)


CALLS: Sequence[Callable[[Evaluations, str], object]] = (
    lambda store, id_: store.get(id_),
    lambda store, id_: store.save_section(
        id_, "structure", expected_version=0, part=STRUCTURE, at=a_moment()
    ),
    lambda store, id_: store.change_profile(
        id_, expected=None, cluster=1, cluster_proposed=False, day=DAY, at=a_moment()
    ),
    lambda store, id_: store.finish(id_, at=a_moment()),
    lambda store, id_: store.reopen(id_, at=a_moment()),
    lambda store, id_: store.snapshots(id_),
    lambda store, id_: store.delete(id_),
)


@pytest.mark.parametrize("call", CALLS)
def test_what_is_not_there_is_not_found(
    evaluations: Evaluations, call: Callable[[Evaluations, str], object]
) -> None:
    stays = kept(evaluations, structure=STRUCTURE)
    for id_ in ("", "nobody", f"{stays.id}'; DROP TABLE evaluations; --", "%"):
        with pytest.raises(NotFound):
            call(evaluations, id_)
    assert evaluations.listing() == (stays,)


def test_eight_at_once_on_their_own_sections_lose_nothing(evaluations: Evaluations) -> None:
    made = kept(evaluations)

    def write(section: str) -> None:
        for number in range(SAVES):
            part = some_answers({section: f"answer {number}"})
            evaluations.save_section(
                made.id, section, expected_version=number, part=part, at=a_moment(number)
            )

    names = [f"section {number}" for number in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, names))
    now = evaluations.get(made.id)
    assert now.versions == dict.fromkeys(names, SAVES)
    assert now.answers.values == dict.fromkeys(names, f"answer {SAVES - 1}")


def test_eight_at_once_on_one_section_lose_nothing(evaluations: Evaluations) -> None:
    made = kept(evaluations)

    def add(writer: int) -> int:
        conflicts = 0
        for number in range(10):
            now = evaluations.get(made.id)
            while True:
                held = now.answers.values.get("q", ())
                part = some_answers(q=(*held, f"{writer}.{number}"))
                version = now.versions.get("a", 0)
                try:
                    evaluations.save_section(
                        made.id, "a", expected_version=version, part=part, at=a_moment(number)
                    )
                except VersionConflict as conflict:
                    conflicts += 1
                    now = conflict.current
                else:
                    break
        return conflicts

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(add, range(WRITERS)))
    now = evaluations.get(made.id)
    everything = {f"{w}.{n}" for w, n in itertools.product(range(WRITERS), range(10))}
    assert now.answers.chosen("q") == everything
    assert now.versions == {"a": len(everything)}


def test_eight_who_finish_at_once_finish_once(evaluations: Evaluations) -> None:
    made = kept(evaluations, structure=STRUCTURE)
    together = threading.Barrier(WRITERS)

    def finish(minute: int) -> Evaluation:
        together.wait()
        return evaluations.finish(made.id, at=a_moment(minute))

    with ThreadPoolExecutor(WRITERS) as pool:
        results = list(pool.map(finish, range(WRITERS)))
    assert results == [evaluations.get(made.id)] * WRITERS
    assert len(evaluations.snapshots(made.id)) == 1


def test_what_is_read_belongs_together(evaluations: Evaluations) -> None:
    made = kept(evaluations)

    def write() -> None:
        for number in range(200):
            part = some_answers(q=str(number))
            evaluations.save_section(
                made.id, "a", expected_version=number, part=part, at=a_moment(number + 1)
            )

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        torn = []
        while not writing.done():
            for now in (evaluations.get(made.id), *evaluations.listing()):
                if now.changed_at != a_moment(now.versions.get("a", 0)):
                    torn.append(now)
        writing.result()
    assert torn == []
