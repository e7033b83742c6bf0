"""Composing the agenda of a meeting: what is on it, in which order, with how many minutes.

The page is one form. Whichever of its buttons is used, what was typed and ticked is kept or
comes back.
"""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission
from evaltool.domain.agenda import (
    ADDED_MINUTES,
    Item,
    Meeting,
    MeetingConflict,
    MeetingState,
    TooMany,
    faults,
    with_added,
)
from evaltool.domain.composing import offered, sheet_of
from evaltool.domain.evaluation import Evaluation
from evaltool.web.agenda_forms import TypedAgenda, typed_agenda
from evaltool.web.cautions import warn
from evaltool.web.context import evaluation_or_404, municipality_of, services, texts
from evaltool.web.guard import guarded, only_looked
from evaltool.web.meeting_forms import sentences
from evaltool.web.meeting_sources import (
    meeting_or_404,
    minutes_on,
    named,
    not_under_way,
    sources_of,
)
from evaltool.web.meetings_pages import AgendaRow, MeetingPage
from evaltool.web.rendering import messages, render, tell
from evaltool.web.tickets import new_ticket

blueprint = Blueprint("agendas", __name__)

_ONE = "/evaluations/<id_>/meetings/<meeting_id>"


@blueprint.get(_ONE)
@guarded(Permission.AGENDA)
def show(id_: str, meeting_id: str) -> Response:
    """One meeting: its agenda, what can be added, what was decided."""
    return _meeting_page(evaluation_or_404(id_), meeting_or_404(id_, meeting_id))


def _meeting_page(
    evaluation: Evaluation,
    meeting: Meeting,
    errors: Mapping[str, str] | None = None,
    *,
    typed: TypedAgenda | None = None,
    status: int = 422,
) -> Response:
    t, sources = texts(), sources_of(evaluation)
    sheet = sheet_of(meeting, sources, t)
    minutes = minutes_on(meeting, sheet)
    closed = meeting.state is MeetingState.CLOSED
    by_kind: dict[str, list[Item]] = {}
    for item in () if closed else offered(sources, meeting):
        by_kind.setdefault(item.kind, []).append(item)
    page = MeetingPage(
        title=named(meeting).title,
        # Where there is nothing to tick, there is no field to point at either.
        messages=messages(errors or {}, {"agenda": "", **({} if by_kind else {"source": ""})}),
        evaluation=evaluation,
        municipality=municipality_of(evaluation),
        meeting=named(meeting),
        facts=minutes.facts,
        rows=tuple(
            AgendaRow(
                item=item,
                printed=shown,
                minutes=(typed.minutes if typed else {}).get(item.id, str(item.minutes)),
                removable=meeting.can_lose(item),
            )
            for item, shown in zip(meeting.items, sheet.items, strict=True)
        ),
        balance=_balance(meeting),
        over=meeting.total > meeting.length,
        offered=tuple((t(f"meetings.kind.{kind}"), tuple(by_kind[kind])) for kind in by_kind),
        ticked=typed.ticked if typed else frozenset(),
        decisions=tuple(zip(meeting.in_order, minutes.decisions, strict=True)),
        own=(typed.title, typed.own_minutes) if typed else ("", str(ADDED_MINUTES)),
        ticket=new_ticket(),
        errors=errors or {},
    )
    return render(page, status if errors else 200)


def _balance(meeting: Meeting) -> str:
    """How the minutes of the items stand against those of the meeting."""
    rest = meeting.length - meeting.total
    key = "fits" if rest == 0 else "left" if rest > 0 else "over"
    values = {"total": meeting.total, "length": meeting.length, "rest": abs(rest)}
    return texts()(f"meetings.balance.{key}", **values)


@blueprint.post(f"{_ONE}/agenda")
@guarded(Permission.AGENDA)
def agenda(id_: str, meeting_id: str) -> AnyResponse:
    """Keep the minutes as typed, with one item up, down or off, or go on to another page.

    The form holds the whole agenda as it was shown: sending it twice does it once. What is ticked
    or typed to be added stays so while items are moved; whoever goes on has it added.
    """
    evaluation, meeting = evaluation_or_404(id_), meeting_or_404(id_, meeting_id)
    if meeting.state is MeetingState.CLOSED:
        return not_under_way(id_, meeting)
    typed = typed_agenda()
    if typed.do in ("", "go"):
        kept = agenda_kept(evaluation, meeting)
        if not isinstance(kept, Meeting):
            return kept
        if kept == meeting:
            only_looked()
        return redirect(_onward(id_, kept, typed), 303)
    kept = _kept(evaluation, meeting, typed)
    if not isinstance(kept, Meeting):
        return kept
    if typed.adds:
        return _meeting_page(evaluation, kept, typed=typed)
    there = typed.moves and kept.item(typed.chosen)
    return _to(id_, kept, f"item-{typed.chosen}" if there else "agenda")


def _onward(id_: str, meeting: Meeting, typed: TypedAgenda) -> str:
    """Where a button goes on to; the agenda itself where it does not say."""
    here: dict[str, Any] = {"id_": id_, "meeting_id": meeting.id}
    if typed.do == "go" and typed.chosen == "details":
        return url_for("meetings.details", **here)
    if typed.do == "go" and typed.chosen == "room" and meeting.items:
        return url_for("room.show", **here, number=1)
    if typed.do == "go" and meeting.decision(typed.chosen) is not None:
        return url_for("deciding.change", **here, decision_id=typed.chosen)
    return url_for("agendas.show", **here, _anchor="agenda")


@blueprint.post(f"{_ONE}/add")
@guarded(Permission.AGENDA)
def add(id_: str, meeting_id: str) -> AnyResponse:
    """Put on the agenda what was ticked, and an item of one's own; the minutes are kept too."""
    evaluation, meeting = evaluation_or_404(id_), meeting_or_404(id_, meeting_id)
    if meeting.state is MeetingState.CLOSED:
        return not_under_way(id_, meeting)
    typed = typed_agenda()
    if not typed.adds:
        told = {"source": texts()("meetings.choose")}
        return _meeting_page(evaluation, meeting, told, typed=typed)
    kept = _kept(evaluation, meeting, typed, adding=True)
    return _to(id_, kept, "agenda") if isinstance(kept, Meeting) else kept


def agenda_kept(evaluation: Evaluation, meeting: Meeting) -> Meeting | AnyResponse:
    """The meeting once all is kept that its page sent with the button of something else.

    What cannot be kept comes back in the page, with everything that was typed. A request that
    sends no agenda changes nothing.
    """
    typed = typed_agenda()
    if typed.version < 0:
        return meeting
    kept = _kept(evaluation, meeting, typed, adding=typed.adds)
    if typed.adds and isinstance(kept, Meeting):
        tell(texts()("meetings.added_along"))
    return kept


def _kept(
    evaluation: Evaluation, meeting: Meeting, typed: TypedAgenda, *, adding: bool = False
) -> Meeting | Response:
    """The meeting as typed, once it is kept; else the page that says why it is not."""
    wanted = typed.arranged(meeting)
    errors = dict(sentences(faults(wanted)))
    more: tuple[Item, ...] = ()
    if adding:
        more, wrong = typed.additions(meeting, offered(sources_of(evaluation), wanted))
        errors |= wrong
    if errors:
        return _meeting_page(evaluation, meeting, errors, typed=typed)
    try:
        kept = services().store.meetings.change(
            evaluation.id,
            with_added(wanted, more),
            expected_version=typed.version,
            at=services().now(),
        )
    except TooMany:
        full = {"agenda": texts()("meetings.full")}
        return _meeting_page(evaluation, meeting, full, typed=typed)
    except MeetingConflict as conflict:
        told = {"agenda": texts()("meetings.conflict")}
        return _meeting_page(evaluation, conflict.current, told, typed=typed, status=409)
    if adding:
        warn(url_for("agendas.show", id_=evaluation.id, meeting_id=meeting.id), typed.title)
    return kept


def _to(id_: str, meeting: Meeting, anchor: str) -> AnyResponse:
    address = url_for("agendas.show", id_=id_, meeting_id=meeting.id, _anchor=anchor)
    return redirect(address, 303)
