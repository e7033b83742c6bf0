"""A meeting on an evaluation: its agenda in the order the chair gives it, and what is decided."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from evaltool.domain.meeting import ItemKind
from evaltool.domain.plan import TITLE_LIMIT, Action, ActionState, PlannedAction
from evaltool.domain.questionnaire import NOTE_LIMIT
from evaltool.domain.validation import Problem

SHORTEST, LONGEST = 30, 480
"""Minutes that a meeting can take."""

MOST_MINUTES = LONGEST
"""Most minutes of one item; the fewest is one."""

ADDED_MINUTES = 10
"""Minutes of an item that is added, until the chair gives it others."""

MOST_ITEMS = 40
MOST_DECISIONS = 100
MOST_MEETINGS = 60
"""Most items and decisions of a meeting, and most meetings on an evaluation."""


class MeetingState(StrEnum):
    """How far a meeting is."""

    DRAFT = "draft"
    """Its agenda is being composed."""
    RUNNING = "running"
    CLOSED = "closed"


@dataclass(frozen=True)
class Item:
    """An item of the agenda; ``about`` is the id of what it is about, empty for nothing of ours.

    ``title`` is as it was when it was put on the agenda; ``id`` is empty until it is kept.
    ``opened_at`` is when it first came on the screen of the room while the meeting was under way.
    """

    kind: ItemKind
    title: str
    minutes: int
    about: str = ""
    id: str = ""
    notes: str = ""
    opened_at: datetime | None = None


@dataclass(frozen=True)
class Decision:
    """What was decided, at which item (its id), by whom and by when it is to be done.

    ``action`` is the id of the action that it became in the plan; None where it stands alone.
    """

    text: str
    owner: str = ""
    due: date | None = None
    item: str = ""
    action: str | None = None
    id: str = ""

    @property
    def becomes(self) -> Action:
        """The action that it makes in the plan."""
        return Action(title=self.text, owner=self.owner, due=self.due)

    def is_followed_by(self, action: Action) -> bool:
        """Whether an action of the plan still says what was decided."""
        return (action.title, action.owner, action.due) == (self.text, self.owner, self.due)

    def is_all_of(self, action: Action) -> bool:
        """Whether an action holds nothing but what was decided: nobody began or remarked on it."""
        return (
            self.is_followed_by(action) and action.state is ActionState.OPEN and not action.remark
        )


@dataclass(frozen=True)
class Present:
    """Who was there: codes of disciplines around the table, and other functions in words."""

    disciplines: tuple[str, ...] = ()
    others: str = ""


@dataclass(frozen=True)
class Meeting:
    """A meeting on an evaluation, of ``length`` minutes by plan. Moments are aware.

    ``version`` goes up with its agenda, its details and its state; notes and decisions have their
    own ways to tell that somebody else changed them.
    """

    id: str
    day: date
    title: str
    length: int
    present: Present = field(default_factory=Present)
    state: MeetingState = MeetingState.DRAFT
    items: tuple[Item, ...] = ()
    decisions: tuple[Decision, ...] = ()
    version: int = 1
    started_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def total(self) -> int:
        """The minutes of all items together."""
        return sum(item.minutes for item in self.items)

    def item(self, id_: str) -> Item | None:
        """One item; None where the agenda has it not."""
        return next((item for item in self.items if item.id == id_), None)

    def decision(self, id_: str) -> Decision | None:
        """One decision; None where there is none with this id."""
        return next((decision for decision in self.decisions if decision.id == id_), None)

    def holds(self, kind: ItemKind, about: str) -> bool:
        """Whether something is on the agenda already."""
        return any((item.kind, item.about) == (kind, about) for item in self.items)

    def decided_at(self, item: str) -> tuple[Decision, ...]:
        """The decisions taken at an item."""
        return tuple(decision for decision in self.decisions if decision.item == item)

    @property
    def in_order(self) -> tuple[Decision, ...]:
        """The decisions in the order of the agenda; at one item as they were taken."""
        places = {item.id: place for place, item in enumerate(self.items)}
        return tuple(sorted(self.decisions, key=lambda d: places.get(d.item, len(places))))

    def can_lose(self, item: Item) -> bool:
        """Whether an item can be taken off: nothing was noted or decided at it."""
        return not item.notes and not self.decided_at(item.id)


class MeetingNotFound(Exception):
    """There is no meeting with this id on the evaluation."""


class MeetingConflict(Exception):
    """Somebody changed the same thing in the meantime; ``current`` is what is kept now."""

    def __init__(self, current: Meeting) -> None:
        super().__init__(current.id)
        self.current = current


class TooMany(Exception):
    """There are as many meetings, items or decisions as there can be."""


def arranged(meeting: Meeting, order: Iterable[tuple[str, int]]) -> Meeting:
    """The agenda in another order, with other minutes; an item that is not named is taken off."""
    found = ((meeting.item(id_), minutes) for id_, minutes in order)
    items = tuple(replace(item, minutes=minutes) for item, minutes in found if item is not None)
    return replace(meeting, items=items)


def moved(order: Sequence[str], id_: str, step: int) -> tuple[str, ...]:
    """Ids with one of them a number of places further (negative: back); at the end it stays."""
    if id_ not in order:
        return tuple(order)
    place = order.index(id_)
    rest = [other for other in order if other != id_]
    rest.insert(min(max(place + step, 0), len(rest)), id_)
    return tuple(rest)


def with_added(meeting: Meeting, items: Iterable[Item]) -> Meeting:
    """The agenda with more items, before the closing one; what it holds already comes once.

    Raises:
        TooMany: there would be more items than an agenda can hold.
    """
    known = {item.id for item in meeting.items}
    more = [
        item
        for item in items
        if (item.id or "-") not in known
        and (item.kind is ItemKind.OWN or not meeting.holds(item.kind, item.about))
    ]
    if len(meeting.items) + len(more) > MOST_ITEMS:
        raise TooMany(meeting.id)
    last = meeting.items[-1:]
    closing = last if last and last[0].kind is ItemKind.CLOSING else ()
    before = meeting.items[: len(meeting.items) - len(closing)]
    return replace(meeting, items=(*before, *more, *closing))


def put_in_state(meeting: Meeting, state: MeetingState, at: datetime) -> Meeting:
    """The meeting begun, closed, opened again to mend its minutes, or set back to be prepared."""
    match meeting.state, state:
        case MeetingState.DRAFT, MeetingState.RUNNING:
            return replace(meeting, state=state, started_at=at)
        case MeetingState.RUNNING, MeetingState.CLOSED:
            # Closed again after mending, it ended when it ended.
            return replace(meeting, state=state, closed_at=meeting.closed_at or at)
        case MeetingState.CLOSED, MeetingState.RUNNING:
            return replace(meeting, state=state)
        case MeetingState.RUNNING, MeetingState.DRAFT if not meeting.closed_at:
            return replace(meeting, state=state, started_at=None)
    return meeting


def ends_at(meeting: Meeting, number: int) -> datetime | None:
    """When the item with a number (from 1) should end by the agenda; None before it began."""
    if meeting.started_at is None:
        return None
    minutes = sum(item.minutes for item in meeting.items[:number])
    return meeting.started_at + timedelta(minutes=minutes)


def time_is_up(item: Item) -> datetime | None:
    """When the minutes of an item are over, counted from when it came on the screen."""
    return item.opened_at and item.opened_at + timedelta(minutes=item.minutes)


def faults(meeting: Meeting) -> Iterator[Problem]:
    """What is wrong with the details and the items of a meeting."""
    if not SHORTEST <= meeting.length <= LONGEST:
        yield Problem("length", "length", {"least": str(SHORTEST), "most": str(LONGEST)})
    texts = (("title", meeting.title), ("others", meeting.present.others))
    for where, text in (*texts, *((f"title-{item.id}", item.title) for item in meeting.items)):
        yield from too_long(where, text, TITLE_LIMIT)
    for item in meeting.items:
        if not 1 <= item.minutes <= MOST_MINUTES:
            values = {"most": str(MOST_MINUTES), "item": item.title}
            yield Problem("minutes", f"minutes-{item.id}", values)


def decision_faults(decision: Decision) -> Iterator[Problem]:
    """What is wrong with a decision."""
    if not decision.text:
        yield Problem("decision_empty", "text")
    yield from too_long("text", decision.text, TITLE_LIMIT)
    yield from too_long("owner", decision.owner, TITLE_LIMIT)


def too_long(where: str, text: str, limit: int = NOTE_LIMIT) -> Iterator[Problem]:
    """That a text is longer than it may be."""
    if len(text) > limit:
        yield Problem("too_long", where, {"length": str(len(text)), "limit": str(limit)})


def picked_from(meeting: Meeting, decision: Decision, plan: Iterable[PlannedAction]) -> str | None:
    """The finding that an action of a decision counts for: of its item, while it has no action."""
    item = meeting.item(decision.item)
    if item is None or item.kind is not ItemKind.FINDING:
        return None
    taken = {planned.action.finding for planned in plan}
    return None if item.about in taken else item.about
