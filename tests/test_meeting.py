"""The chair's meeting sheet: minutes that add up, whatever there is to discuss."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings, strategies as st

from evaltool.catalogue import Catalogue, loaded
from evaltool.domain.answers import Answers
from evaltool.domain.language import LANGUAGES, Language
from evaltool.domain.meeting import (
    MOST_LEFT_OUT,
    STEP,
    ItemKind,
    MeetingFormat,
    MeetingSheet,
    divide,
    meeting_sheet,
)
from evaltool.domain.plan import Action, ActionState
from evaltool.domain.report import Report
from evaltool.domain.reporting import build
from tests.factories import a_document_of, all_answers, an_action, some_answers, valid_answers
from tests.golden import NAMES, document_of

FORMATS = {form.minutes: form for form in loaded().meetings}

every_length = pytest.mark.parametrize("minutes", FORMATS)


def report(
    catalogue: Catalogue, answers: Answers, *actions: Action, language: Language = "nl"
) -> Report:
    document = a_document_of(catalogue, answers, actions=actions)
    return build(catalogue.library(language), document)


def sheet(catalogue: Catalogue, made: Report, minutes: int) -> MeetingSheet:
    return meeting_sheet(made, FORMATS[minutes], catalogue.in_language(made.language))


def assert_adds_up(made: Report, found: MeetingSheet, form: MeetingFormat) -> None:
    assert found.minutes == form.minutes
    assert sum(item.minutes for item in found.items) == form.minutes
    assert [item.number for item in found.items] == list(range(1, len(found.items) + 1))
    assert found.items[0].start == 0
    for before, after in pairwise(found.items):
        assert after.start == before.start + before.minutes
    assert all(item.minutes > 0 and item.minutes % STEP == 0 for item in found.items)
    kinds = [item.kind for item in found.items]
    assert kinds[:2] == [ItemKind.OPENING, ItemKind.PICTURE]
    assert kinds[-1] is ItemKind.CLOSING
    for kind in set(ItemKind) - {ItemKind.FINDING}:
        assert kinds.count(kind) <= 1
    findings = [item for item in found.items if item.kind is ItemKind.FINDING]
    assert [item.title for item in findings] == [f.title for f in made.attention[: form.most]]
    assert all(item.minutes <= form.longest for item in findings)
    for before, after in pairwise(findings):
        assert before.minutes >= after.minutes
    assert all(item.title and item.ask and item.lines for item in found.items)
    assert all(bool(item.choices) == (item.kind is ItemKind.FINDING) for item in found.items)
    under_way = any(a.state in ("open", "busy") for a in made.plan)
    assert (ItemKind.FOLLOW_UP in kinds) == (under_way and form.follow_up > 0)


@settings(max_examples=40, deadline=None)
@given(
    st.data(),
    st.sampled_from(LANGUAGES),
    st.lists(st.sampled_from(ActionState), max_size=3),
)
def test_the_minutes_add_up_whatever_is_answered(
    data: st.DataObject, language: Language, states: list[ActionState]
) -> None:
    catalogue = loaded()
    answers = data.draw(valid_answers(catalogue.questionnaire))
    actions = [an_action(f"Actie {n}", state=state) for n, state in enumerate(states)]
    made = report(catalogue, answers, *actions, language=language)
    for minutes, form in FORMATS.items():
        assert_adds_up(made, sheet(catalogue, made, minutes), form)


@every_length
@pytest.mark.parametrize("name", NAMES)
def test_the_minutes_add_up_for_realistic_municipalities(
    catalogue: Catalogue, name: str, minutes: int
) -> None:
    made = build(catalogue.library("nl"), document_of(catalogue, name))
    assert_adds_up(made, sheet(catalogue, made, minutes), FORMATS[minutes])


@every_length
def test_without_findings_the_members_have_the_floor(catalogue: Catalogue, minutes: int) -> None:
    made = report(catalogue, some_answers())
    found = sheet(catalogue, made, minutes)
    assert not made.attention
    assert [item.kind for item in found.items] == [
        ItemKind.OPENING,
        ItemKind.PICTURE,
        ItemKind.ROUND,
        ItemKind.CLOSING,
    ]
    assert found.left_out == ()


@every_length
@pytest.mark.parametrize("state", ActionState)
def test_actions_under_way_are_followed_up_and_others_are_not(
    catalogue: Catalogue, state: ActionState, minutes: int
) -> None:
    action = an_action("Leg twee data vast", state=state, owner="de voorzitter")
    other = an_action("Dit is al lang gebeurd", state=ActionState.DONE)
    made = report(catalogue, all_answers(catalogue.questionnaire), action, other)
    items = [i for i in sheet(catalogue, made, minutes).items if i.kind is ItemKind.FOLLOW_UP]
    if state.is_over:
        assert not items
        return
    (item,) = items
    assert item.minutes == FORMATS[minutes].follow_up
    assert len(item.lines) == 1
    assert "Leg twee data vast" in item.lines[0]
    assert "de voorzitter" in item.lines[0]


@every_length
def test_what_there_is_no_time_for_is_named(catalogue: Catalogue, minutes: int) -> None:
    made = report(catalogue, all_answers(catalogue.questionnaire))
    found = sheet(catalogue, made, minutes)
    rest = [finding.title for finding in made.attention[FORMATS[minutes].most :]]
    assert len(rest) > MOST_LEFT_OUT
    assert list(found.left_out[:MOST_LEFT_OUT]) == rest[:MOST_LEFT_OUT]
    assert len(found.left_out) == MOST_LEFT_OUT + 1
    assert str(len(rest) - MOST_LEFT_OUT) in found.left_out[-1]


def test_a_longer_meeting_discusses_more(catalogue: Catalogue) -> None:
    made = report(catalogue, all_answers(catalogue.questionnaire))
    numbers = [
        sum(item.kind is ItemKind.FINDING for item in sheet(catalogue, made, minutes).items)
        for minutes in sorted(FORMATS)
    ]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize(
    ("free", "parts", "longest", "shares"),
    [
        (35, 3, 15, (15, 10, 10)),
        (35, 0, 15, ()),
        (0, 3, 15, (0, 0, 0)),
        (4, 1, 15, (0,)),
        (5, 2, 15, (5, 0)),
        (60, 2, 15, (15, 15)),
        (60, 4, 15, (15, 15, 15, 15)),
        (33, 2, 20, (15, 15)),
        (60, 1, 12, (10,)),
    ],
)
def test_minutes_are_divided(free: int, parts: int, longest: int, shares: tuple[int, ...]) -> None:
    assert divide(free, parts, longest) == shares


@given(st.integers(0, 240), st.integers(0, 12), st.integers(5, 60))
def test_divided_minutes_are_whole_steps_within_what_there_is(
    free: int, parts: int, longest: int
) -> None:
    shares = divide(free, parts, longest)
    assert len(shares) == parts
    assert sum(shares) <= free
    assert all(0 <= share <= longest and share % STEP == 0 for share in shares)
    assert list(shares) == sorted(shares, reverse=True)
    if shares:
        assert shares[0] - shares[-1] <= STEP
        # Nothing is left that a part could still take.
        assert free - sum(shares) < STEP or shares[-1] + STEP > longest


@every_length
def test_what_is_planned_on_a_finding_stands_at_its_item(
    catalogue: Catalogue, minutes: int
) -> None:
    answers = all_answers(catalogue.questionnaire)
    first = report(catalogue, answers).attention[0]
    action = an_action("Bel het parket", finding=first.id, owner="dienst", due=date(2027, 3, 31))
    over = an_action("Al gebeurd", finding=first.id, state=ActionState.DONE)
    items = sheet(catalogue, report(catalogue, answers, action, over), minutes).items
    (item,) = (item for item in items if item.title == first.title)
    assert item.lines[-1] == "In het actieplan: 31 maart 2027: Bel het parket (dienst)"
    assert not any("Al gebeurd" in line for line in item.lines)
    assert ItemKind.FOLLOW_UP not in {item.kind for item in items}
