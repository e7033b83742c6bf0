"""The log of a municipality: who did what when to which evaluation, to read or to take along."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Blueprint, Response, request, url_for

from evaltool.domain.access import Permission
from evaltool.domain.accounts import AccountNotFound
from evaltool.domain.audit import Entry
from evaltool.domain.language import date_text
from evaltool.domain.personal_export import log_rows
from evaltool.exports import Sheet, sheet_csv
from evaltool.web.accounts.inviting import as_known
from evaltool.web.accounts.log_pages import Filter, LogPage, LogRow
from evaltool.web.accounts.municipality import own
from evaltool.web.context import language, services, texts
from evaltool.web.excess import hold_back_documents
from evaltool.web.files import attachment
from evaltool.web.guard import guarded, write_down
from evaltool.web.questions import wording
from evaltool.web.rendering import moment_text, render

blueprint = Blueprint("municipal_log", __name__)

_ROWS = 100
_MOST_ENTRIES = 2**63 - 1
"""The highest number that the store can ask for."""
_FILTERS = ("kind", "evaluation")

_KINDS: Mapping[str, frozenset[str]] = {
    "work": frozenset(
        {
            *("create", "fill_in", "details", "finish", "reopen", "plan", "consensus", "agenda"),
            *("zone", "keep", "delete", "contributor_invited", "contributor_removed"),
            *("zone_confirmed", "zone_refused", "retention_reminded", "retention_deleted"),
        }
    ),
    "read": frozenset({"read", "results", "coaching_overview", "coaching_read"}),
    "taken": frozenset(
        {
            *("document", "meeting", "intake", "export", "trajectory_taken", "log_taken"),
            *("person_exported", "municipality_exported"),
        }
    ),
    "coach": frozenset(
        {
            *("consent_given", "consent_withdrawn", "consent_naming", "coach_note"),
            *("coach_note_deleted", "coach_session", "coach_session_deleted"),
            "coach_entries_deleted",
        }
    ),
}
"""What is shown together. All the rest is about accounts."""
_REST = "accounts"

_TAKEN = frozenset({"document", "meeting", "intake", "export"})
"""Actions whose detail says which document or file it was."""
_ABOUT_ACCOUNTS = frozenset(
    {
        *("invited", "account_deleted", "password_chosen", "sign_in_failed"),
        *("name_changed", "role_changed", "address_changed"),
        *("consent_given", "consent_withdrawn", "consent_naming"),
    }
)
"""Actions whose detail is the id of an account."""
_ABOUT_ASKED = frozenset({"contributor_invited", "contributor_removed", "link_made"})
"""The same, of an account that may not be of the municipality."""


@blueprint.get("/municipality/log")
@guarded(Permission.LOG)
def show() -> Response:
    """Who did what when, the last first: all of it, or what the address asks for."""
    words = _Words()
    before = request.args.get("before", type=_number)
    entries = _entries(words, limit=_ROWS + 1, before=before)
    older = entries[_ROWS - 1].number if len(entries) > _ROWS else None
    page = LogPage(
        title=texts()("log.title"),
        municipality=own(),
        rows=tuple(words.row(entry) for entry in entries[:_ROWS]),
        filters=tuple(_filters(words)),
        clear=_address(kind="", evaluation="") if any(_asked().values()) else "",
        older=_address(before=str(older)) if older else "",
        files=tuple((ending, _file_address(ending)) for ending in ("csv", "json")),
    )
    return render(page)


@blueprint.get("/municipality/log.<any(csv, json):ending>")
@guarded(Permission.LOG)
def take(ending: str) -> Response:
    """All that the address asks for, the first first: in words (CSV), or as it is kept (JSON)."""
    hold_back_documents()
    words, code = _Words(), own().nis_code
    entries = tuple(reversed(_entries(words)))
    write_down("log_taken", code, detail=ending)
    name = f"livc-r-log-{code}.{ending}"
    if ending == "json":
        text = json.dumps(log_rows(entries), ensure_ascii=False, indent=2)
        return attachment(text, "application/json", name)
    head = tuple(
        texts()(f"log.column.{column}") for column in ("moment", "who", "what", "about", "of")
    )
    rows = tuple(words.cells(entry) for entry in entries)
    return attachment(sheet_csv(Sheet(texts()("log.title"), head, rows)), "text/csv", name)


def _number(text: str) -> int:
    """The number of an entry; one that no entry can have is as the nearest that one could."""
    return min(max(int(text), 0), _MOST_ENTRIES)


def _asked() -> dict[str, str]:
    return {name: request.args.get(name, "") for name in _FILTERS}


def _address(**changes: str) -> str:
    """The address of this page with something asked otherwise; empty: not asked."""
    asked: dict[str, Any] = {k: v for k, v in {**_asked(), **changes}.items() if v}
    return url_for("municipal_log.show", **asked)


def _file_address(ending: str) -> str:
    kept: dict[str, Any] = {name: value for name, value in _asked().items() if value}
    return url_for("municipal_log.take", ending=ending, **kept)


def _actions(kind: str) -> frozenset[str] | None:
    """The actions of a kind; None where no kind is asked for that there is."""
    if kind == _REST:
        known = {
            key.removeprefix("audit.")
            for key in services().catalogue.texts
            if key.startswith("audit.")
        }
        return frozenset(known).difference(*_KINDS.values())
    return _KINDS.get(kind)


def _entries(
    words: "_Words", *, limit: int | None = None, before: int | None = None
) -> tuple[Entry, ...]:
    asked = _asked()
    return services().store.audit.of_municipality(
        own().nis_code,
        limit=limit,
        before=before,
        actions=_actions(asked["kind"]),
        evaluations=words.with_views.get(asked["evaluation"]),
    )


def _filters(words: "_Words") -> Iterator[Filter]:
    t, asked = texts(), _asked()
    kinds = [(kind, t(f"log.kind.{kind}")) for kind in (*_KINDS, _REST)]
    own_ones = [(id_, words.evaluations[id_]) for id_ in words.with_views]
    for name, choices in (("kind", kinds), ("evaluation", own_ones)):
        if choices:
            now = asked[name] if asked[name] in dict(choices) else ""
            yield Filter(
                label=t(f"log.by_{name}"),
                links=tuple(
                    (label, _address(**{name: code}), code == now)
                    for code, label in (("", t("log.all")), *choices)
                ),
            )


class _Words:
    """Entries in words; names are looked up once, for a page or a file."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self.evaluations: dict[str, str] = {}
        """The name of each evaluation that is kept, and of each view on one."""
        self.with_views: dict[str, tuple[str, ...]] = {}
        """The ids of each evaluation and the views on it, the newest first."""
        held, t = services(), texts()
        kept = held.evaluations.listing([own().nis_code])
        days = [evaluation.day for evaluation in kept]
        for evaluation in sorted(kept, key=lambda e: (e.day, e.created_at), reverse=True):
            day = date_text(evaluation.day, language())
            if days.count(evaluation.day) > 1:
                day = t("log.one_of_day", day=day, id=evaluation.id[:6])
            views = held.evaluations.views_of(evaluation.id)
            self.evaluations[evaluation.id] = t("log.evaluation", day=day)
            self.with_views[evaluation.id] = (evaluation.id, *(view.id for view in views))
            for view in views:
                member = wording().member(view.view.discipline) if view.view else ""
                self.evaluations[view.id] = t("log.view", day=day, member=member)

    def row(self, entry: Entry) -> LogRow:
        """An entry as the page shows it."""
        t, event = texts(), entry.event
        return LogRow(
            moment=moment_text(event.at),
            who=self._who(entry),
            what=t(f"audit.{event.action}"),
            about=self._about(entry),
            of=self._of(entry),
        )

    def cells(self, entry: Entry) -> tuple[str, ...]:
        """The same as cells of a table; the moment with its distance to UTC."""
        row = self.row(entry)
        moment = entry.event.at.astimezone().isoformat(sep=" ", timespec="seconds")
        return (moment, row.who, row.what, row.about, row.of)

    def _who(self, entry: Entry) -> str:
        t, event = texts(), entry.event
        role = t(f"role.{event.role}")
        if event.actor:
            return f"{self._name(event.actor)} ({role})"
        return t("log.by_link") if event.action == "password_chosen" else role

    def _of(self, entry: Entry) -> str:
        id_ = entry.event.evaluation
        if not id_:
            return ""
        return self.evaluations.get(id_) or texts()("log.deleted_evaluation", id=id_[:6])

    def _about(self, entry: Entry) -> str:
        event, t = entry.event, texts()
        section = services().catalogue.questionnaire.section_by_id.get(event.detail)
        if section is not None:
            return t.of(section.title)
        if event.action in _TAKEN and (part := f"log.part.{event.detail}") in t:
            return t(part)
        if event.action in _ABOUT_ASKED:
            return self._asked(event.detail, event.nis_code)
        if event.action in _ABOUT_ACCOUNTS and event.detail:
            return self._name(event.detail)
        return ""

    @staticmethod
    def _asked(id_: str, nis_code: str) -> str:
        try:
            return as_known(services().store.accounts.get(id_), nis_code).name
        except AccountNotFound:
            return texts()("log.deleted_account")

    def _name(self, id_: str) -> str:
        """Whose account it is, looked up now: a deleted one has no name any more."""
        if id_ not in self._names:
            try:
                self._names[id_] = services().store.accounts.get(id_).name
            except AccountNotFound:
                self._names[id_] = texts()("log.deleted_account")
        return self._names[id_]
