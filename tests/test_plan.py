"""The action plan: what an action may hold, its order, keeping it, and its place in files."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from evaltool.catalogue import Catalogue, loaded
from evaltool.domain.document import read, write
from evaltool.domain.evaluation import NotFound
from evaltool.domain.plan import (
    MOST_ACTIONS,
    TITLE_LIMIT,
    Action,
    ActionConflict,
    ActionNotFound,
    ActionState,
    PlanFull,
    faults,
    in_order,
)
from evaltool.domain.questionnaire import NOTE_LIMIT
from evaltool.domain.reporting import build
from evaltool.domain.validation import Refused
from evaltool.store import ActionPlans, Store, keep_document, open_store
from tests.factories import (
    a_document,
    a_document_of,
    a_moment,
    all_answers,
    an_action,
    some_answers,
    valid_actions,
    valid_answers,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store: for another engine, this is all that changes."""
    opened = open_store(tmp_path / "evaltool.sqlite")
    yield opened
    opened.close()


def kept(store: Store, *actions: Action) -> str:
    """The id of a new evaluation with these actions."""
    return store.evaluations.create(
        nis_code="24062",
        cluster=5,
        cluster_proposed=False,
        day=date(2026, 11, 23),
        edition="2026-1",
        survey="vvsg-2020",
        sections={},
        at=a_moment(),
        actions=actions,
    ).id


def actions_of(plans: ActionPlans, id_: str) -> list[Action]:
    return [planned.action for planned in plans.of(id_)]


@pytest.mark.parametrize(
    ("action", "found"),
    [
        (an_action(), []),
        (an_action("  "), [("action_without_title", "title")]),
        (an_action("x" * (TITLE_LIMIT + 1)), [("action_too_long", "title")]),
        (an_action(owner="x" * (TITLE_LIMIT + 1)), [("action_too_long", "owner")]),
        (an_action(remark="x" * (NOTE_LIMIT + 1)), [("action_too_long", "remark")]),
        (an_action(remark="x" * NOTE_LIMIT, owner="x" * TITLE_LIMIT), []),
    ],
)
def test_what_an_action_may_hold(action: Action, found: list[tuple[str, str]]) -> None:
    assert [(problem.code, problem.where) for problem in faults(action)] == found


def test_what_is_not_over_comes_first_and_the_earliest_date() -> None:
    late = an_action("laat", due=date(2027, 5, 1))
    soon = an_action("vroeg", due=date(2026, 12, 1), state=ActionState.BUSY)
    never = an_action("ooit")
    done = an_action("klaar", due=date(2026, 1, 1), state=ActionState.DONE)
    dropped = an_action("hoeft niet", state=ActionState.DROPPED)
    assert in_order([dropped, never, done, late, soon]) == (soon, late, never, done, dropped)


def test_actions_are_kept_in_the_order_they_came(store: Store) -> None:
    id_ = kept(store, an_action("een"))
    added = store.plans.add(id_, an_action("twee", owner="preventiedienst"), at=a_moment(1))
    assert added.version == 1
    assert added.changed_at == a_moment(1)
    assert [a.title for a in actions_of(store.plans, id_)] == ["een", "twee"]


def test_the_moment_at_which_an_action_became_done_is_kept(store: Store) -> None:
    id_ = kept(store)
    added = store.plans.add(id_, an_action("Bel"), at=a_moment(1))
    assert added.done_at is None
    done = replace(added.action, state=ActionState.DONE)
    one = store.plans.change(id_, added.id, done, expected_version=1, at=a_moment(2))
    remarked = replace(done, remark="gebeld")
    two = store.plans.change(id_, added.id, remarked, expected_version=2, at=a_moment(3))
    assert (one.done_at, two.done_at) == (a_moment(2), a_moment(2))
    again = replace(remarked, state=ActionState.BUSY)
    three = store.plans.change(id_, added.id, again, expected_version=3, at=a_moment(4))
    assert three.done_at is None
    at_once = store.plans.add(id_, an_action("Klaar", state=ActionState.DONE), at=a_moment(5))
    assert at_once.done_at == a_moment(5)


def test_the_same_is_not_added_twice(store: Store) -> None:
    id_ = kept(store)
    first = store.plans.add(id_, an_action("een", finding="few_cases"), at=a_moment())
    # Changed since: picking the finding again leaves it as it is.
    changed = store.plans.change(
        id_,
        first.id,
        replace(first.action, title="anders", state=ActionState.BUSY),
        expected_version=1,
        at=a_moment(1),
    )
    assert store.plans.add(id_, an_action("een", finding="few_cases"), at=a_moment(2)) == changed
    own = store.plans.add(id_, an_action("eigen"), at=a_moment(3))
    assert store.plans.add(id_, an_action("eigen"), at=a_moment(4)) == own
    assert len(store.plans.of(id_)) == 2


def test_a_change_from_another_version_is_a_conflict(store: Store) -> None:
    id_ = kept(store)
    first = store.plans.add(id_, an_action("een"), at=a_moment())
    mine = replace(first.action, owner="ik")
    theirs = replace(first.action, owner="zij")
    second = store.plans.change(id_, first.id, theirs, expected_version=1, at=a_moment(1))
    assert (second.version, second.changed_at) == (2, a_moment(1))
    with pytest.raises(ActionConflict) as conflict:
        store.plans.change(id_, first.id, mine, expected_version=1, at=a_moment(2))
    assert conflict.value.current == second
    # What is there already is no conflict, and no change.
    again = store.plans.change(id_, first.id, theirs, expected_version=1, at=a_moment(3))
    assert again == second


def test_removing(store: Store) -> None:
    id_ = kept(store, an_action("een"), an_action("twee"))
    first, second = store.plans.of(id_)
    for _ in range(2):
        store.plans.remove(id_, first.id, expected_version=1)
    assert store.plans.of(id_) == (second,)
    added = store.plans.add(id_, an_action("drie"), at=a_moment())
    assert store.plans.of(id_) == (second, added)


@pytest.mark.parametrize("expected", [-1, 1, 3])
def test_what_was_changed_meanwhile_is_not_removed(store: Store, expected: int) -> None:
    id_ = kept(store, an_action("een"))
    (first,) = store.plans.of(id_)
    theirs = store.plans.change(
        id_, first.id, an_action("anders"), expected_version=1, at=a_moment(1)
    )
    with pytest.raises(ActionConflict) as conflict:
        store.plans.remove(id_, first.id, expected_version=expected)
    assert conflict.value.current == theirs
    assert store.plans.of(id_) == (theirs,)
    store.plans.remove(id_, first.id, expected_version=2)
    assert store.plans.of(id_) == ()


def test_a_plan_has_an_end(store: Store) -> None:
    id_ = kept(store, *(an_action(str(number)) for number in range(MOST_ACTIONS)))
    with pytest.raises(PlanFull):
        store.plans.add(id_, an_action("nog een"), at=a_moment())
    assert len(store.plans.of(id_)) == MOST_ACTIONS


def test_what_is_not_there_is_not_found(store: Store) -> None:
    id_, other = kept(store), kept(store, an_action())
    (foreign,) = store.plans.of(other)
    with pytest.raises(NotFound):
        store.plans.of("nowhere")
    with pytest.raises(NotFound):
        store.plans.add("nowhere", an_action(), at=a_moment())
    with pytest.raises(ActionNotFound):
        store.plans.change(id_, foreign.id, an_action("x"), expected_version=1, at=a_moment())
    store.plans.remove(id_, foreign.id, expected_version=1)
    with pytest.raises(NotFound):
        store.plans.remove("nowhere", foreign.id, expected_version=1)
    assert store.plans.of(other) == (foreign,)


def test_deleting_an_evaluation_takes_its_plan_and_no_other(store: Store, tmp_path: Path) -> None:
    id_, other = kept(store, an_action("Verdwijnwoord")), kept(store, an_action("blijft"))
    store.evaluations.delete(id_)
    with pytest.raises(NotFound):
        store.plans.of(id_)
    assert [a.title for a in actions_of(store.plans, other)] == ["blijft"]
    for path in tmp_path.iterdir():
        assert b"Verdwijnwoord" not in path.read_bytes()


def test_eight_who_add_at_once_lose_nothing(store: Store) -> None:
    id_ = kept(store)
    ready = threading.Barrier(8)

    def add(writer: int) -> None:
        ready.wait()
        for number in range(10):
            store.plans.add(id_, an_action(f"{writer}-{number}"), at=a_moment(number))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(8)))
    titles = [action.title for action in actions_of(store.plans, id_)]
    assert sorted(titles) == sorted(f"{w}-{n}" for w in range(8) for n in range(10))


def test_a_plan_travels_with_its_answers(store: Store, catalogue: Catalogue) -> None:
    action = an_action("een", finding="few_cases", due=date(2027, 1, 31), remark="eerst bellen")
    document = a_document_of(catalogue, all_answers(catalogue.questionnaire), actions=(action,))
    raw = write(document, catalogue.questionnaire).encode()
    assert json.loads(raw)["actions"] == [
        {
            "title": "een",
            "state": "open",
            "finding": "few_cases",
            "remark": "eerst bellen",
            "due": "2027-01-31",
        }
    ]
    again = read(raw, catalogue.questionnaire, catalogue.register)
    assert again.actions == (action,)
    evaluation = keep_document(store.evaluations, catalogue.questionnaire, again, a_moment())
    assert actions_of(store.plans, evaluation.id) == [action]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_answers_and_plan_come_back(data: st.DataObject) -> None:
    catalogue = loaded()
    questionnaire = catalogue.questionnaire
    document = a_document_of(
        catalogue,
        data.draw(valid_answers(questionnaire)),
        actions=data.draw(valid_actions()),
        cluster=data.draw(st.integers(1, 6)),
    )
    raw = write(document, questionnaire).encode()
    again = read(raw, questionnaire, catalogue.register)
    assert again.actions == document.actions
    assert write(again, questionnaire).encode() == raw


@pytest.mark.parametrize(
    ("actions", "problem"),
    [
        ("none", ("wants_list", "actions")),
        ([1], ("wants_object", "actions[1]")),
        ([{}], ("action_without_title", "actions[1].title")),
        ([{"title": 1}], ("wants_text", "actions[1].title")),
        ([{"title": "x", "what": "y"}], ("unknown_key", "actions[1].what")),
        ([{"title": "x"}, {"title": "x", "state": "later"}], ("wants_state", "actions[2].state")),
        ([{"title": "x", "state": True}], ("wants_state", "actions[1].state")),
        ([{"title": "x", "due": "31-01-2027"}], ("wants_date", "actions[1].due")),
        ([{"title": "x", "due": None}], ("wants_date", "actions[1].due")),
        ([{"title": "x", "owner": "\ud800"}], ("not_unicode", "actions[1].owner")),
        ([{"title": "x" * 301}], ("action_too_long", "actions[1].title")),
        ([{"title": "x"}] * 201, ("too_many_actions", "actions")),
    ],
)
def test_refused_plans(catalogue: Catalogue, actions: object, problem: tuple[str, str]) -> None:
    raw = json.dumps(a_document(actions=actions)).encode()
    with pytest.raises(Refused) as refused:
        read(raw, catalogue.questionnaire, catalogue.register)
    assert problem in [(p.code, p.where) for p in refused.value.problems]


def test_the_report_shows_the_plan(catalogue: Catalogue) -> None:
    actions = (
        an_action("eigen"),
        an_action("een", finding="ltf_no", due=date(2027, 1, 31), owner="voorzitter"),
        an_action("oud", finding="a_rule_of_an_earlier_release"),
    )
    document = a_document_of(catalogue, some_answers(), actions=actions)
    first, *others = build(catalogue.library("nl"), document).plan
    assert (first.title, first.owner, first.due) == ("een", "voorzitter", "31 januari 2027")
    assert (first.area_label, first.state_label) == ("Structuur", "te doen")
    assert "LTF" in first.finding_title
    assert [(view.title, view.finding_title) for view in others] == [("eigen", ""), ("oud", "")]
