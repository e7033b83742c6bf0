"""The walk: the list of tasks, the pages of questions, saving and what to do when two save."""

from collections.abc import Mapping

from flask import Blueprint, Response, abort, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission
from evaltool.domain.answers import Answers, SectionState, differences, state
from evaltool.domain.evaluation import Evaluation, Finished, Status, VersionConflict
from evaltool.domain.language import date_text
from evaltool.domain.questionnaire import Section
from evaltool.domain.validation import validate
from evaltool.domain.wording import Refusals
from evaltool.web.carrying import carried_view, confirmed, marks_on, shown_as_still
from evaltool.web.cautions import warn
from evaltool.web.conflicts import KEEP, changed, conflict_page
from evaltool.web.context import evaluation_or_404, language, municipality_of, services, texts
from evaltool.web.forms import Submission, parse
from evaltool.web.guard import guarded
from evaltool.web.pages import OverviewPage
from evaltool.web.questions import (
    base_of,
    field_at_fault,
    section_page,
    warning,
    wording,
    written_at,
)
from evaltool.web.rendering import failure, moment_text, render, tell, wants_json
from evaltool.web.walk import Stop, neighbours, stop, stops, tasks

blueprint = Blueprint("assess", __name__)

MINE, SAVED = "mine", "saved"


@blueprint.get("/evaluations/<id_>")
@guarded(Permission.READ)
def overview(id_: str) -> Response:
    """The sections as a list of tasks, and the road to the report."""
    evaluation = evaluation_or_404(id_)
    questionnaire = services().catalogue.questionnaire
    return render(
        OverviewPage(
            title=texts()("overview.title", municipality=municipality_of(evaluation).name),
            evaluation=evaluation,
            municipality=municipality_of(evaluation),
            tasks=tasks(questionnaire, evaluation.answers, evaluation.only),
            cluster_label=wording().cluster(evaluation.cluster),
            day=date_text(evaluation.day, language()),
            snapshots=services().evaluations.snapshots(id_),
            continue_at=_first_open(evaluation),
            carried=carried_view(evaluation),
            discipline=""
            if evaluation.view is None
            else wording().member(evaluation.view.discipline),
        )
    )


def _first_open(evaluation: Evaluation) -> Stop | None:
    """The first page of a section that is not done and not optional."""
    questionnaire = services().catalogue.questionnaire
    for found in stops(questionnaire, evaluation.answers, evaluation.only):
        done = state(questionnaire, evaluation.answers, found.section.id) is SectionState.DONE
        if not done and not found.section.optional:
            return found
    return None


@blueprint.route("/evaluations/<id_>/sections/<section_id>/<int:number>", methods=["GET", "POST"])
@guarded(Permission.FILL_IN)
def section(id_: str, section_id: str, number: int) -> AnyResponse:
    """A page of questions."""
    evaluation = evaluation_or_404(id_)
    here = _stop(evaluation, section_id, number)
    if request.method == "POST":
        return _save(evaluation, here)
    if evaluation.status is Status.FINISHED:
        tell(texts()("overview.finished_first"))
        return redirect(url_for("assess.overview", id_=id_), 303)
    return render(section_page(evaluation, here, evaluation.answers))


def _stop(evaluation: Evaluation, section_id: str, number: int) -> Stop:
    questionnaire = services().catalogue.questionnaire
    found = questionnaire.section_by_id.get(section_id)
    if evaluation.only is not None and section_id not in evaluation.only:
        abort(404)
    if found is None or not 1 <= number <= len(found.pages):
        abort(404)
    return stop(questionnaire, evaluation.answers, found, number)


def _submitted(here: Stop) -> Submission:
    return parse(here.questions, services().catalogue.questionnaire, request.form)


def _save(evaluation: Evaluation, here: Stop) -> AnyResponse:
    """Save what was sent; what is refused comes back as it was sent."""
    held = services()
    sent = _submitted(here)
    mine = evaluation.answers.with_part(here.questions, sent.answers)
    problems = validate(held.catalogue.questionnaire, mine, here.questions, leftovers=True)
    if problems:
        errors = Refusals(wording()).by_question(problems)
        if wants_json():
            return _json({"errors": errors}, 422)
        invalid = {problem.where: field_at_fault(problem) for problem in reversed(problems)}
        page = section_page(evaluation, here, mine, errors, invalid, sent)
        return render(page, 422)
    if evaluation.status is Status.FINISHED:
        return _unsaved(texts()("section.finished"), 409)
    if any(name.startswith(KEEP) for name in request.form) or "resolve" in request.form:
        return _resolve(evaluation, here, sent)
    return _keep(evaluation, here, sent.answers, sent)


def _keep(evaluation: Evaluation, here: Stop, answers: Answers, sent: Submission) -> AnyResponse:
    held = services()
    if changed(evaluation, here, sent):
        return _conflict(evaluation, here, answers)
    part = evaluation.answers.with_part(here.questions, answers).part(here.section.questions)
    try:
        with held.store.together():
            saved = held.evaluations.save_section(
                evaluation.id,
                here.section.id,
                expected_version=evaluation.versions.get(here.section.id, 0),
                part=part,
                at=held.now(),
            )
            saved = confirmed(saved, here)
    except Finished:
        return _unsaved(texts()("section.finished"), 409)
    except VersionConflict as conflict:
        # Somebody saved since the evaluation was read, perhaps another page: look again.
        now = conflict.current
        return _keep(now, _stop(now, here.section.id, here.number), answers, sent)
    if wants_json():
        return _saved_json(saved, here)
    return _after(saved, here)


def _after(evaluation: Evaluation, here: Stop) -> AnyResponse:
    """Where the walk goes on after saving."""
    t = texts()
    questionnaire = services().catalogue.questionnaire
    for question in here.questions:
        address = url_for(
            "assess.section",
            id_=evaluation.id,
            section_id=here.section.id,
            number=here.number,
            _anchor=f"note-{question.id}",
        )
        warn(address, *written_at(evaluation.answers, question.id))
    if "later" in request.form:
        tell(t("section.saved_for_later"))
        return redirect(url_for("assess.overview", id_=evaluation.id), 303)
    previous, following = neighbours(questionnaire, evaluation.answers, here, evaluation.only)
    if "back" in request.form:
        return _to(evaluation, previous)
    done = state(questionnaire, evaluation.answers, here.section.id) is SectionState.DONE
    leaving = following is None or following.section.id != here.section.id
    if done and leaving and _is_compared(here.section):
        address = url_for("results.section", id_=evaluation.id, section_id=here.section.id)
        told = t("section.done", section=t.of(here.section.title))
        tell(told, address, t("section.see_comparison"))
    if following is None or (following.section.optional and not here.section.optional):
        return redirect(url_for("finishing.check", id_=evaluation.id), 303)
    return _to(evaluation, following)


def _to(evaluation: Evaluation, place: Stop | None) -> AnyResponse:
    """To a page of the walk, or to the overview where there is none."""
    if place is None:
        return redirect(url_for("assess.overview", id_=evaluation.id), 303)
    address = url_for(
        "assess.section",
        id_=evaluation.id,
        section_id=place.section.id,
        number=place.number,
    )
    return redirect(address, 303)


def _is_compared(section: Section) -> bool:
    return any(question.benchmarked for question in section.questions)


def _conflict(current: Evaluation, here: Stop, mine: Answers) -> AnyResponse:
    """Show both versions of what differs; nothing is overwritten without a choice."""
    differing = differences(mine, current.answers, here.questions)
    if not differing:
        # Somebody else changed other pages of this section; these questions are as sent.
        try:
            current = confirmed(current, here)
        except Finished:
            return _unsaved(texts()("section.finished"), 409)
        return _saved_json(current, here) if wants_json() else _after(current, here)
    if wants_json():
        return _json({"conflict": texts()("conflict.told")}, 409)
    return conflict_page(current, here, mine)


def _resolve(evaluation: Evaluation, here: Stop, sent: Submission) -> AnyResponse:
    """Save the choice between two versions, question by question."""
    if changed(evaluation, here, sent):
        # The choice was between other answers than those there are now.
        return _conflict(evaluation, here, sent.answers)
    differing = differences(sent.answers, evaluation.answers, here.questions)
    choice = {q.id: request.form.get(f"{KEEP}{q.id}", "") for q in differing}
    undecided = [q for q in differing if choice[q.id] not in (MINE, SAVED)]
    if undecided:
        errors = {q.id: texts()("conflict.choose", question=texts().of(q.text)) for q in undecided}
        return conflict_page(evaluation, here, sent.answers, errors, choice)
    keep_saved = [q for q in differing if choice[q.id] == SAVED]
    chosen = sent.answers.with_part(keep_saved, evaluation.answers)
    return _keep(evaluation, here, chosen, sent)


def typed_again() -> Response:
    """The page as it was sent, because its form had expired: nothing is lost."""
    return _unsaved(texts()("section.expired"), 400)


def not_saved(code: str) -> Response:
    """The page as it was sent, because it could not be kept: nothing is lost."""
    return _unsaved(texts()(f"error.{code}.what") + " " + texts()("section.not_saved"), 503)


def _unsaved(note: str, status: int) -> Response:
    if wants_json():
        return failure(note, status)
    arguments = request.view_args or {}
    evaluation = evaluation_or_404(str(arguments["id_"]))
    here = _stop(evaluation, str(arguments["section_id"]), int(arguments["number"]))
    sent = _submitted(here)
    mine = evaluation.answers.with_part(here.questions, sent.answers)
    page = section_page(evaluation, here, mine, sent=sent, note=note)
    return render(page, status)


def _json(body: Mapping[str, object], status: int) -> Response:
    response = jsonify(body)
    response.status_code = status
    return response


def _saved_json(evaluation: Evaluation, here: Stop) -> Response:
    warnings = {
        question.id: found
        for question in here.questions
        if (found := warning(evaluation.answers, question.id))
    }
    body = {
        "version": evaluation.versions.get(here.section.id, 0),
        "base": base_of(here, evaluation.answers),
        "saved": texts()("section.saved", moment=moment_text(evaluation.changed_at)),
        "warnings": warnings,
        "carried": list(marks_on(evaluation, here)),
        "still": shown_as_still(evaluation, here),
    }
    return _json(body, 200)
