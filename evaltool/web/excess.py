"""Holding back an account that asks for too much: documents and new evaluations.

What it did within the hour is counted in the audit log, which has all of it already.
"""

from collections.abc import Collection
from datetime import datetime

from evaltool.domain.attempts import HOUR, MOST_DOCUMENTS, MOST_EVALUATIONS, MOST_REPORTED, free_at
from evaltool.web.context import services
from evaltool.web.identity import actor

_DOCUMENTS = frozenset(
    {"document", "meeting", "intake", "export", "municipality_exported", "log_taken"}
)


class TooMuch(Exception):
    """Somebody asks for more than the tool makes for one account; ``until`` is when it does."""

    def __init__(self, until: datetime) -> None:
        super().__init__("too much")
        self.until = until


def hold_back_documents() -> None:
    """Let a document, or files with data, be made.

    Raises:
        TooMuch: this account took along too many within the hour.
    """
    _hold_back(_DOCUMENTS, MOST_DOCUMENTS)


def hold_back_evaluations() -> None:
    """Let an evaluation be begun or imported; raises as ``hold_back_documents``."""
    _hold_back({"create"}, MOST_EVALUATIONS)


def hold_back_reports() -> None:
    """Let a coach take a report along on many; raises as ``hold_back_documents``."""
    _hold_back({"trajectory_taken"}, MOST_REPORTED)


def _hold_back(actions: Collection[str], most: int) -> None:
    held = services()
    if held.hosted is None:
        return
    now = held.now()
    noted = held.store.audit.moments(actor().account or "", actions, now - HOUR)
    # What a clock noted that was set back since would count until that moment comes.
    until = free_at([moment for moment in noted if moment < now + HOUR], most)
    if until is not None:
        raise TooMuch(until)
