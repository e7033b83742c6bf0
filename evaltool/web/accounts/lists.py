"""The lists that an administrator loads: checked, shown as a difference, and only then counted."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission
from evaltool.domain.accounts import AccountNotFound
from evaltool.domain.kbo import ORGANISATION_COLUMNS, read_organisations
from evaltool.domain.language import listing
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
from evaltool.web.files import attachment, has_ending
from evaltool.web.guard import guarded, write_down
from evaltool.web.identity import account
from evaltool.web.rendering import moment_text, render, tell

blueprint = Blueprint("lists", __name__)

_KIND = "<any(clusters, organisations):kind>"
LARGEST_LIST = 100_000
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
    errors = {"file": told} if told else {}
    page = ListPage(
        title=t(f"lists.{kind}.title"),
        errors=errors,
        kind=kind,
        columns=_head(kind),
        current=t(f"lists.{kind}.current"),
        clusters=tuple(_named(number) for number in services().register.clusters)
        if kind is ListKind.CLUSTERS
        else (),
        history=tuple(_row(kind, loaded) for loaded in services().store.lists.history(kind)),
        problems=problems,
    )
    return render(page, status)


def _head(kind: ListKind) -> str:
    return ",".join(CLUSTER_COLUMNS if kind is ListKind.CLUSTERS else ORGANISATION_COLUMNS)


def _named(cluster: int) -> str:
    """A cluster by number and name: ``5 Centrumgemeenten``."""
    label = texts().of(services().register.clusters[cluster].label)
    return texts()("lists.cluster", number=cluster, label=label)


_SAMPLES = {ListKind.CLUSTERS: "24062,5", ListKind.ORGANISATIONS: "24062,0207521503"}
"""A row of each kind of list: Leuven."""


@blueprint.get(f"/admin/lists/{_KIND}/<any(current, sample):which>.csv")
@guarded(Permission.ADMINISTER)
def take(kind: str, which: str) -> Response:
    """The list that counts now, of clusters with what the tool proposes besides, or a sample."""
    found, held = ListKind(kind), services()
    if which == "sample":
        rows = [_SAMPLES[found]]
    elif found is ListKind.CLUSTERS:
        proposed = held.register.municipalities.values()
        rows = [f"{m.nis_code},{m.proposal.cluster}" for m in proposed if m.proposal.cluster]
    else:
        current = held.store.lists.current(found)
        known = _read(found, current.content).values if current else {}
        rows = [f"{code},{number}" for code, number in known.items()]
    content = "\r\n".join([_head(found), *sorted(rows), ""])
    return attachment(content, "text/csv", f"{kind}-{which}.csv")


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
    raw = b"" if file is None else file.read(LARGEST_LIST + 1)
    if not raw:
        return _page(which, status=422, told=t("lists.no_file"))
    if file is None or not has_ending(file.filename or "", ".csv"):
        return _page(which, status=422, told=t("lists.not_csv"))
    if len(raw) > LARGEST_LIST:
        return _page(which, status=422, told=t("lists.too_large"))
    try:
        content = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _page(which, status=422, told=t("lists.not_utf8"))
    return _preview(which, content)


def _earlier(kind: ListKind, number: int) -> str:
    """The content of a list that counted before; 0 is having none."""
    if number == 0:
        return f"{_head(kind)}\n"
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
    changed = changes(before, read.values)
    words = _proposed if kind is ListKind.CLUSTERS else _listed
    rows = [
        ListRow(
            name=held.register.known(change.nis_code).name,
            before=words(change.nis_code, change.before),
            after=words(change.nis_code, change.after),
            same=_effect(change.nis_code, change.before) == _effect(change.nis_code, change.after)
            if kind is ListKind.CLUSTERS
            else False,
        )
        for change in changed
    ]
    return render(
        ListPreviewPage(
            title=t("lists.preview_title"),
            kind=kind,
            content=content,
            base=current.number if current else 0,
            size=len(read.values),
            rows=tuple(sorted((row for row in rows if not row.same), key=lambda row: row.name)),
            same=sum(row.same for row in rows),
            differs=bool(changed),
        )
    )


def _listed(_: str, value: str | None) -> str:
    return value or texts()("lists.nothing")


def _effect(nis_code: str, listed: str | None) -> tuple[int, ...]:
    """The clusters that are proposed with this in the list, or without it."""
    if listed is not None:
        return (int(listed),)
    return services().catalogue.register.known(nis_code).proposal.candidates


def _proposed(nis_code: str, listed: str | None) -> str:
    """What the tool proposes with this in the list, or without it, in words."""
    t = texts()
    named = listing([_named(number) for number in _effect(nis_code, listed)], t("lists.or"))
    if listed is not None:
        return t("lists.by_list", clusters=named)
    return t("lists.by_tool", clusters=named) if named else t("lists.by_nobody")


@blueprint.post(f"/admin/lists/{_KIND}/load")
@guarded(Permission.ADMINISTER)
def load(kind: str) -> AnyResponse:
    """Make a list count, as it was shown and as long as what it was compared with still counts."""
    which, held = ListKind(kind), services()
    # Browsers send line ends of their own in a field.
    content = request.form.get("content", "").replace("\r\n", "\n")
    if len(content.encode()) > LARGEST_LIST:
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
