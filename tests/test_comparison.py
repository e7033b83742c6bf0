"""Answers held against the survey: every cell, the fallbacks, the splits, what sets apart."""

import csv
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given, settings, strategies as st

from evaltool.catalogue import Catalogue, loaded
from evaltool.domain.answers import Answer
from evaltool.domain.comparison import Comparison, Fallback, compare
from evaltool.paths import BENCHMARKS
from tests.factories import some_answers, valid_answers

# What must be answered so that a question is asked, or a split known.
BEFORE: dict[str, dict[str, Answer]] = {
    "livcr_absence_reasons": {"livcr_presence": "starting"},
    "signal_suppliers": {"radicalisation_signals": "stable"},
    "signal_detection": {"radicalisation_signals": "stable"},
    "radicalisation_forms": {"radicalisation_signals": "stable"},
    "polarisation_trend": {"polarisation_signals": "yes_unrest"},
    "polarisation_places": {"polarisation_signals": "yes_unrest"},
    "livcr_tables": {"livcr_presence": "yes_municipal"},
    "livcr_members": {"livcr_presence": "yes_municipal"},
    "information_agreement": {"livcr_presence": "yes_municipal"},
    "livcr_difficulties": {"livcr_presence": "yes_municipal"},
}
SIGNALS: dict[str, dict[str, Answer]] = {
    "signals_none": {"radicalisation_signals": "none", "polarisation_signals": "no"},
    "signals_polarisation_only": {
        "radicalisation_signals": "none",
        "polarisation_signals": "yes_unrest",
    },
    "signals_radicalisation_only": {
        "radicalisation_signals": "decreased",
        "polarisation_signals": "no",
    },
    "signals_both": {
        "radicalisation_signals": "increased",
        "polarisation_signals": "yes_no_unrest",
    },
}


def cells() -> Iterator[dict[str, str]]:
    """Every cell of every table, read with nothing but the csv module."""
    for path in sorted((BENCHMARKS / "vvsg-2020").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if "count_status" in row:
                    yield row


def compared(
    catalogue: Catalogue, values: Mapping[str, Answer], cluster: int = 5
) -> tuple[Comparison, ...]:
    """What a municipality with these answers is compared with."""
    answers = some_answers(values)
    return compare(catalogue.questionnaire, catalogue.benchmark, answers, cluster)


def all_comparisons(
    catalogue: Catalogue, cluster: int = 5, /, **values: Answer
) -> tuple[Comparison, ...]:
    """The same, with answers by name."""
    return compared(catalogue, values, cluster)


def only(found: tuple[Comparison, ...], question: str, segment: str | None = None) -> Comparison:
    fitting = [c for c in found if c.question == question and segment in (None, c.segment)]
    assert len(fitting) == 1, [(c.question, c.segment) for c in found]
    return fitting[0]


def comparison_of_cell(catalogue: Catalogue, row: dict[str, str]) -> tuple[Comparison, bool]:
    """The comparison in which a cell must appear, with its option chosen.

    The flag says that the cell stands in a cluster too small to compare with.
    """
    question, segment, option = row["question"], row["segment"], row["option"]
    cluster = int(segment[-1]) if segment.startswith("cluster_") else 1
    asked = catalogue.questionnaire.by_id.get(question)
    answer: Answer = (option,) if asked is not None and asked.kind == "multi" else option
    values: dict[str, Answer] = {**BEFORE.get(question, {}), question: answer}
    shown = "flanders" if segment == "total" else segment
    small = segment.startswith("cluster_") and int(row["n"]) < 10
    if question == "radicalisation_any":
        values = {"radicalisation_signals": "stable" if option == "yes" else "none"}
    elif question == "radicalisation_form_trend":
        form = segment.removeprefix("form:")
        values = {
            "radicalisation_signals": "stable",
            "radicalisation_forms": (form,),
            question: {form: option},
        }
    elif segment.startswith("signals_"):
        values |= SIGNALS[segment]
    elif segment.startswith("policy_"):
        values |= {"specific_policy": segment.removeprefix("policy_")}
    if small or (shown == "flanders" and question in catalogue.benchmark.survey.per_cluster):
        # Of a question published per cluster the total shows where the cluster is too small.
        shown, cluster = "flanders", 6
    found = compared(catalogue, values, cluster)
    return only(found, question, shown), small


def test_every_cell_of_the_survey_is_compared_with(catalogue: Catalogue) -> None:
    seen = 0
    for row in cells():
        comparison, small = comparison_of_cell(catalogue, row)
        count = int(row["count"]) if row["count"] else None
        if small:
            assert comparison.cluster_counts is not None
            assert comparison.cluster_counts.counts[row["option"]] == count
            assert comparison.cluster_counts.n == int(row["n"])
            seen += 1
            continue
        (option,) = (o for o in comparison.options if o.option == row["option"])
        assert option.chosen
        assert option.count == count
        assert option.count_status == row["count_status"]
        assert option.discrepancies == tuple(row["discrepancies"].split())
        assert comparison.table.source
        if count is None:
            assert option.share == int(row["percent_printed"]) / 100
            assert option.interval is None
            assert comparison.n is None
            assert option.n is None
        elif int(row["n"]) < 10:
            assert option.share is None
            assert option.interval is None
        else:
            assert option.share == count / int(row["n"])
        seen += 1
    assert seen == 319


def test_the_example_of_the_specification(catalogue: Catalogue) -> None:
    comparison = only(all_comparisons(catalogue, livcr_presence="yes_municipal"), "livcr_presence")
    (option,) = comparison.chosen
    assert (comparison.segment, comparison.n, comparison.fallback) == ("cluster_5", 22, None)
    assert comparison.table.source == "Tabel 8"
    assert option.share == pytest.approx(0.6818, abs=5e-5)
    assert option.interval == pytest.approx((0.4732, 0.8364), abs=5e-5)
    assert option.estimate == pytest.approx(0.5442, abs=5e-5)
    assert option.flanders_share == pytest.approx(0.4453, abs=5e-5)


def test_not_published_per_cluster_compares_with_flanders_and_says_so(catalogue: Catalogue) -> None:
    found = all_comparisons(catalogue, livcr_presence="yes_municipal", livcr_tables="one")
    comparison = only(found, "livcr_tables")
    assert comparison.segment == "flanders"
    assert comparison.fallback is Fallback.NOT_PUBLISHED_PER_CLUSTER
    assert all(option.estimate is None for option in comparison.options)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("livcr_presence", "yes_municipal"),
        ("polarisation_signals", "no"),
        ("specific_policy", "no"),
        ("radicalisation_signals", "none"),
    ],
)
def test_a_small_cluster_falls_back_with_its_counts(
    catalogue: Catalogue, question: str, answer: str
) -> None:
    found = compared(catalogue, {question: answer}, 6)
    derived = "radicalisation_any" if question == "radicalisation_signals" else question
    comparison = only(found, derived)
    assert comparison.fallback is Fallback.TOO_FEW
    assert comparison.segment == "flanders"
    assert comparison.cluster_counts is not None
    assert comparison.cluster_counts.n == 3
    assert sum(comparison.cluster_counts.counts.values()) == 3
    assert all(option.estimate is None for option in comparison.options)


def test_estimates_are_only_for_clusters_and_sum_to_one(catalogue: Catalogue) -> None:
    for cluster in range(1, 6):
        for comparison in all_comparisons(
            catalogue,
            cluster,
            livcr_presence="starting",
            polarisation_signals="no",
            specific_policy="yes",
            radicalisation_signals="stable",
        ):
            estimates = [option.estimate for option in comparison.options]
            if comparison.segment == f"cluster_{cluster}":
                assert sum(e for e in estimates if e is not None) == pytest.approx(1)
            else:
                assert estimates == [None] * len(estimates)


def test_signals_split_policy_and_need_both_answers(catalogue: Catalogue) -> None:
    for segment, signals in SIGNALS.items():
        found = compared(catalogue, {"specific_policy": "no", **signals})
        assert only(found, "specific_policy", segment).table.source == "Tabel 6"
        assert only(found, "specific_policy", "cluster_5").table.source == "Tabel 5"
        for left_out in signals:
            rest = {k: v for k, v in signals.items() if k != left_out}
            for missing in (rest, {**rest, left_out: "dont_know"}):
                found = compared(catalogue, {"specific_policy": "no", **missing})
                assert [c.segment for c in found if c.question == "specific_policy"] == [
                    "cluster_5"
                ]


def test_policy_actions_need_the_policy(catalogue: Catalogue) -> None:
    actions: dict[str, Answer] = {"policy_actions": ("social_cohesion",)}
    assert compared(catalogue, actions) == ()
    unknown = compared(catalogue, {"specific_policy": "dont_know", **actions})
    assert unknown == ()
    with_policy = only(compared(catalogue, {"specific_policy": "yes", **actions}), "policy_actions")
    assert (with_policy.segment, with_policy.n) == ("policy_yes", 42)
    without = only(compared(catalogue, {"specific_policy": "no", **actions}), "policy_actions")
    assert (without.segment, without.n) == ("policy_no", None)
    assert all(o.flanders_share is None for o in (*with_policy.options, *without.options))


def test_a_small_split_stays_itself_in_counts_only(catalogue: Catalogue) -> None:
    found = all_comparisons(
        catalogue,
        radicalisation_signals="stable",
        radicalisation_forms=("sects", "islamist"),
        radicalisation_form_trend={"sects": "stable", "islamist": "decreased"},
    )
    sects = only(found, "radicalisation_form_trend", "form:sects")
    assert (sects.n, sects.fallback) == (2, None)
    assert [(o.count, o.share, o.interval) for o in sects.chosen] == [(2, None, None)]
    assert only(found, "radicalisation_form_trend", "form:islamist").n == 76


def test_position_in_an_ordered_question(catalogue: Catalogue) -> None:
    found = all_comparisons(
        catalogue, livcr_presence="yes_municipal", information_agreement="informal"
    )
    position = only(found, "information_agreement").position
    assert position is not None
    assert (position.less_far, position.same, position.further) == (7, 47, 61)
    unordered = only(found, "livcr_presence").position
    assert unordered is not None
    assert (unordered.same, unordered.less_far, unordered.further) == (15, None, None)


def test_what_sets_apart(catalogue: Catalogue) -> None:
    comparison = only(
        all_comparisons(
            catalogue,
            livcr_presence="yes_municipal",
            livcr_members=("mayor", "local_police", "schools", "caw", "other"),
        ),
        "livcr_members",
    )
    # Not chosen although most do (social service 81 %, municipality 67 %); chosen although few
    # do (CAW 7 %). Schools (29 %) are no exception, and "other" never counts.
    assert {o.option for o in comparison.apart} == {"social_service", "municipality", "caw"}
    none = only(
        all_comparisons(catalogue, livcr_presence="yes_municipal", livcr_members=("none",)),
        "livcr_members",
    )
    assert {o.option for o in none.apart} == {
        "mayor",
        "local_police",
        "social_service",
        "municipality",
    }


def test_unanswered_unknown_and_unasked_are_not_compared(catalogue: Catalogue) -> None:
    assert all_comparisons(catalogue) == ()
    assert all_comparisons(catalogue, livcr_presence="dont_know") == ()
    # Kept from before the answer changed, but no longer asked.
    found = all_comparisons(catalogue, livcr_presence="no_plans", livcr_members=("mayor",))
    assert [c.question for c in found] == ["livcr_presence"]


@settings(max_examples=40, deadline=None)
@given(st.data(), st.integers(1, 6))
def test_what_holds_for_any_answers(data: st.DataObject, cluster: int) -> None:
    catalogue = loaded()
    answers = data.draw(valid_answers(catalogue.questionnaire))
    for comparison in compare(catalogue.questionnaire, catalogue.benchmark, answers, cluster):
        shares = [option.share for option in comparison.options]
        counted = comparison.n is not None and None not in shares
        if counted and not comparison.multi:
            assert sum(share for share in shares if share is not None) == pytest.approx(1)
        for option in comparison.options:
            if option.interval is not None:
                assert option.share is not None
                assert option.interval[0] <= option.share <= option.interval[1]
            assert option.estimate is None or comparison.segment.startswith("cluster_")
