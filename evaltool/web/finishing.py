"""Checking all answers, finishing, reopening, changing details, exporting and deleting."""

from collections.abc import Iterator, Mapping
from datetime import date

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission
from evaltool.domain.answers import Answers, asked, is_complete, reported
from evaltool.domain.document import document_of, write
from evaltool.domain.evaluation import Evaluation, Finished, ProfileConflict, Status
from evaltool.domain.feedback import remarks
from evaltool.domain.language import date_text
from evaltool.web.carrying import said_of
from evaltool.web.context import evaluation_or_404, language, municipality_of, services, texts
from evaltool.web.dates import day_to_type, typed_day
from evaltool.web.differing import supplement_of
from evaltool.web.files import attachment, file_name
from evaltool.web.guard import can, guarded
from evaltool.web.pages import (
    CheckPage,
    CheckRow,
    CheckSection,
    DeletePage,
    DetailsPage,
    Message,
)
from evaltool.web.questions import warning, wording
from evaltool.web.rendering import render, tell
from evaltool.web.reports import as_reported, finish_first
from evaltool.web.walk import Task, tasks

blueprint = Blueprint("finishing", __name__)


@blueprint.get("/evaluations/<id_>/check")
@guarded(Permission.READ)
def check(id_: str) -> Response:
    """All answers, with what is still open."""
    evaluation = evaluation_or_404(id_)
    questionnaire = services().catalogue.questionnaire
    given = reported(questionnaire, evaluation.answers)
    carried = said_of(evaluation)
    sections = tuple(
        _section(given, carried, task)
        for task in tasks(questionnaire, evaluation.answers, evaluation.only)
    )
    gaps = sum(s.task.open for s in sections if not s.task.section.optional)
    return render(
        CheckPage(
            title=texts()("check.title" if can(Permission.FILL_IN) else "check.title_read"),
            evaluation=evaluation,
            municipality=municipality_of(evaluation),
            sections=tuple(s for s in sections if s.rows),
            gaps=gaps,
            remarks=tuple(_remarks(evaluation)),
            unused=len(set(evaluation.answers.values) - set(given.values)),
            carried=len(carried),
        )
    )


def _remarks(evaluation: Evaluation) -> Iterator[str]:
    """What is asked about answers that do not go together, in the language of this request."""
    held, words, t = services().catalogue, wording(), texts()
    found = remarks(held.questionnaire, held.rulebook, evaluation.answers, evaluation.cluster)
    for remark, facts in found:
        labels = [
            words.option(fact.question, fact.option)
            for fact in facts
            if fact.chosen and fact.option is not None
        ]
        yield t.of(remark.text).replace("{labels}", "; ".join(dict.fromkeys(labels)))


def _section(given: Answers, carried: Mapping[str, str], task: Task) -> CheckSection:
    questionnaire = services().catalogue.questionnaire
    now_asked = asked(questionnaire, given)
    words = wording()
    rows: list[CheckRow] = []
    for question in task.section.questions:
        if question.id not in now_asked:
            continue
        note = given.notes.get(question.id, "")
        complete = is_complete(questionnaire, question, given)
        rows.append(
            CheckRow(
                question=question,
                page=question.page,
                answer=words.answer(question, given) if complete else (),
                note=note,
                warning=warning(given, question.id),
                carried=carried.get(question.id, ""),
            )
        )
    return CheckSection(task=task, rows=tuple(rows))


@blueprint.post("/evaluations/<id_>/finish")
@guarded(Permission.FINISH)
def finish(id_: str) -> AnyResponse:
    """Close the evaluation; a second click finds it closed and shows the same results."""
    evaluation = evaluation_or_404(id_)
    held = services()
    with held.store.together():
        held.evaluations.finish(
            id_,
            at=held.now(),
            content=held.catalogue.fingerprint,
            supplement=supplement_of(evaluation),
        )
    if evaluation.view is not None:
        tell(texts()("contributing.thanks"))
        return redirect(url_for("start.index"), 303)
    return redirect(url_for("results.show", id_=id_), 303)


@blueprint.post("/evaluations/<id_>/reopen")
@guarded(Permission.REOPEN)
def reopen(id_: str) -> AnyResponse:
    """Open it again; what was reported stays as it was."""
    evaluation_or_404(id_)
    services().evaluations.reopen(id_, at=services().now())
    tell(texts()("overview.reopened"))
    return redirect(url_for("assess.overview", id_=id_), 303)


@blueprint.route("/evaluations/<id_>/details", methods=["GET", "POST"])
@guarded(Permission.DETAILS)
def details(id_: str) -> AnyResponse:
    """Change cluster and date."""
    evaluation = evaluation_or_404(id_)
    if evaluation.status is Status.FINISHED:
        tell(texts()("overview.finished_first"))
        return redirect(url_for("assess.overview", id_=id_), 303)
    if request.method != "POST":
        typed = day_to_type(evaluation.day)
        return render(_details(evaluation, evaluation.cluster, typed, _base(evaluation)))
    clusters = services().register.clusters
    cluster = request.form.get("cluster", "")
    typed = request.form.get("day", "").strip()
    base = request.form.get("base", "")
    messages: list[Message] = []
    day = typed_day(typed)
    if day is None:
        messages.append(Message(texts()("details.wrong_date"), "day"))
    if cluster not in {str(number) for number in clusters}:
        messages.append(Message(texts()("new.choose_cluster"), "cluster"))
    if messages or day is None:
        number = next((known for known in clusters if str(known) == cluster), None)
        return render(_details(evaluation, number, typed, base, tuple(messages)), 422)
    try:
        services().evaluations.change_profile(
            id_,
            expected=_expected(base),
            cluster=int(cluster),
            cluster_proposed=False,
            day=day,
            at=services().now(),
        )
    except Finished:
        tell(texts()("overview.finished_first"))
    except ProfileConflict as conflict:
        now = conflict.current
        told = texts()(
            "details.conflict",
            cluster=wording().cluster(now.cluster),
            day=date_text(now.day, language()),
        )
        return render(_details(now, int(cluster), typed, _base(now), (Message(told),)), 409)
    return redirect(url_for("assess.overview", id_=id_), 303)


def _base(evaluation: Evaluation) -> str:
    """What a change of cluster and date starts from, as the form carries it."""
    return f"{evaluation.cluster} {evaluation.day.isoformat()}"


def _expected(base: str) -> tuple[int, date] | None:
    cluster, _, day = base.partition(" ")
    try:
        return int(cluster), date.fromisoformat(day)
    except ValueError:
        return None


def _details(
    evaluation: Evaluation,
    cluster: int | None,
    day: str,
    base: str,
    messages: tuple[Message, ...] = (),
) -> DetailsPage:
    return DetailsPage(
        title=texts()("details.title"),
        messages=messages,
        evaluation=evaluation,
        municipality=municipality_of(evaluation),
        clusters=tuple(services().register.clusters.values()),
        cluster=cluster,
        day=day,
        base=base,
    )


@blueprint.get("/evaluations/<id_>/answers.json")
@guarded(Permission.EXPORT)
def export(id_: str) -> AnyResponse:
    """The answers as a file that can be imported and given to the command line.

    Those of now, with ``?version=`` those of a report.
    """
    evaluation = evaluation_or_404(id_, any_edition=True)
    if "version" in request.args:
        snapshot = as_reported(id_, any_edition=True)
        if snapshot is None:
            return finish_first(id_)
        evaluation = snapshot.evaluation
    plan = services().plans.of(id_)
    actions = [planned.action for planned in plan]
    document = document_of(evaluation, municipality_of(evaluation), actions)
    text = write(document, services().catalogue.questionnaire)
    return attachment(text, "application/json", file_name(evaluation) + ".json")


@blueprint.route("/evaluations/<id_>/delete", methods=["GET", "POST"])
@guarded(Permission.DELETE)
def delete(id_: str) -> AnyResponse:
    """Delete it, after saying what is lost."""
    evaluation = evaluation_or_404(id_, any_edition=True)
    if request.method != "POST":
        key = "delete.title" if evaluation.view is None else "contributing.delete_title"
        return render(
            DeletePage(
                title=texts()(key, municipality=municipality_of(evaluation).name),
                evaluation=evaluation,
                municipality=municipality_of(evaluation),
            )
        )
    held = services()
    with held.store.together():
        asked = {view.view.contributor for view in held.evaluations.views_of(id_) if view.view}
        held.evaluations.delete(id_)
        if held.hosted is not None:
            # Loaded here: one person on one machine has no accounts.
            from evaltool.web.accounts.deleting import delete_without_view

            delete_without_view(asked)
    tell(texts()("delete.done", municipality=municipality_of(evaluation).name))
    return redirect(url_for("start.index"), 303)
