"""The finished evaluations of a municipality, as they were reported, and how it went over them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from evaltool.domain.access import Permission, Subject, may
from evaltool.domain.evaluation import Evaluation, Reported, Snapshot, Status
from evaltool.domain.over_time import Point, evolution, point
from evaltool.domain.pictures import EvolutionView
from evaltool.web.context import services, texts
from evaltool.web.identity import actor

MOST_SHOWN = 12
"""Most finished evaluations in an evolution, the last ones: more dots cannot be told apart."""

_NEVER = datetime.min.replace(tzinfo=UTC)


def reported_of(nis_code: str) -> tuple[Reported, ...]:
    """The last report of each evaluation of a municipality that was ever finished, oldest first.

    Only those whose results the actor may read, of this edition of the questionnaire. One that
    was opened again counts as it was reported. What they say is read with :func:`loaded`.
    """
    held, who = services(), actor()
    edition = held.catalogue.questionnaire.edition
    if may(who, Permission.RESULTS, Subject(nis_code)):
        return held.store.reports.of(nis_code, edition)
    own = who.nis_code
    if own and may(who, Permission.RESULTS, Subject(nis_code, None, frozenset({own}))):
        return held.store.reports.of(nis_code, edition, bound=own)
    return ()


def loaded(reported: Iterable[Reported]) -> tuple[Snapshot, ...]:
    """These reports with what they say, in their order."""
    return services().store.reports.load(reported)


def when(evaluation: Evaluation) -> tuple[date, datetime]:
    """What finished evaluations are ordered by: their day, then the moment they were finished."""
    return evaluation.day, evaluation.finished_at or _NEVER


def evolution_of(evaluations: Iterable[Evaluation], total: int = 0) -> EvolutionView:
    """How it went over finished evaluations, oldest first, in the language of this request.

    ``total`` is of how many these are the last, where they are not all.
    """
    questionnaire = services().catalogue.questionnaire
    return evolution(texts(), questionnaire, [_point(found) for found in evaluations], total)


def evolution_until(evaluation: Evaluation) -> EvolutionView | None:
    """How it went up to and with a finished evaluation; None where it is the first, or open."""
    if evaluation.status is not Status.FINISHED:
        return None
    here = when(evaluation)
    earlier = [
        found
        for found in reported_of(evaluation.nis_code)
        if found.id != evaluation.id and (found.day, found.finished_at) <= here
    ]
    if not earlier:
        return None
    shown = loaded(earlier[1 - MOST_SHOWN :])
    return evolution_of([*(s.evaluation for s in shown), evaluation], len(earlier) + 1)


def _point(evaluation: Evaluation) -> Point:
    held = services().catalogue
    return point(
        held.questionnaire,
        held.rulebook,
        held.benchmark,
        answers=evaluation.answers,
        cluster=evaluation.cluster,
        day=evaluation.day,
    )
