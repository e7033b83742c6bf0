"""What a coach wrote of municipalities that no longer let her in: hers, to delete."""

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission
from evaltool.domain.coaching import CoachEntry, EntryKind
from evaltool.domain.language import listing
from evaltool.web.accounts.coaching_pages import KeptPage, KeptRow, RemoveKeptPage
from evaltool.web.context import services, texts
from evaltool.web.guard import guarded, write_down
from evaltool.web.identity import account, actor
from evaltool.web.rendering import moment_text, render, tell

blueprint = Blueprint("coaching_kept", __name__)


def _kept() -> dict[str, list[CoachEntry]]:
    """Her notes and sessions by municipality, of those that do not let her in now."""
    found: dict[str, list[CoachEntry]] = {}
    for entry in services().store.coaching.of_coach(account().id):
        if entry.nis_code not in actor().let_in:
            found.setdefault(entry.nis_code, []).append(entry)
    return found


@blueprint.get("/coaching/kept")
@guarded(Permission.COACHING)
def show() -> Response:
    """How much there is of which municipality."""
    known = services().register.known
    rows = [
        KeptRow(nis_code=code, name=known(code).name, what=_what(entries))
        for code, entries in _kept().items()
    ]
    rows.sort(key=lambda row: row.name)
    return render(KeptPage(title=texts()("coaching.kept.title"), rows=tuple(rows)))


def _what(entries: list[CoachEntry]) -> str:
    """How many notes and sessions, and when one was saved last."""
    t, counted = texts(), []
    for kind in EntryKind:
        number = sum(entry.kind is kind for entry in entries)
        if number:
            key = f"coaching.kept.{kind}_one" if number == 1 else f"coaching.kept.{kind}s"
            counted.append(t(key, number=number))
    moment = moment_text(max(entry.changed_at for entry in entries))
    return t("coaching.kept.row", counted=listing(counted, t("report.and")), moment=moment)


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
    with held.store.together():
        held.store.coaching.forget(code, account().id)
        # Of what was hers alone the log of the municipality says nothing.
        known_there = any(entry.shared for entry in kept)
        write_down("coach_entries_deleted", code if known_there else "")
    tell(t("coaching.kept.deleted", municipality=name))
    return redirect(url_for("coaching_kept.show"), 303)
