"""What each template about meetings gets: one dataclass per template, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from evaltool.domain.agenda import Decision, Item, Meeting
from evaltool.domain.composing import DecisionView
from evaltool.domain.meeting import AgendaItem
from evaltool.web.meeting_forms import DecisionFields, DetailFields
from evaltool.web.pages import EvaluationPage


@dataclass(frozen=True, kw_only=True)
class MeetingsPage(EvaluationPage):
    """The meetings on an evaluation, and a form for a new one.

    ``lengths`` are the minutes that are offered, ``errors`` sentences by field.
    """

    template: ClassVar[str] = "meetings/meetings.html"
    rows: tuple[Meeting, ...]
    fields: DetailFields
    lengths: tuple[int, ...]
    ticket: str
    errors: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class AgendaRow:
    """An item of the agenda: kept, as it is printed, with the minutes in its field."""

    item: Item
    printed: AgendaItem
    minutes: str
    removable: bool


@dataclass(frozen=True, kw_only=True)
class MeetingPage(EvaluationPage):
    """One meeting: composing its agenda, or what became of it.

    ``facts`` are (label, value) pairs, ``own`` what was typed for an item of one's own;
    ``balance`` says how the total stands against the length (``over`` where it is more);
    ``offered`` is what can be added, by kind, and ``ticked`` what of it is chosen (``kind:about``).
    """

    template: ClassVar[str] = "meetings/meeting.html"
    meeting: Meeting
    facts: tuple[tuple[str, str], ...]
    rows: tuple[AgendaRow, ...]
    balance: str
    over: bool
    offered: tuple[tuple[str, tuple[Item, ...]], ...]
    ticked: frozenset[str]
    decisions: tuple[tuple[Decision, DecisionView], ...]
    own: tuple[str, str]
    ticket: str
    errors: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class DetailsOfMeetingPage(EvaluationPage):
    """Title, day, length and who was there; ``kept`` is what is kept where somebody changed it."""

    template: ClassVar[str] = "meetings/details.html"
    meeting: Meeting
    fields: DetailFields
    lengths: tuple[int, ...]
    disciplines: tuple[tuple[str, str], ...]
    version: int
    errors: Mapping[str, str]
    warning: str
    kept: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class DeleteMeetingPage(EvaluationPage):
    """Asks before a meeting is deleted."""

    template: ClassVar[str] = "meetings/delete.html"
    meeting: Meeting


@dataclass(frozen=True, kw_only=True)
class Clock:
    """The time of an item: when its minutes are over, and what is left of them at this moment.

    They count from when it came on the screen; ``planned`` is when it should end by the agenda.
    ``seconds`` are left (negative: it is over time), for the script of the page to count down.
    """

    until: str
    now: str
    left: str
    planned: str
    over: bool
    seconds: int


@dataclass(frozen=True, kw_only=True)
class RoomPage(EvaluationPage):
    """One item of the agenda, for the screen in the room, with what is typed at it.

    ``clock`` is None before the meeting began and once it was over; ``kept`` are the notes as
    somebody else kept them meanwhile, empty where nobody did.
    """

    template: ClassVar[str] = "meetings/room.html"
    meeting: Meeting
    item: Item
    printed: AgendaItem
    clock: Clock | None
    decisions: tuple[tuple[Decision, DecisionView], ...]
    fields: DecisionFields
    ticket: str
    notes: str
    base: str
    kept: str
    errors: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class DecisionPage(EvaluationPage):
    """One decision, to mend it; ``kept`` is what it is now where somebody changed it meanwhile."""

    template: ClassVar[str] = "meetings/decision.html"
    meeting: Meeting
    decision: Decision
    fields: DecisionFields
    base: str
    errors: Mapping[str, str]
    warning: str
    kept: DecisionView | None


@dataclass(frozen=True, kw_only=True)
class RemoveDecisionPage(EvaluationPage):
    """Asks before a decision is taken out; ``changed``: it is another since this was asked."""

    template: ClassVar[str] = "meetings/remove_decision.html"
    meeting: Meeting
    decision: Decision
    view: DecisionView
    lead: str
    base: str
    changed: bool
