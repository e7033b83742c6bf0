"""The results: the Report as a page, as a PDF and as data."""

import json

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Action
from evaltool.domain.answers import SectionState, state
from evaltool.domain.evaluation import Evaluation, Status
from evaltool.domain.output import report_json
from evaltool.domain.report import Report
from evaltool.domain.reporting import build
from evaltool.pdf import feedback_report
from evaltool.web.context import (
    evaluation_or_404,
    guarded,
    library,
    municipality_of,
    services,
    texts,
)
from evaltool.web.pages import ComparisonPage, ResultsPage
from evaltool.web.rendering import charts_of, render, tell
from evaltool.web.start import pdf_response
from evaltool.web.walk import stop, stops

blueprint = Blueprint("results", __name__)


def report_of(evaluation: Evaluation) -> Report:
    """The report on an evaluation, in the language of this request."""
    return build(
        library(),
        municipality_of(evaluation),
        evaluation.cluster,
        evaluation.cluster_proposed,
        evaluation.day,
        evaluation.answers,
    )


def _reported(id_: str) -> tuple[Evaluation | None, int]:
    """The evaluation as it was reported: the time asked for with ``?version=``, else the last.

    None where it was never finished.
    """
    evaluation_or_404(id_)
    snapshots = services().evaluations.snapshots(id_)
    if not snapshots:
        return None, 0
    number = request.args.get("version", str(len(snapshots)))
    found = next((s for s in snapshots if str(s.number) == number), None)
    if found is None:
        abort(404)
    return found.evaluation, found.number


@blueprint.get("/evaluations/<id_>/results")
@guarded(Action.READ)
def show(id_: str) -> AnyResponse:
    """The whole report as a page, once finished."""
    evaluation, number = _reported(id_)
    if evaluation is None:
        tell(texts()("results.finish_first"))
        return redirect(url_for("finishing.check", id_=id_), 303)
    report = report_of(evaluation)
    current = services().evaluations.get(id_)
    return render(
        ResultsPage(
            title=report.title,
            evaluation=current,
            municipality=report.municipality,
            report=report,
            charts=charts_of(*report.chapters),
            snapshots=services().evaluations.snapshots(id_),
            number=number,
        )
    )


@blueprint.get("/evaluations/<id_>/sections/<section_id>/comparison")
@guarded(Action.READ)
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
        (s for s in stops(questionnaire, evaluation.answers) if s.section.id in later), None
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


@blueprint.get("/evaluations/<id_>/report.pdf")
@guarded(Action.EXPORT)
def pdf(id_: str) -> AnyResponse:
    """The full feedback report as PDF."""
    evaluation, _ = _reported(id_)
    if evaluation is None:
        tell(texts()("results.finish_first"))
        return redirect(url_for("finishing.check", id_=id_), 303)
    report = report_of(evaluation)
    name = f"livc-r-{evaluation.nis_code}-{evaluation.day.isoformat()}"
    return pdf_response(feedback_report(report, texts()), name)


@blueprint.get("/evaluations/<id_>/report.json")
@guarded(Action.EXPORT)
def data(id_: str) -> AnyResponse:
    """The comparisons and findings as data, in the form of the command line."""
    evaluation, _ = _reported(id_)
    if evaluation is None:
        tell(texts()("results.finish_first"))
        return redirect(url_for("finishing.check", id_=id_), 303)
    text = json.dumps(report_json(report_of(evaluation)), ensure_ascii=False, indent=2)
    response = Response(text, mimetype="application/json")
    name = f"livc-r-{evaluation.nis_code}-{evaluation.day.isoformat()}-report.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
