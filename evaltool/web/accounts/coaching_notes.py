"""The notes of a coach on a municipality: writing, changing, deleting."""

from collections.abc import Mapping

from flask import Blueprint, Response, abort, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission
from evaltool.domain.coaching import CoachNote, EntriesFull, EntryConflict, EntryNotFound, faults
from evaltool.web.accounts.coaching_forms import back, sentences, typed, version_sent, warn
from evaltool.web.accounts.coaching_pages import NotePage, RemoveEntryPage
from evaltool.web.accounts.coaching_place import place_page
from evaltool.web.context import services, texts
from evaltool.web.guard import guarded, write_down
from evaltool.web.identity import account
from evaltool.web.questions import warned
from evaltool.web.rendering import messages, render, tell
from evaltool.web.tickets import id_by

blueprint = Blueprint("coaching_notes", __name__)


def _log(action: str, nis_code: str, *, shared: bool) -> None:
    """Write down what was done: of what is hers alone the municipality's log says nothing."""
    write_down(action, nis_code if shared else "")


@blueprint.post("/coaching/<nis_code>/notes")
@guarded(Permission.COACHING)
def add_note(nis_code: str) -> AnyResponse:
    """Write a note; a second click finds the same one."""
    held, values = services(), typed()
    errors = sentences(faults(values["text"], "text"))
    if errors:
        return place_page(nis_code, values, errors)
    shared = values["shared"] == "yes"
    made_by = (request.form.get("ticket", ""), nis_code, values["text"], str(shared))
    try:
        with held.store.together():
            note = held.store.coaching.add_note(
                nis_code,
                account().id,
                values["text"],
                shared=shared,
                at=held.now(),
                id_=id_by(*made_by),
            )
            _log("coach_note", nis_code, shared=shared)
    except EntriesFull:
        return place_page(nis_code, values, {"text": texts()("coaching.note.full")})
    tell(texts()("coaching.note.saved"))
    warn(url_for("coaching_notes.note", nis_code=nis_code, note_id=note.id), note.text)
    return back(nis_code)


@blueprint.route("/coaching/<nis_code>/notes/<note_id>", methods=["GET", "POST"])
@guarded(Permission.COACHING)
def note(nis_code: str, note_id: str) -> AnyResponse:
    """Change a note, or with whom it is shared."""
    held, found = services(), _note(nis_code, note_id)
    if request.method != "POST":
        return _note_page(found, {"text": found.text, "shared": "yes" if found.shared else "no"})
    values = typed()
    errors = sentences(faults(values["text"], "text"))
    if errors:
        return _note_page(found, values, errors, version=version_sent())
    shared = values["shared"] == "yes"
    try:
        with held.store.together():
            saved = held.store.coaching.change_note(
                found, values["text"], shared=shared, expected_version=version_sent(), at=held.now()
            )
            _log("coach_note", nis_code, shared=shared or found.shared)
    except EntryConflict as conflict:
        current = conflict.current
        return _note_page(found, values, kept=current if isinstance(current, CoachNote) else None)
    except EntryNotFound:
        abort(404)
    tell(texts()("coaching.note.saved"))
    warn(url_for("coaching_notes.note", nis_code=nis_code, note_id=saved.id), saved.text)
    return back(nis_code)


def _note(nis_code: str, note_id: str) -> CoachNote:
    notes = services().store.coaching.notes(nis_code, account().id)
    found = next((note for note in notes if note.id == note_id), None)
    if found is None:
        abort(404)
    return found


def _note_page(
    found: CoachNote,
    values: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    *,
    version: int | None = None,
    kept: CoachNote | None = None,
) -> Response:
    now = kept or found
    page = NotePage(
        title=texts()("coaching.note.change_title"),
        messages=messages(errors or {}),
        values=values,
        errors=errors or {},
        municipality=services().register.known(found.nis_code),
        note=found,
        version=now.version if version is None else version,
        warning=warned(values["text"]),
        kept=kept,
    )
    return render(page, 409 if kept else 422 if errors else 200)


@blueprint.route("/coaching/<nis_code>/notes/<note_id>/delete", methods=["GET", "POST"])
@guarded(Permission.COACHING)
def delete_note(nis_code: str, note_id: str) -> AnyResponse:
    """Delete a note, after asking."""
    held, found, t = services(), _note(nis_code, note_id), texts()
    changed = request.method == "POST" and found.version != version_sent()
    if request.method != "POST" or changed:
        page = RemoveEntryPage(
            title=t("coaching.note.delete_title"),
            municipality=held.register.known(nis_code),
            lead=t("coaching.note.delete_lead"),
            text=found.text,
            version=found.version,
            action=url_for("coaching_notes.delete_note", nis_code=nis_code, note_id=note_id),
            back=url_for("coaching_place.show", nis_code=nis_code),
            conflict=changed,
        )
        return render(page, 409 if changed else 200)
    with held.store.together():
        held.store.coaching.remove(found)
        _log("coach_note_deleted", nis_code, shared=found.shared)
    tell(t("coaching.note.deleted"))
    return back(nis_code)
