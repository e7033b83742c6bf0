"""Files of answers: what is accepted, and every refusal, each naming what is at fault."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given, settings, strategies as st

from evaltool.catalogue import Catalogue, loaded
from evaltool.domain.answers import reported, without_dangling
from evaltool.domain.document import Document, read, write
from evaltool.domain.language import LANGUAGES
from evaltool.domain.output import report_json
from evaltool.domain.reporting import build
from evaltool.domain.validation import Refused
from evaltool.domain.wording import Refusals, Wording
from tests.factories import a_document, all_answers, valid_answers
from tests.golden import NAMES, document_of


def accepted(catalogue: Catalogue, held: object) -> Document:
    raw = held if isinstance(held, bytes) else json.dumps(held).encode()
    return read(raw, catalogue.questionnaire, catalogue.register)


def refused(catalogue: Catalogue, held: object) -> list[tuple[str, str]]:
    """The (code, where) of every problem; each must have a sentence in both languages."""
    with pytest.raises(Refused) as caught:
        accepted(catalogue, held)
    for language in LANGUAGES:
        texts = catalogue.in_language(language)
        wording = Wording(texts, catalogue.questionnaire, catalogue.register.clusters)
        for problem in caught.value.problems:
            for codes in (True, False):
                sentence = Refusals(wording, codes=codes).sentence(problem)
                assert sentence
                assert "{" not in sentence
                if codes:
                    assert problem.where in sentence
    return [(problem.code, problem.where) for problem in caught.value.problems]


def with_answers(**answers: object) -> dict[str, object]:
    return a_document(answers=answers)


def test_the_example_of_the_specification(catalogue: Catalogue) -> None:
    document = accepted(catalogue, a_document())
    assert document.municipality.name == "Leuven"
    assert (document.cluster, document.cluster_proposed) == (5, False)
    assert document.answers.values["statutory_members"] == ("mayor", "police_chief")
    assert document.answers.notes == {"livcr_presence": "sinds 2016"}


def test_only_three_keys_are_needed(catalogue: Catalogue) -> None:
    document = accepted(catalogue, {"municipality": "24062", "date": "2026-11-23", "answers": {}})
    assert (document.cluster, document.cluster_proposed) == (5, True)


def test_a_byte_order_mark_is_no_fault(catalogue: Catalogue) -> None:
    assert accepted(catalogue, b"\xef\xbb\xbf" + json.dumps(a_document()).encode())


def without(key: str) -> Mapping[str, object]:
    return {k: v for k, v in a_document().items() if k != key}


REFUSALS: list[tuple[object, tuple[str, str]]] = [
    (b"\xff\xfe{}", ("not_utf8", "")),
    (b"{", ("not_json", "")),
    (b"", ("not_json", "")),
    (b"[" * 100_000, ("too_deep", "")),
    (b'{"a":' * 100_000, ("too_deep", "")),
    ([], ("not_an_object", "")),
    (a_document(colour="red"), ("unknown_key", "colour")),
    (without("municipality"), ("missing_key", "municipality")),
    (without("date"), ("missing_key", "date")),
    (without("answers"), ("missing_key", "answers")),
    (a_document(municipality=24062), ("wants_nis_code", "municipality")),
    (a_document(municipality=None), ("wants_nis_code", "municipality")),
    (a_document(municipality="99999"), ("unknown_municipality", "municipality")),
    (a_document(municipality="11007"), ("merged_municipality", "municipality")),
    (a_document(cluster=True), ("wants_cluster", "cluster")),
    (a_document(cluster=None), ("wants_cluster", "cluster")),
    (a_document(cluster=5.0), ("wants_cluster", "cluster")),
    (a_document(cluster=0), ("wants_cluster", "cluster")),
    (a_document(cluster=7), ("wants_cluster", "cluster")),
    (a_document(cluster="5"), ("wants_cluster", "cluster")),
    (a_document(cluster=10**30), ("wants_cluster", "cluster")),
    (a_document(cluster=float("nan")), ("wants_cluster", "cluster")),
    (a_document(cluster=float("inf")), ("wants_cluster", "cluster")),
    (a_document(date="23-11-2026"), ("wants_date", "date")),
    (a_document(date="2026-02-30"), ("wants_date", "date")),
    (a_document(date="20261123"), ("wants_date", "date")),
    (a_document(date=20261123), ("wants_date", "date")),
    (a_document(edition="1999"), ("unknown_edition", "edition")),
    (a_document(answers=[]), ("wants_object", "answers")),
    (a_document(answers=None), ("wants_object", "answers")),
    (a_document(notes=[]), ("wants_object", "notes")),
    (a_document(other_text="x"), ("wants_object", "other_text")),
    (a_document(notes={"chair": 5}), ("wants_text", "notes.chair")),
    (a_document(notes={"chair": "\ud800"}), ("not_unicode", "notes.chair")),
    (a_document(notes={"nothing": "x"}), ("unknown_question", "nothing")),
    (a_document(notes={"chair": "x" * 4001}), ("note_too_long", "chair")),
    (a_document(other_text={"chair": "x" * 4001}), ("other_text_too_long", "chair")),
    (a_document(other_text={"deputies": "x"}), ("no_other", "deputies")),
    (with_answers(nothing="x"), ("unknown_question", "nothing")),
    (with_answers(radicalisation_any="yes"), ("derived_question", "radicalisation_any")),
    (with_answers(chair="cook"), ("unknown_option", "chair")),
    (with_answers(chair=""), ("unknown_option", "chair")),
    (with_answers(chair=["mayor", "other"]), ("two_answers", "chair")),
    (with_answers(chair=["mayor"]), ("wants_code", "chair")),
    (with_answers(chair=True), ("wants_code", "chair")),
    (with_answers(chair=None), ("wants_code", "chair")),
    (with_answers(statutory_members="mayor"), ("wants_list_of_codes", "statutory_members")),
    (with_answers(statutory_members=[1]), ("wants_list_of_codes", "statutory_members")),
    (with_answers(statutory_members=["cook"]), ("unknown_option", "statutory_members")),
    (with_answers(statutory_members=["mayor", "mayor"]), ("option_twice", "statutory_members")),
    (
        with_answers(statutory_members=["mayor", "none"]),
        ("exclusive_with_others", "statutory_members"),
    ),
    (
        with_answers(statutory_members=["mayor", "dont_know"]),
        ("exclusive_with_others", "statutory_members"),
    ),
    (
        with_answers(signal_detection=["not", "other"]),
        ("exclusive_with_others", "signal_detection"),
    ),
    (
        with_answers(signal_detection=["do_not_know_how", "other"]),
        ("exclusive_with_others", "signal_detection"),
    ),
    (
        with_answers(radicalisation_form_trend={"islamist": "stable"}),
        ("trend_not_chosen", "radicalisation_form_trend"),
    ),
    (
        with_answers(radicalisation_form_trend=["islamist"]),
        ("wants_object_of_codes", "radicalisation_form_trend"),
    ),
    (
        with_answers(
            radicalisation_forms=["sects"], radicalisation_form_trend={"sects": "sideways"}
        ),
        ("unknown_option", "radicalisation_form_trend"),
    ),
    (
        with_answers(most_pressing=["challenges:hate_speech"]),
        ("ranked_not_chosen", "most_pressing"),
    ),
    (with_answers(most_pressing=["chair:mayor"]), ("unknown_option", "most_pressing")),
    (
        with_answers(
            challenges=["hate_speech", "islamist_extremism", "local_polarisation", "other"],
            most_pressing=[
                f"challenges:{code}"
                for code in ("hate_speech", "islamist_extremism", "local_polarisation", "other")
            ],
        ),
        ("too_many", "most_pressing"),
    ),
]


@pytest.mark.parametrize(("held", "problem"), REFUSALS)
def test_refusals(catalogue: Catalogue, held: object, problem: tuple[str, str]) -> None:
    assert refused(catalogue, held) == [problem]


def test_a_repeated_key_is_refused(catalogue: Catalogue) -> None:
    text = json.dumps(a_document())
    twice = text[:-1] + ', "date": "2026-11-23"}'
    assert refused(catalogue, twice.encode()) == [("repeated_key", "date")]
    inside = text.replace(
        '"livcr_presence"', '"chair": "mayor", "chair": "other", "livcr_presence"', 1
    )
    assert refused(catalogue, inside.encode()) == [("repeated_key", "chair")]


def test_all_problems_at_once(catalogue: Catalogue) -> None:
    held = a_document(
        municipality="37012",
        cluster=9,
        date="gisteren",
        colour="red",
        answers={"chair": "cook", "nothing": 1, "deputies": ["all", "none"]},
        notes={"chair": None},
    )
    assert {where for _, where in refused(catalogue, held)} == {
        "municipality",
        "cluster",
        "date",
        "colour",
        "chair",
        "nothing",
        "deputies",
        "notes.chair",
    }


def test_a_merged_municipality_names_what_it_became(catalogue: Catalogue) -> None:
    with pytest.raises(Refused) as caught:
        accepted(catalogue, a_document(municipality="12030"))
    assert caught.value.problems[0].values["new_code"] == "12041"
    assert caught.value.problems[0].values["new_name"] == "Puurs-Sint-Amands"


@pytest.mark.parametrize(("code", "problem"), [("11005", "two_clusters"), ("37022", "no_proposal")])
def test_no_single_proposal_asks_for_a_cluster(
    catalogue: Catalogue, code: str, problem: str
) -> None:
    held = {k: v for k, v in a_document(municipality=code).items() if k != "cluster"}
    assert refused(catalogue, held) == [(problem, "cluster")]


def test_answers_no_longer_asked_are_kept(catalogue: Catalogue) -> None:
    document = accepted(
        catalogue, with_answers(livcr_presence="no_plans", chair="mayor", livcr_tables="one")
    )
    assert document.answers.values["chair"] == "mayor"


def test_empty_answers_are_no_answers(catalogue: Catalogue) -> None:
    held = a_document(
        answers={"livcr_members": [], "radicalisation_form_trend": {}}, notes={"chair": "  "}
    )
    document = accepted(catalogue, held)
    assert (document.answers.values, document.answers.notes) == ({}, {})


def test_everything_answered_comes_back(catalogue: Catalogue) -> None:
    document = accepted(catalogue, a_document())
    full = Document(
        municipality=document.municipality,
        cluster=3,
        cluster_proposed=False,
        day=document.day,
        answers=all_answers(catalogue.questionnaire),
        edition=document.edition,
    )
    assert accepted(catalogue, write(full, catalogue.questionnaire).encode()) == full


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_answers_come_back(data: st.DataObject) -> None:
    catalogue = loaded()
    before = accepted(catalogue, a_document())
    answers = data.draw(valid_answers(catalogue.questionnaire))
    kept = type(answers)(
        answers.values,
        answers.other_text,
        {id_: note for id_, note in answers.notes.items() if note.strip()},
    )
    document = Document(before.municipality, 2, False, before.day, kept, before.edition)
    assert accepted(catalogue, write(document, catalogue.questionnaire).encode()) == document


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=60), JSON), st.sampled_from([None, *a_document()]))
def test_nothing_but_a_refusal_comes_of_rubbish(rubbish: object, key: str | None) -> None:
    held = rubbish if key is None or isinstance(rubbish, bytes) else a_document(**{key: rubbish})
    raw = held if isinstance(held, bytes) else json.dumps(held).encode("utf-8", "replace")
    catalogue = loaded()
    problems: tuple[object, ...] = ("none",)
    try:
        read(raw, catalogue.questionnaire, catalogue.register)
    except Refused as caught:
        problems = caught.problems
    assert problems


@pytest.mark.parametrize(
    "day",
    ["2026-W48-1", "20261123", "2026-11-23T00:00", "\uff12\uff10\uff12\uff16-11-23", "23/11/2026"],
)
def test_a_day_has_one_form(catalogue: Catalogue, day: str) -> None:
    assert refused(catalogue, a_document(date=day)) == [("wants_date", "date")]


def test_dont_know_at_a_trend_is_dont_know_of_every_form(catalogue: Catalogue) -> None:
    answers: dict[str, object] = {
        "radicalisation_signals": "stable",
        "radicalisation_forms": ["islamist", "extreme_right"],
        "radicalisation_form_trend": "dont_know",
    }
    read_back = accepted(catalogue, with_answers(**answers)).answers
    assert read_back.values["radicalisation_form_trend"] == {
        "islamist": "dont_know",
        "extreme_right": "dont_know",
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_report_as_json_gives_back_what_it_was_made_from(catalogue: Catalogue, name: str) -> None:
    document = document_of(catalogue, name)
    given_ = without_dangling(catalogue.questionnaire, document.answers)
    made = build(catalogue.library("nl"), document)
    again = accepted(catalogue, report_json(made))
    assert again.municipality == document.municipality
    assert (again.cluster, again.cluster_proposed) == (document.cluster, document.cluster_proposed)
    assert (again.day, again.actions) == (document.day, document.actions)
    assert again.answers == reported(catalogue.questionnaire, given_)


def test_a_report_as_json_with_a_fault_is_refused_as_any_file(catalogue: Catalogue) -> None:
    faulty = {"comparisons": [], "municipality": {}, "cluster": {}, "date": "2026-11-23"}
    told = refused(catalogue, {**faulty, "answers": {"colour": "red"}})
    assert set(told) == {
        ("wants_nis_code", "municipality"),
        ("wants_cluster", "cluster"),
        ("unknown_question", "colour"),
    }
