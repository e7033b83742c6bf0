"""The survey of 2018 beside that of 2020: only what the report gives, with its caveat."""

from evaltool.catalogue import Catalogue
from evaltool.domain.comparison import compare
from evaltool.domain.pictures import TrendView
from evaltool.domain.reporting import build
from evaltool.domain.trend import Movement, movements
from tests.factories import a_document_of, all_answers, some_answers


def of(catalogue: Catalogue, question: str, cluster: int, **values: object) -> list[Movement]:
    answers = some_answers(values)  # type: ignore[arg-type]
    found = compare(catalogue.questionnaire, catalogue.benchmark, answers, cluster)
    survey = catalogue.benchmark.survey
    return [m for c in found if c.question == question for m in movements(survey, c)]


def trends(catalogue: Catalogue, cluster: int = 5) -> dict[str, TrendView]:
    document = a_document_of(catalogue, all_answers(catalogue.questionnaire), cluster=cluster)
    report = build(catalogue.library("nl"), document)
    return {
        compared.question: compared.trend
        for chapter in report.chapters
        for view in chapter.questions
        for compared in view.comparisons
        if compared.trend is not None
    }


def rows(view: TrendView) -> dict[str, tuple[str, str]]:
    return {
        name: (then.replace("\N{NO-BREAK SPACE}", " "), now.replace("\N{NO-BREAK SPACE}", " "))
        for name, then, now in view.rows
    }


def test_a_cluster_is_held_against_itself_where_2018_is_known(catalogue: Catalogue) -> None:
    (movement,) = of(catalogue, "radicalisation_any", 2, radicalisation_signals="none")
    assert (movement.earlier.segment, movement.earlier.percent) == ("cluster_2", 22)
    # Tabel 1: of 47 rural municipalities 19 answered yes.
    cell = catalogue.benchmark.survey.get("radicalisation_any", "cluster_2")
    assert cell is not None
    assert (movement.count, movement.n) == (cell.by_option["yes"].count, cell.n)


def test_elsewhere_flanders_is_held_against_flanders(catalogue: Catalogue) -> None:
    (movement,) = of(catalogue, "radicalisation_any", 5, radicalisation_signals="none")
    assert (movement.earlier.segment, movement.earlier.percent) == ("flanders", 48)
    total = catalogue.benchmark.survey.get("radicalisation_any", "flanders")
    assert total is not None
    assert movement.n == total.n


def test_answers_that_add_up_to_a_figure_of_2018(catalogue: Catalogue) -> None:
    (presence,) = of(catalogue, "livcr_presence", 4, livcr_presence="starting")
    total = catalogue.benchmark.survey.get("livcr_presence", "flanders")
    assert total is not None
    there = [total.by_option[o].count or 0 for o in ("yes_police_zone", "yes_municipal")]
    assert (presence.count, presence.n) == (sum(there), total.n)
    assert presence.earlier.percent == 81
    (difficulty,) = of(
        catalogue,
        "livcr_difficulties",
        4,
        livcr_presence="yes_municipal",
        livcr_difficulties=("none",),
    )
    # All but the 41 of 115 that named none.
    assert (difficulty.count, difficulty.n) == (74, 115)
    assert difficulty.earlier.fraction == (2, 3)


def test_every_figure_of_2018_is_shown_where_its_question_is(catalogue: Catalogue) -> None:
    found = trends(catalogue)
    shown = sum(len(view.rows) for view in found.values())
    survey = catalogue.benchmark.survey
    # Those of clusters 1 to 3 are shown there instead of that of Flanders.
    assert shown == len(survey.earlier) - 3
    assert set(trends(catalogue, cluster=1)) == set(found)


def test_in_words(catalogue: Catalogue) -> None:
    found = trends(catalogue)
    assert rows(found["information_agreement"]) == {
        "Ja, er is een lokaal afsprakenkader opgesteld": ("1 op 4", "48 %, 55 van 115")
    }
    policy = rows(found["policy_difficulties"])
    assert policy["Delen van informatie"] == ("plaats 1", "niet als antwoord voorgelegd")
    assert policy["Beperkt zicht op de signalen van radicalisering en polarisatie"] == (
        "plaats 2",
        "39 %, 52 van 135",
    )
    for view in found.values():
        assert "geen basis" in view.caveat
        assert view.head[1].startswith("2018")
        assert view.head[2].startswith("2020")
    rural = trends(catalogue, cluster=2)["radicalisation_any"]
    assert rural.head[1] == "2018, landelijke gemeenten"


def test_what_contradicts_itself_in_2018_is_in_the_annex(catalogue: Catalogue) -> None:
    answers = some_answers(livcr_presence="yes_municipal", livcr_difficulties=("none",))
    report = build(catalogue.library("nl"), a_document_of(catalogue, answers))
    assert "D18" in {d.id for d in report.discrepancies}
