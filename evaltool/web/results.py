"""The results: the Report as a page, and the comparison of one section."""

from flask import Blueprint, abort, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.charts import inline_levels, inline_small_multiples
from evaltool.domain.access import Permission
from evaltool.domain.answers import SectionState, state
from evaltool.domain.evaluation import Snapshot, Status
from evaltool.web.context import evaluation_or_404, municipality_of, services, texts
from evaltool.web.guard import guarded
from evaltool.web.pages import ComparisonPage, ResultsPage
from evaltool.web.rendering import charts_of, render, tell
from evaltool.web.reports import report_of, when_reported
from evaltool.web.walk import stop, stops

blueprint = Blueprint("results", __name__)


@blueprint.get("/evaluations/<id_>/results")
@guarded(Permission.RESULTS)
@when_reported
def show(snapshot: Snapshot) -> AnyResponse:
    """The whole report as a page, once finished."""
    id_, number = snapshot.evaluation.id, snapshot.number
    report = report_of(snapshot.evaluation, snapshot.supplement)
    held = services()
    current = held.evaluations.get(id_)
    snapshots = held.evaluations.snapshots(id_)
    return render(
        ResultsPage(
            title=report.title,
            evaluation=current,
            municipality=report.municipality,
            report=report,
            charts=charts_of(*report.chapters),
            snapshots=snapshots,
            number=number,
            updated=snapshot.content not in ("", held.catalogue.fingerprint),
            picked=frozenset(a.finding for a in report.actions if a.finding is not None),
            meetings=tuple(form.minutes for form in held.catalogue.meetings),
            levels_picture=inline_levels(report.level_picture),
            evolution_picture=inline_small_multiples(report.evolution.picture)
            if report.evolution is not None and report.evolution.picture is not None
            else "",
        )
    )


@blueprint.get("/evaluations/<id_>/sections/<section_id>/comparison")
@guarded(Permission.READ)
def section(id_: str, section_id: str) -> AnyResponse:
    """The comparison of one section; only once it is answered, so that it colours no answer."""
    evaluation = evaluation_or_404(id_)
    questionnaire = services().catalogue.questionnaire
    if section_id not in questionnaire.section_by_id:
        abort(404)
    done = state(questionnaire, evaluation.answers, section_id) is SectionState.DONE
    if not done and evaluation.status is not Status.FINISHED:
        tell(texts()("comparison.answer_first"))
        here = stop(
            questionnaire,
            evaluation.answers,
            questionnaire.section_by_id[section_id],
            1,
        )
        return redirect(
            url_for("assess.section", id_=id_, section_id=section_id, number=here.number), 303
        )
    chapter = report_of(evaluation).chapter(section_id)
    if chapter is None:
        abort(404)
    order = [s.id for s in questionnaire.sections]
    later = order[order.index(section_id) + 1 :]
    following = next(
        (
            s
            for s in stops(questionnaire, evaluation.answers, evaluation.only)
            if s.section.id in later
        ),
        None,
    )
    return render(
        ComparisonPage(
            title=texts()("comparison.title", section=chapter.title),
            evaluation=evaluation,
            municipality=municipality_of(evaluation),
            chapter=chapter,
            charts=charts_of(chapter),
            next_stop=following,
            interval_note=texts()("report.method.interval.text"),
        )
    )
