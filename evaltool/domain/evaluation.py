"""One self-evaluation over its life: filled in, finished, reopened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from evaltool.domain.answers import Answers


class Status(StrEnum):
    """Whether answers can be changed."""

    OPEN = "open"
    FINISHED = "finished"


@dataclass(frozen=True)
class View:
    """That an evaluation is the view of one contributor on another evaluation.

    ``of`` is the id of that evaluation, ``contributor`` her account, ``discipline`` the code of
    the member of an LIVC-R that she is, an option of the question about its members.
    """

    of: str
    contributor: str
    discipline: str


@dataclass(frozen=True)
class Evaluation:
    """A self-evaluation and all that was answered so far.

    ``edition`` and ``survey`` are the editions of the questionnaire and the survey it was made
    with, ``day`` the date the user gave it, ``versions`` how often each section was saved
    (absent: never). Moments are aware and in UTC. ``view`` is None for the evaluation of a
    municipality itself. ``reminded_at`` is when it was said that it will be deleted.
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


@dataclass(frozen=True)
class Snapshot:
    """An evaluation as it was when it was finished for the ``number``-th time (from 1).

    ``content`` tells which texts, rules and figures it was reported with; empty where that was
    not kept yet.
    """

    number: int
    finished_at: datetime
    evaluation: Evaluation
    content: str = ""


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
