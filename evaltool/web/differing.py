"""What a report shows besides the own answers: now, and as it was when it was finished."""

from evaltool.domain.access import Permission
from evaltool.domain.consensus import differences, supplement
from evaltool.domain.evaluation import Evaluation, Supplement
from evaltool.domain.supplements import DifferenceView
from evaltool.domain.zone import taking_part
from evaltool.web.context import services, texts
from evaltool.web.guard import can
from evaltool.web.questions import wording

__all__ = ["differences_in", "differences_on", "supplement_of"]


def supplement_of(evaluation: Evaluation) -> Supplement:
    """What contributors answered, why common answers were chosen and who takes part, as of now."""
    held = services()
    return supplement(
        held.catalogue.questionnaire,
        views=held.evaluations.views_of(evaluation.id),
        reasons=held.store.consensus.reasons(evaluation.id),
        members=taking_part(held.store.zones.of(evaluation.id), alone=held.hosted is None),
    )


def differences_on(evaluation: Evaluation) -> tuple[DifferenceView, ...]:
    """Every question that enough members answered by now, the one they differ on most first."""
    return differences_in(evaluation, supplement_of(evaluation))


def differences_in(evaluation: Evaluation, known: Supplement) -> tuple[DifferenceView, ...]:
    """The same as it was known at some moment.

    Nothing for a coach and for another municipality: what a member answered is for her own.
    """
    if not known.voices or not can(Permission.CONSENSUS):
        return ()
    held = services()
    return differences(
        held.catalogue.questionnaire,
        held.catalogue.benchmark,
        wording(),
        texts(),
        supplement=known,
        names={
            given.id: held.store.accounts.get(given.view.contributor).name
            for given in held.evaluations.views_of(evaluation.id)
            if given.view is not None and given.view.named
        },
        common=evaluation.answers,
        cluster=evaluation.cluster,
    )
