"""Meetings: a new one, its agenda, its details, its state, and what is printed of it."""

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission
from evaltool.domain.agenda import (
    Meeting,
    MeetingConflict,
    MeetingState,
    TooMany,
    put_in_state,
)
from evaltool.domain.composing import minutes_text, proposal
from evaltool.domain.evaluation import Evaluation
from evaltool.pdf import agenda_document, minutes_document
from evaltool.web.agendas import agenda_kept
from evaltool.web.cautions import warn
from evaltool.web.context import evaluation_or_404, language, municipality_of, services, texts
from evaltool.web.files import attachment, pdf_response
from evaltool.web.guard import guarded
from evaltool.web.meeting_forms import (
    DetailFields,
    details_of,
    meeting_of,
    sentences,
    typed_details,
)
from evaltool.web.meeting_sources import (
    disciplines,
    meeting_or_404,
    minutes_on,
    named,
    not_under_way,
    printed,
    sources_of,
)
from evaltool.web.meetings_pages import DeleteMeetingPage, DetailsOfMeetingPage, MeetingsPage
from evaltool.web.questions import warned
from evaltool.web.rendering import messages, render, tell
from evaltool.web.tickets import id_by, new_ticket

blueprint = Blueprint("meetings", __name__)

_ROOT = "/evaluations/<id_>/meetings"
_ONE = f"{_ROOT}/<meeting_id>"


@blueprint.get(_ROOT)
@guarded(Permission.RESULTS)
def listing(id_: str) -> Response:
    """The meetings on an evaluation, and a form for a new one."""
    fields = DetailFields(length=str(_lengths()[0]))
    return _listing(evaluation_or_404(id_), fields)


def _lengths() -> tuple[int, ...]:
    return tuple(form.minutes for form in services().catalogue.meetings)


def _listing(
    evaluation: Evaluation, fields: DetailFields, errors: Mapping[str, str] | None = None
) -> Response:
    page = MeetingsPage(
        title=texts()("meetings.title_of", municipality=municipality_of(evaluation).name),
        messages=messages(errors or {}),
        evaluation=evaluation,
        municipality=municipality_of(evaluation),
        rows=tuple(map(named, services().store.meetings.of(evaluation.id))),
        fields=fields,
        lengths=_lengths(),
        ticket=new_ticket(),
        errors=errors or {},
    )
    return render(page, 422 if errors else 200)


@blueprint.post(_ROOT)
@guarded(Permission.AGENDA)
def create(id_: str) -> AnyResponse:
    """Keep a new meeting with the agenda that is proposed; a second click finds the same one."""
    evaluation, held = evaluation_or_404(id_), services()
    fields, now = typed_details(request.form), held.now()
    blank = Meeting("", now.astimezone().date(), "", 0)
    wanted, problems = meeting_of(fields, blank, ())
    if problems:
        return _listing(evaluation, fields, sentences(problems))
    ticket = request.form.get("ticket", "")
    made = id_by(ticket, id_, fields.title, fields.day, str(wanted.length))
    forms = held.catalogue.meetings
    items = proposal(sources_of(evaluation), wanted.length, forms, texts())
    try:
        kept = held.store.meetings.create(id_, replace(wanted, id=made or "", items=items), at=now)
    except TooMany:
        return _listing(evaluation, fields, {"title": texts()("meetings.too_many")})
    warn(url_for("meetings.details", id_=id_, meeting_id=kept.id), kept.title)
    return _to(id_, kept)


def _to(id_: str, meeting: Meeting) -> AnyResponse:
    return redirect(url_for("agendas.show", id_=id_, meeting_id=meeting.id), 303)


@blueprint.route(f"{_ONE}/details", methods=["GET", "POST"])
@guarded(Permission.AGENDA)
def details(id_: str, meeting_id: str) -> AnyResponse:
    """Title, day, length and who was there."""
    evaluation, meeting = evaluation_or_404(id_), meeting_or_404(id_, meeting_id)
    if meeting.state is MeetingState.CLOSED:
        return not_under_way(id_, meeting)
    if request.method != "POST":
        return _details_page(evaluation, meeting, details_of(meeting, _lengths()))
    fields = typed_details(request.form)
    wanted, problems = meeting_of(fields, meeting, (code for code, _ in disciplines()))
    version = request.form.get("version", -1, type=int)
    if problems:
        return _details_page(evaluation, meeting, fields, sentences(problems), version=version)
    try:
        services().store.meetings.change(id_, wanted, expected_version=version, at=services().now())
    except MeetingConflict as conflict:
        return _details_page(evaluation, conflict.current, fields, conflict=True)
    address = url_for("meetings.details", id_=id_, meeting_id=meeting_id)
    warn(address, wanted.title, wanted.present.others)
    tell(texts()("meetings.saved"))
    return _to(id_, meeting)


def _details_page(
    evaluation: Evaluation,
    meeting: Meeting,
    fields: DetailFields,
    errors: Mapping[str, str] | None = None,
    *,
    version: int | None = None,
    conflict: bool = False,
) -> Response:
    page = DetailsOfMeetingPage(
        title=texts()("meetings.details"),
        messages=messages(errors or {}),
        evaluation=evaluation,
        municipality=municipality_of(evaluation),
        meeting=named(meeting),
        fields=fields,
        lengths=_lengths(),
        disciplines=disciplines(),
        version=meeting.version if version is None else version,
        errors=errors or {},
        warning=warned(fields.title, fields.others),
        kept=minutes_on(meeting, printed(evaluation, meeting)).facts if conflict else (),
    )
    return render(page, 409 if conflict else 422 if errors else 200)


@blueprint.post(f"{_ONE}/start")
@guarded(Permission.AGENDA)
def start(id_: str, meeting_id: str) -> AnyResponse:
    """Begin: the clock starts, and the first item comes on the screen."""
    kept = _changed(id_, meeting_id, MeetingState.RUNNING)
    if not isinstance(kept, Meeting):
        return kept
    if not kept.items:
        tell(texts()("meetings.nothing_on_it"))
        return _to(id_, kept)
    held = services()
    held.store.meetings.show(id_, kept.id, kept.items[0].id, at=kept.started_at or held.now())
    return redirect(url_for("room.show", id_=id_, meeting_id=kept.id, number=1), 303)


@blueprint.post(f"{_ONE}/prepare")
@guarded(Permission.AGENDA)
def prepare(id_: str, meeting_id: str) -> AnyResponse:
    """Back to before it began: it was only tried out."""
    kept = _changed(id_, meeting_id, MeetingState.DRAFT)
    return _to(id_, kept) if isinstance(kept, Meeting) else kept


@blueprint.post(f"{_ONE}/close")
@guarded(Permission.AGENDA)
def close(id_: str, meeting_id: str) -> AnyResponse:
    """Close the meeting: its minutes are ready."""
    kept = _changed(id_, meeting_id, MeetingState.CLOSED)
    if not isinstance(kept, Meeting):
        return kept
    tell(texts()("meetings.closed"))
    return _to(id_, kept)


@blueprint.post(f"{_ONE}/reopen")
@guarded(Permission.AGENDA)
def reopen(id_: str, meeting_id: str) -> AnyResponse:
    """Open it again, to mend its minutes."""
    kept = _changed(id_, meeting_id, MeetingState.RUNNING)
    return _to(id_, kept) if isinstance(kept, Meeting) else kept


def _changed(id_: str, meeting_id: str, state: MeetingState) -> Meeting | AnyResponse:
    """The meeting in a state, once what its page sent along is kept; else that page again.

    One that is in the state already, or cannot be, stays as it is.
    """
    evaluation, meeting = evaluation_or_404(id_), meeting_or_404(id_, meeting_id)
    held = services()
    with held.store.together():
        kept = meeting
        if meeting.state is not MeetingState.CLOSED:
            found = agenda_kept(evaluation, meeting)
            if not isinstance(found, Meeting):
                return found
            kept = found
        wanted = put_in_state(kept, state, held.now())
        if state is MeetingState.RUNNING and not kept.items:
            wanted = kept
        return held.store.meetings.change(id_, wanted, expected_version=kept.version, at=held.now())


@blueprint.route(f"{_ONE}/delete", methods=["GET", "POST"])
@guarded(Permission.AGENDA)
def delete(id_: str, meeting_id: str) -> AnyResponse:
    """Delete a meeting, after saying what is lost."""
    evaluation, meeting = evaluation_or_404(id_), meeting_or_404(id_, meeting_id)
    if request.method != "POST":
        return render(
            DeleteMeetingPage(
                title=texts()("meetings.delete_title"),
                evaluation=evaluation,
                municipality=municipality_of(evaluation),
                meeting=named(meeting),
            )
        )
    services().store.meetings.delete(id_, meeting_id)
    tell(texts()("meetings.deleted"))
    return redirect(url_for("meetings.listing", id_=id_), 303)


@blueprint.get(f"{_ONE}/sheet.pdf")
@guarded(Permission.MEETING)
def sheet(id_: str, meeting_id: str) -> Response:
    """The sheet of the agenda as it was composed."""
    evaluation, meeting = evaluation_or_404(id_), meeting_or_404(id_, meeting_id)
    pdf = agenda_document(printed(evaluation, meeting), _name(evaluation), texts())
    return pdf_response(pdf, _file(evaluation, meeting, "document.meeting.file"))


@blueprint.get(f"{_ONE}/minutes.pdf")
@guarded(Permission.MEETING)
def minutes(id_: str, meeting_id: str) -> Response:
    """The minutes as a document."""
    evaluation, meeting = _begun(id_, meeting_id)
    told = minutes_on(meeting, printed(evaluation, meeting))
    pdf = minutes_document(told, _name(evaluation), texts())
    return pdf_response(pdf, _file(evaluation, meeting, "document.minutes.file"))


@blueprint.get(f"{_ONE}/minutes.txt")
@guarded(Permission.MEETING)
def minutes_as_text(id_: str, meeting_id: str) -> Response:
    """The minutes as plain text."""
    evaluation, meeting = _begun(id_, meeting_id)
    told = minutes_text(minutes_on(meeting, printed(evaluation, meeting)), texts())
    name = _file(evaluation, meeting, "document.minutes.file")
    return attachment(told, "text/plain", f"{name}-{language()}.txt")


def _begun(id_: str, meeting_id: str) -> tuple[Evaluation, Meeting]:
    """The meeting of an address; before it began there are no minutes."""
    evaluation, meeting = evaluation_or_404(id_), meeting_or_404(id_, meeting_id)
    if meeting.state is MeetingState.DRAFT:
        abort(404)
    return evaluation, meeting


def _name(evaluation: Evaluation) -> str:
    return municipality_of(evaluation).name


def _file(evaluation: Evaluation, meeting: Meeting, kind: str) -> str:
    """What a file is called, without its ending: what it is, of which municipality and day."""
    return f"{texts()(kind)}-{evaluation.nis_code}-{meeting.day.isoformat()}"
