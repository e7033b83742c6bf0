"""What else there is of a municipality: a meeting, a common answer, the notes of its coach."""

from collections.abc import Callable, Mapping
from datetime import date

from evaltool.domain.accounts import Account
from evaltool.domain.agenda import Decision, Item, Meeting, MeetingState, Present
from evaltool.domain.evaluation import Evaluation
from evaltool.domain.meeting import ItemKind
from tests.hosting import Town

Words = Callable[[str, str], str]
"""The text for a kind of place of a municipality: ``answer`` (what it wrote itself), ``view``,
``name``, ``coach`` (a note that is a coach's alone) or ``shared`` (one that is not)."""

DAY = date(2026, 12, 1)


def plant(
    town: Town, evaluation: Evaluation, coach: Account, officer: Account, words: Words
) -> Mapping[str, tuple[str, ...]]:
    """Plant it all, and give the ids by the name that they have in addresses."""
    store, at, code = town.held.store, town.clock.at, evaluation.nis_code
    written = words("answer", code)
    title = " ".join(written.split())[:300]
    kind = next(iter(ItemKind))
    meeting = store.meetings.create(
        evaluation.id,
        Meeting(
            id="",
            day=DAY,
            title=title,
            length=60,
            present=Present(("mayor",), title),
            state=MeetingState.RUNNING,
            items=(Item(kind, title, 10, notes=written), Item(kind, title, 10)),
            started_at=at,
        ),
        at=at,
    )
    decision = store.meetings.decide(
        evaluation.id, meeting.id, Decision(title, owner=title, due=DAY, item=meeting.items[0].id)
    )
    store.consensus.give_reason(evaluation.id, "chair", written, by=officer.id, at=at)
    private = store.coaching.add(code, coach.id, words("coach", code), shared=False, at=at)
    shared = store.coaching.add(code, coach.id, words("shared", code), shared=True, at=at)
    session = store.coaching.add(code, coach.id, words("shared", code), day=DAY, shared=True, at=at)
    return {
        "meeting_id": (meeting.id,),
        "decision_id": (decision.id,),
        "entry_id": (private.id, shared.id, session.id),
        "item": tuple(item.id for item in meeting.items),
    }
