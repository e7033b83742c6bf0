"""The action plan: picking findings, adding own actions, changing and removing them."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission
from evaltool.domain.evaluation import Evaluation
from evaltool.domain.language import date_text
from evaltool.domain.library import action_view
from evaltool.domain.plan import (
    Action,
    ActionConflict,
    ActionNotFound,
    PlanFull,
    PlannedAction,
    urgency,
)
from evaltool.domain.report import FindingView, Report
from evaltool.domain.rules import Effort
from evaltool.domain.validation import Problem
from evaltool.web.cautions import warn
from evaltool.web.context import (
    evaluation_or_404,
    language,
    library,
    municipality_of,
    services,
    texts,
)
from evaltool.web.guard import guarded
from evaltool.web.plan_forms import ActionFields, action_of, fields_of, typed
from evaltool.web.plan_pages import ActionPage, PlanPage, PlanRow, RemoveActionPage
from evaltool.web.questions import warned
from evaltool.web.refusing import sentences
from evaltool.web.rendering import messages, render, tell
from evaltool.web.reports import as_reported, report_of

blueprint = Blueprint("planning", __name__)

_WITHIN: Mapping[Effort, timedelta] = {
    Effort.WEEK: timedelta(weeks=1),
    Effort.QUARTER: timedelta(weeks=13),
    Effort.YEAR: timedelta(weeks=52),
}
"""How long after today the date lies that is proposed for an action, by its finding's effort."""


@blueprint.get("/evaluations/<id_>/plan")
@guarded(Permission.RESULTS)
def show(id_: str) -> Response:
    """The plan, what can be picked from the findings, and a form for an action of one's own."""
    return _plan_page(evaluation_or_404(id_), ActionFields())


@blueprint.post("/evaluations/<id_>/plan/pick")
@guarded(Permission.PLAN)
def pick(id_: str) -> AnyResponse:
    """Make actions of findings: what is picked already stays as it is.

    Each gets the first step of its finding, and a date that fits its effort.
    """
    evaluation = evaluation_or_404(id_)
    report = _report(id_)
    wanted = set(request.form.getlist("finding"))
    rules = () if report is None else report.feedback.findings
    views = () if report is None else report.findings
    today = services().now().astimezone().date()
    found = [
        Action(
            title=view.steps[0],
            finding=view.id,
            owner=view.who,
            due=today + _WITHIN[finding.rule.effort],
        )
        for finding, view in zip(rules, views, strict=True)
        if view.id in wanted
    ]
    if not found:
        errors = {"finding": texts()("plan.choose")}
        return _plan_page(evaluation, ActionFields(), errors, status=422)
    try:
        with services().store.together():
            for action in found:
                services().plans.add(id_, action, at=services().now())
    except PlanFull:
        tell(texts()("plan.full"))
    else:
        number = len(found)
        tell(texts()("plan.picked_one" if number == 1 else "plan.picked", number=number))
    return redirect(url_for("planning.show", id_=id_), 303)


@blueprint.post("/evaluations/<id_>/plan/add")
@guarded(Permission.PLAN)
def add(id_: str) -> AnyResponse:
    """Add an action of one's own."""
    evaluation = evaluation_or_404(id_)
    fields, _ = typed(request.form)
    action, problems = action_of(fields, None)
    if action is None:
        return _plan_page(evaluation, fields, _sentences(problems), status=422)
    try:
        planned = services().plans.add(id_, action, at=services().now())
    except PlanFull:
        return _plan_page(evaluation, fields, {"title": texts()("plan.full")}, status=422)
    _warn(evaluation, planned)
    tell(texts()("plan.added"))
    return redirect(url_for("planning.show", id_=id_), 303)


@blueprint.route("/evaluations/<id_>/plan/<action_id>", methods=["GET", "POST"])
@guarded(Permission.PLAN)
def change(id_: str, action_id: str) -> AnyResponse:
    """Change one action."""
    evaluation = evaluation_or_404(id_)
    planned = _planned(id_, action_id)
    if request.method != "POST":
        return _action_page(evaluation, planned, fields_of(planned.action))
    fields, version = typed(request.form)
    action, problems = action_of(fields, planned.action.finding)
    if action is None:
        errors = _sentences(problems)
        return _action_page(evaluation, planned, fields, errors, version=version, status=422)
    try:
        saved = services().plans.change(
            id_, action_id, action, expected_version=version, at=services().now()
        )
    except ActionConflict as conflict:
        return _action_page(evaluation, conflict.current, fields, conflict=True, status=409)
    except ActionNotFound:
        abort(404)
    _warn(evaluation, saved)
    tell(texts()("plan.saved"))
    return redirect(url_for("planning.show", id_=id_), 303)


@blueprint.route("/evaluations/<id_>/plan/<action_id>/remove", methods=["GET", "POST"])
@guarded(Permission.PLAN)
def remove(id_: str, action_id: str) -> AnyResponse:
    """Take an action out of the plan, after asking."""
    evaluation = evaluation_or_404(id_)
    if request.method != "POST":
        return _remove_page(evaluation, _planned(id_, action_id))
    version = request.form.get("version", -1, type=int)
    try:
        services().plans.remove(id_, action_id, expected_version=version)
    except ActionConflict as conflict:
        return _remove_page(evaluation, conflict.current, conflict=True, status=409)
    tell(texts()("plan.removed"))
    return redirect(url_for("planning.show", id_=id_), 303)


def _remove_page(
    evaluation: Evaluation, planned: PlannedAction, *, conflict: bool = False, status: int = 200
) -> Response:
    page = RemoveActionPage(
        title=texts()("plan.remove_title"),
        evaluation=evaluation,
        municipality=municipality_of(evaluation),
        planned=planned,
        kept=action_view(library(), planned.action) if conflict else None,
    )
    return render(page, status)


def _planned(id_: str, action_id: str) -> PlannedAction:
    found = next((p for p in services().plans.of(id_) if p.id == action_id), None)
    if found is None:
        abort(404)
    return found


def _report(id_: str) -> Report | None:
    """The last report, None where the evaluation was never finished."""
    snapshot = as_reported(id_)
    return None if snapshot is None else report_of(snapshot.evaluation)


def _plan_page(
    evaluation: Evaluation,
    own: ActionFields,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    report = _report(evaluation.id)
    plan = services().plans.of(evaluation.id)
    picked = {planned.action.finding for planned in plan}
    municipality = municipality_of(evaluation)
    # An own action was picked from no finding, and none can leave it.
    standing = {None, *(finding.id for finding in (report.findings if report else ()))}
    findings = () if report is None else _unpicked(report, picked)
    page = PlanPage(
        title=texts()("plan.title_of", municipality=municipality.name),
        # Where there is nothing to pick from, there is no field to point at either.
        messages=messages(errors or {}, {} if findings else {"finding": ""}),
        evaluation=evaluation,
        municipality=municipality,
        rows=tuple(
            PlanRow(
                planned=planned,
                view=action_view(library(), planned.action),
                outlived=report is not None and planned.action.finding not in standing,
            )
            for planned in sorted(plan, key=lambda planned: urgency(planned.action))
        ),
        findings=findings,
        reported=report is not None,
        own=own,
        errors=errors or {},
    )
    return render(page, status)


def _unpicked(report: Report, picked: Iterable[str | None]) -> tuple[FindingView, ...]:
    known = set(picked)
    return tuple(finding for finding in report.attention if finding.id not in known)


def _action_page(
    evaluation: Evaluation,
    planned: PlannedAction,
    fields: ActionFields,
    errors: Mapping[str, str] | None = None,
    *,
    version: int | None = None,
    conflict: bool = False,
    status: int = 200,
) -> Response:
    report = _report(evaluation.id)
    findings = () if report is None else report.findings
    finding = next((f for f in findings if f.id == planned.action.finding), None)
    page = ActionPage(
        title=texts()("plan.change_title"),
        messages=messages(errors or {}),
        evaluation=evaluation,
        municipality=municipality_of(evaluation),
        planned=planned,
        fields=fields,
        version=planned.version if version is None else version,
        errors=errors or {},
        finding=finding,
        warning=warned(fields.title, fields.owner, fields.remark),
        kept=action_view(library(), planned.action) if conflict else None,
    )
    return render(page, status)


def _warn(evaluation: Evaluation, planned: PlannedAction) -> None:
    """Say what may not be meant: data of a person, a day that has passed."""
    action = planned.action
    today = services().now().astimezone().date()
    address = url_for("planning.change", id_=evaluation.id, action_id=planned.id)
    if action.due is not None and action.due < today and not action.state.is_over:
        day = date_text(action.due, language())
        tell(texts()("plan.past", day=day), address, texts()("plan.look"))
    warn(address, action.title, action.owner, action.remark)


def _sentences(problems: Iterable[Problem]) -> dict[str, str]:
    """The first problem of each field in words, naming the field as the page does."""
    return sentences(
        problems,
        # What only a page can be wrong about has its sentence with the plan.
        lambda code: f"plan.refused.{code}",
        lambda where: texts()(f"plan.field.{where}"),
        shared=lambda code: f"refusal.{code}",
    )
