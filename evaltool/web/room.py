"""The meeting itself: one item at a time for the screen in the room, what is noted and decided."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission
from evaltool.domain.agenda import (
    Decision,
    Meeting,
    MeetingConflict,
    MeetingState,
    TooMany,
    ends_at,
    picked_from,
    time_is_up,
    too_long,
)
from evaltool.domain.evaluation import Evaluation
from evaltool.domain.language import time_text
from evaltool.domain.meeting import ItemKind
from evaltool.domain.plan import PlanFull
from evaltool.web.cautions import warn
from evaltool.web.context import (
    evaluation_or_404,
    language,
    municipality_of,
    services,
    texts,
)
from evaltool.web.guard import can, guarded, only_looked
from evaltool.web.meeting_forms import (
    DecisionFields,
    base_of,
    decision_of,
    sentences,
    typed_decision,
    typed_notes,
    whole,
)
from evaltool.web.meeting_sources import (
    meeting_or_404,
    minutes_on,
    named,
    not_under_way,
    printed,
)
from evaltool.web.meetings_pages import Clock, RoomPage
from evaltool.web.rendering import messages, render, tell
from evaltool.web.tickets import id_by, new_ticket

blueprint = Blueprint("room", __name__)

_ONE = "/evaluations/<id_>/meetings/<meeting_id>"


@blueprint.get(f"{_ONE}/room/<int:number>")
@guarded(Permission.AGENDA)
def show(id_: str, meeting_id: str, number: int) -> AnyResponse:
    """One item, in large type, with the time it should end."""
    evaluation, meeting = evaluation_or_404(id_), meeting_or_404(id_, meeting_id)
    if not 1 <= number <= len(meeting.items):
        abort(404)
    if meeting.state is MeetingState.CLOSED:
        return redirect(url_for("agendas.show", id_=id_, meeting_id=meeting_id), 303)
    return _room_page(evaluation, meeting, number)


def _room_page(
    evaluation: Evaluation,
    meeting: Meeting,
    number: int,
    errors: Mapping[str, str] | None = None,
    *,
    fields: DecisionFields | None = None,
    notes: str | None = None,
    base: str | None = None,
    conflict: bool = False,
) -> Response:
    sheet = printed(evaluation, meeting)
    item = meeting.items[number - 1]
    views = minutes_on(meeting, sheet).decisions
    page = RoomPage(
        title=sheet.items[number - 1].title,
        messages=messages(errors or {}),
        evaluation=evaluation,
        municipality=municipality_of(evaluation),
        meeting=named(meeting),
        item=item,
        printed=sheet.items[number - 1],
        clock=_clock(meeting, number),
        decisions=tuple(
            (decision, view)
            for decision, view in zip(meeting.in_order, views, strict=True)
            if decision.item == item.id
        ),
        fields=fields or DecisionFields(),
        ticket=new_ticket(),
        notes=item.notes if notes is None else notes,
        base=base_of(item.notes) if base is None else base,
        kept=item.notes if conflict else "",
        errors=errors or {},
    )
    return render(page, 409 if conflict else 422 if errors else 200)


def _clock(meeting: Meeting, number: int) -> Clock | None:
    until, planned = time_is_up(meeting.items[number - 1]), ends_at(meeting, number)
    # Opened again to mend the minutes, it is over: nothing is left of its time.
    if until is None or planned is None or meeting.closed_at is not None:
        return None
    t, now = texts(), services().now()
    seconds = round((until - now).total_seconds())
    minutes = math.ceil(abs(seconds) / 60) if seconds > 0 else abs(seconds) // 60
    key = "over" if seconds < 0 and minutes else "left" if minutes else "now"
    if minutes == 1:
        key += "_one"
    return Clock(
        until=time_text(until.astimezone(), language()),
        now=time_text(now.astimezone(), language()),
        left=t(f"meetings.clock.{key}", minutes=minutes),
        planned=time_text(planned.astimezone(), language()),
        over=seconds < 0,
        seconds=seconds,
    )


def _placed(id_: str, meeting_id: str) -> tuple[Evaluation, Meeting, int]:
    """What a form of the room is about: its meeting, which must be under way, and its item."""
    evaluation, meeting = evaluation_or_404(id_), meeting_or_404(id_, meeting_id)
    asked = request.form.get("item", "")
    found = next((n for n, i in enumerate(meeting.items, start=1) if i.id == asked), None)
    if found is None:
        abort(404)
    return evaluation, meeting, found


def _to(id_: str, meeting: Meeting, number: int, anchor: str) -> AnyResponse:
    address = url_for("room.show", id_=id_, meeting_id=meeting.id, number=number, _anchor=anchor)
    return redirect(address, 303)


@blueprint.post(f"{_ONE}/decide")
@guarded(Permission.AGENDA)
def decide(id_: str, meeting_id: str) -> AnyResponse:
    """Keep a decision, by default as an action in the plan, and the notes that were typed.

    A second click finds the same decision.
    """
    evaluation, meeting, number = _placed(id_, meeting_id)
    page = _written(evaluation, meeting, number, decides=True)
    return _to(id_, meeting, number, "decisions") if page is None else page


@blueprint.post(f"{_ONE}/notes")
@guarded(Permission.AGENDA)
def notes(id_: str, meeting_id: str) -> AnyResponse:
    """Keep the notes at an item; two who write at once choose what stays.

    A decision that is being typed comes back as it was typed.
    """
    evaluation, meeting, number = _placed(id_, meeting_id)
    page = _written(evaluation, meeting, number, decides=False)
    if page is not None:
        return page
    tell(texts()("meetings.noted"))
    fields = typed_decision(request.form)
    if fields.begun:
        now = meeting_or_404(id_, meeting_id)
        return _room_page(evaluation, now, number, fields=fields)
    return _to(id_, meeting, number, "notes-at")


@blueprint.post(f"{_ONE}/turn")
@guarded(Permission.AGENDA)
def turn(id_: str, meeting_id: str) -> AnyResponse:
    """Go to another item or page, once what was typed at this one is kept."""
    evaluation, meeting, number = _placed(id_, meeting_id)
    decides = typed_decision(request.form).begun
    page = _written(evaluation, meeting, number, decides=decides)
    if page is not None:
        return page
    if decides:
        tell(texts()("meetings.decided_along", item=meeting.items[number - 1].title))
    elif meeting_or_404(id_, meeting_id) == meeting:
        only_looked()
    to = request.form.get("to", "")
    if 1 <= (following := whole(to)) <= len(meeting.items):
        shown, held = meeting.items[following - 1], services()
        held.store.meetings.show(id_, meeting_id, shown.id, at=held.now())
    return redirect(_onward(id_, meeting, to), 303)


def _onward(id_: str, meeting: Meeting, to: str) -> str:
    """The address of what a button goes on to: an item by its number, a decision, a page."""
    here: dict[str, Any] = {"id_": id_, "meeting_id": meeting.id}
    item = next((i for i in meeting.items if i.about and to == f"common:{i.about}"), None)
    if item is not None and item.kind is ItemKind.DIFFERENCE and can(Permission.CONSENSUS):
        return url_for("consensus.common", id_=id_, question_id=item.about)
    if to == "present":
        return url_for("meetings.details", **here, _anchor="present")
    if meeting.decision(to) is not None:
        return url_for("deciding.change", **here, decision_id=to)
    number = whole(to)
    if 1 <= number <= len(meeting.items):
        return url_for("room.show", **here, number=number)
    return url_for("agendas.show", **here, _anchor="close" if to == "close" else None)


def _written(
    evaluation: Evaluation, meeting: Meeting, number: int, *, decides: bool
) -> AnyResponse | None:
    """Keep the notes and, where it ``decides``, the decision that were typed: both or none.

    None once they are kept; else the answer that says why not, with everything that was typed.
    """
    if meeting.state is not MeetingState.RUNNING:
        return not_under_way(evaluation.id, meeting)
    item, text = meeting.items[number - 1], typed_notes(request.form)
    base, fields = request.form.get("base", base_of(item.notes)), typed_decision(request.form)
    made = id_by(request.form.get("ticket", ""), item.id, fields.text, fields.owner, fields.due)
    decision, problems = decision_of(fields, Decision("", item=item.id, id=made or ""))
    problems = [*(problems if decides else ()), *too_long("notes", text)]
    if problems:
        told = sentences(problems)
        return _room_page(evaluation, meeting, number, told, fields=fields, notes=text, base=base)
    # Notes that nobody touched on this page are not sent over those of somebody else.
    wrote = "notes" in request.form and base_of(text) != base
    if wrote and base != base_of(item.notes) and text != item.notes:
        return _room_page(evaluation, meeting, number, fields=fields, notes=text, conflict=True)
    store, kept = services().store, None
    try:
        with store.together():
            if wrote:
                store.meetings.note(evaluation.id, meeting.id, item.id, text, expected=item.notes)
            if decides:
                kept = _keep(evaluation.id, meeting, decision, in_plan=fields.plan)
    except MeetingConflict as conflict:
        # The item itself cannot go: what was noted or decided keeps it.
        now = conflict.current
        return _room_page(evaluation, now, number, fields=fields, notes=text, conflict=True)
    except (TooMany, PlanFull) as full:
        key = "plan.full" if isinstance(full, PlanFull) else "meetings.too_many_decisions"
        errors = {"text": texts()(key)}
        return _room_page(evaluation, meeting, number, errors, fields=fields, notes=text, base=base)
    _warn(evaluation.id, meeting, number, text if wrote else "", kept)
    return None


def _warn(id_: str, meeting: Meeting, number: int, text: str, kept: Decision | None) -> None:
    here: dict[str, Any] = {"id_": id_, "meeting_id": meeting.id}
    warn(url_for("room.show", **here, number=number, _anchor="notes-at"), text)
    if kept is not None:
        mend = url_for("deciding.change", **here, decision_id=kept.id)
        warn(mend, kept.text, kept.owner)


def _keep(id_: str, meeting: Meeting, decision: Decision, *, in_plan: bool) -> Decision:
    """Keep a decision and the action that it becomes, both or none."""
    held = services()
    with held.store.together():
        current = held.store.meetings.get(id_, meeting.id)
        known = current.decision(decision.id)
        if known is not None:
            return known
        if in_plan:
            finding = picked_from(current, decision, held.plans.of(id_))
            action = replace(decision.becomes, finding=finding)
            planned = held.plans.add(id_, action, at=held.now())
            decision = replace(decision, action=planned.id)
        return held.store.meetings.decide(id_, meeting.id, decision)
