"""What each template about trajectories gets: one dataclass per template, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from evaltool.domain.coaching import CoachEntry, EntryKind
from evaltool.domain.municipality import Municipality
from evaltool.domain.trajectory_words import GroupView, LevelCell
from evaltool.web.accounts.pages import FormPage
from evaltool.web.pages import Page


@dataclass(frozen=True, kw_only=True)
class Link:
    """A way to go; ``current`` says that one is there."""

    label: str
    address: str
    current: bool = False


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the overview, with the way to sort by it.

    ``direction`` is ``ascending`` or ``descending`` where the overview is sorted by it, else empty.
    """

    label: str
    address: str
    direction: str


@dataclass(frozen=True, kw_only=True)
class OverviewRow:
    """A municipality in the overview, in words; no ``levels`` where it has no report."""

    nis_code: str
    name: str
    province: str
    state: str
    levels: tuple[LevelCell, ...]
    track: str
    active: str
    open_actions: int


@dataclass(frozen=True, kw_only=True)
class OverviewPage(Page):
    """The municipalities that let a coach in, as a table or (``as_map``) as a heat map.

    ``shown`` says how many of them are shown, ``clear`` leads to all of them where it is not all;
    ``report`` and ``group`` lead to what is said of those that are shown.
    """

    template: ClassVar[str] = "coaching/overview.html"
    lead: str
    rows: tuple[OverviewRow, ...]
    columns: tuple[Column, ...]
    areas: tuple[str, ...]
    views: tuple[Link, ...]
    filters: tuple[tuple[str, tuple[Link, ...]], ...]
    shown: str
    clear: str
    as_map: bool
    report: str
    group: str
    any_kept: bool


@dataclass(frozen=True, kw_only=True)
class EvaluationLinks:
    """An evaluation of a municipality, and whether it has a report."""

    id: str
    title: str
    state: str
    reported: bool


@dataclass(frozen=True, kw_only=True)
class EntryRow:
    """A note or a session, when it was saved, and the day of a session in words (else empty)."""

    entry: CoachEntry
    moment: str
    day: str


@dataclass(frozen=True, kw_only=True)
class PlacePage(FormPage):
    """A municipality that lets a coach in.

    ``measured`` are the rows of baseline and follow-up beside each other under ``head``; ``kind``
    is the form that was sent, None where none was; ``actions`` counts those of all its plans.
    """

    template: ClassVar[str] = "coaching/place.html"
    kind: EntryKind | None
    municipality: Municipality
    since: str
    named: bool
    state: str
    head: tuple[str, ...]
    measured: tuple[tuple[str, ...], ...]
    actions: str
    evaluations: tuple[EvaluationLinks, ...]
    notes: tuple[EntryRow, ...]
    sessions: tuple[EntryRow, ...]
    ticket: str


@dataclass(frozen=True, kw_only=True)
class EntryPage(FormPage):
    """A note or a session, to change it; ``kept`` is what it is now where it was changed."""

    template: ClassVar[str] = "coaching/entry.html"
    municipality: Municipality
    entry: CoachEntry
    version: int
    warning: str = ""
    kept: EntryRow | None = None


@dataclass(frozen=True, kw_only=True)
class RemoveEntryPage(Page):
    """Asks before a note or a session is deleted."""

    template: ClassVar[str] = "coaching/remove.html"
    municipality: Municipality
    lead: str
    row: EntryRow
    conflict: bool = False


@dataclass(frozen=True, kw_only=True)
class KeptRow:
    """What a coach keeps of a municipality that no longer lets her in."""

    nis_code: str
    name: str
    what: str


@dataclass(frozen=True, kw_only=True)
class KeptPage(Page):
    """What a coach keeps of municipalities that no longer let her in."""

    template: ClassVar[str] = "coaching/kept.html"
    rows: tuple[KeptRow, ...]


@dataclass(frozen=True, kw_only=True)
class RemoveKeptPage(Page):
    """Asks before all that a coach keeps of a municipality is deleted."""

    template: ClassVar[str] = "coaching/remove_kept.html"
    nis_code: str


@dataclass(frozen=True, kw_only=True)
class GroupPage(Page):
    """What municipalities share; ``group`` is None where they are too few (``too_few``).

    ``filtered`` says that they are not all (else empty), ``back`` leads to the same ones.
    """

    template: ClassVar[str] = "coaching/group.html"
    group: GroupView | None
    too_few: str
    filtered: str
    back: str


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A municipality that can be in a report."""

    nis_code: str
    name: str
    named: bool
    ticked: bool


@dataclass(frozen=True, kw_only=True)
class ReportPage(Page):
    """Choosing the municipalities of a report."""

    template: ClassVar[str] = "coaching/report.html"
    candidates: tuple[Candidate, ...]
    unnamed: int
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SharedEntry:
    """What a coach shares: who and when, and the text."""

    by: str
    text: str


@dataclass(frozen=True, kw_only=True)
class FollowedPage(Page):
    """What coaches share with a municipality."""

    template: ClassVar[str] = "coaching/followed.html"
    municipality: Municipality
    sessions: tuple[SharedEntry, ...]
    notes: tuple[SharedEntry, ...]
