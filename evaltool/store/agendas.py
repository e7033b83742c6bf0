"""What a store of meetings does, whatever engine is behind it."""

from datetime import datetime
from typing import Protocol

from evaltool.domain.agenda import Decision, Meeting


class Meetings(Protocol):
    """The meetings on each evaluation.

    Every change happens whole or not at all. Every method raises
    :class:`~evaltool.domain.evaluation.NotFound` where there is no such evaluation, and those with
    the id of a meeting :class:`~evaltool.domain.agenda.MeetingNotFound` where it has none.
    """

    def of(self, evaluation_id: str) -> tuple[Meeting, ...]:
        """The meetings on an evaluation, the last day first."""
        ...

    def changed_at(self, evaluation_id: str) -> datetime | None:
        """When any of the meetings was composed or changed last; None without one."""
        ...

    def get(self, evaluation_id: str, id_: str) -> Meeting:
        """One meeting."""
        ...

    def create(self, evaluation_id: str, meeting: Meeting, *, at: datetime) -> Meeting:
        """Keep a new meeting with its agenda, under its id or, without one, an id made here.

        Where the evaluation has a meeting with this id already, that is given back as it is.

        Raises:
            TooMany: the evaluation has as many meetings as it can have.
        """
        ...

    def change(
        self, evaluation_id: str, meeting: Meeting, *, expected_version: int, at: datetime
    ) -> Meeting:
        """Keep the details, the state and the agenda of a meeting; notes and decisions stay.

        Saving what is already there changes nothing, whatever version is expected.

        Raises:
            MeetingConflict: it was changed since the expected version, or an item would be lost at
                which something was noted or decided.
        """
        ...

    def show(self, evaluation_id: str, id_: str, item: str, *, at: datetime) -> None:
        """Note when an item first came on the screen; the clock put back forgets it.

        It is no change of the meeting: whoever composes its agenda meanwhile meets no conflict.
        """
        ...

    def delete(self, evaluation_id: str, id_: str) -> None:
        """Remove a meeting with its agenda, notes and decisions; one that is gone is no fault."""
        ...

    def note(
        self, evaluation_id: str, id_: str, item: str, notes: str, *, expected: str
    ) -> Meeting:
        """Keep notes at an item in place of the ``expected`` ones.

        Raises:
            MeetingConflict: there are other notes by now, or the item is gone.
        """
        ...

    def decide(self, evaluation_id: str, id_: str, decision: Decision) -> Decision:
        """Keep a new decision, under its id or, without one, an id made here.

        Where the meeting has a decision with this id already, that is given back as it is.

        Raises:
            MeetingConflict: its item is not on the agenda.
            TooMany: the meeting has as many decisions as it can have.
        """
        ...

    def revise(
        self, evaluation_id: str, id_: str, decision: Decision, *, expected: Decision
    ) -> Meeting:
        """Keep a decision in place of the ``expected`` one.

        Raises:
            MeetingConflict: it is another by now, or gone.
        """
        ...

    def withdraw(self, evaluation_id: str, id_: str, decision: str) -> Meeting:
        """Remove a decision; one that is gone already is no fault."""
        ...
