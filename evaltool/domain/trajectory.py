"""Many municipalities in a guidance trajectory: where each stands, chosen and sorted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from evaltool.domain.answers import Answers, reported
from evaltool.domain.benchmark import Benchmark
from evaltool.domain.comparison import compare
from evaltool.domain.evaluation import Status
from evaltool.domain.feedback import evaluate
from evaltool.domain.municipality import Municipality
from evaltool.domain.questionnaire import DONT_KNOW, Questionnaire
from evaltool.domain.rules import Rulebook, Track
from evaltool.domain.situation import Area

DIFFICULTIES = ("livcr_difficulties", "policy_difficulties", "challenges", "support_needs")
"""The questions about difficulties at which several options can be chosen."""

SHARED_QUESTIONS = (*DIFFICULTIES, "missing_partners")
"""The questions whose answers a group is asked about together."""


class State(StrEnum):
    """How far a municipality is with evaluating itself."""

    NONE = "none"
    """It never began."""
    OPEN = "open"
    """The last evaluation that it began is still open."""
    FINISHED = "finished"


@dataclass(frozen=True)
class Assessment:
    """What one finished report says in short.

    ``levels`` are those of the areas in the order of :class:`Area` (1 to 4, None: not known),
    ``attention`` and ``strengths`` numbers of findings, ``chosen`` the options chosen at each
    question that is asked of a group, for those that were answered with more than "weet ik niet".
    """

    levels: tuple[int | None, ...]
    track: Track | None
    legal: bool | None
    attention: int
    strengths: int
    chosen: Mapping[str, tuple[str, ...]]


def assess(
    questionnaire: Questionnaire,
    benchmark: Benchmark,
    rulebook: Rulebook,
    answers: Answers,
    cluster: int,
) -> Assessment:
    """What the report on some answers says in short."""
    compared = compare(questionnaire, benchmark, answers, cluster)
    feedback = evaluate(questionnaire, rulebook, answers, compared, cluster)
    numbers = {level.area: level.number for level in feedback.levels}
    given = reported(questionnaire, answers)
    chosen = {
        id_: tuple(o.id for o in questionnaire.by_id[id_].options if o.id in codes)
        for id_ in SHARED_QUESTIONS
        if (codes := given.chosen(id_)) and DONT_KNOW not in codes
    }
    return Assessment(
        levels=tuple(numbers.get(area) for area in Area),
        track=None if feedback.track is None else feedback.track.rule.track,
        legal=feedback.legal.met,
        attention=len(feedback.attention()),
        strengths=len(feedback.strengths()),
        chosen=chosen,
    )


@dataclass(frozen=True)
class Kept:
    """An evaluation in short.

    ``report`` is the number of its last report (None: never finished), ``finished_at`` when that
    was made; ``day`` and ``cluster`` are as in that report. ``changed_at`` is when the evaluation,
    a view on it or its action plan was changed last. ``open_actions`` are those still to be done;
    an action that stands in the plans of several evaluations counts where it was changed last.
    """

    id: str
    nis_code: str
    cluster: int
    day: date
    edition: str
    status: Status
    created_at: datetime
    changed_at: datetime
    report: int | None
    finished_at: datetime | None
    open_actions: int
    done_actions: int


@dataclass(frozen=True)
class Place:
    """How far a municipality is, and the last report with the present questionnaire, if any.

    ``has_account`` says that somebody can sign in for it. ``report`` is the id of the evaluation
    and the number of the report, ``assessment`` what that says, None where it is not worked out.
    """

    nis_code: str
    has_account: bool
    began: bool
    finished: bool
    report: tuple[str, int] | None
    assessment: Assessment | None


@dataclass(frozen=True)
class Measurement:
    """An evaluation that was finished, and what its last report says."""

    kept: Kept
    assessment: Assessment


@dataclass(frozen=True)
class Standing:
    """Where a municipality stands.

    ``first`` is the baseline and ``last`` the last finished evaluation (the same where there is
    one alone, None where there is none); ``named`` says that it may be named to others. Actions
    are those of all its evaluations.
    """

    municipality: Municipality
    named: bool
    state: State
    evaluations: int
    first: Measurement | None
    last: Measurement | None
    active_at: datetime | None
    open_actions: int
    done_actions: int

    @property
    def track(self) -> Track | None:
        """The coaching track that the last report proposes."""
        return None if self.last is None else self.last.assessment.track

    @property
    def cluster(self) -> int | None:
        """The survey cluster of the last finished evaluation."""
        return None if self.last is None else self.last.kept.cluster

    @property
    def follow_up(self) -> Measurement | None:
        """The last finished evaluation, where that is not the baseline itself."""
        return None if self.last is self.first else self.last

    def level(self, area: Area) -> int | None:
        """The level of an area in the last report."""
        return None if self.last is None else self.last.assessment.levels[_PLACES[area]]

    def level_before(self, area: Area) -> int | None:
        """The level of an area at the baseline, where there is a follow-up."""
        if self.first is None or self.follow_up is None:
            return None
        return self.first.assessment.levels[_PLACES[area]]


_PLACES = {area: place for place, area in enumerate(Area)}


def measured(kept: Iterable[Kept], edition: str) -> tuple[Kept, ...]:
    """The first and the last finished evaluation of one municipality: none, one or two.

    In the order of their days; of one day, in which they were finished, as on the pages of the
    municipality itself. One that was made with another edition of the questionnaire cannot
    be set beside the others, and is left out.
    """
    found = sorted(
        (k for k in kept if k.report is not None and k.edition == edition),
        key=lambda k: (k.day, k.finished_at or k.created_at, k.id),
    )
    return tuple(found) if len(found) < 2 else (found[0], found[-1])


def standing(
    municipality: Municipality,
    kept: Sequence[Kept],
    measurements: Sequence[Measurement],
    *,
    named: bool,
) -> Standing:
    """Where a municipality stands, by its evaluations and those measured (first and last)."""
    state = State.NONE
    if kept:
        latest = max(kept, key=lambda k: (k.day, k.created_at, k.id))
        state = State.OPEN if latest.status is Status.OPEN else State.FINISHED
    return Standing(
        municipality=municipality,
        named=named,
        state=state,
        evaluations=len(kept),
        first=measurements[0] if measurements else None,
        last=measurements[-1] if measurements else None,
        active_at=max((k.changed_at for k in kept), default=None),
        open_actions=sum(k.open_actions for k in kept),
        done_actions=sum(k.done_actions for k in kept),
    )


NO_TRACK = "none"
"""Stands in a choice for municipalities to which no track is proposed (yet)."""

SORTS = ("name", "province", "state", *Area, "track", "active", "actions")
"""What an overview can be sorted by."""


@dataclass(frozen=True)
class Choice:
    """Which municipalities an overview shows, and in which order. Empty: no choice."""

    track: str = ""
    state: str = ""
    province: str = ""
    sort: str = "name"
    descending: bool = False


def chosen(standings: Iterable[Standing], choice: Choice) -> tuple[Standing, ...]:
    """The standings that fit a choice, in its order; what is not known comes last."""
    found = [s for s in standings if _fits(s, choice)]
    found.sort(key=lambda s: s.municipality.name)
    keyed = [(s, _sort_key(s, choice.sort)) for s in found]
    known = [(key, s) for s, key in keyed if key is not None]
    known.sort(key=lambda pair: pair[0], reverse=choice.descending)
    return (*(s for _, s in known), *(s for s, key in keyed if key is None))


def track_of(standing: Standing) -> str:
    """The track as a choice names it."""
    return NO_TRACK if standing.track is None else standing.track


def _fits(standing: Standing, choice: Choice) -> bool:
    return (
        choice.track in ("", track_of(standing))
        and choice.state in ("", standing.state)
        and choice.province in ("", standing.municipality.province)
    )


def _sort_key(standing: Standing, sort: str) -> tuple[float, str] | None:
    """What a standing is sorted by: a number, then a text; None where it is not known."""
    number: float | None = 0
    text = ""
    match sort:
        case "province":
            text = standing.municipality.province
        case "state":
            number = list(State).index(standing.state)
        case "track":
            number = None if standing.track is None else list(Track).index(standing.track)
        case "active":
            number = None if standing.active_at is None else standing.active_at.timestamp()
        case "actions":
            number = standing.open_actions
        case _ if sort in _PLACES:
            number = standing.level(Area(sort))
        case _:
            text = standing.municipality.name
    return None if number is None else (number, text)
