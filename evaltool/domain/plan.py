"""The action plan: what a municipality decided to do, by whom and by when."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from evaltool.domain.questionnaire import NOTE_LIMIT
from evaltool.domain.validation import Problem

TITLE_LIMIT = 300
"""Most characters of what is to be done, and of who does it."""

MOST_ACTIONS = 200
"""Most actions of one plan."""


class ActionState(StrEnum):
    """How far an action is."""

    OPEN = "open"
    BUSY = "busy"
    DONE = "done"
    DROPPED = "dropped"

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be done."""
        return self in (ActionState.DONE, ActionState.DROPPED)


@dataclass(frozen=True)
class Action:
    """Something to do. ``finding`` is the id of the rule it was picked from, None for an own one.

    ``owner`` is a function or service, ``due`` the last day; both may be left open.
    """

    title: str
    finding: str | None = None
    owner: str = ""
    due: date | None = None
    state: ActionState = ActionState.OPEN
    remark: str = ""


@dataclass(frozen=True)
class PlannedAction:
    """An action of a plan: its id, how often it was changed, and when last (aware, UTC).

    ``done_at`` is when it became done; None where it is not.
    """

    id: str
    version: int
    action: Action
    changed_at: datetime
    done_at: datetime | None = None


class ActionNotFound(Exception):
    """There is no action with this id in the plan."""


class ActionConflict(Exception):
    """Somebody changed the same action in the meantime; ``current`` is what is kept now."""

    def __init__(self, current: PlannedAction) -> None:
        super().__init__(current.id)
        self.current = current


class PlanFull(Exception):
    """The plan holds as many actions as a plan can."""


def in_order(actions: Iterable[Action]) -> tuple[Action, ...]:
    """Actions as a plan lists them: what is not over first, the earliest date first."""
    return tuple(sorted(actions, key=urgency))


def actions_along(plan: Iterable[PlannedAction]) -> tuple[Action, ...]:
    """What a new evaluation takes along of the plan of the last: all that is not over."""
    return tuple(planned.action for planned in plan if not planned.action.state.is_over)


def urgency(action: Action) -> tuple[bool, date]:
    """What actions are sorted by: whether they are over, then their date; without one last."""
    return action.state.is_over, action.due or date.max


def faults(action: Action, where: str = "") -> Iterator[Problem]:
    """What is wrong with an action; ``where`` names the place of the action in a file.

    ``Problem.where`` is the field (``title``, ``owner``, ``remark``), after ``where`` and a dot.
    """
    at = f"{where}." if where else ""
    if not action.title.strip():
        yield Problem("action_without_title", f"{at}title")
    limits = (
        ("title", action.title, TITLE_LIMIT),
        ("owner", action.owner, TITLE_LIMIT),
        ("remark", action.remark, NOTE_LIMIT),
        ("finding", action.finding or "", TITLE_LIMIT),
    )
    for name, text, limit in limits:
        if len(text) > limit:
            values = {"length": str(len(text)), "limit": str(limit)}
            yield Problem("action_too_long", f"{at}{name}", values)
