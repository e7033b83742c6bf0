"""What a coach writes of a municipality: notes of her own or shared with it, and their sessions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from evaltool.domain.questionnaire import NOTE_LIMIT
from evaltool.domain.validation import Problem

MOST_ENTRIES = 400
"""Most notes and sessions together that a coach keeps of one municipality."""


class EntryKind(StrEnum):
    """What a coach writes down."""

    NOTE = "note"
    SESSION = "session"
    """That she and the municipality spoke on a day, and what they agreed."""


@dataclass(frozen=True)
class CoachEntry:
    """What a coach wrote of a municipality.

    ``day`` is that of a session, None for a note. An entry that is not ``shared`` is hers alone; a
    session always is shared. ``coach`` is her account, ``version`` how often the entry was saved,
    ``changed_at`` when last (aware, UTC).
    """

    id: str
    coach: str
    nis_code: str
    day: date | None
    shared: bool
    text: str
    version: int
    changed_at: datetime

    @property
    def kind(self) -> EntryKind:
        """A session has a day."""
        return EntryKind.NOTE if self.day is None else EntryKind.SESSION


class EntryNotFound(Exception):
    """This coach keeps no such note or session of this municipality."""


class EntryConflict(Exception):
    """It was saved elsewhere in the meantime; ``current`` is what is kept now."""

    def __init__(self, current: CoachEntry) -> None:
        super().__init__(current.id)
        self.current = current


class EntriesFull(Exception):
    """There are as many notes and sessions as a coach can keep of one municipality."""


def faults(text: str) -> Iterator[Problem]:
    """What is wrong with a text to keep."""
    if not text.strip():
        yield Problem("nothing_written", "text")
    if len(text) > NOTE_LIMIT:
        yield Problem("too_long", "text", {"length": str(len(text)), "limit": str(NOTE_LIMIT)})
