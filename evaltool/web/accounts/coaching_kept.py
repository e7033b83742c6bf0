"""What a coach wrote of municipalities that no longer let her in: hers, to delete."""

from collections.abc import Iterable

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission
from evaltool.domain.coaching import CoachNote, CoachSession, Entry
from evaltool.web.accounts.coaching_pages import KeptPage, KeptRow, RemoveKeptPage
from evaltool.web.context import services, texts
from evaltool.web.guard import guarded, write_down
from evaltool.web.identity import account, actor
from evaltool.web.rendering import moment_text, render, tell

blueprint = Blueprint("coaching_kept", __name__)

_Kept = tuple[list[CoachNote], list[CoachSession]]


def _kept() -> dict[str, _Kept]:
    """Her notes and sessions by municipality, of those that do not let her in now."""
    notes, sessions = services().store.coaching.of_coach(account().id)
    found: dict[str, _Kept] = {}
    for note in notes:
        found.setdefault(note.nis_code, ([], []))[0].append(note)
    for session in sessions:
        found.setdefault(session.nis_code, ([], []))[1].append(session)
    return {code: kept for code, kept in found.items() if code not in actor().let_in}


@blueprint.get("/coaching/kept")
@guarded(Permission.COACHING)
def show() -> Response:
    """How much there is of which municipality."""
    known = services().register.known

    def changed_last(entries: Iterable[Entry]) -> str:
        return moment_text(max(entry.changed_at for entry in entries))

    rows = [
        KeptRow(
            nis_code=code,
            name=known(code).name,
            what=texts()(
                "coaching.kept.row",
                notes=len(notes),
                sessions=len(sessions),
                moment=changed_last((*notes, *sessions)),
            ),
        )
        for code, (notes, sessions) in _kept().items()
    ]
    rows.sort(key=lambda row: row.name)
    return render(KeptPage(title=texts()("coaching.kept.title"), rows=tuple(rows)))


@blueprint.route("/coaching/kept/delete", methods=["GET", "POST"])
@guarded(Permission.COACHING)
def delete() -> AnyResponse:
    """Delete all of one municipality, after asking."""
    held, t = services(), texts()
    code = request.values.get("municipality", "")
    kept = _kept().get(code)
    if kept is None:
        abort(404)
    name = held.register.known(code).name
    if request.method != "POST":
        title = t("coaching.kept.delete_title", municipality=name)
        return render(RemoveKeptPage(title=title, nis_code=code))
    notes, sessions = kept
    with held.store.together():
        held.store.coaching.forget(code, account().id)
        # Of what was hers alone the log of the municipality says nothing.
        known_there = bool(sessions) or any(note.shared for note in notes)
        write_down("coach_entries_deleted", code if known_there else "")
    tell(t("coaching.kept.deleted", municipality=name))
    return redirect(url_for("coaching_kept.show"), 303)
