"""One self-evaluation over its life: filled in, finished, reopened."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from evaltool.domain.answers import Answers
from evaltool.domain.questionnaire import DONT_KNOW

LEAST_VOICES = 3
"""Views are shown once so many have answered: of two, each would know the other's."""


class Status(StrEnum):
    """Whether answers can be changed."""

    OPEN = "open"
    FINISHED = "finished"


@dataclass(frozen=True)
class View:
    """That an evaluation is the view of one contributor on another evaluation.

    ``of`` is the id of that evaluation, ``contributor`` her account, ``discipline`` the code of
    the member of an LIVC-R that she is, an option of the question about its members. ``sections``
    are the ids of those she was asked about, None for all; ``named`` says that her name may stand
    beside the discipline.
    """

    of: str
    contributor: str
    discipline: str
    sections: frozenset[str] | None = None
    named: bool = False


@dataclass(frozen=True)
class Carried:
    """That an answer is still the one that was carried over from an earlier evaluation.

    ``since`` is the day of the evaluation in which it was given or confirmed last, ``confirmed``
    whether somebody said of this evaluation that it still holds.
    """

    since: date
    confirmed: bool = False


@dataclass(frozen=True)
class Evaluation:
    """A self-evaluation and all that was answered so far.

    ``edition`` and ``survey`` are the editions of the questionnaire and the survey it was made
    with, ``day`` the date the user gave it, ``versions`` how often each section was saved
    (absent: never). Moments are aware and in UTC. ``view`` is None for the evaluation of a
    municipality itself. ``reminded_at`` is when it was said that it will be deleted.
    ``started_from`` is the id of the evaluation whose answers it began with, as long as that is
    kept; ``carried`` has what is left of those answers, by question.
    """

    id: str
    nis_code: str
    cluster: int
    cluster_proposed: bool
    day: date
    edition: str
    survey: str
    status: Status
    answers: Answers
    versions: Mapping[str, int]
    created_at: datetime
    changed_at: datetime
    finished_at: datetime | None = None
    view: View | None = None
    reminded_at: datetime | None = None
    started_from: str | None = None
    carried: Mapping[str, Carried] = field(default_factory=dict)

    @property
    def only(self) -> frozenset[str] | None:
        """The ids of the sections that are asked, None for all of them."""
        return None if self.view is None else self.view.sections


@dataclass(frozen=True)
class Voice:
    """What one contributor answered in a finished view, as far as it may be shown.

    ``view`` is the id of that view, ``discipline`` the code of the member of an LIVC-R that she
    is; ``named`` says that her name might stand beside it. The name itself is not held: she can
    withdraw it.
    """

    view: str
    discipline: str
    named: bool
    answers: Answers


def shown_of(voices: Iterable[Voice]) -> tuple[Voice, ...]:
    """What may be shown: answers to questions that at least three could answer.

    Of those who only said that they do not know it is shown as well, beside such answers.
    """
    all_of_them = tuple(voices)
    known = Counter(
        id_
        for voice in all_of_them
        for id_ in voice.answers.values
        if DONT_KNOW not in voice.answers.chosen(id_)
    )
    return tuple(
        replace(voice, answers=Answers(values, {}, {}))
        for voice in all_of_them
        if (
            values := {
                id_: value
                for id_, value in voice.answers.values.items()
                if known[id_] >= LEAST_VOICES
            }
        )
    )


@dataclass(frozen=True)
class Supplement:
    """What a report shows besides the answers of the municipality, as it was at one moment.

    ``voices`` is what contributors answered as far as it is shown, ``reasons`` why a common
    answer was chosen, by question, ``members`` the other municipalities of the police zone that
    take part, by code with the survey cluster of each.
    """

    voices: tuple[Voice, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    members: tuple[tuple[str, int], ...] = ()

    def without(self, view: str) -> "Supplement":
        """The same without a view, and without what may no longer be shown for that."""
        return replace(self, voices=shown_of(v for v in self.voices if v.view != view))


NO_SUPPLEMENT = Supplement()
"""Of an evaluation that nobody else spoke of."""


@dataclass(frozen=True)
class Snapshot:
    """An evaluation as it was when it was finished for the ``number``-th time (from 1).

    ``content`` tells which texts, rules and figures it was reported with; empty where that was
    not kept yet. ``supplement`` is what was reported besides.
    """

    number: int
    finished_at: datetime
    evaluation: Evaluation
    content: str = ""
    supplement: Supplement = NO_SUPPLEMENT


@dataclass(frozen=True)
class Reported:
    """That an evaluation was finished: the number of its last report, its day, and the moment."""

    id: str
    number: int
    day: date
    finished_at: datetime


class NotFound(Exception):
    """There is no evaluation with this id."""


class Finished(Exception):
    """A finished evaluation cannot be changed; reopen it first."""


class VersionConflict(Exception):
    """Somebody saved the same section in the meantime; ``current`` is what is kept now."""

    def __init__(self, current: Evaluation) -> None:
        super().__init__(current.id)
        self.current = current


class ProfileConflict(Exception):
    """Somebody changed cluster or date in the meantime; ``current`` is what is kept now."""

    def __init__(self, current: Evaluation) -> None:
        super().__init__(current.id)
        self.current = current
