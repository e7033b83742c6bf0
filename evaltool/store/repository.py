"""What a store of evaluations does, whatever engine is behind it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Protocol

from evaltool.domain.access import Subject
from evaltool.domain.answers import Answers
from evaltool.domain.evaluation import (
    NO_SUPPLEMENT,
    Carried,
    Evaluation,
    Snapshot,
    Supplement,
    View,
)
from evaltool.domain.plan import Action, PlannedAction
from evaltool.domain.zone import MemberState, ZoneMember


class Evaluations(Protocol):
    """The evaluations that are kept.

    Every change happens whole or not at all. Moments are given by the caller, aware, and come
    back in UTC. Every method with an id raises :class:`~evaltool.domain.evaluation.NotFound`
    where there is no such evaluation.
    """

    def create(
        self,
        *,
        nis_code: str,
        cluster: int,
        cluster_proposed: bool,
        day: date,
        edition: str,
        survey: str,
        sections: Mapping[str, Answers],
        at: datetime,
        actions: Iterable[Action] = (),
        id_: str | None = None,
        view: View | None = None,
        started_from: str | None = None,
        carried: Mapping[str, Carried] | None = None,
    ) -> Evaluation:
        """Keep a new evaluation, with the answers it has so far per section and its plan.

        ``started_from`` is the id of the evaluation that its answers were carried over from,
        ``carried`` marks them by question.

        ``id_`` is one that nobody can guess, by default one made here. Where there is an
        evaluation with this id already, it is given back as it is and nothing new is kept.
        """
        ...

    def get(self, id_: str) -> Evaluation:
        """One evaluation."""
        ...

    def subject(self, id_: str) -> Subject:
        """Whose an evaluation is."""
        ...

    def listing(
        self, nis_codes: Iterable[str] | None = None, *, most: int = -1, after: int = 0
    ) -> tuple[Evaluation, ...]:
        """The evaluations of some municipalities (default: all), the one changed last first.

        Without the views of contributors. ``most`` of them (default: all) that come after so
        many others.
        """
        ...

    def views_of(self, id_: str) -> tuple[Evaluation, ...]:
        """The views of contributors on an evaluation, the one invited first first."""
        ...

    def views_by(self, contributor: str) -> tuple[Evaluation, ...]:
        """The views that an account was invited to give, the one changed last first."""
        ...

    def keep(self, id_: str, *, at: datetime) -> None:
        """Start the time anew for which it is kept."""
        ...

    def untouched_since(self, moment: datetime) -> tuple[Evaluation, ...]:
        """The evaluations, without views, that nobody changed since a moment."""
        ...

    def remind(self, id_: str, *, at: datetime) -> None:
        """Note that it was said that it will be deleted."""
        ...

    def save_section(
        self, id_: str, section: str, *, expected_version: int, part: Answers, at: datetime
    ) -> Evaluation:
        """Replace the answers of a section.

        Saving what is already there changes nothing, whatever version is expected.

        Raises:
            Finished: it is finished.
            VersionConflict: the section was saved since the expected version.
        """
        ...

    def change_profile(
        self,
        id_: str,
        *,
        expected: tuple[int, date] | None,
        cluster: int,
        cluster_proposed: bool,
        day: date,
        at: datetime,
    ) -> Evaluation:
        """Change cluster and date. ``expected`` are those the change started from.

        Saving what is already there is no conflict, whatever is expected.

        Raises:
            Finished: it is finished.
            ProfileConflict: what is kept is not what was expected, or nothing was.
        """
        ...

    def finish(
        self,
        id_: str,
        *,
        at: datetime,
        content: str = "",
        supplement: Supplement = NO_SUPPLEMENT,
    ) -> Evaluation:
        """Close it and keep what it is now, with the ``content`` it is reported with.

        ``supplement`` is what is reported besides.

        A second time changes nothing.
        """
        ...

    def reopen(self, id_: str, *, at: datetime) -> Evaluation:
        """Open it again; what was kept at finishing stays."""
        ...

    def snapshots(self, id_: str) -> tuple[Snapshot, ...]:
        """The evaluation as it was each time it was finished, oldest first."""
        ...

    def delete(self, id_: str) -> None:
        """Remove it with everything that belongs to it, views included.

        With a view goes what reports that were finished before show of it.

        It cannot be recovered from the file: see docs/security.md.
        """
        ...


class Consensus(Protocol):
    """Why a municipality chose its common answers, and who lets her name be shown.

    A reason goes as soon as the answer becomes another one: see ``Evaluations.save_section``.
    """

    def reasons(self, evaluation_id: str) -> Mapping[str, str]:
        """Why a common answer was chosen, by question."""
        ...

    def give_reason(
        self, evaluation_id: str, question: str, text: str, *, by: str, at: datetime
    ) -> None:
        """Keep why, in place of what was said before; an empty text takes it away."""
        ...

    def show_name(self, view_id: str, *, shown: bool) -> None:
        """Whether the name of a contributor may stand beside her discipline."""
        ...


class Zones(Protocol):
    """Which municipalities of a police zone take part in an evaluation of one of them."""

    def of(self, evaluation_id: str) -> tuple[ZoneMember, ...]:
        """Those that were asked, by code."""
        ...

    def ask(
        self,
        evaluation_id: str,
        members: Iterable[tuple[str, int]],
        *,
        at: datetime,
    ) -> frozenset[str]:
        """Ask these, by code and cluster, and no others; gives those that were not asked before.

        What one confirmed already stays as it is. One that refused is asked again; it stays known
        as one that refused where it is not.
        """
        ...

    def answer(
        self,
        evaluation_id: str,
        nis_code: str,
        state: MemberState,
        *,
        cluster: int,
        by: str,
        at: datetime,
    ) -> bool:
        """What a municipality says itself; False where it was not asked."""
        ...

    def leave(self, evaluation_id: str, nis_code: str) -> None:
        """A municipality is no longer asked."""
        ...

    def asked_of(self, nis_code: str) -> tuple[tuple[str, ZoneMember], ...]:
        """What a municipality was asked, by the id of the evaluation, the last first."""
        ...


class ActionPlans(Protocol):
    """The action plan of each evaluation.

    A plan lives on while its evaluation is finished or open. Every method raises
    :class:`~evaltool.domain.evaluation.NotFound` where there is no such evaluation, and those
    with the id of an action :class:`~evaltool.domain.plan.ActionNotFound` where the plan has none.
    """

    def of(self, evaluation_id: str) -> tuple[PlannedAction, ...]:
        """The actions of a plan, in the order in which they were added."""
        ...

    def add(self, evaluation_id: str, action: Action, *, at: datetime) -> PlannedAction:
        """Add an action; one that the plan holds already, or of the same finding, is not doubled.

        Raises:
            PlanFull: it holds as many actions as a plan can.
        """
        ...

    def change(
        self, evaluation_id: str, id_: str, action: Action, *, expected_version: int, at: datetime
    ) -> PlannedAction:
        """Replace an action. Saving what is already there changes nothing.

        Raises:
            ActionConflict: it was changed since the expected version.
        """
        ...

    def remove(self, evaluation_id: str, id_: str, *, expected_version: int) -> None:
        """Take an action out of the plan; one that is gone already is no fault.

        Raises:
            ActionConflict: it was changed since the expected version.
        """
        ...
