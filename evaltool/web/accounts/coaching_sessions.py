"""The sessions of a coach with a municipality: writing down, changing, deleting."""

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, Response, abort, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission
from evaltool.domain.coaching import (
    CoachSession,
    EntriesFull,
    EntryConflict,
    EntryNotFound,
    faults,
)
from evaltool.domain.language import date_text
from evaltool.domain.validation import Problem
from evaltool.web.accounts.coaching_forms import back, sentences, typed, version_sent, warn
from evaltool.web.accounts.coaching_pages import RemoveEntryPage, SessionPage, SessionRow
from evaltool.web.accounts.coaching_place import place_page
from evaltool.web.context import language, services, texts
from evaltool.web.dates import day_to_type, typed_day
from evaltool.web.guard import guarded, write_down
from evaltool.web.identity import account
from evaltool.web.questions import warned
from evaltool.web.rendering import messages, render, tell
from evaltool.web.tickets import id_by

blueprint = Blueprint("coaching_sessions", __name__)


def _session_of(values: Mapping[str, str]) -> tuple[date | None, dict[str, str]]:
    """The day that was typed, and everything that is wrong with a session."""
    problems = list(faults(values["agreed"], "agreed"))
    day = typed_day(values["day"])
    if day is None:
        problems.insert(0, Problem("wants_day", "day"))
    return day, sentences(problems)


@blueprint.post("/coaching/<nis_code>/sessions")
@guarded(Permission.COACHING)
def add_session(nis_code: str) -> AnyResponse:
    """Write down a session; a second click finds the same one."""
    held, values = services(), typed()
    day, errors = _session_of(values)
    if errors or day is None:
        return place_page(nis_code, values, errors)
    ticket = request.form.get("ticket", "")
    made_by = (ticket, nis_code, day.isoformat(), values["agreed"])
    try:
        with held.store.together():
            made = held.store.coaching.add_session(
                nis_code,
                account().id,
                day,
                values["agreed"],
                at=held.now(),
                id_=id_by(*made_by),
            )
            write_down("coach_session", nis_code)
    except EntriesFull:
        return place_page(nis_code, values, {"agreed": texts()("coaching.note.full")})
    tell(texts()("coaching.session.saved"))
    warn(url_for("coaching_sessions.session", nis_code=nis_code, session_id=made.id), made.agreed)
    return back(nis_code)


@blueprint.route("/coaching/<nis_code>/sessions/<session_id>", methods=["GET", "POST"])
@guarded(Permission.COACHING)
def session(nis_code: str, session_id: str) -> AnyResponse:
    """Change a session."""
    held, found = services(), _session(nis_code, session_id)
    if request.method != "POST":
        values = {"day": day_to_type(found.day), "agreed": found.agreed}
        return _session_page(found, values)
    values = typed()
    day, errors = _session_of(values)
    if errors or day is None:
        return _session_page(found, values, errors, version=version_sent())
    try:
        with held.store.together():
            saved = held.store.coaching.change_session(
                found, day, values["agreed"], expected_version=version_sent(), at=held.now()
            )
            write_down("coach_session", nis_code)
    except EntryConflict as conflict:
        current = conflict.current
        kept = current if isinstance(current, CoachSession) else None
        return _session_page(found, values, kept=kept)
    except EntryNotFound:
        abort(404)
    tell(texts()("coaching.session.saved"))
    warn(url_for("coaching_sessions.session", nis_code=nis_code, session_id=saved.id), saved.agreed)
    return back(nis_code)


def _session(nis_code: str, session_id: str) -> CoachSession:
    sessions = services().store.coaching.sessions(nis_code, account().id)
    found = next((session for session in sessions if session.id == session_id), None)
    if found is None:
        abort(404)
    return found


def _session_page(
    found: CoachSession,
    values: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    *,
    version: int | None = None,
    kept: CoachSession | None = None,
) -> Response:
    now = kept or found
    row = None
    if kept is not None:
        row = SessionRow(session=kept, day=date_text(kept.day, language()))
    page = SessionPage(
        title=texts()("coaching.session.change_title"),
        messages=messages(errors or {}),
        values=values,
        errors=errors or {},
        municipality=services().register.known(found.nis_code),
        session=found,
        version=now.version if version is None else version,
        warning=warned(values["agreed"]),
        kept=row,
    )
    return render(page, 409 if kept else 422 if errors else 200)


@blueprint.route("/coaching/<nis_code>/sessions/<session_id>/delete", methods=["GET", "POST"])
@guarded(Permission.COACHING)
def delete_session(nis_code: str, session_id: str) -> AnyResponse:
    """Delete a session, after asking."""
    held, found, t = services(), _session(nis_code, session_id), texts()
    changed = request.method == "POST" and found.version != version_sent()
    if request.method != "POST" or changed:
        page = RemoveEntryPage(
            title=t("coaching.session.delete_title"),
            municipality=held.register.known(nis_code),
            lead=t("coaching.session.delete_lead"),
            text=f"{date_text(found.day, language())}\n{found.agreed}",
            version=found.version,
            action=url_for(
                "coaching_sessions.delete_session", nis_code=nis_code, session_id=session_id
            ),
            back=url_for("coaching_place.show", nis_code=nis_code),
            conflict=changed,
        )
        return render(page, 409 if changed else 200)
    with held.store.together():
        held.store.coaching.remove(found)
        write_down("coach_session_deleted", nis_code)
    tell(t("coaching.session.deleted"))
    return back(nis_code)
