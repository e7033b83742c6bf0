"""The lists that an administrator loads: checked, shown as a difference, and only then counted."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission
from evaltool.domain.accounts import AccountNotFound
from evaltool.domain.kbo import ORGANISATION_COLUMNS, read_organisations
from evaltool.domain.lists import (
    CLUSTER_COLUMNS,
    ListKind,
    LoadedList,
    changes,
    read_clusters,
)
from evaltool.domain.validation import Problem
from evaltool.web.accounts.pages import ListPage, ListPreviewPage, ListRow, LoadedRow
from evaltool.web.context import services, texts
from evaltool.web.files import has_ending
from evaltool.web.guard import guarded, write_down
from evaltool.web.identity import account
from evaltool.web.rendering import moment_text, render, tell

blueprint = Blueprint("lists", __name__)

_KIND = "<any(clusters, organisations):kind>"
_LONGEST = 100_000
"""Bytes: a row for each municipality, with room to spare, and less than a cell of CSV can hold."""


@dataclass(frozen=True)
class _Read:
    """A list by NIS code, in words, and what is wrong with it."""

    values: Mapping[str, str]
    problems: tuple[Problem, ...]


def _read(kind: ListKind, content: str) -> _Read:
    # As the register came with the tool: a list corrects that, not the list before it.
    register = services().catalogue.register
    if kind is ListKind.CLUSTERS:
        clusters, problems = read_clusters(content, register)
        return _Read({code: str(number) for code, number in clusters.items()}, problems)
    organisations, problems = read_organisations(content, register)
    return _Read({code: number for number, code in organisations.items()}, problems)


@blueprint.get(f"/admin/lists/{_KIND}")
@guarded(Permission.ADMINISTER)
def show(kind: str) -> Response:
    """The list that counts, those before it, and loading another."""
    return _page(ListKind(kind))


def _page(
    kind: ListKind, problems: tuple[str, ...] = (), status: int = 200, told: str = ""
) -> Response:
    t = texts()
    columns = CLUSTER_COLUMNS if kind is ListKind.CLUSTERS else ORGANISATION_COLUMNS
    errors = {"file": told} if told else {}
    page = ListPage(
        title=t(f"lists.{kind}.title"),
        errors=errors,
        kind=kind,
        columns=",".join(columns),
        history=tuple(_row(kind, loaded) for loaded in services().store.lists.history(kind)),
        problems=problems,
    )
    return render(page, status)


def _row(kind: ListKind, loaded: LoadedList) -> LoadedRow:
    try:
        who = services().store.accounts.get(loaded.loaded_by).name
    except AccountNotFound:
        who = texts()("log.deleted_account")
    return LoadedRow(
        number=loaded.number,
        moment=moment_text(loaded.loaded_at),
        who=who,
        size=len(_read(kind, loaded.content).values),
    )


@blueprint.post(f"/admin/lists/{_KIND}/look")
@guarded(Permission.ADMINISTER)
def look(kind: str) -> AnyResponse:
    """Check a file and show what it would change; nothing counts yet."""
    t, which = texts(), ListKind(kind)
    if "number" in request.form:
        return _preview(which, _earlier(which, request.form.get("number", -1, type=int)))
    file = request.files.get("file")
    raw = b"" if file is None else file.read(_LONGEST + 1)
    if not raw:
        return _page(which, status=422, told=t("lists.no_file"))
    if file is None or not has_ending(file.filename or "", ".csv"):
        return _page(which, status=422, told=t("lists.not_csv"))
    if len(raw) > _LONGEST:
        return _page(which, status=422, told=t("lists.too_large"))
    try:
        content = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _page(which, status=422, told=t("lists.not_utf8"))
    return _preview(which, content)


def _earlier(kind: ListKind, number: int) -> str:
    """The content of a list that counted before; 0 is having none."""
    if number == 0:
        columns = CLUSTER_COLUMNS if kind is ListKind.CLUSTERS else ORGANISATION_COLUMNS
        return ",".join(columns) + "\n"
    found = next((x for x in services().store.lists.history(kind) if x.number == number), None)
    if found is None:
        abort(404)
    return found.content


def _preview(kind: ListKind, content: str) -> Response:
    t, held = texts(), services()
    read = _read(kind, content)
    if read.problems:
        lines = tuple(
            t(
                "lists.line",
                line=problem.where,
                sentence=t(f"refusal.{problem.code}", **problem.values),
            )
            for problem in read.problems
        )
        return _page(kind, lines, 422)
    current = held.store.lists.current(kind)
    before = _read(kind, current.content).values if current else {}
    none = t("lists.nothing")
    rows = tuple(
        ListRow(
            name=held.register.known(change.nis_code).name,
            before=change.before or none,
            after=change.after or none,
        )
        for change in changes(before, read.values)
    )
    return render(
        ListPreviewPage(
            title=t("lists.preview_title"),
            kind=kind,
            content=content,
            base=current.number if current else 0,
            size=len(read.values),
            rows=rows,
        )
    )


@blueprint.post(f"/admin/lists/{_KIND}/load")
@guarded(Permission.ADMINISTER)
def load(kind: str) -> AnyResponse:
    """Make a list count, as it was shown and as long as what it was compared with still counts."""
    which, held = ListKind(kind), services()
    # Browsers send line ends of their own in a field.
    content = request.form.get("content", "").replace("\r\n", "\n")
    if len(content.encode()) > _LONGEST:
        return _page(which, status=422, told=texts()("lists.too_large"))
    if _read(which, content).problems:
        return _preview(which, content)
    with held.store.together():
        current = held.store.lists.current(which)
        unchanged = request.form.get("base", -1, type=int) == (current.number if current else 0)
        if unchanged:
            held.store.lists.load(which, content, by=account().id, at=held.now())
            write_down("list_loaded", detail=which)
    if not unchanged:
        return _preview(which, content)
    tell(texts()("lists.loaded"))
    return redirect(url_for("lists.show", kind=kind), 303)
