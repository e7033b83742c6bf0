"""Charts that are kept: another answer gives another chart, and what is kept stays bounded."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from evaltool.catalogue import Catalogue
from evaltool.charts import inline_svg
from evaltool.domain.answers import Answers
from evaltool.domain.language import Language
from evaltool.domain.pictures import Chart
from evaltool.domain.reporting import build
from evaltool.web.chart_cache import KEPT, drawn
from evaltool.web.rendering import charts_of
from tests.factories import a_chart, a_document_of, a_row, some_answers


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    drawn.cache_clear()
    yield
    drawn.cache_clear()


def shown(catalogue: Catalogue, answers: Answers, language: Language = "nl") -> dict[str, str]:
    """The charts of a report, as its page shows them."""
    report = build(catalogue.library(language), a_document_of(catalogue, answers))
    return dict(charts_of(*report.chapters))


def test_a_changed_answer_gives_a_changed_chart(catalogue: Catalogue) -> None:
    before = shown(catalogue, some_answers(livcr_presence="yes_municipal"))
    after = shown(catalogue, some_answers(livcr_presence="no_plans"))
    assert before.keys() == after.keys()
    assert all(before[id_] != after[id_] for id_ in before)
    assert shown(catalogue, some_answers(livcr_presence="yes_municipal")) == before


def test_each_language_has_its_own_charts(catalogue: Catalogue) -> None:
    answers = some_answers(livcr_presence="yes_municipal")
    dutch, english = shown(catalogue, answers, "nl"), shown(catalogue, answers, "en")
    assert all("gemeenten" in svg for svg in dutch.values())
    assert not any("gemeenten" in svg for svg in english.values())


@pytest.mark.parametrize(
    "changed",
    [
        {"id": "other"},
        {"title": "Een andere titel."},
        {"alt": "Anders gezegd."},
        {"you": "you"},
        {"legend": ()},
        {"rows": (a_row("Nee", share=0.4),)},
        {"rows": (a_row("Ja", share=0.4, chosen=True),)},
        {"rows": (a_row("Ja", share=0.41),)},
        {"rows": (a_row("Ja", share=0.4, interval=(0.3, 0.5)),)},
        {"rows": (a_row("Ja", share=0.4, flanders=0.3),)},
    ],
    ids=str,
)
def test_whatever_differs_in_a_chart_is_drawn(changed: dict[str, object]) -> None:
    chart = a_chart(a_row("Ja", share=0.4))
    other: Chart = replace(chart, **changed)  # type: ignore[arg-type]
    assert drawn(other) != drawn(chart)
    assert (drawn(chart), drawn(other)) == (inline_svg(chart), inline_svg(other))


def test_what_is_asked_for_again_is_not_drawn_again() -> None:
    # Two charts that are equal, not one and the same.
    assert drawn(a_chart(a_row("Ja", share=0.4))) == drawn(a_chart(a_row("Ja", share=0.4)))
    assert (drawn.cache_info().misses, drawn.cache_info().hits) == (1, 1)


def test_what_is_kept_stays_bounded_and_the_oldest_goes_first() -> None:
    charts = [a_chart(id_=f"chart-{number}") for number in range(KEPT + 20)]
    for chart in charts:
        drawn(chart)
    assert drawn.cache_info().currsize == KEPT
    drawn(charts[-KEPT])
    assert drawn.cache_info().hits == 1
    drawn(charts[0])
    assert drawn.cache_info().misses == len(charts) + 1


def test_threads_get_what_they_ask_for() -> None:
    charts = [a_chart(id_=f"chart-{number}", title=f"Titel {number}.") for number in range(20)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(drawn, charts * 10))
    assert found == [inline_svg(chart) for chart in charts] * 10
