"""What a municipality sees of its guidance, and whether a coach may name it."""

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission
from evaltool.domain.language import date_text
from evaltool.web.accounts.coaching_pages import FollowedPage, SharedNote
from evaltool.web.accounts.municipality import own
from evaltool.web.context import language, services, texts
from evaltool.web.guard import guarded, write_down
from evaltool.web.rendering import moment_text, render, tell

blueprint = Blueprint("followed", __name__)


@blueprint.get("/municipality/coaching")
@guarded(Permission.FOLLOWED)
def show() -> Response:
    """The shared notes and the sessions, never a note that is a coach's alone."""
    held, t, municipality = services(), texts(), own()
    notes, sessions = held.store.coaching.shared_with(municipality.nis_code)
    let_in = {c.coach for c in held.store.consents.of_municipality(municipality.nis_code)}
    names: dict[str, str] = {}
    for coach in {note.coach for note in notes} | {session.coach for session in sessions}:
        name = held.store.accounts.get(coach).name
        names[coach] = name if coach in let_in else t("followed.gone", name=name)
    page = FollowedPage(
        title=t("followed.title"),
        municipality=municipality,
        notes=tuple(
            SharedNote(
                by=t(
                    "followed.note_by",
                    coach=names[note.coach],
                    moment=moment_text(note.changed_at),
                ),
                text=note.text,
            )
            for note in notes
        ),
        sessions=tuple(
            SharedNote(
                by=t(
                    "followed.session_of",
                    day=date_text(session.day, language()),
                    coach=names[session.coach],
                ),
                text=session.agreed,
            )
            for session in sessions
        ),
    )
    return render(page)


@blueprint.post("/municipality/coaches/naming")
@guarded(Permission.CONSENT)
def naming() -> AnyResponse:
    """Say whether a coach who is let in may name the municipality to others."""
    held, code = services(), own().nis_code
    coach = request.form.get("coach", "")
    if not any(consent.coach == coach for consent in held.store.consents.of_municipality(code)):
        abort(404)
    named = request.form.get("named") == "yes"
    with held.store.together():
        held.store.consents.name(code, coach, named=named)
        write_down("consent_naming", code, detail=coach)
    name = held.store.accounts.get(coach).name
    tell(texts()("coaches.named.allowed" if named else "coaches.named.forbidden", name=name))
    return redirect(url_for("municipality.coaches"), 303)
