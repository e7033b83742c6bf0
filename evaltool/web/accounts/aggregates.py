"""Where the municipalities stand together, for an administrator, who may not see any of them."""

from collections.abc import Iterator
from dataclasses import replace

from flask import Blueprint, Response

from evaltool.domain.access import Permission
from evaltool.domain.language import percentage
from evaltool.domain.levels import level_in_words
from evaltool.domain.trajectory import Place
from evaltool.domain.trajectory_group import FEWEST, Aggregates, Band, Named, aggregates
from evaltool.web.accounts.aggregates_pages import AggregatesPage, CountTable
from evaltool.web.accounts.standings import worked_out
from evaltool.web.context import services, texts
from evaltool.web.guard import guarded, write_down
from evaltool.web.questions import wording
from evaltool.web.rendering import render

blueprint = Blueprint("aggregates", __name__)

PERCENTAGES_FROM = 10
"""A percentage for fewer municipalities would sound more certain than it is."""


@blueprint.get("/admin/aggregates")
@guarded(Permission.AGGREGATES)
def show() -> Response:
    """How many take part, and from enough of them on their levels and difficulties together."""
    t, found = texts(), aggregates(_places())
    write_down(Permission.AGGREGATES)
    total = len(services().register.municipalities)
    few = found.base < FEWEST
    page = AggregatesPage(
        title=t("aggregates.title"),
        counts=tuple(
            (t(f"aggregates.{name}"), t("aggregates.of_all", number=number, total=total))
            for name, number in (
                ("accounts", found.accounts),
                ("began", found.began),
                ("finished", found.finished),
            )
        ),
        base="" if few else t("aggregates.base", number=found.base),
        too_few=t("aggregates.too_few", fewest=FEWEST, number=found.base) if few else "",
        levels=tuple(_levels(found)),
        questions=tuple(_questions(found)),
    )
    return render(page)


def _places() -> Iterator[Place]:
    """How far every municipality is; what no report was worked out for yet, is, once."""
    held = services()
    content = held.catalogue.fingerprint
    known = held.store.trajectories.places(held.catalogue.questionnaire.edition, content)
    missing = {p.report for p in known if p.report is not None and p.assessment is None}
    made = {report: worked_out(*report) for report in missing}
    if made:
        held.store.trajectories.keep(made, content)
    for place in known:
        if place.report in made:
            yield replace(place, assessment=made[place.report])
        else:
            yield place


def _levels(found: Aggregates) -> Iterator[CountTable]:
    t, sections = texts(), services().catalogue.questionnaire.section_by_id
    for area, bands in found.levels.items():
        base = sum(band.count for band in bands or ())
        note = ""
        if bands is None:
            note = t("aggregates.area_few", fewest=FEWEST)
        elif not bands:
            note = t("aggregates.area_same")
        yield CountTable(
            title=t.of(sections[area].title),
            base=t("aggregates.known", number=base) if bands else "",
            rows=tuple((_band(band), _figure(band.count, base)) for band in bands or ()),
            note=note,
        )


def _band(band: Band) -> str:
    low, high = (level_in_words(texts(), number) for number in (band.lowest, band.highest))
    return low if band.lowest == band.highest else texts()("aggregates.band", low=low, high=high)


def _questions(found: Aggregates) -> Iterator[CountTable]:
    t, words = texts(), wording()
    for question in found.questions:
        note = ""
        if question.base < FEWEST:
            note = t("aggregates.question_few", fewest=FEWEST)
        elif not question.options:
            note = t("aggregates.nothing_named")
        yield CountTable(
            title=words.question(question.question),
            base="" if note else t("aggregates.answered", number=question.base),
            rows=tuple(
                (words.option(question.question, named.option), _named(named, question.base))
                for named in question.options
            ),
            note=note,
        )


def _named(named: Named, base: int) -> str:
    if named.nearly_all:
        return texts()("aggregates.nearly_all", count=named.count, base=base)
    return _figure(named.count, base)


def _figure(count: int, base: int) -> str:
    t = texts()
    counted = t("report.base", count=count, n=base)
    if count < PERCENTAGES_FROM:
        return counted
    return t("trajectory.figure", counted=counted, share=percentage(count / base))
