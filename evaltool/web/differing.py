"""Where members of the LIVC-R see an evaluation differently, for page and report."""

from collections.abc import Iterator

from evaltool.domain.consensus import Voice, differences
from evaltool.domain.evaluation import Evaluation, Status
from evaltool.domain.supplements import DifferenceView
from evaltool.web.context import services, texts
from evaltool.web.questions import wording

MEMBERS = "livcr_members"
"""The question whose options are the disciplines around the table."""


def voices_on(evaluation: Evaluation) -> tuple[Voice, ...]:
    """The views that are finished: what is still being written is nobody else's."""
    return tuple(_voices(evaluation))


def _voices(evaluation: Evaluation) -> Iterator[Voice]:
    held, words = services(), wording()
    everything = frozenset(held.catalogue.questionnaire.section_by_id)
    for given in held.evaluations.views_of(evaluation.id):
        view = given.view
        if view is None or given.status is not Status.FINISHED:
            continue
        who = words.option(MEMBERS, view.discipline)
        if view.named:
            who = f"{who} ({held.store.accounts.get(view.contributor).name})"
        yield Voice(who, given.answers, view.sections or everything)


def differences_on(
    evaluation: Evaluation, voices: tuple[Voice, ...] | None = None
) -> tuple[DifferenceView, ...]:
    """Every question that enough members answered, the one they differ on most first."""
    held = services()
    return differences(
        held.catalogue.questionnaire,
        held.catalogue.benchmark,
        wording(),
        texts(),
        voices=voices_on(evaluation) if voices is None else voices,
        common=evaluation.answers,
        cluster=evaluation.cluster,
        reasons=held.store.consensus.reasons(evaluation.id),
    )
