"""The consensus: who sees what, and the common answer with why."""

from collections.abc import Iterable, Mapping

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission
from evaltool.domain.answers import Answers
from evaltool.domain.consensus import to_answer_first
from evaltool.domain.evaluation import (
    LEAST_VOICES,
    Evaluation,
    Finished,
    Status,
    VersionConflict,
)
from evaltool.domain.questionnaire import Question
from evaltool.domain.supplements import DifferenceView
from evaltool.domain.validation import validate
from evaltool.domain.wording import Refusals
from evaltool.store import digest_of
from evaltool.web.accounts.consensus_pages import CommonAnswerPage, ConsensusPage
from evaltool.web.cautions import warn
from evaltool.web.context import evaluation_or_404, municipality_of, services, texts
from evaltool.web.differing import differences_on
from evaltool.web.forms import parse
from evaltool.web.guard import guarded
from evaltool.web.identity import account
from evaltool.web.questions import question_view, wording
from evaltool.web.rendering import messages, render, tell

blueprint = Blueprint("consensus", __name__)

LONGEST_REASON = 1000


@blueprint.get("/evaluations/<id_>/views")
@guarded(Permission.CONSENSUS)
def show(id_: str) -> Response:
    """Where all agree and where they differ most, once enough have answered."""
    evaluation = evaluation_or_404(id_)
    views = services().evaluations.views_of(id_)
    done = sum(view.status is Status.FINISHED for view in views)
    found = differences_on(evaluation)
    page = ConsensusPage(
        title=texts()("consensus.title"),
        evaluation=evaluation,
        municipality=municipality_of(evaluation),
        asked=len(views),
        done=done,
        missing=max(0, LEAST_VOICES - done),
        differing=tuple(d for d in found if not d.agreed),
        agreed=tuple(d for d in found if d.agreed),
        not_asked=_not_asked(evaluation, found),
    )
    return render(page)


def _not_asked(evaluation: Evaluation, found: Iterable[DifferenceView]) -> Mapping[str, str]:
    """Why a common answer cannot be chosen yet, by question, where the answers do not ask it."""
    questionnaire = services().catalogue.questionnaire
    told: dict[str, str] = {}
    for difference in found:
        question = questionnaire.by_id[difference.question]
        first = to_answer_first(questionnaire, evaluation.answers, question)
        if first is not None:
            text = texts().of(first.text)
            told[question.id] = texts()("consensus.not_asked", question=text)
    return told


@blueprint.route("/evaluations/<id_>/views/<question_id>", methods=["GET", "POST"])
@guarded(Permission.CONSENSUS)
def common(id_: str, question_id: str) -> AnyResponse:
    """Set the common answer to one question, with a sentence why."""
    evaluation = evaluation_or_404(id_)
    question = services().catalogue.questionnaire.by_id.get(question_id)
    difference = next((d for d in differences_on(evaluation) if d.question == question_id), None)
    if question is None or difference is None:
        abort(404)
    if evaluation.status is Status.FINISHED:
        tell(texts()("consensus.reopen_first"))
        return redirect(url_for("consensus.show", id_=id_), 303)
    if not_asked := _not_asked(evaluation, (difference,)):
        tell(not_asked[question_id])
        return redirect(url_for("consensus.show", id_=id_, _anchor=question_id), 303)
    if request.method != "POST":
        return _page(evaluation, question, difference, evaluation.answers, difference.reason)
    return _set(evaluation, question, difference)


def _set(evaluation: Evaluation, question: Question, difference: DifferenceView) -> AnyResponse:
    held, t = services(), texts()
    questionnaire = held.catalogue.questionnaire
    sent = parse((question,), questionnaire, request.form)
    # The note is not on this page: it stays as it is.
    note = evaluation.answers.notes.get(question.id)
    given = Answers(
        sent.answers.values, sent.answers.other_text, {} if note is None else {question.id: note}
    )
    mine = evaluation.answers.with_part((question,), given)
    reason = request.form.get("reason", "").strip()
    problems = validate(questionnaire, mine, (question,), leftovers=True)
    errors = dict(Refusals(wording()).by_question(problems))
    if question.id not in mine.values:
        errors[question.id] = t("consensus.choose")
    if not reason or len(reason) > LONGEST_REASON:
        errors["reason"] = t("consensus.say_why", most=LONGEST_REASON)
    if errors:
        return _page(evaluation, question, difference, mine, reason, errors, status=422)
    kept = evaluation.answers.part((question,))
    done_before = (kept, _reason(evaluation, question)) == (mine.part((question,)), reason)
    if not done_before and request.form.get("base") != _base(evaluation, question):
        told = {question.id: t("consensus.changed_elsewhere")}
        return _page(evaluation, question, difference, mine, reason, told, status=409)
    section = questionnaire.section_by_id[question.section]
    try:
        with held.store.together():
            held.evaluations.save_section(
                evaluation.id,
                section.id,
                expected_version=evaluation.versions.get(section.id, 0),
                part=mine.part(section.questions),
                at=held.now(),
            )
            held.store.consensus.give_reason(
                evaluation.id, question.id, reason, by=account().id, at=held.now()
            )
            # Who chose it at the table looked at it: it is no longer only carried over.
            held.store.carried.confirm(evaluation.id, {question.id: True}, at=held.now())
    except (VersionConflict, Finished):
        current = evaluation_or_404(evaluation.id)
        told = {question.id: t("consensus.changed_elsewhere")}
        return _page(current, question, difference, mine, reason, told, status=409)
    tell(t("consensus.set"))
    warn(url_for("consensus.common", id_=evaluation.id, question_id=question.id), reason)
    return redirect(url_for("consensus.show", id_=evaluation.id, _anchor=question.id), 303)


def _base(evaluation: Evaluation, question: Question) -> str:
    """What answer and reason are now, in short: a form carries what it started from."""
    return digest_of(evaluation.answers.part((question,)), _reason(evaluation, question))


def _reason(evaluation: Evaluation, question: Question) -> str:
    return services().store.consensus.reasons(evaluation.id).get(question.id, "")


def _page(
    evaluation: Evaluation,
    question: Question,
    difference: DifferenceView,
    answers: Answers,
    reason: str,
    errors: Mapping[str, str] | None = None,
    *,
    status: int = 200,
) -> Response:
    view = question_view(question, answers, error=(errors or {}).get(question.id, ""))
    page = CommonAnswerPage(
        title=texts()("consensus.common_title"),
        messages=messages(errors or {}),
        evaluation=evaluation,
        municipality=municipality_of(evaluation),
        difference=difference,
        question=question,
        view=view,
        base=_base(evaluation, question),
        reason=reason,
        errors=errors or {},
    )
    return render(page, status)


@blueprint.post("/evaluations/<id_>/name")
@guarded(Permission.FILL_IN)
def name(id_: str) -> AnyResponse:
    """Whether the own name may stand beside the discipline, as its contributor wants."""
    evaluation = evaluation_or_404(id_)
    if evaluation.view is None:
        abort(404)
    services().store.consensus.show_name(id_, shown="named" in request.form)
    tell(texts()("contributing.name_saved"))
    return redirect(url_for("assess.overview", id_=id_), 303)
