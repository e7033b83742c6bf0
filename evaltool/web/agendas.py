"""Composing the agenda of a meeting: what is on it, in which order, with how many minutes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission
from evaltool.domain.agenda import (
    Item,
    Meeting,
    MeetingConflict,
    MeetingState,
    TooMany,
    arranged,
    faults,
    moved,
    with_added,
)
from evaltool.domain.composing import offered, sheet_of
from evaltool.domain.evaluation import Evaluation
from evaltool.domain.meeting import ItemKind
from evaltool.web.context import evaluation_or_404, municipality_of, services, texts
from evaltool.web.guard import guarded
from evaltool.web.meeting_forms import sentences, whole
from evaltool.web.meeting_sources import (
    meeting_or_404,
    minutes_on,
    not_under_way,
    sources_of,
    warn,
)
from evaltool.web.meetings_pages import AgendaRow, MeetingPage
from evaltool.web.rendering import messages, render
from evaltool.web.tickets import id_by, new_ticket

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
    typed: Mapping[str, str] | None = None,
    own: tuple[str, str] = ("", ""),
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
        title=meeting.title,
        # Where there is nothing to tick, there is no field to point at either.
        messages=messages(errors or {}, {"agenda": "", **({} if by_kind else {"source": ""})}),
        evaluation=evaluation,
        municipality=municipality_of(evaluation),
        meeting=meeting,
        facts=minutes.facts,
        rows=tuple(
            AgendaRow(
                item=item,
                printed=shown,
                minutes=(typed or {}).get(item.id, str(item.minutes)),
                removable=meeting.can_lose(item),
            )
            for item, shown in zip(meeting.items, sheet.items, strict=True)
        ),
        balance=_balance(meeting),
        over=meeting.total > meeting.length,
        offered=tuple((t(f"meetings.kind.{kind}"), tuple(by_kind[kind])) for kind in by_kind),
        decisions=tuple(zip(meeting.decisions, minutes.decisions, strict=True)),
        own=own,
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
    """Keep the minutes as typed, with one item up, down or off, if a button says so.

    The form holds the whole agenda as it was shown: sending it twice does it once.
    """
    evaluation, meeting = evaluation_or_404(id_), meeting_or_404(id_, meeting_id)
    if meeting.state is MeetingState.CLOSED:
        return not_under_way(id_, meeting)
    shown = request.form.getlist("item")
    typed = {item: request.form.get(f"minutes-{item}", "").strip() for item in shown}
    what, _, chosen = request.form.get("do", "").partition(":")
    steps = {"up": -1, "down": 1}
    order: Sequence[str] = moved(shown, chosen, steps[what]) if what in steps else shown
    if what == "off":
        order = [item for item in order if item != chosen]
    wanted = arranged(meeting, [(item, whole(typed[item])) for item in order])
    problems = list(faults(wanted))
    if problems:
        return _meeting_page(evaluation, meeting, sentences(problems), typed=typed)
    version = request.form.get("version", -1, type=int)
    try:
        kept = services().store.meetings.change(
            id_, wanted, expected_version=version, at=services().now()
        )
    except MeetingConflict as conflict:
        told = {"agenda": texts()("meetings.conflict")}
        return _meeting_page(evaluation, conflict.current, told, typed=typed, status=409)
    return _to(id_, kept, f"item-{chosen}" if what in steps and kept.item(chosen) else "agenda")


@blueprint.post(f"{_ONE}/add")
@guarded(Permission.AGENDA)
def add(id_: str, meeting_id: str) -> AnyResponse:
    """Put on the agenda what was ticked, or an item of one's own."""
    evaluation = evaluation_or_404(id_)
    meeting = meeting_or_404(id_, meeting_id)
    if meeting.state is MeetingState.CLOSED:
        return not_under_way(id_, meeting)
    t, own = texts(), "title" in request.form
    typed = request.form.get("title", "").strip(), request.form.get("minutes", "").strip()
    wanted = set(request.form.getlist("source"))
    more = [i for i in offered(sources_of(evaluation), meeting) if f"{i.kind}:{i.about}" in wanted]
    errors: dict[str, str] = {}
    if own:
        made = id_by(request.form.get("ticket", ""), meeting_id, *typed)
        title = typed[0] or t("meetings.own_title")
        more = [Item(ItemKind.OWN, title, whole(typed[1]), id=made or "")]
        found = sentences(faults(replace(meeting, items=tuple(more))))
        errors = {where.partition("-")[0]: sentence for where, sentence in found.items()}
        if not typed[0]:
            errors = {"title": t("meetings.own_empty"), **errors}
    elif not wanted:
        errors = {"source": t("meetings.choose")}
    if errors:
        return _meeting_page(evaluation, meeting, errors, own=typed)
    with services().store.together():
        now = services().store.meetings.get(id_, meeting_id)
        try:
            kept = services().store.meetings.change(
                id_, with_added(now, more), expected_version=now.version, at=services().now()
            )
        except TooMany:
            full = {"agenda": t("meetings.full")}
            return _meeting_page(evaluation, meeting, full, own=typed)
    warn(url_for("agendas.show", id_=id_, meeting_id=meeting_id), *(typed if own else ()))
    return _to(id_, kept, "agenda")


def _to(id_: str, meeting: Meeting, anchor: str) -> AnyResponse:
    address = url_for("agendas.show", id_=id_, meeting_id=meeting.id, _anchor=anchor)
    return redirect(address, 303)
