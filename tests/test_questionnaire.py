"""The questionnaire as it is: its codes, routes and texts, and the time it takes."""

import csv
from functools import lru_cache

import pytest

from evaltool.catalogue.faults import Fault
from evaltool.catalogue.questionnaire import read_questionnaire
from evaltool.domain.answers import Answers, asked
from evaltool.domain.language import LANGUAGES, Language, Text
from evaltool.domain.questionnaire import (
    DONT_KNOW,
    OTHER,
    Kind,
    Question,
    Questionnaire,
    unreachable,
)
from evaltool.paths import BENCHMARKS, CONTENT
from tests.factories import WITH_LIVCR

WORDS_A_MINUTE = 200
SECONDS_AN_ANSWER = 8
LONGEST_WALK = 20
"""Minutes."""

# The survey's label ends in an example left open ("..., zoals ....").
SHORTENED = {("policy_actions", "specific_projects"): ", zoals ...."}

SECTIONS = {
    "profile": ["respondent_function", "others_who_helped"],
    "situation": ["radicalisation_signals", "polarisation_signals", "specific_policy"],
    "structure": [
        "livcr_presence",
        "livcr_absence_reasons",
        "livcr_tables",
        "meeting_frequency",
        "last_meeting",
        "chair",
        "ltf_link",
        "own_evaluation",
    ],
    "composition": [
        "livcr_members",
        "statutory_members",
        "deputies",
        "missing_partners",
        "partners_outside",
        "partner_agreements",
    ],
    "information_sharing": [
        "information_agreement",
        "agreement_topics",
        "agreement_review",
        "feedback_to_reporter",
    ],
    "difficulties": [
        "livcr_difficulties",
        "policy_difficulties",
        "challenges",
        "support_needs",
        "most_pressing",
    ],
    "deepening": [
        "radicalisation_forms",
        "radicalisation_form_trend",
        "signal_suppliers",
        "signal_detection",
        "polarisation_trend",
        "polarisation_places",
        "policy_actions",
    ],
}

PRACTICE = {
    "meeting_frequency": "monthly quarterly twice_a_year yearly on_case_only never",
    "last_meeting": "within_3_months within_6_months within_12_months longer_ago never",
    "chair": "mayor police_chief prevention_official other",
    "ltf_link": "yes_regular yes_sometimes no",
    "own_evaluation": "yearly once never",
    "statutory_members": "mayor police_chief prevention_official none",
    "deputies": "all some none",
    "agreement_topics": "sharing bringing_in_a_case ownership source_protection "
    "purpose_legal_basis controller data_categories access minimisation retention security "
    "data_subject_rights breaches review_date none",
    "agreement_review": "this_year last_3_years longer_ago never",
    "feedback_to_reporter": "always sometimes never",
}

MULTI = {
    "others_who_helped",
    "livcr_absence_reasons",
    "livcr_members",
    "statutory_members",
    "missing_partners",
    "partners_outside",
    "agreement_topics",
    "livcr_difficulties",
    "policy_difficulties",
    "challenges",
    "support_needs",
    "radicalisation_forms",
    "signal_suppliers",
    "signal_detection",
    "polarisation_places",
    "policy_actions",
}

WITH_AGREEMENT = {"agreement_topics", "agreement_review"}
WITHOUT_LIVCR = {"livcr_absence_reasons"}
WITH_RADICALISATION = {"radicalisation_forms", "signal_suppliers", "signal_detection"}
WITH_POLARISATION = {"polarisation_trend", "polarisation_places"}
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


@lru_cache(maxsize=1)
def read() -> tuple[Questionnaire | None, list[Fault]]:
    faults: list[Fault] = []
    return read_questionnaire(CONTENT, faults), faults


@pytest.fixture
def questionnaire() -> Questionnaire:
    found, _ = read()
    assert found is not None
    return found


def surveyed() -> dict[str, dict[str, str]]:
    """The survey's questions with their options and labels, from the tables themselves."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted((BENCHMARKS / "vvsg-2020").glob("*.csv")):
        if path.stem in ("discrepancies", "survey-2018"):
            continue
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found.setdefault(row["question"], {})[row["option"]] = row["label_nl"]
    return found


def all_texts(questionnaire: Questionnaire) -> list[Text]:
    found = [questionnaire.dont_know]
    for section in questionnaire.sections:
        found += [section.title, section.intro]
    for question in questionnaire:
        found += [question.text, question.help, *(option.label for option in question.options)]
        found += [option.help for option in question.options if option.help is not None]
    return found


def test_the_questionnaire_is_read_without_faults() -> None:
    found, faults = read()
    assert found is not None
    assert [fault.sentence("en") for fault in faults] == []


def test_sections_and_questions_stand_in_their_order(questionnaire: Questionnaire) -> None:
    found = {s.id: [question.id for question in s.questions] for s in questionnaire.sections}
    assert found == SECTIONS
    assert list(found) == list(SECTIONS)
    assert [s.id for s in questionnaire.sections if s.optional] == ["deepening"]


def test_kinds(questionnaire: Questionnaire) -> None:
    kinds = {question.id: question.kind for question in questionnaire}
    assert {id_ for id_, kind in kinds.items() if kind is Kind.MULTI} == MULTI
    assert [id_ for id_, kind in kinds.items() if kind is Kind.RANKING] == ["most_pressing"]
    assert [id_ for id_, kind in kinds.items() if kind is Kind.TREND] == [
        "radicalisation_form_trend"
    ]


@pytest.mark.parametrize(("id_", "codes"), PRACTICE.items())
def test_practice_questions_have_their_codes(
    questionnaire: Questionnaire, id_: str, codes: str
) -> None:
    question = questionnaire.by_id[id_]
    assert set(question.by_id) == set(codes.split())
    assert not question.benchmarked


def test_surveyed_questions_are_those_of_the_survey(questionnaire: Questionnaire) -> None:
    # radicalisation_any follows from radicalisation_signals and is not asked.
    assert {q.id for q in questionnaire if q.benchmarked} == set(surveyed()) - {
        "radicalisation_any"
    }
    assert "radicalisation_any" not in questionnaire.by_id


def test_surveyed_options_carry_the_survey_s_codes_and_dutch_labels(
    questionnaire: Questionnaire,
) -> None:
    for id_, labels in surveyed().items():
        if id_ not in questionnaire.by_id:
            continue
        found = {o.id: o.label.nl for o in questionnaire.by_id[id_].options if o.surveyed}
        expected = {
            code: label.removesuffix(SHORTENED.get((id_, code), ""))
            for code, label in labels.items()
        }
        assert found == expected, id_


def test_only_the_no_of_partner_agreements_is_not_in_the_survey(
    questionnaire: Questionnaire,
) -> None:
    found = [(q.id, o.id) for q in questionnaire for o in q.options if not o.surveyed]
    assert found == [("partner_agreements", "no")]


def test_shared_options(questionnaire: Questionnaire) -> None:
    by_id = questionnaire.by_id
    assert by_id["missing_partners"].options == by_id["livcr_members"].options
    helped = by_id["others_who_helped"]
    assert set(helped.by_id) == {*by_id["respondent_function"].by_id, "none"}


def test_exclusive_options(questionnaire: Questionnaire) -> None:
    for question in questionnaire:
        if question.kind is not Kind.MULTI:
            continue
        expected = {"none"} & set(question.by_id)
        if question.id == "signal_detection":
            expected = {"not", "do_not_know_how"}
        assert question.exclusive == expected | {DONT_KNOW}, question.id


def test_order_sources_and_limits(questionnaire: Questionnaire) -> None:
    by_id = questionnaire.by_id
    ordered = {q.id: q.order for q in questionnaire if q.order}
    assert ordered == {"information_agreement": ("none", "informal", "in_progress", "formal")}
    assert by_id["most_pressing"].at_most == 3
    assert by_id["most_pressing"].sources == (
        "livcr_difficulties",
        "policy_difficulties",
        "challenges",
        "support_needs",
    )
    trend = by_id["radicalisation_form_trend"]
    assert trend.sources == ("radicalisation_forms",)
    assert set(trend.by_id) == {"increased", "stable", "decreased"}


def test_other_is_offered_where_the_survey_has_it(questionnaire: Questionnaire) -> None:
    assert questionnaire.by_id["livcr_members"].has_other
    assert questionnaire.by_id["missing_partners"].has_other
    for id_, labels in surveyed().items():
        if id_ in questionnaire.by_id:
            assert questionnaire.by_id[id_].has_other == (OTHER in labels), id_


def test_every_question_can_be_reached(questionnaire: Questionnaire) -> None:
    assert list(unreachable(questionnaire)) == []


Route = dict[str, tuple[set[str], set[str]]]


def clauses(question: Question) -> Route:
    return {c.question: (set(c.any_of), set(c.none_of)) for c in question.asked_if}


def test_each_question_carries_the_clauses_of_its_route(questionnaire: Questionnaire) -> None:
    has_livcr: Route = {"livcr_presence": ({"yes_police_zone", "yes_municipal"}, set())}
    routes: list[tuple[set[str], Route]] = [
        (ALWAYS | {"most_pressing"}, {}),
        (WITH_LIVCR, has_livcr),
        (WITH_AGREEMENT, {**has_livcr, "information_agreement": (set(), {"none"})}),
        (WITHOUT_LIVCR, {"livcr_presence": ({"starting", "no_plans"}, set())}),
        (
            WITH_RADICALISATION | {"radicalisation_form_trend"},
            {"radicalisation_signals": (set(), {"none"})},
        ),
        (
            WITH_POLARISATION,
            {"polarisation_signals": ({"yes_unrest", "yes_no_unrest"}, set())},
        ),
    ]
    expected = {id_: route for ids, route in routes for id_ in ids}
    assert {question.id: clauses(question) for question in questionnaire} == expected


def test_what_builds_on_an_answer_is_asked_after_it(questionnaire: Questionnaire) -> None:
    answers = Answers(
        {
            "radicalisation_signals": "stable",
            "radicalisation_forms": ("islamist",),
            "challenges": ("hate_speech",),
        },
        {},
        {},
    )
    assert asked(questionnaire, answers) == ALWAYS | WITH_RADICALISATION | {
        "radicalisation_form_trend",
        "most_pressing",
    }


def test_what_builds_on_an_answer_stands_on_a_later_page(questionnaire: Questionnaire) -> None:
    assert [q.id for q in questionnaire.section_by_id["difficulties"].pages[-1]] == [
        "most_pressing"
    ]
    for section in questionnaire.sections:
        assert {question.page for question in section.questions} == set(
            range(1, len(section.pages) + 1)
        )
        # Walking page by page must not change the order of the questions.
        assert [q for page in section.pages for q in page] == list(section.questions)


def test_not_knowing_what_an_livc_r_is_differs_from_not_knowing(
    questionnaire: Questionnaire,
) -> None:
    unknown = questionnaire.by_id["livcr_presence"].by_id["unknown"]
    assert unknown.label != questionnaire.dont_know
    assert unknown.help is not None
    for language in LANGUAGES:
        assert questionnaire.dont_know.in_(language) in unknown.help.in_(language)


@pytest.mark.parametrize(("language", "why"), [("nl", "We vragen het"), ("en", "We ask")])
def test_practice_questions_say_why_they_are_asked(
    questionnaire: Questionnaire, language: Language, why: str
) -> None:
    practice = [q for q in questionnaire if not q.benchmarked and q.id != "others_who_helped"]
    assert len(practice) == len(PRACTICE) + len({"missing_partners", "most_pressing"})
    for question in practice:
        assert why in question.help.in_(language), question.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_terms_are_explained_no_later_than_where_they_are_used(
    questionnaire: Questionnaire, language: Language
) -> None:
    explained = {
        "livcr_presence": {"nl": "lokale integrale veiligheidscel", "en": "consultation in which"},
        "ltf_link": {"nl": "lokale taskforce", "en": "local task force"},
        "information_agreement": {"nl": "Een afsprakenkader is", "en": "agreement is a text"},
        "livcr_difficulties": {"nl": "socio-preventieve diensten zijn", "en": "services are"},
        "support_needs": {"nl": "Vereniging van Vlaamse Steden", "en": "association of Flemish"},
    }
    for id_, words in explained.items():
        assert words[language] in questionnaire.by_id[id_].help.in_(language), id_


def test_what_is_said_of_the_law_names_the_act_and_the_day_it_was_read(
    questionnaire: Questionnaire,
) -> None:
    act = {"nl": "30 juli 2018", "en": "30 July 2018"}
    day = {"nl": "gelezen op 23 november 2026", "en": "read on 23 November 2026"}
    for language in LANGUAGES:
        speak = {q.id for q in questionnaire if act[language] in q.help.in_(language)}
        assert speak == {"livcr_presence", "statutory_members"}
        for id_ in speak:
            assert day[language] in questionnaire.by_id[id_].help.in_(language)


def test_every_text_is_there_in_both_languages(questionnaire: Questionnaire) -> None:
    for text in all_texts(questionnaire):
        for language in LANGUAGES:
            sentence = text.in_(language)
            assert sentence
            assert sentence == " ".join(sentence.split())
    for question in questionnaire:
        assert question.text.nl != question.text.en
        for language in LANGUAGES:
            assert question.text.in_(language).endswith("?")


def words(question: Question, language: Language) -> int:
    texts = [question.text, question.help, *(option.label for option in question.options)]
    texts += [option.help for option in question.options if option.help is not None]
    return sum(len(text.in_(language).split()) for text in texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_walk_without_deepening_fits_in_twenty_minutes(
    questionnaire: Questionnaire, language: Language
) -> None:
    total = 0.0
    promised = 0
    for section in questionnaire.sections:
        read_words = len(section.intro.in_(language).split())
        read_words += sum(words(question, language) for question in section.questions)
        needed = read_words / WORDS_A_MINUTE + len(section.questions) * SECONDS_AN_ANSWER / 60
        assert needed <= section.minutes, section.id
        if not section.optional:
            total += needed
            promised += section.minutes
    assert total <= LONGEST_WALK
    assert 15 <= promised <= LONGEST_WALK
