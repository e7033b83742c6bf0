"""What a store does for a coach and those who let her in, whatever engine is behind it.

Moments are given by the caller, aware, and come back in UTC.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Protocol

from evaltool.domain.coaching import CoachEntry
from evaltool.domain.trajectory import Assessment, Kept, Place


class Coaching(Protocol):
    """What coaches write of municipalities: notes, and sessions (those have a day)."""

    def of(self, nis_code: str, coach: str) -> tuple[CoachEntry, ...]:
        """What a coach wrote of a municipality: sessions by day, then notes; the last first."""
        ...

    def add(
        self,
        nis_code: str,
        coach: str,
        text: str,
        *,
        day: date | None = None,
        shared: bool,
        at: datetime,
        id_: str | None = None,
    ) -> CoachEntry:
        """Keep an entry; where there is one with this id already, it is given back as it is.

        Raises:
            EntriesFull: she keeps as many entries of it as she can.
        """
        ...

    def change(
        self,
        entry: CoachEntry,
        text: str,
        *,
        day: date | None = None,
        shared: bool,
        expected_version: int,
        at: datetime,
    ) -> CoachEntry:
        """Replace an entry. Saving what is already there changes nothing.

        Raises:
            EntryNotFound: it is gone.
            EntryConflict: it was saved since the expected version.
        """
        ...

    def remove(self, entry: CoachEntry) -> None:
        """Delete an entry; one that is gone already is no fault."""
        ...

    def shared_with(self, nis_code: str) -> tuple[CoachEntry, ...]:
        """What coaches share with a municipality."""
        ...

    def of_coach(self, coach: str) -> tuple[CoachEntry, ...]:
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

    def places(self, edition: str, content: str) -> tuple[Place, ...]:
        """How far every municipality is that has an account or an evaluation, by its code.

        The report is the last one made with an ``edition`` of the questionnaire, its assessment
        what was worked out of it with this ``content``.
        """
        ...

    def keep(self, found: Mapping[tuple[str, int], Assessment], content: str) -> None:
        """Keep what was worked out, in place of what other content gave."""
        ...

    def told_since(self, coach: str, action: str, moment: datetime) -> frozenset[str]:
        """Of which municipalities the audit log says since a moment that a coach did something."""
        ...
