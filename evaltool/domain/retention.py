"""How long an evaluation is kept: until it has been left alone for a number of months.

Days are those of UTC, which in Belgium begin after the local ones, and each counts from its
beginning. What lasts so many months or days has then lasted so long to the second.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from evaltool.domain.evaluation import Evaluation
from evaltool.domain.plan import PlannedAction

NOTICE = timedelta(days=60)
"""How long before its deletion somebody is reminded at least."""

UNUSED = timedelta(days=30)
"""How long an account that nobody uses is kept: after its link expired, or its last view went."""

LETTER = "retention"
"""The purpose of the letter that reminds, in the outbox."""

_DAY = timedelta(days=1)
_SHORTEST_MONTH = timedelta(days=28)


def with_all_changes(
    evaluation: Evaluation,
    plan: Iterable[PlannedAction],
    views: Iterable[Evaluation],
    meetings: datetime | None,
) -> Evaluation:
    """The evaluation, changed last when it, its plan, a view or a meeting on it was changed last.

    ``meetings`` is when any of its meetings was, None where there was none.
    """
    moments = [action.changed_at for action in plan]
    moments += [view.changed_at for view in views]
    moments += [] if meetings is None else [meetings]
    return replace(evaluation, changed_at=max((evaluation.changed_at, *moments)))


def deletion_day(evaluation: Evaluation, keep_months: int) -> date | None:
    """From which day on it is deleted; None where nobody was reminded since the last change.

    ``keep_months`` is at least 1.
    """
    reminded = evaluation.reminded_at
    if reminded is None or reminded < evaluation.changed_at:
        return None
    return max(_kept_before(evaluation, keep_months), _day(reminded + NOTICE) + _DAY)


def due_for_reminder(evaluation: Evaluation, now: datetime, keep_months: int) -> bool:
    """Whether it is time to say that it will be deleted.

    That is so early that it can be deleted as soon as its months are over.
    """
    if deletion_day(evaluation, keep_months) is not None:
        return False
    return _day(now + NOTICE) + _DAY >= _kept_before(evaluation, keep_months)


def due_for_deletion(evaluation: Evaluation, now: datetime, keep_months: int) -> bool:
    """Whether it is to be deleted: left alone for its months, and since it was said so."""
    day = deletion_day(evaluation, keep_months)
    return day is not None and _day(now) >= day


def perhaps_due_since(now: datetime, keep_months: int) -> datetime:
    """A moment before which everything was changed that is due for anything.

    Months count as their shortest here: what was changed before need not be due.
    """
    return now - keep_months * _SHORTEST_MONTH + NOTICE + _DAY


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or the last of that month where it is too short for it."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _kept_before(evaluation: Evaluation, keep_months: int) -> date:
    """The first day on which nobody changed it for so many whole months."""
    return months_later(_day(evaluation.changed_at), keep_months) + _DAY


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
