"""Which conditions answers can meet, and that the others are refused."""

import re
import shutil
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import chain, combinations, product
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given, settings, strategies as st

from evaltool.catalogue import Catalogue, loaded, read
from evaltool.catalogue.conditions import ALWAYS, ConditionReader
from evaltool.catalogue.faults import Fault
from evaltool.catalogue.files import Entry
from evaltool.domain.answers import EMPTY, Answer, Answers, reported
from evaltool.domain.comparison import compare
from evaltool.domain.conditions import (
    AllOf,
    Answered,
    AtLeast,
    AtLevel,
    Chosen,
    Condition,
    InCluster,
    Missing,
    NoneOf,
    NotChosen,
    Noted,
    SetsApart,
    Share,
    every,
)
from evaltool.domain.language import Text
from evaltool.domain.questionnaire import (
    DONT_KNOW,
    Clause,
    Kind,
    Option,
    Question,
    Questionnaire,
    Section,
)
from evaltool.domain.reach import witness
from evaltool.domain.situation import STATUTORY_MEMBERS, Area, Situation, legal_minimum
from evaltool.domain.validation import validate
from evaltool.paths import BENCHMARKS, CONTENT
from tests.factories import valid_answers

HAS_LIVCR = {"chosen": ["livcr_presence:yes_municipal", "livcr_presence:yes_police_zone"]}
NO_LIVCR = {"chosen": "livcr_presence:no_plans"}
MEMBERS = [{"chosen": f"statutory_members:{member}"} for member in STATUTORY_MEMBERS]
FREQUENCIES = [
    {"chosen": f"meeting_frequency:{code}"} for code in ("monthly", "quarterly", "yearly", "never")
]
AT_TABLE = [
    {"chosen": f"livcr_members:{code}"}
    for code in (
        *("mayor", "local_police", "social_service", "municipality", "schools", "youth_work"),
        *("justice_house", "clb", "caw", "cgg"),
    )
]
PRESSING = [
    {"chosen": f"most_pressing:challenges:{code}"}
    for code in ("hate_speech", "single_issue_extremism", "other")
] + [{"chosen": "most_pressing:livcr_difficulties:few_cases"}]


def all_of(*parts: object) -> dict[str, object]:
    return {"all_of": list(parts)}


def none_of(*parts: object) -> dict[str, object]:
    return {"none_of": list(parts)}


def at_least(number: int, of: object) -> dict[str, object]:
    return {"at_least": number, "of": of}


def chaired(chair: str, deputies: str) -> dict[str, object]:
    return all_of({"chosen": f"chair:{chair}"}, {"chosen": f"deputies:{deputies}"})


POSSIBLE = [
    {"chosen": "chair:mayor"},
    {"chosen": "chair:dont_know"},
    {"chosen": "challenges:none"},
    {"not_chosen": "chair:mayor"},
    {"not_chosen": "statutory_members:none"},
    {"answered": "agreement_topics"},
    {"answered": "most_pressing"},
    {"answered": "radicalisation_form_trend"},
    {"note": "agreement_review"},
    {"share": "livcr_tables:one", "above": 0.5},
    {"sets_apart": "challenges:hate_speech"},
    {"missing": "mayor"},
    {"cluster": 5},
    {"level": "structure", "at_least": 3},
    none_of({"answered": "chair"}),
    none_of({"not_chosen": "chair:mayor"}),
    all_of({"chosen": "chair:dont_know"}, none_of({"not_chosen": "chair:mayor"})),
    none_of({"cluster": 5}, {"level": "structure"}, {"share": "livcr_tables:one", "above": 0.5}),
    # routes
    all_of(HAS_LIVCR, {"chosen": "chair:mayor"}),
    all_of(NO_LIVCR, {"answered": "livcr_absence_reasons"}),
    all_of({"answered": "agreement_topics"}, {"chosen": "information_agreement:informal"}),
    all_of(NO_LIVCR, none_of({"chosen": "chair:mayor"}, {"answered": "chair"})),
    all_of(NO_LIVCR, none_of({"share": "livcr_tables:one", "above": 0.5})),
    {"any_of": [all_of(NO_LIVCR, {"note": "chair"}), {"note": "chair"}]},
    # several answers
    all_of(*MEMBERS),
    all_of({"missing": "mayor"}, {"chosen": "statutory_members:none"}),
    all_of({"missing": "mayor"}, *MEMBERS[1:]),
    all_of(none_of({"missing": "mayor"}), NO_LIVCR),
    at_least(8, AT_TABLE),
    all_of(at_least(8, AT_TABLE), none_of(at_least(9, AT_TABLE))),
    all_of(at_least(1, FREQUENCIES), none_of(*FREQUENCIES[1:])),
    all_of(
        {"chosen": ["challenges:hate_speech", "challenges:other"]},
        {"not_chosen": "challenges:other"},
    ),
    # the first way that is tried is not the one
    all_of(
        {"any_of": [{"chosen": "chair:mayor"}, {"chosen": "chair:other"}]},
        {"any_of": [chaired("mayor", "all"), chaired("other", "some")]},
        {"any_of": [chaired("mayor", "some"), chaired("other", "some")]},
    ),
    # what speaks of other answers
    all_of({"chosen": "most_pressing:challenges:hate_speech"}, NO_LIVCR),
    at_least(3, PRESSING),
    all_of({"note": "most_pressing"}, {"chosen": "challenges:none"}),
    {"chosen": "radicalisation_form_trend:islamist"},
    {"note": "radicalisation_form_trend"},
]

IMPOSSIBLE = [
    # one question
    all_of({"chosen": "chair:mayor"}, {"chosen": "chair:other"}),
    all_of({"chosen": "chair:mayor"}, all_of(all_of({"chosen": ["chair:other"]}))),
    all_of({"chosen": "chair:mayor"}, none_of({"chosen": "chair:mayor"})),
    all_of({"chosen": "chair:dont_know"}, {"answered": "chair"}),
    all_of({"chosen": "chair:dont_know"}, {"not_chosen": "chair:mayor"}),
    all_of({"chosen": "challenges:other"}, {"not_chosen": "challenges:other"}),
    all_of({"chosen": "challenges:other"}, {"chosen": "challenges:none"}),
    all_of({"chosen": "challenges:other"}, {"chosen": "challenges:dont_know"}),
    all_of(
        {"chosen": ["challenges:hate_speech", "challenges:other"]},
        {"not_chosen": ["challenges:hate_speech", "challenges:other"]},
    ),
    {"not_chosen": [f"deputies:{code}" for code in ("all", "some", "none")]},
    none_of({"answered": "chair"}, none_of({"answered": "chair"})),
    all_of({"note": "chair"}, none_of({"note": "chair"})),
    all_of({"share": "livcr_tables:one", "above": 0.5}, {"chosen": "livcr_tables:dont_know"}),
    all_of({"sets_apart": "challenges:other"}, {"chosen": "challenges:dont_know"}),
    # routes
    all_of(NO_LIVCR, {"chosen": "chair:mayor"}),
    all_of(NO_LIVCR, {"note": "chair"}),
    all_of(NO_LIVCR, {"share": "livcr_tables:one", "above": 0.5}),
    all_of(NO_LIVCR, {"sets_apart": "livcr_members:mayor"}),
    all_of(NO_LIVCR, {"missing": "mayor"}),
    all_of({"chosen": "livcr_presence:yes_municipal"}, {"answered": "livcr_absence_reasons"}),
    all_of({"chosen": "chair:mayor"}, {"answered": "livcr_absence_reasons"}),
    all_of({"answered": "agreement_topics"}, {"chosen": "information_agreement:none"}),
    all_of({"answered": "agreement_topics"}, {"chosen": "information_agreement:dont_know"}),
    all_of({"answered": "agreement_topics"}, none_of({"answered": "information_agreement"})),
    all_of({"chosen": "agreement_review:never"}, NO_LIVCR),
    {"any_of": [all_of(NO_LIVCR, {"note": "chair"}), all_of(NO_LIVCR, {"answered": "chair"})]},
    # several answers
    at_least(2, FREQUENCIES),
    all_of(at_least(8, AT_TABLE), none_of(at_least(8, AT_TABLE))),
    all_of(at_least(8, AT_TABLE), none_of(*AT_TABLE[:3])),
    all_of(at_least(8, AT_TABLE), {"chosen": "livcr_members:none"}),
    all_of({"missing": "mayor"}, *MEMBERS),
    all_of({"answered": "statutory_members"}, none_of({"missing": "mayor"}, MEMBERS[0])),
    # what speaks of other answers
    all_of(PRESSING[0], {"not_chosen": "challenges:hate_speech"}),
    all_of(PRESSING[0], {"chosen": "challenges:none"}),
    all_of(PRESSING[3], NO_LIVCR),
    at_least(4, PRESSING),
    all_of(
        {"answered": "most_pressing"},
        none_of(*({"answered": name} for name in ("challenges", "support_needs"))),
        {"chosen": "policy_difficulties:none"},
        NO_LIVCR,
    ),
    all_of(
        {"chosen": "radicalisation_form_trend:islamist"},
        {"not_chosen": "radicalisation_forms:islamist"},
    ),
    all_of(
        {"chosen": "radicalisation_form_trend:islamist"}, {"chosen": "radicalisation_signals:none"}
    ),
    all_of({"note": "radicalisation_form_trend"}, none_of({"answered": "radicalisation_forms"})),
]


def reading(catalogue: Catalogue, table: object) -> tuple[Condition, list[str]]:
    """The condition of a table, not checked for what it asks, and the faults of one that is."""
    faults: list[Fault] = []
    entry = Entry(Path("rules_test.toml"), "test", {}, faults)
    ConditionReader(catalogue.questionnaire).read(entry, table)
    told = [fault.code for fault in faults]
    faults.clear()
    condition = ConditionReader(catalogue.questionnaire, sound=False).read(entry, table)
    assert faults == []
    return condition, told


@pytest.mark.parametrize("table", POSSIBLE, ids=str)
def test_possible(catalogue: Catalogue, table: object) -> None:
    condition, told = reading(catalogue, table)
    assert told == []
    found = witness(catalogue.questionnaire, condition)
    assert found is not None
    assert could_hold(condition, situation(catalogue, found, 5))


@pytest.mark.parametrize("table", IMPOSSIBLE, ids=str)
def test_impossible(catalogue: Catalogue, table: object) -> None:
    condition, told = reading(catalogue, table)
    # One fault, however deep it lies.
    assert told == ["impossible_condition"]
    assert witness(catalogue.questionnaire, condition) is None


def test_what_asks_nothing_is_met_without_answers(catalogue: Catalogue) -> None:
    assert witness(catalogue.questionnaire, ALWAYS) == EMPTY


def conditions_of(catalogue: Catalogue) -> Iterator[tuple[str, Condition]]:
    """Every condition of the rulebook, of an item together with that of its rule."""
    rulebook = catalogue.rulebook
    for rule in rulebook.rules:
        yield rule.id, rule.condition
        for item in rule.items:
            yield f"{rule.id}: {item.option}", AllOf((rule.condition, item.condition))
    for scale in rulebook.scales:
        yield from ((criterion.id, criterion.condition) for criterion in scale.criteria)
        if scale.lowest is not None:
            yield scale.area, scale.lowest
    yield from ((track.track, track.condition) for track in rulebook.tracks)
    yield from (
        (preparation.text.en, preparation.condition) for preparation in rulebook.preparations
    )


def test_all_that_is_declared_can_hold_and_that_is_known_at_once(catalogue: Catalogue) -> None:
    declared = list(conditions_of(catalogue))
    start = perf_counter()
    found = [(name, witness(catalogue.questionnaire, condition)) for name, condition in declared]
    # Some 50 ms; every start of the tool waits for it.
    assert perf_counter() - start < 1
    assert [name for name, answers in found if answers is None] == []
    for (name, condition), (_, answers) in zip(declared, found, strict=True):
        assert answers is not None
        assert could_hold(condition, situation(catalogue, answers, 5)), name


RULE = """
[[rules]]
id = "test"
area = "structure"
kind = "strength"
basis = "practice"
track = "start"
effort = "week"
title = {nl = "x", en = "y"}
see = {nl = "x", en = "y"}
why = {nl = "x", en = "y"}
steps = [{nl = "x", en = "y"}]
who = {nl = "x", en = "y"}
when = {chosen = "chair:mayor"}

[[rules.items]]
option = "chair:mayor"
text = {nl = "x", en = "y"}

[[rules.items]]
option = "livcr_presence:no_plans"
text = {nl = "x", en = "y"}
"""
NEVER = '{all_of = [{chosen = "chair:mayor"}, {chosen = "livcr_presence:no_plans"}]}'
CRITERION = f"""
[[areas.criteria]]
id = "test"
level = 2
when = {NEVER}
text = {{nl = "x", en = "y"}}
"""
TRACK = f"""
[[tracks]]
track = "start"
when = {NEVER}
reason = {{nl = "x", en = "y"}}
"""
PREPARATION = f"""
[[prepare]]
when = {NEVER}
text = {{nl = "x", en = "y"}}
"""


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CONTENT, tmp_path / "content"))


@pytest.mark.parametrize(
    ("file", "more"),
    [
        ("rules_test.toml", RULE),
        ("rules_test.toml", RULE.replace('{chosen = "chair:mayor"}', NEVER)),
        ("levels.toml", CRITERION),
        ("tracks.toml", TRACK),
        ("tracks.toml", PREPARATION),
    ],
    ids=["item", "rule", "criterion", "track", "preparation"],
)
def test_refused_wherever_it_stands(content: Path, file: str, more: str) -> None:
    path = content / file
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(before + more, encoding="utf-8")
    catalogue, faults = read(content, BENCHMARKS)
    assert catalogue is None
    assert [(f.path.name, f.code) for f in faults] == [(file, "impossible_condition")]


def test_the_fault_of_an_item_stands_at_the_item(content: Path) -> None:
    (content / "rules_test.toml").write_text(RULE, encoding="utf-8")
    (fault,) = read(content, BENCHMARKS)[1]
    assert fault.line == 1 + RULE[: RULE.rindex("[[rules.items]]")].count("\n")


def test_refused_as_what_makes_a_level_lowest(content: Path) -> None:
    path = content / "levels.toml"
    text = path.read_text(encoding="utf-8")
    damaged = re.sub("(?m)^lowest = .*", f"lowest = {NEVER}", text, count=1)
    path.write_text(damaged, encoding="utf-8")
    assert [fault.code for fault in read(content, BENCHMARKS)[1]] == ["impossible_condition"]


def test_a_faulty_questionnaire_makes_no_condition_impossible(content: Path) -> None:
    # A circle: the forms are asked if the forms are answered.
    path = content / "questionnaire.toml"
    text = path.read_text(encoding="utf-8")
    circle = text.replace('question = "radicalisation_signals"', 'question = "signal_suppliers"')
    path.write_text(circle, encoding="utf-8")
    codes = {fault.code for fault in read(content, BENCHMARKS)[1]}
    assert "route_later" in codes
    assert "impossible_condition" not in codes


def situation(
    catalogue: Catalogue,
    answers: Answers,
    cluster: int,
    levels: Mapping[Area, int | None] | None = None,
) -> Situation:
    """What conditions look at, as :func:`evaltool.domain.feedback.evaluate` makes it."""
    given = reported(catalogue.questionnaire, answers)
    comparisons = compare(catalogue.questionnaire, catalogue.benchmark, answers, cluster)
    return Situation(
        catalogue.questionnaire, given, comparisons, cluster, legal_minimum(given), levels or {}
    )


def could_hold(condition: Condition, where: Situation, wanted: bool = True) -> bool:
    """Whether a condition holds (or not, if not ``wanted``) with these answers.

    What depends on more than answers is as it is needed, once there is an answer to compare.
    """
    match condition:
        case AllOf(parts) if wanted:
            return all(could_hold(part, where) for part in parts)
        case AllOf(parts):
            return any(could_hold(part, where, False) for part in parts)
        case AtLeast(number, parts) if wanted:
            return sum(could_hold(part, where) for part in parts) >= number
        case AtLeast(number, parts):
            return sum(could_hold(part, where, False) for part in parts) > len(parts) - number
        case NoneOf(parts) if wanted:
            return all(could_hold(part, where, False) for part in parts)
        case NoneOf(parts):
            return any(could_hold(part, where) for part in parts)
        case Share(question) | SetsApart(question):
            return not wanted or where.answered(question)
        case AtLevel() | InCluster():
            return True
        case _:
            return (condition.facts(where) is not None) is wanted


def conditions(questionnaire: Questionnaire) -> st.SearchStrategy[Condition]:
    """Any condition on a few questions, which so get in each other's way."""

    def options(question: Question) -> list[str]:
        if question.kind is Kind.RANKING:
            return [*questionnaire.ranked_options(question), DONT_KNOW]
        if question.kind is Kind.TREND:
            return [option.id for option in questionnaire.by_id[question.sources[0]].options]
        return [*question.by_id, DONT_KNOW]

    def of(questions: list[Question]) -> st.SearchStrategy[Condition]:
        def some(question: Question) -> st.SearchStrategy[Condition]:
            one = st.sampled_from(options(question))
            several = st.lists(one, min_size=1, max_size=4, unique=True).map(tuple)
            leaves: list[st.SearchStrategy[Condition]] = [
                st.builds(Chosen, st.just(question.id), several),
                st.builds(NotChosen, st.just(question.id), several),
                st.just(Answered(question.id)),
                st.just(Noted(question.id)),
                st.builds(SetsApart, st.just(question.id), one),
                st.builds(Share, st.just(question.id), one, st.just(0.5)),
                st.just(InCluster((4, 5))),
                st.just(AtLevel(Area.STRUCTURE, 2)),
            ]
            if question.id == "statutory_members":
                leaves.append(st.builds(Missing, st.sampled_from(STATUTORY_MEMBERS)))
            return st.one_of(leaves)

        def joined(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
            tuples = st.lists(parts, min_size=1, max_size=4).map(tuple)
            counted = tuples.flatmap(
                lambda many: st.builds(AtLeast, st.integers(1, len(many)), st.just(many))
            )
            return st.one_of(st.builds(AllOf, tuples), st.builds(NoneOf, tuples), counted)

        leaf = st.sampled_from(questions).flatmap(some)
        return st.recursive(leaf, joined, max_leaves=12)

    chosen = st.lists(st.sampled_from(list(questionnaire)), min_size=1, max_size=4)
    return chosen.flatmap(of)


def any_condition() -> st.SearchStrategy[Condition]:
    return st.deferred(lambda: conditions(loaded().questionnaire))


@settings(max_examples=50, deadline=None)
@given(any_condition())
def test_a_witness_is_valid_and_meets_the_condition(condition: Condition) -> None:
    catalogue = loaded()
    found = witness(catalogue.questionnaire, condition)
    if found is not None:
        assert validate(catalogue.questionnaire, found) == ()
        assert reported(catalogue.questionnaire, found) == found
        assert could_hold(condition, situation(catalogue, found, 5))


@settings(max_examples=50, deadline=None)
@given(st.data(), st.integers(1, 6), st.none() | st.integers(1, 4))
def test_what_holds_is_never_refused(data: st.DataObject, cluster: int, level: int | None) -> None:
    catalogue = loaded()
    answers = data.draw(valid_answers(catalogue.questionnaire))
    where = situation(catalogue, answers, cluster, {Area.STRUCTURE: level})
    for _ in range(5):
        condition = data.draw(any_condition())
        if condition.facts(where) is None:
            condition = NoneOf((condition,))
        assert condition.facts(where) is not None
        assert witness(catalogue.questionnaire, condition) is not None


def a_question(
    id_: str, kind: Kind, *options: str, asked_if: tuple[Clause, ...] = (), **more: object
) -> Question:
    made = tuple(Option(o, Text(o, o), exclusive=o == "none") for o in options)
    text = Text(id_, id_)
    return Question(id_, "s", kind, text, text, made, asked_if, **more)  # type: ignore[arg-type]


IF_X = Clause("a", any_of=frozenset({"x"}))
NOT_U = Clause("c", none_of=frozenset({"u"}))
SMALL = Questionnaire(
    "1",
    "1",
    Text("?", "?"),
    (
        Section(
            "s",
            Text("s", "s"),
            Text("s", "s"),
            1,
            False,
            (
                a_question("a", Kind.SINGLE, "x", "y"),
                a_question("b", Kind.MULTI, "p", "q", "none"),
                a_question("c", Kind.SINGLE, "u", "v", asked_if=(IF_X,)),
                a_question("d", Kind.MULTI, "m", "none", asked_if=(NOT_U,)),
                a_question("t", Kind.TREND, "up", sources=("b",)),
                a_question("r", Kind.RANKING, sources=("b", "d"), at_most=2),
            ),
        ),
    ),
)
"""Each kind of question and of route, small enough to try all answers."""


def subsets(codes: tuple[str, ...], most: int) -> list[tuple[str, ...]]:
    return list(chain.from_iterable(combinations(codes, size) for size in range(1, most + 1)))


@lru_cache(maxsize=1)
def everything() -> tuple[Answers, ...]:
    """Every situation that answers to the small questionnaire can make."""
    answers: dict[str, list[Answer]] = {
        "a": ["x", "y", DONT_KNOW],
        "b": [("p",), ("q",), ("p", "q"), ("none",), (DONT_KNOW,)],
        "c": ["u", "v", DONT_KNOW],
        "d": [("m",), ("none",), (DONT_KNOW,)],
        "t": [dict.fromkeys(forms, "up") for forms in subsets(("p", "q"), 2)],
        "r": [(DONT_KNOW,), *subsets(("b:p", "b:q", "d:m"), 2)],
    }
    found = []
    for drawn in product(*([None, *values] for values in answers.values())):
        values = {id_: v for id_, v in zip(answers, drawn, strict=True) if v is not None}
        given = Answers(values, {}, {})
        # Answers to what is not asked, and leftovers, come to the same as none.
        if not validate(SMALL, given) and reported(SMALL, given) == given:
            found.append(given)
    return tuple(found)


def situations(condition: Condition) -> Iterator[Situation]:
    """Every situation in which a condition on the small questionnaire may hold or not."""
    noted = sorted({part.question for part in every(condition) if isinstance(part, Noted)})
    for answers, notes in product(everything(), [(), *subsets(tuple(noted), len(noted))]):
        given = Answers(answers.values, {}, dict.fromkeys(notes, "x"))
        if reported(SMALL, given) == given:
            yield Situation(SMALL, given, (), 5, legal_minimum(given))


@settings(max_examples=100, deadline=None)
@given(conditions(SMALL))
def test_there_is_a_witness_exactly_if_some_answers_meet_the_condition(
    condition: Condition,
) -> None:
    found = witness(SMALL, condition)
    assert (found is not None) == any(
        could_hold(condition, where) for where in situations(condition)
    )
    if found is not None:
        where = Situation(SMALL, found, (), 5, legal_minimum(found))
        assert validate(SMALL, found) == ()
        assert reported(SMALL, found) == found
        assert could_hold(condition, where)
