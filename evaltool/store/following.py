"""What a store does for a coach and those who let her in, whatever engine is behind it.

Moments are given by the caller, aware, and come back in UTC.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Protocol

from evaltool.domain.coaching import CoachNote, CoachSession
from evaltool.domain.trajectory import Assessment, Kept


class Coaching(Protocol):
    """The notes of coaches, and their sessions with municipalities.

    Methods with the id of a note or a session raise
    :class:`~evaltool.domain.coaching.EntryNotFound` where this coach keeps none such of this
    municipality.
    """

    def notes(self, nis_code: str, coach: str) -> tuple[CoachNote, ...]:
        """What a coach wrote of a municipality, the note changed last first."""
        ...

    def sessions(self, nis_code: str, coach: str) -> tuple[CoachSession, ...]:
        """The sessions of a coach with a municipality, the last first."""
        ...

    def add_note(
        self, nis_code: str, coach: str, text: str, *, shared: bool, at: datetime, id_: str | None
    ) -> CoachNote:
        """Keep a note; where there is one with this id already, it is given back as it is.

        Raises:
            EntriesFull: she keeps as many notes of it as she can.
        """
        ...

    def change_note(
        self, note: CoachNote, text: str, *, shared: bool, expected_version: int, at: datetime
    ) -> CoachNote:
        """Replace a note. Saving what is already there changes nothing.

        Raises:
            EntryConflict: it was saved since the expected version.
        """
        ...

    def add_session(
        self, nis_code: str, coach: str, day: date, agreed: str, *, at: datetime, id_: str | None
    ) -> CoachSession:
        """Keep a session; as :meth:`add_note`."""
        ...

    def change_session(
        self, session: CoachSession, day: date, agreed: str, *, expected_version: int, at: datetime
    ) -> CoachSession:
        """Replace a session; as :meth:`change_note`."""
        ...

    def remove(self, entry: CoachNote | CoachSession) -> None:
        """Delete a note or a session; one that is gone already is no fault."""
        ...

    def shared_with(self, nis_code: str) -> tuple[tuple[CoachNote, ...], tuple[CoachSession, ...]]:
        """What coaches share with a municipality: the shared notes, and all sessions."""
        ...

    def of_coach(self, coach: str) -> tuple[tuple[CoachNote, ...], tuple[CoachSession, ...]]:
        """All that a coach keeps, whoever lets her in now."""
        ...

    def places(self, coach: str) -> frozenset[str]:
        """The codes of the municipalities of which a coach keeps anything."""
        ...

    def forget(self, nis_code: str, coach: str | None = None) -> None:
        """Delete what a coach (by default: what all coaches) keep of a municipality."""
        ...


class Trajectories(Protocol):
    """What is kept of many municipalities in short, without reading their answers."""

    def kept(self, nis_codes: Iterable[str]) -> tuple[Kept, ...]:
        """The evaluations of some municipalities in short, by date, views left out."""
        ...

    def assessments(
        self, nis_codes: Iterable[str], content: str
    ) -> Mapping[tuple[str, int], Assessment]:
        """What was worked out of finished reports with this ``content``, by (id, number)."""
        ...

    def keep(self, found: Mapping[tuple[str, int], Assessment], content: str) -> None:
        """Keep what was worked out, in place of what other content gave."""
        ...

    def told_since(self, coach: str, action: str, moment: datetime) -> frozenset[str]:
        """Of which municipalities the audit log says since a moment that a coach did something."""
        ...
