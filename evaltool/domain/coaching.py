"""What a coach writes of a municipality: notes of her own or shared with it, and their sessions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from evaltool.domain.questionnaire import NOTE_LIMIT
from evaltool.domain.validation import Problem

MOST_ENTRIES = 200
"""Most notes, and most sessions, that a coach keeps of one municipality."""


@dataclass(frozen=True)
class CoachNote:
    """A note of a coach on a municipality.

    One that is not ``shared`` is hers alone. ``coach`` is her account, ``version`` how often the
    note was saved, ``changed_at`` when last (aware, UTC).
    """

    id: str
    coach: str
    nis_code: str
    shared: bool
    text: str
    version: int
    changed_at: datetime


@dataclass(frozen=True)
class CoachSession:
    """That a coach and a municipality spoke on a day, and what they agreed; both may read it."""

    id: str
    coach: str
    nis_code: str
    day: date
    agreed: str
    version: int
    changed_at: datetime


Entry = CoachNote | CoachSession
"""What a coach keeps of a municipality."""


class EntryNotFound(Exception):
    """This coach keeps no such note or session of this municipality."""


class EntryConflict(Exception):
    """It was saved elsewhere in the meantime; ``current`` is what is kept now."""

    def __init__(self, current: Entry) -> None:
        super().__init__(current.id)
        self.current = current


class EntriesFull(Exception):
    """There are as many notes, or sessions, as a coach can keep of one municipality."""


def faults(text: str, where: str) -> Iterator[Problem]:
    """What is wrong with a text to keep; ``where`` names its field (``text`` or ``agreed``)."""
    if not text.strip():
        yield Problem("nothing_written", where)
    if len(text) > NOTE_LIMIT:
        yield Problem("too_long", where, {"length": str(len(text)), "limit": str(NOTE_LIMIT)})
