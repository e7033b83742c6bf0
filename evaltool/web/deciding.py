"""Mending what was decided at a meeting, together with the action that it became."""

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission
from evaltool.domain.agenda import Decision, Meeting, MeetingConflict, MeetingState
from evaltool.domain.evaluation import Evaluation
from evaltool.domain.plan import PlanFull, PlannedAction
from evaltool.web.cautions import warn
from evaltool.web.context import evaluation_or_404, municipality_of, services, texts
from evaltool.web.guard import guarded
from evaltool.web.meeting_forms import (
    DecisionFields,
    base_of_decision,
    decision_of,
    fields_of,
    sentences,
    typed_decision,
)
from evaltool.web.meeting_sources import (
    meeting_or_404,
    minutes_on,
    named,
    not_under_way,
    printed,
)
from evaltool.web.meetings_pages import DecisionPage, RemoveDecisionPage
from evaltool.web.questions import warned
from evaltool.web.rendering import messages, render, tell

blueprint = Blueprint("deciding", __name__)

_ONE = "/evaluations/<id_>/meetings/<meeting_id>/decisions/<decision_id>"


@blueprint.route(_ONE, methods=["GET", "POST"])
@guarded(Permission.AGENDA)
def change(id_: str, meeting_id: str, decision_id: str) -> AnyResponse:
    """Mend a decision; the action that it became goes along while it says the same."""
    evaluation, meeting = evaluation_or_404(id_), meeting_or_404(id_, meeting_id)
    known = _decision(meeting, decision_id)
    if meeting.state is MeetingState.CLOSED:
        return not_under_way(id_, meeting)
    if request.method != "POST":
        return _page(evaluation, meeting, known, fields_of(known))
    fields = typed_decision(request.form)
    wanted, problems = decision_of(fields, known)
    base = request.form.get("base", "")
    if problems:
        return _page(evaluation, meeting, known, fields, sentences(problems), base=base)
    if base != base_of_decision(known) and wanted != known:
        return _page(evaluation, meeting, known, fields, conflict=True)
    try:
        _keep(id_, meeting, known, wanted, in_plan=fields.plan)
    except PlanFull:
        errors = {"text": texts()("plan.full")}
        return _page(evaluation, meeting, known, fields, errors, base=base)
    except MeetingConflict as conflict:
        now = _decision(conflict.current, decision_id)
        return _page(evaluation, conflict.current, now, fields, conflict=True)
    warn(
        url_for("deciding.change", id_=id_, meeting_id=meeting_id, decision_id=decision_id),
        wanted.text,
        wanted.owner,
    )
    return _back(id_, meeting, known)


def _keep(id_: str, meeting: Meeting, known: Decision, wanted: Decision, *, in_plan: bool) -> None:
    """Keep a decision and what becomes of it in the plan, both or none."""
    held, now = services(), services().now()
    with held.store.together():
        planned = _followed(id_, known)
        if known.action is None and in_plan:
            added = held.plans.add(id_, wanted.becomes, at=now)
            wanted = replace(wanted, action=added.id)
        elif planned is not None:
            action = replace(planned.action, title=wanted.text, owner=wanted.owner, due=wanted.due)
            held.plans.change(id_, planned.id, action, expected_version=planned.version, at=now)
        elif known.action is not None and wanted != known:
            tell(texts()("meetings.action_stays"))
        held.store.meetings.revise(id_, meeting.id, wanted, expected=known)


def _followed(id_: str, decision: Decision) -> PlannedAction | None:
    """The action that a decision became, while it still says the same."""
    for planned in services().plans.of(id_):
        if planned.id == decision.action and decision.is_followed_by(planned.action):
            return planned
    return None


@blueprint.route(f"{_ONE}/remove", methods=["GET", "POST"])
@guarded(Permission.AGENDA)
def remove(id_: str, meeting_id: str, decision_id: str) -> AnyResponse:
    """Take a decision out, after asking, with the action that it became and nobody touched."""
    evaluation, meeting = evaluation_or_404(id_), meeting_or_404(id_, meeting_id)
    held, known = services(), _decision(meeting, decision_id)
    if meeting.state is MeetingState.CLOSED:
        return not_under_way(id_, meeting)
    changed = request.form.get("base", "") != base_of_decision(known)
    if request.method != "POST" or changed:
        return _remove_page(evaluation, meeting, known, changed=request.method == "POST")
    with held.store.together():
        planned = _followed(id_, known)
        if planned is not None and known.is_all_of(planned.action):
            held.plans.remove(id_, planned.id, expected_version=planned.version)
        elif _in_plan(id_, known):
            tell(texts()("meetings.action_stays"))
        held.store.meetings.withdraw(id_, meeting_id, decision_id)
    tell(texts()("meetings.decision_removed"))
    return _back(id_, meeting, known)


def _in_plan(id_: str, decision: Decision) -> bool:
    """Whether the action that a decision became is still in the plan."""
    return any(planned.id == decision.action for planned in services().plans.of(id_))


def _remove_page(
    evaluation: Evaluation, meeting: Meeting, known: Decision, *, changed: bool
) -> Response:
    """Asks before a decision is taken out, and says what becomes of its action."""
    planned = _followed(evaluation.id, known)
    lead = "alone"
    if _in_plan(evaluation.id, known):
        lead = "goes" if planned and known.is_all_of(planned.action) else "stays"
    number = meeting.in_order.index(known)
    page = RemoveDecisionPage(
        title=texts()("meetings.decision_remove_title", number=number + 1),
        evaluation=evaluation,
        municipality=municipality_of(evaluation),
        meeting=named(meeting),
        decision=known,
        view=minutes_on(meeting, printed(evaluation, meeting)).decisions[number],
        lead=texts()(f"meetings.decision_remove_lead.{lead}"),
        base=base_of_decision(known),
        changed=changed,
    )
    return render(page, 409 if changed else 200)


def _decision(meeting: Meeting, decision_id: str) -> Decision:
    found = meeting.decision(decision_id)
    if found is None:
        abort(404)
    return found


def _back(id_: str, meeting: Meeting, decision: Decision) -> AnyResponse:
    """To the item at which it was decided."""
    number = [item.id for item in meeting.items].index(decision.item) + 1
    address = url_for(
        "room.show", id_=id_, meeting_id=meeting.id, number=number, _anchor="decisions"
    )
    return redirect(address, 303)


def _page(
    evaluation: Evaluation,
    meeting: Meeting,
    known: Decision,
    fields: DecisionFields,
    errors: Mapping[str, str] | None = None,
    *,
    base: str | None = None,
    conflict: bool = False,
) -> Response:
    views = minutes_on(meeting, printed(evaluation, meeting)).decisions
    number = meeting.in_order.index(known)
    page = DecisionPage(
        title=texts()("meetings.decision_title", number=number + 1),
        messages=messages(errors or {}),
        evaluation=evaluation,
        municipality=municipality_of(evaluation),
        meeting=named(meeting),
        decision=known,
        fields=fields,
        base=base_of_decision(known) if base is None else base,
        errors=errors or {},
        warning=warned(fields.text, fields.owner),
        kept=views[number] if conflict else None,
    )
    return render(page, 409 if conflict else 422 if errors else 200)
