"""Conditions, findings, their order, the legal minimum and levels."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from evaltool.catalogue import Catalogue, loaded, read
from evaltool.catalogue.conditions import ConditionReader
from evaltool.catalogue.faults import Fault
from evaltool.catalogue.files import Entry
from evaltool.domain.answers import Answer
from evaltool.domain.comparison import compare
from evaltool.domain.conditions import Condition
from evaltool.domain.feedback import AREA_FINDINGS, TOP_FINDINGS, Feedback, evaluate, remarks
from evaltool.domain.language import Text
from evaltool.domain.levels import Criterion, LevelScale
from evaltool.domain.rules import FindingKind, Rulebook
from evaltool.domain.situation import (
    STATUTORY_MEMBERS,
    Area,
    LegalMinimum,
    Situation,
    legal_minimum,
)
from evaltool.paths import BENCHMARKS, CONTENT
from tests.factories import some_answers, valid_answers

LIVCR: dict[str, Answer] = {"livcr_presence": "yes_municipal"}


def situation(
    catalogue: Catalogue,
    values: Mapping[str, Answer],
    *,
    notes: Mapping[str, str] | None = None,
    cluster: int = 5,
    levels: Mapping[Area, int | None] | None = None,
) -> Situation:
    answers = some_answers(values, notes=notes)
    comparisons = compare(catalogue.questionnaire, catalogue.benchmark, answers, cluster)
    return Situation(
        catalogue.questionnaire, answers, comparisons, cluster, legal_minimum(answers), levels or {}
    )


def condition(catalogue: Catalogue, table: object) -> tuple[Condition, list[Fault]]:
    faults: list[Fault] = []
    entry = Entry(Path("rules_test.toml"), "test", {}, faults)
    return ConditionReader(catalogue.questionnaire).read(entry, table), faults


def holds(catalogue: Catalogue, table: object, where: Situation) -> bool:
    found, faults = condition(catalogue, table)
    assert faults == []
    return found.facts(where) is not None


FEW_CASES: dict[str, Answer] = {**LIVCR, "livcr_difficulties": ("few_cases", "taking_lead")}


@pytest.mark.parametrize(
    ("table", "values", "expected"),
    [
        ({"chosen": "livcr_difficulties:few_cases"}, FEW_CASES, True),
        ({"chosen": "livcr_difficulties:none"}, FEW_CASES, False),
        ({"chosen": ["livcr_difficulties:none", "livcr_difficulties:few_cases"]}, FEW_CASES, True),
        ({"chosen": ["challenges:hate_speech", "livcr_presence:yes_municipal"]}, FEW_CASES, True),
        ({"not_chosen": "livcr_difficulties:none"}, FEW_CASES, True),
        ({"not_chosen": "livcr_difficulties:few_cases"}, FEW_CASES, False),
        # Not answered, or "don't know", is not the same as not chosen.
        ({"not_chosen": "challenges:hate_speech"}, FEW_CASES, False),
        ({"not_chosen": "challenges:hate_speech"}, {"challenges": ("dont_know",)}, False),
        ({"answered": "livcr_difficulties"}, FEW_CASES, True),
        ({"answered": "challenges"}, {"challenges": ("dont_know",)}, False),
        # Kept from before, no longer asked.
        ({"chosen": "chair:mayor"}, {"livcr_presence": "no_plans", "chair": "mayor"}, False),
        ({"share": "livcr_difficulties:few_cases", "above": 0.38}, FEW_CASES, True),
        ({"share": "livcr_difficulties:few_cases", "above": 0.39}, FEW_CASES, False),
        ({"share": "livcr_difficulties:few_cases", "below": 0.39}, FEW_CASES, True),
        ({"share": "challenges:hate_speech", "above": 0.0}, FEW_CASES, False),
        ({"sets_apart": "livcr_difficulties:taking_lead"}, FEW_CASES, True),
        ({"sets_apart": "livcr_difficulties:few_cases"}, FEW_CASES, False),
        ({"cluster": [4, 5]}, {}, True),
        ({"cluster": 4}, {}, False),
        ({"note": "chair"}, {}, True),
        ({"note": "deputies"}, {}, False),
        ({"level": "composition", "at_least": 2}, {}, True),
        ({"level": "composition", "at_most": 1}, {}, False),
        ({"level": "structure", "at_least": 1}, {}, False),
        ({"missing": "mayor"}, {**LIVCR, "statutory_members": ("police_chief",)}, True),
        ({"missing": "mayor"}, {**LIVCR, "statutory_members": ("mayor",)}, False),
        ({"missing": "mayor"}, {"livcr_presence": "no_plans"}, False),
        ({"all_of": [{"cluster": 5}, {"note": "chair"}]}, {}, True),
        ({"all_of": [{"cluster": 5}, {"note": "deputies"}]}, {}, False),
        ({"any_of": [{"cluster": 4}, {"note": "chair"}]}, {}, True),
        ({"any_of": [{"cluster": 4}, {"note": "deputies"}]}, {}, False),
        ({"none_of": [{"cluster": 4}, {"note": "deputies"}]}, {}, True),
        ({"none_of": [{"cluster": 5}, {"note": "deputies"}]}, {}, False),
        ({"at_least": 2, "of": [{"cluster": 5}, {"note": "chair"}, {"cluster": 1}]}, {}, True),
        ({"at_least": 2, "of": [{"cluster": 5}, {"cluster": 2}, {"cluster": 1}]}, {}, False),
    ],
)
def test_conditions(
    catalogue: Catalogue, table: object, values: dict[str, Answer], expected: bool
) -> None:
    where = situation(
        catalogue, values, notes={"chair": "x"}, levels={Area.COMPOSITION: 2, Area.STRUCTURE: None}
    )
    assert holds(catalogue, table, where) is expected


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ("x", "not_a_table"),
        ({}, "no_condition"),
        ({"colour": "red"}, "no_condition"),
        ({"chosen": "chair:mayor", "cluster": 5}, "no_condition"),
        ({"chosen": "chair:cook"}, "unknown_reference"),
        ({"chosen": "nothing:mayor"}, "unknown_reference"),
        ({"chosen": 5}, "wrong_type"),
        ({"answered": "nothing"}, "unknown_reference"),
        ({"note": 1}, "unknown_reference"),
        ({"cluster": 7}, "wrong_type"),
        ({"cluster": []}, "wrong_type"),
        ({"level": "nowhere"}, "impossible_condition"),
        ({"level": "structure", "at_least": 4, "at_most": 2}, "impossible_condition"),
        ({"level": "structure", "at_least": 9}, "impossible_condition"),
        ({"missing": "cook"}, "unknown_reference"),
        ({"share": "chair:mayor"}, "impossible_condition"),
        ({"share": "livcr_tables:one", "above": 0.6, "below": 0.5}, "impossible_condition"),
        ({"share": "livcr_tables:one", "above": 2}, "wrong_type"),
        ({"all_of": []}, "no_condition"),
        ({"any_of": "x"}, "no_condition"),
        ({"at_least": 3, "of": [{"cluster": 1}]}, "impossible_condition"),
        ({"at_least": True, "of": [{"cluster": 1}]}, "impossible_condition"),
        ({"chosen": "chair:mayor", "colour": 1}, "unknown_key"),
        (
            {"all_of": [{"chosen": "chair:mayor"}, {"chosen": "chair:other"}]},
            "impossible_condition",
        ),
        (
            {"all_of": [{"chosen": "challenges:other"}, {"not_chosen": "challenges:other"}]},
            "impossible_condition",
        ),
        (
            {"all_of": [{"chosen": "challenges:other"}, {"chosen": "challenges:none"}]},
            "impossible_condition",
        ),
    ],
)
def test_refused_conditions(catalogue: Catalogue, table: object, code: str) -> None:
    _, faults = condition(catalogue, table)
    assert code in {fault.code for fault in faults}
    for fault in faults:
        assert "test" in fault.sentence("nl")
        assert fault.sentence("en")


def feedback(
    catalogue: Catalogue, values: Mapping[str, Answer], rulebook: Rulebook | None = None
) -> Feedback:
    answers = some_answers(values)
    comparisons = compare(catalogue.questionnaire, catalogue.benchmark, answers, 5)
    used = rulebook or catalogue.rulebook
    return evaluate(catalogue.questionnaire, used, answers, comparisons, 5)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, LegalMinimum(None)),
        ({"livcr_presence": "dont_know"}, LegalMinimum(None)),
        ({"livcr_presence": "unknown"}, LegalMinimum(None)),
        ({"livcr_presence": "starting"}, LegalMinimum(False, STATUTORY_MEMBERS)),
        ({"livcr_presence": "no_plans"}, LegalMinimum(False, STATUTORY_MEMBERS)),
        (LIVCR, LegalMinimum(None)),
        ({**LIVCR, "statutory_members": ("dont_know",)}, LegalMinimum(None)),
        ({**LIVCR, "statutory_members": ("none",)}, LegalMinimum(False, STATUTORY_MEMBERS)),
        ({**LIVCR, "statutory_members": STATUTORY_MEMBERS}, LegalMinimum(True)),
        (
            {**LIVCR, "statutory_members": ("police_chief",)},
            LegalMinimum(False, ("mayor", "prevention_official")),
        ),
    ],
)
def test_legal_minimum(
    catalogue: Catalogue, values: dict[str, Answer], expected: LegalMinimum
) -> None:
    assert feedback(catalogue, values).legal == expected


def test_order_legal_then_pressing_then_apart_then_the_rest(catalogue: Catalogue) -> None:
    found = feedback(
        catalogue,
        {
            **LIVCR,
            "statutory_members": ("mayor",),
            "livcr_members": ("mayor", "local_police", "municipality"),
            "information_agreement": "informal",
            "challenges": ("single_issue_extremism",),
            "support_needs": ("intervision",),
            "most_pressing": ("support_needs:intervision",),
        },
    )
    ids = [finding.rule.id for finding in found.findings if not finding.is_strength]
    assert ids[0] == "legal_missing_members"
    assert ids[1] == "support_offer"
    assert ids.index("core_members") < ids.index("agreement_informal")
    assert ids.index("challenge_ideologies") < ids.index("agreement_informal")
    ranks = [finding.rank for finding in found.findings]
    assert ranks == sorted(ranks)


def test_a_finding_knows_why_it_is_there(catalogue: Catalogue) -> None:
    found = feedback(catalogue, {**LIVCR, "statutory_members": ("mayor",)})
    (finding,) = (f for f in found.findings if f.rule.kind is FindingKind.LEGAL)
    assert {(f.question, f.option, f.chosen) for f in finding.because} >= {
        ("statutory_members", "police_chief", False),
        ("statutory_members", "prevention_official", False),
    }
    assert len(finding.items) == 2


def test_levels_follow_declared_criteria(catalogue: Catalogue) -> None:
    def criterion(level: int, table: object) -> Criterion:
        found, faults = condition(catalogue, table)
        assert faults == []
        return Criterion(f"c{level}", level, Text("x", "x"), found)

    lowest, _ = condition(catalogue, {"chosen": "livcr_presence:no_plans"})
    scale = LevelScale(
        Area.STRUCTURE,
        ("livcr_presence", "meeting_frequency"),
        (
            criterion(2, {"chosen": "livcr_presence:yes_municipal"}),
            criterion(3, {"chosen": "meeting_frequency:quarterly"}),
            criterion(4, {"chosen": "own_evaluation:yearly"}),
        ),
        lowest,
    )
    rulebook = replace(catalogue.rulebook, scales=(scale,))

    def level(**values: Answer) -> int | None:
        return feedback(catalogue, values, rulebook).levels[0].number

    assert level() is None
    assert level(livcr_presence="no_plans") == 1
    assert level(livcr_presence="yes_municipal") is None
    assert level(livcr_presence="yes_municipal", meeting_frequency="never") == 2
    assert level(livcr_presence="yes_police_zone", meeting_frequency="quarterly") == 1
    quarterly = {"livcr_presence": "yes_municipal", "meeting_frequency": "quarterly"}
    assert level(**quarterly) == 3
    assert level(**quarterly, own_evaluation="yearly") == 4
    found = feedback(catalogue, quarterly, rulebook).levels[0]
    assert [c.id for c in found.missing_for_next] == ["c4"]


@settings(max_examples=50, deadline=None)
@given(st.data(), st.integers(1, 6))
def test_feedback_keeps_its_promises_for_any_answers(data: st.DataObject, cluster: int) -> None:
    catalogue = loaded()
    answers = data.draw(valid_answers(catalogue.questionnaire))
    comparisons = compare(catalogue.questionnaire, catalogue.benchmark, answers, cluster)
    found = evaluate(catalogue.questionnaire, catalogue.rulebook, answers, comparisons, cluster)
    assert len(found.top()) <= TOP_FINDINGS
    assert not any(finding.is_strength for finding in found.top())
    topics = [finding.rule.topic for finding in found.findings]
    assert len(topics) == len(set(topics))
    for area in Area:
        shown, rest = found.of(area)
        assert len(shown) <= AREA_FINDINGS
        kinds = [finding.is_strength for finding in shown]
        assert kinds == sorted(kinds, reverse=True)
        assert {f.rule.id for f in (*shown, *rest)} == {
            f.rule.id for f in found.findings if f.rule.area is area
        }


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("rules_structure.toml", 'area = "structure"', 'area = "nowhere"', "wrong_type"),
        ("rules_structure.toml", '"act_2018_setup"', '"nowhere"', "unknown_reference"),
        (
            "rules_structure.toml",
            "livcr_presence:starting",
            "livcr_presence:x",
            "unknown_reference",
        ),
        ("rules_structure.toml", 'id = "tables_two"', 'id = "start_no_plans"', "id_twice"),
        ("rules_structure.toml", "who = {nl", "wha = {nl", "missing_key"),
        (
            "rules_composition.toml",
            'sources = ["act_2018_members"]',
            "sources = []",
            "law_without_citation",
        ),
        ("sources.toml", 'id = "act_2018_members"', 'id = "another"', "missing_key"),
        ("sources.toml", "where = ", "there = ", "unknown_key"),
        ("rules_structure.toml", "ask = {nl", "asks = {nl", "question_for_attention"),
        ("rules_structure.toml", 'track = "start"', 'track = "begin"', "wrong_type"),
        ("rules_structure.toml", 'effort = "week"', 'effort = "today"', "wrong_type"),
        ("rules_structure.toml", "steps = [", "step = [", "missing_key"),
        ("rules_structure.toml", '["vvsg_trajectory"]', '["nowhere"]', "unknown_reference"),
        ("levels.toml", "level = 2", "level = 5", "wrong_type"),
        ("levels.toml", 'id = "structure_met"', 'id = "structure_there"', "id_twice"),
        ("levels.toml", 'area = "structure"', 'area = "composition"', "missing_key"),
        ("levels.toml", '"meeting_frequency", ', '"meetings", ', "unknown_reference"),
        ("tracks.toml", 'track = "monitor"', 'track = "start"', "missing_key"),
        ("tracks.toml", "reason = {nl", "because = {nl", "missing_key"),
        ("meeting.toml", "opening = 5", "opening = 6", "wrong_minutes"),
        ("meeting.toml", "most = 3", "most = 9", "wrong_minutes"),
        ("meeting.toml", "closing = 10", "closing = 0", "wrong_minutes"),
    ],
)
def test_damaged_rules_are_told(tmp_path: Path, file: str, old: str, new: str, code: str) -> None:
    content = tmp_path / "content"
    shutil.copytree(CONTENT, content)
    path = content / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    catalogue, faults = read(content, BENCHMARKS)
    assert catalogue is None
    told = [fault for fault in faults if fault.path.name == file and fault.code == code]
    assert told
    assert all(fault.sentence("nl") and fault.sentence("en") for fault in faults)


def test_a_rare_single_answer_comes_before_the_rest(catalogue: Catalogue) -> None:
    """7 of 115 have no arrangements at all: that differs from nearly everybody."""
    rare = feedback(catalogue, {**LIVCR, "information_agreement": "none"})
    (finding,) = (f for f in rare.findings if f.rule.id == "agreement_none")
    assert finding.rank[0] == 2
    usual = feedback(catalogue, {**LIVCR, "information_agreement": "informal"})
    (finding,) = (f for f in usual.findings if f.rule.id == "agreement_informal")
    assert finding.rank[0] == 3


def test_some_differences_make_nothing_more_urgent(catalogue: Catalogue) -> None:
    found = feedback(catalogue, {**LIVCR, "support_needs": ("intervision",)})
    (finding,) = (f for f in found.findings if f.rule.id == "support_offer")
    assert not finding.rule.by_peers
    assert finding.rank[0] == 3


def test_a_level_says_which_answers_it_rests_on(catalogue: Catalogue) -> None:
    found = feedback(
        catalogue,
        {
            **LIVCR,
            "meeting_frequency": "yearly",
            "last_meeting": "within_12_months",
            "own_evaluation": "yearly",
        },
    )
    (structure,) = (level for level in found.levels if level.area is Area.STRUCTURE)
    assert structure.number == 2
    assert {(fact.question, fact.option) for fact in structure.because} == {
        ("livcr_presence", "yes_municipal"),
        ("last_meeting", "within_12_months"),
    }


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"livcr_members": ("mayor",), "statutory_members": ("police_chief",)}, "burgemeester"),
        ({"livcr_members": ("schools",), "statutory_members": ("mayor",)}, "Welk van beide"),
        (
            {"livcr_members": ("mayor",), "statutory_members": ("mayor", "police_chief")},
            "korpschef",
        ),
        ({"livcr_members": ("clb",), "missing_partners": ("clb",)}, "bij wie u mist"),
        ({"chair": "mayor", "statutory_members": ("police_chief",)}, "De burgemeester zit voor"),
        ({"chair": "police_chief", "statutory_members": ("mayor",)}, "De korpschef zit voor"),
        ({"meeting_frequency": "monthly", "last_meeting": "longer_ago"}, "Hoe vaak"),
        ({"meeting_frequency": "quarterly", "last_meeting": "within_12_months"}, "Hoe vaak"),
        ({"last_meeting": "never", "own_evaluation": "yearly"}, "kwam nooit samen"),
        ({"meeting_frequency": "never", "last_meeting": "within_3_months"}, "Hoe vaak"),
        ({"meeting_frequency": "monthly", "last_meeting": "never"}, "Hoe vaak"),
    ],
)
def test_answers_that_do_not_go_together_are_asked_about(
    catalogue: Catalogue, values: dict[str, Answer], words: str
) -> None:
    def told(given: Mapping[str, Answer]) -> list[str]:
        answers = some_answers(given)
        found = remarks(catalogue.questionnaire, catalogue.rulebook, answers, 5)
        return [remark.text.nl for remark, _ in found]

    assert any(words in sentence for sentence in told({**LIVCR, **values}))
    # Nothing to ask about where only one of the two is answered.
    first, *_ = values
    assert told({**LIVCR, first: values[first]}) == []
