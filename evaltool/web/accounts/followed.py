"""What a municipality sees of its guidance, and whether a coach may name it."""

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission
from evaltool.domain.coaching import CoachEntry, EntryKind
from evaltool.domain.language import date_text
from evaltool.web.accounts.coaching_pages import FollowedPage, SharedEntry
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
    entries = held.store.coaching.shared_with(municipality.nis_code)
    let_in = {c.coach for c in held.store.consents.of_municipality(municipality.nis_code)}
    names: dict[str, str] = {}
    for coach in {entry.coach for entry in entries}:
        name = held.store.accounts.get(coach).name
        names[coach] = name if coach in let_in else t("followed.gone", name=name)
    shared = {
        kind: tuple(_shared(entry, names[entry.coach]) for entry in entries if entry.kind is kind)
        for kind in EntryKind
    }
    page = FollowedPage(
        title=t("followed.title"),
        municipality=municipality,
        notes=shared[EntryKind.NOTE],
        sessions=shared[EntryKind.SESSION],
    )
    return render(page)


def _shared(entry: CoachEntry, coach: str) -> SharedEntry:
    """An entry with who wrote it and when, or when they spoke."""
    if entry.day is None:
        by = texts()("followed.note_by", coach=coach, moment=moment_text(entry.changed_at))
    else:
        day = date_text(entry.day, language())
        by = texts()("followed.session_of", day=day, coach=coach)
    return SharedEntry(by=by, text=entry.text)


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
