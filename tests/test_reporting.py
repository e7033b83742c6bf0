"""The Report: what page and PDF are made of."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings, strategies as st

from evaltool.catalogue import Catalogue, loaded
from evaltool.domain.answers import Answer
from evaltool.domain.language import LANGUAGES, Language
from evaltool.domain.output import report_json
from evaltool.domain.report import Report
from evaltool.domain.reporting import build
from tests.factories import a_document_of, all_answers, some_answers, valid_answers


def report(
    catalogue: Catalogue,
    values: Mapping[str, Answer] | None = None,
    *,
    language: Language = "nl",
    cluster: int = 5,
    **more: Answer,
) -> Report:
    answers = some_answers({**(values or {}), **more})
    return build(catalogue.library(language), a_document_of(catalogue, answers, cluster=cluster))


def sentences(made: Report, question: str) -> list[str]:
    return [
        text.replace("\N{NO-BREAK SPACE}", " ")
        for chapter in made.chapters
        for view in chapter.questions
        if view.id == question
        for compared in view.comparisons
        for text in (compared.chart.title, *compared.sentences, *compared.chart.notes)
    ]


def test_the_sentence_of_the_issue(catalogue: Catalogue) -> None:
    made = report(catalogue, cluster=4, livcr_presence="yes_municipal")
    assert sentences(made, "livcr_presence")[0] == (
        "16 van de 24 agglomeratiegemeenten organiseren de LIVC-R op gemeentelijk niveau; u ook."
    )
    english = report(catalogue, cluster=4, language="en", livcr_presence="yes_municipal")
    assert sentences(english, "livcr_presence")[0] == (
        "16 of the 24 agglomeration municipalities run the LIVC-R at municipal level; so do you."
    )


def test_flanders_is_said_where_the_cluster_is_not_published(catalogue: Catalogue) -> None:
    made = report(catalogue, livcr_presence="yes_municipal", livcr_tables="one")
    told = " ".join(sentences(made, "livcr_tables"))
    assert "niet per cluster gepubliceerd" in told
    assert "Figuur 9" in told
    assert "115 gemeenten met een LIVC-R" in told


def test_a_small_cluster_says_why_and_shows_its_counts(catalogue: Catalogue) -> None:
    made = report(catalogue, cluster=6, livcr_presence="yes_municipal")
    told = " ".join(sentences(made, "livcr_presence"))
    assert "maar 3 gemeenten" in told
    assert "“Ja, op gemeentelijk niveau” 2" in told
    (chart,) = (
        compared.chart
        for chapter in made.chapters
        for view in chapter.questions
        for compared in view.comparisons
    )
    assert chart.table_head[-1] == "Uw cluster"
    assert {row[-1] for row in chart.table_rows} == {"0 van 3", "2 van 3", "1 van 3"}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"respondent_function": "mayor"}, "39 %  basis niet gepubliceerd"),
        ({"partner_agreements": "yes"}, "14 %  basis niet gepubliceerd"),
        (
            {"specific_policy": "no", "policy_actions": ("aftercare",)},
            "6 %  basis niet gepubliceerd",
        ),
    ],
)
def test_percentages_without_a_base_say_so(
    catalogue: Catalogue, values: dict[str, Answer], words: str
) -> None:
    made = report(catalogue, values)
    figures = [
        row.figure.replace("\N{NO-BREAK SPACE}", " ")
        for chapter in made.chapters
        for view in chapter.questions
        for compared in view.comparisons
        for row in compared.chart.rows
        if row.chosen
    ]
    assert words in figures


def test_an_uncertain_count_is_marked_wherever_shown(catalogue: Catalogue) -> None:
    made = report(catalogue, livcr_presence="yes_municipal", livcr_members=("mayor",))
    (chart,) = (
        compared.chart
        for chapter in made.chapters
        for view in chapter.questions
        if view.id == "livcr_members"
        for compared in view.comparisons
    )
    marked = [row.label for row in chart.rows if "77* van 115" in row.figure]
    assert marked == ["Stad/Gemeente"]
    assert [row[0] for row in chart.table_rows if "77* van 115" in row[2]] == marked
    assert any(note.startswith("*") for note in chart.notes)
    assert any("zie D14" in note for note in chart.notes)
    assert "D14" in {d.id for d in made.discrepancies}
    # In sentences too, and where a finding names the option.
    told = " ".join(sentences(made, "livcr_members"))
    assert "77* van de 115 gemeenten met een LIVC-R hebben “Stad/Gemeente”" in told
    (core,) = (f for f in made.findings if f.id == "core_members")
    (figure,) = (item.figure for item in core.items if item.label == "Stad/Gemeente")
    assert figure.endswith("77* van 115")


def test_a_contradiction_of_the_report_is_named_under_its_chart(catalogue: Catalogue) -> None:
    made = report(catalogue, radicalisation_signals="decreased")
    told = " ".join(sentences(made, "radicalisation_signals"))
    assert "Het rapport spreekt zichzelf bij deze cijfers tegen: zie D05 en D06" in told


def test_the_given_answers_are_in_the_json(catalogue: Catalogue) -> None:
    answers = some_answers(chair="mayor", livcr_presence="yes_municipal", notes={"chair": "ja"})
    made = report_json(build(catalogue.library("nl"), a_document_of(catalogue, answers)))
    assert made["answers"] == {"livcr_presence": "yes_municipal", "chair": "mayor"}
    assert made["notes"] == {"chair": "ja"}
    assert made["edition"] == catalogue.questionnaire.edition


def test_discrepancies_are_those_that_touch_what_is_shown(catalogue: Catalogue) -> None:
    # D23 touches the row of cluster 4 in Tabel 5 alone; the others the table, or every report.
    ids = {d.id for d in report(catalogue, cluster=4, specific_policy="no").discrepancies}
    assert {"D23", "D25", "D29"} <= ids
    assert "D14" not in ids
    ids = {d.id for d in report(catalogue, cluster=5, specific_policy="no").discrepancies}
    assert {"D25", "D29"} <= ids
    assert "D23" not in ids
    everything = all_answers(catalogue.questionnaire)
    made = build(catalogue.library("nl"), a_document_of(catalogue, everything, cluster=1))
    # All but those that only touch cells of another cluster than the one shown.
    assert {d.id for d in made.discrepancies} >= {f"D{n:02d}" for n in (6, 10, 13, 14, 18, 28, 29)}


def test_charts_of_a_report_have_ids_of_their_own(catalogue: Catalogue) -> None:
    answers = all_answers(catalogue.questionnaire)
    made = build(catalogue.library("nl"), a_document_of(catalogue, answers))
    ids = [
        compared.chart.id
        for chapter in made.chapters
        for view in chapter.questions
        for compared in view.comparisons
    ]
    assert len(ids) == len(set(ids))
    assert len(ids) > 20


def test_what_was_not_answered_is_not_compared_but_listed(catalogue: Catalogue) -> None:
    made = report(catalogue, livcr_presence="yes_municipal")
    assert [chapter.id for chapter in made.chapters] == ["structure"]
    listed = {view.id: view.answer for _, questions in made.answers for view in questions}
    assert listed["chair"] == ()
    assert "livcr_absence_reasons" not in listed


@settings(max_examples=30, deadline=None)
@given(st.data(), st.integers(1, 6), st.sampled_from(LANGUAGES))
def test_any_valid_answers_give_a_report(
    data: st.DataObject, cluster: int, language: Language
) -> None:
    catalogue = loaded()
    answers = data.draw(valid_answers(catalogue.questionnaire))
    codes = sorted(catalogue.register.municipalities)
    document = a_document_of(
        catalogue, answers, municipality=data.draw(st.sampled_from(codes)), cluster=cluster
    )
    made = build(catalogue.library(language), document)
    for chapter in made.chapters:
        for view in chapter.questions:
            for compared in view.comparisons:
                assert compared.chart.rows
                assert compared.chart.title.endswith(".")
                assert "{" not in compared.chart.alt
    assert len(made.top) <= 5
