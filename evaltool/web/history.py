"""The finished evaluations of a municipality, as they were reported, and how it went over them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from evaltool.domain.access import Permission, may
from evaltool.domain.evaluation import Evaluation, Snapshot, Status
from evaltool.domain.over_time import Point, evolution, point
from evaltool.domain.pictures import EvolutionView
from evaltool.web.context import services, texts
from evaltool.web.identity import actor

_NEVER = datetime.min.replace(tzinfo=UTC)


def reported_of(nis_code: str) -> tuple[Snapshot, ...]:
    """The last report of each evaluation of a municipality that was ever finished, oldest first.

    Only those whose results the actor may read, of this edition of the questionnaire. One that
    was opened again counts as it was reported.
    """
    held, who = services(), actor()
    found: list[Snapshot] = []
    for evaluation in held.evaluations.listing([nis_code]):
        if evaluation.edition != held.catalogue.questionnaire.edition:
            continue
        if may(who, Permission.RESULTS, held.evaluations.subject(evaluation.id)):
            found += held.evaluations.snapshots(evaluation.id)[-1:]
    return tuple(sorted(found, key=lambda snapshot: when(snapshot.evaluation)))


def when(evaluation: Evaluation) -> tuple[date, datetime]:
    """What finished evaluations are ordered by: their day, then the moment they were finished."""
    return evaluation.day, evaluation.finished_at or _NEVER


def evolution_of(evaluations: Iterable[Evaluation]) -> EvolutionView:
    """How it went over finished evaluations, oldest first, in the language of this request."""
    questionnaire = services().catalogue.questionnaire
    return evolution(texts(), questionnaire, [_point(found) for found in evaluations])


def evolution_until(evaluation: Evaluation) -> EvolutionView | None:
    """How it went up to and with a finished evaluation; None where it is the first, or open."""
    if evaluation.status is not Status.FINISHED:
        return None
    others = (s.evaluation for s in reported_of(evaluation.nis_code))
    earlier = [e for e in others if e.id != evaluation.id and when(e) <= when(evaluation)]
    return evolution_of([*earlier, evaluation]) if earlier else None


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
