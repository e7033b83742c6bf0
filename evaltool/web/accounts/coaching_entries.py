"""What a coach writes of a municipality: adding, changing and deleting notes and sessions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission
from evaltool.domain.coaching import (
    CoachEntry,
    EntriesFull,
    EntryConflict,
    EntryKind,
    EntryNotFound,
    faults,
)
from evaltool.domain.validation import Problem
from evaltool.web.accounts.coaching_pages import EntryPage, RemoveEntryPage
from evaltool.web.accounts.coaching_place import place_page, row_of
from evaltool.web.cautions import warn
from evaltool.web.context import services, texts
from evaltool.web.dates import day_to_type, typed_day
from evaltool.web.guard import guarded, write_down
from evaltool.web.identity import account
from evaltool.web.questions import warned
from evaltool.web.refusing import sentences
from evaltool.web.rendering import messages, render, tell
from evaltool.web.tickets import id_by

blueprint = Blueprint("coaching_entries", __name__)

_ONE = "/coaching/<nis_code>/entries/<entry_id>"


@dataclass(frozen=True)
class _Typed:
    """What was typed in the form of one kind: the values as they came, and what they make."""

    values: Mapping[str, str]
    text: str
    day: date | None
    shared: bool
    errors: Mapping[str, str]


def _typed(kind: EntryKind) -> _Typed:
    sent = request.form
    # Browsers send lines that end in CRLF, which would count double against the limit.
    text = sent.get("text", "").replace("\r\n", "\n").strip()
    values = {"text": text, "day": sent.get("day", "").strip(), "shared": sent.get("shared", "")}
    problems = list(faults(text))
    day = None
    if kind is EntryKind.SESSION:
        day = typed_day(values["day"])
        if day is None:
            problems.insert(0, Problem("wants_day", "day"))
    return _Typed(
        values=values,
        text=text,
        day=day,
        shared=kind is EntryKind.SESSION or values["shared"] == "yes",
        errors=sentences(
            problems,
            lambda code: f"coaching.refused.{code}",
            lambda where: texts()(f"coaching.{kind}.{where}"),
        ),
    )


def _log(action: str, nis_code: str, *, shared: bool) -> None:
    """Write down what was done: of what is hers alone the municipality's log says nothing."""
    write_down(f"coach_{action}", nis_code if shared else "")


@blueprint.post("/coaching/<nis_code>/notes")
@guarded(Permission.COACHING)
def add_note(nis_code: str) -> AnyResponse:
    """Write a note; a second click finds the same one."""
    return _added(nis_code, EntryKind.NOTE)


@blueprint.post("/coaching/<nis_code>/sessions")
@guarded(Permission.COACHING)
def add_session(nis_code: str) -> AnyResponse:
    """Write down a session; a second click finds the same one."""
    return _added(nis_code, EntryKind.SESSION)


def _added(nis_code: str, kind: EntryKind) -> AnyResponse:
    held, typed = services(), _typed(kind)
    if typed.errors:
        return place_page(nis_code, kind, typed.values, typed.errors)
    made_by = (nis_code, kind, typed.text, str(typed.day), str(typed.shared))
    try:
        with held.store.together():
            made = held.store.coaching.add(
                nis_code,
                account().id,
                typed.text,
                day=typed.day,
                shared=typed.shared,
                at=held.now(),
                id_=id_by(request.form.get("ticket", ""), *made_by),
            )
            _log(kind, nis_code, shared=typed.shared)
    except EntriesFull:
        full = {"text": texts()("coaching.entry.full")}
        return place_page(nis_code, kind, typed.values, full)
    return _saved(made)


def _saved(entry: CoachEntry) -> AnyResponse:
    tell(texts()(f"coaching.{entry.kind}.saved"))
    address = url_for("coaching_entries.entry", nis_code=entry.nis_code, entry_id=entry.id)
    warn(address, entry.text)
    return _back(entry.nis_code)


def _back(nis_code: str) -> AnyResponse:
    return redirect(url_for("coaching_place.show", nis_code=nis_code), 303)


@blueprint.route(_ONE, methods=["GET", "POST"])
@guarded(Permission.COACHING)
def entry(nis_code: str, entry_id: str) -> AnyResponse:
    """Change a note, or with whom it is shared; or a session."""
    held, found = services(), _entry(nis_code, entry_id)
    if request.method != "POST":
        day = "" if found.day is None else day_to_type(found.day)
        shared = "yes" if found.shared else "no"
        return _entry_page(found, {"text": found.text, "day": day, "shared": shared})
    typed, version = _typed(found.kind), _version_sent()
    if typed.errors:
        return _entry_page(found, typed.values, typed.errors, version=version)
    try:
        with held.store.together():
            saved = held.store.coaching.change(
                found,
                typed.text,
                day=typed.day,
                shared=typed.shared,
                expected_version=version,
                at=held.now(),
            )
            _log(found.kind, nis_code, shared=saved.shared or found.shared)
    except EntryConflict as conflict:
        return _entry_page(found, typed.values, kept=conflict.current)
    except EntryNotFound:
        abort(404)
    return _saved(saved)


def _version_sent() -> int:
    """The version that a form started from; -1 where it does not say."""
    return request.form.get("version", -1, type=int)


def _entry(nis_code: str, entry_id: str) -> CoachEntry:
    entries = services().store.coaching.of(nis_code, account().id)
    found = next((entry for entry in entries if entry.id == entry_id), None)
    if found is None:
        abort(404)
    return found


def _entry_page(
    found: CoachEntry,
    values: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    *,
    version: int | None = None,
    kept: CoachEntry | None = None,
) -> Response:
    now = kept or found
    page = EntryPage(
        title=texts()(f"coaching.{found.kind}.change_title"),
        messages=messages(errors or {}, {where: f"{found.kind}-{where}" for where in errors or {}}),
        values=values,
        errors=errors or {},
        municipality=services().register.known(found.nis_code),
        entry=found,
        version=now.version if version is None else version,
        warning=warned(values["text"]),
        kept=None if kept is None else row_of(kept),
    )
    return render(page, 409 if kept else 422 if errors else 200)


@blueprint.route(f"{_ONE}/delete", methods=["GET", "POST"])
@guarded(Permission.COACHING)
def delete(nis_code: str, entry_id: str) -> AnyResponse:
    """Delete a note or a session, after asking."""
    held, found, t = services(), _entry(nis_code, entry_id), texts()
    changed = request.method == "POST" and found.version != _version_sent()
    if request.method != "POST" or changed:
        page = RemoveEntryPage(
            title=t(f"coaching.{found.kind}.delete_title"),
            municipality=held.register.known(nis_code),
            lead=t(f"coaching.{found.kind}.delete_lead"),
            row=row_of(found),
            conflict=changed,
        )
        return render(page, 409 if changed else 200)
    with held.store.together():
        held.store.coaching.remove(found)
        _log(f"{found.kind}_deleted", nis_code, shared=found.shared)
    tell(t(f"coaching.{found.kind}.deleted"))
    return _back(nis_code)
