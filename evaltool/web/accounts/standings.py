"""Where the municipalities stand that let a coach in, worked out as seldom as can be.

What a finished report says in short is kept beside it. An overview of hundreds then asks the
database a handful of questions, and reads no answers.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time
from itertools import groupby

from evaltool.domain.accounts import Consent
from evaltool.domain.trajectory import (
    Assessment,
    Kept,
    Measurement,
    Standing,
    assess,
    measured,
    standing,
)
from evaltool.web.context import services
from evaltool.web.guard import write_down
from evaltool.web.identity import account

OVERVIEW = "coaching_overview"
"""What the audit log says, once a day, of a municipality that a coach saw among the others."""


def consents() -> tuple[Consent, ...]:
    """Which municipalities let the coach of this request in."""
    return services().store.consents.to_coach(account().id)


def standings(let_in: Sequence[Consent]) -> tuple[Standing, ...]:
    """Where these municipalities stand, in the order of their codes."""
    held = services()
    edition = held.catalogue.questionnaire.edition
    named = {consent.nis_code: consent.named for consent in let_in}
    kept = sorted(held.store.trajectories.kept(named), key=lambda k: k.nis_code)
    by_place = {code: tuple(own) for code, own in groupby(kept, key=lambda k: k.nis_code)}
    wanted = {code: measured(own, edition) for code, own in by_place.items()}
    known = _assessments(tuple(k for own in wanted.values() for k in own), tuple(named))
    return tuple(
        standing(
            held.register.known(code),
            by_place.get(code, ()),
            [Measurement(k, known[k.id]) for k in wanted.get(code, ()) if k.id in known],
            named=named[code],
        )
        for code in sorted(named)
    )


def _assessments(wanted: Sequence[Kept], codes: Iterable[str]) -> dict[str, Assessment]:
    """What the last report of each evaluation says in short, by its id."""
    held = services()
    content = held.catalogue.fingerprint
    known = dict(held.store.trajectories.assessments(codes, content))
    missing = [k for k in wanted if (k.id, k.report) not in known]
    if missing:
        found = {(k.id, k.report or 0): worked_out(k.id, k.report or 0) for k in missing}
        held.store.trajectories.keep(found, content)
        known.update(found)
    return {k.id: known[k.id, k.report or 0] for k in wanted}


def worked_out(id_: str, number: int) -> Assessment:
    """What a report says in short: read from the answers as they were reported."""
    held = services()
    snapshots = held.evaluations.snapshots(id_)
    evaluation = next(s.evaluation for s in snapshots if s.number == number)
    return assess(
        held.catalogue.questionnaire,
        held.catalogue.benchmark,
        held.catalogue.rulebook,
        evaluation.answers,
        evaluation.cluster,
    )


def write_down_overview(codes: Iterable[str]) -> None:
    """Tell each municipality's log that this coach saw it among the others, once a day (UTC)."""
    held, who = services(), account()
    begin = datetime.combine(held.now().astimezone(UTC).date(), time(), UTC)
    with held.store.together():
        told = held.store.trajectories.told_since(who.id, OVERVIEW, begin)
        for code in sorted(set(codes) - told):
            write_down(OVERVIEW, code)


def write_down_each(action: str, codes: Iterable[str]) -> None:
    """Add to the log of each municipality what this coach did."""
    with services().store.together():
        for code in sorted(codes):
            write_down(action, code)
