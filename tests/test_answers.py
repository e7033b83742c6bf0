"""What is asked, what is complete, what is reported."""

import pytest
from hypothesis import given, settings, strategies as st

from evaltool.catalogue import Catalogue, loaded
from evaltool.domain.answers import (
    EMPTY,
    Answer,
    SectionState,
    asked,
    differences,
    open_questions,
    reported,
    state,
)
from evaltool.domain.validation import validate
from tests.factories import WITH_LIVCR, all_answers, some_answers, valid_answers

ALWAYS = {
    "respondent_function",
    "others_who_helped",
    "radicalisation_signals",
    "polarisation_signals",
    "specific_policy",
    "livcr_presence",
    "partners_outside",
    "partner_agreements",
    "policy_difficulties",
    "challenges",
    "support_needs",
    "policy_actions",
}


@pytest.mark.parametrize(
    ("values", "more"),
    [
        ({}, set()),
        ({"livcr_presence": "yes_municipal"}, WITH_LIVCR),
        ({"livcr_presence": "yes_police_zone"}, WITH_LIVCR),
        ({"livcr_presence": "starting"}, {"livcr_absence_reasons"}),
        ({"livcr_presence": "no_plans"}, {"livcr_absence_reasons"}),
        ({"livcr_presence": "unknown"}, set()),
        ({"livcr_presence": "dont_know"}, set()),
        (
            {"livcr_presence": "yes_municipal", "information_agreement": "informal"},
            WITH_LIVCR | {"agreement_topics", "agreement_review"},
        ),
        ({"livcr_presence": "yes_municipal", "information_agreement": "none"}, WITH_LIVCR),
        ({"livcr_presence": "yes_municipal", "information_agreement": "dont_know"}, WITH_LIVCR),
        # An agreement answered before the LIVC-R was answered away.
        (
            {"livcr_presence": "no_plans", "information_agreement": "formal"},
            {"livcr_absence_reasons"},
        ),
        (
            {"radicalisation_signals": "stable"},
            {"radicalisation_forms", "signal_suppliers", "signal_detection"},
        ),
        ({"radicalisation_signals": "none"}, set()),
        ({"radicalisation_signals": "dont_know"}, set()),
        (
            {"radicalisation_signals": "stable", "radicalisation_forms": ("sects",)},
            {
                "radicalisation_forms",
                "radicalisation_form_trend",
                "signal_suppliers",
                "signal_detection",
            },
        ),
        ({"polarisation_signals": "yes_unrest"}, {"polarisation_trend", "polarisation_places"}),
        ({"polarisation_signals": "yes_no_unrest"}, {"polarisation_trend", "polarisation_places"}),
        ({"polarisation_signals": "no"}, set()),
        ({"challenges": ("hate_speech",)}, {"most_pressing"}),
        ({"challenges": ("none",)}, set()),
    ],
)
def test_what_is_asked(catalogue: Catalogue, values: dict[str, Answer], more: set[str]) -> None:
    assert asked(catalogue.questionnaire, some_answers(values)) == ALWAYS | more


def test_states_of_a_section(catalogue: Catalogue) -> None:
    q = catalogue.questionnaire
    assert state(q, EMPTY, "information_sharing") is SectionState.NOT_ASKED
    assert state(q, EMPTY, "situation") is SectionState.NOT_STARTED
    some = some_answers(specific_policy="dont_know")
    assert state(q, some, "situation") is SectionState.BUSY
    assert [question.id for question in open_questions(q, some, "situation")] == [
        "radicalisation_signals",
        "polarisation_signals",
    ]
    full = all_answers(q)
    assert {state(q, full, section.id) for section in q.sections} == {SectionState.DONE}


def test_a_trend_is_complete_when_every_chosen_form_has_one(catalogue: Catalogue) -> None:
    q = catalogue.questionnaire
    answers = some_answers(
        radicalisation_signals="stable",
        radicalisation_forms=("sects", "islamist"),
        radicalisation_form_trend={"sects": "stable"},
    )
    open_ids = {question.id for question in open_questions(q, answers, "deepening")}
    assert "radicalisation_form_trend" in open_ids


def test_leftovers_are_kept_but_not_reported(catalogue: Catalogue) -> None:
    q = catalogue.questionnaire
    answers = some_answers(
        {
            "livcr_presence": "no_plans",
            "chair": "other",
            "radicalisation_signals": "stable",
            "radicalisation_forms": ("sects",),
            "radicalisation_form_trend": {"islamist": "stable", "sects": "stable"},
            "challenges": ("hate_speech",),
            "most_pressing": ("challenges:other", "challenges:hate_speech"),
        },
        other_text={"chair": "wie", "challenges": "wat"},
        notes={"chair": "nota"},
    )
    given = reported(q, answers)
    assert "chair" not in given.values
    assert given.notes == {}
    assert given.other_text == {}
    assert given.values["radicalisation_form_trend"] == {"sects": "stable"}
    assert given.values["most_pressing"] == ("challenges:hate_speech",)
    codes = {problem.code for problem in validate(q, answers)}
    assert codes == {"trend_not_chosen", "ranked_not_chosen"}
    assert validate(q, answers, leftovers=True) == ()


def test_parts_and_differences(catalogue: Catalogue) -> None:
    q = catalogue.questionnaire
    chair, deputies = q.by_id["chair"], q.by_id["deputies"]
    saved = some_answers(chair="mayor", deputies="all")
    mine = saved.with_part([chair], some_answers(chair="other", deputies="none"))
    assert mine.values == {"deputies": "all", "chair": "other"}
    assert differences(mine, saved, [chair, deputies]) == (chair,)
    assert mine.part([deputies]).values == {"deputies": "all"}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_valid_answers_are_valid_and_reporting_twice_changes_nothing(data: st.DataObject) -> None:
    q = loaded().questionnaire
    answers = data.draw(valid_answers(q))
    assert validate(q, answers) == ()
    once = reported(q, answers)
    assert reported(q, once) == once
    assert set(once.values) <= asked(q, once)
