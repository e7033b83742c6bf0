"""All that is kept, from one database."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from evaltool.store.access import Accounts, Attempts, AuditLog, Consents, Lists, Sessions
from evaltool.store.accounts import AccountRepository
from evaltool.store.audit import AuditRepository
from evaltool.store.database import Database
from evaltool.store.evaluations import EvaluationRepository
from evaltool.store.municipal import ConsentRepository, ListRepository
from evaltool.store.outbox import OutboxRepository
from evaltool.store.plans import ActionPlanRepository
from evaltool.store.repository import ActionPlans, Evaluations
from evaltool.store.sessions import AttemptRepository, SessionRepository


@dataclass(frozen=True)
class Store:
    """The repositories, one per kind of thing; ``close`` lets go of what they stand on.

    What is changed ``with store.together():`` is changed whole or not at all.
    """

    evaluations: Evaluations
    plans: ActionPlans
    accounts: Accounts
    sessions: Sessions
    attempts: Attempts
    consents: Consents
    lists: Lists
    audit: AuditLog
    outbox: OutboxRepository
    together: Callable[[], AbstractContextManager[object]]
    close: Callable[[], None]


def open_store(path: Path) -> Store:
    """The store in a database file, which is made where it is missing.

    Raises:
        StoreError: the file cannot be used, is no database or belongs to a newer version.
        OSError: the folder or the file cannot be made.
    """
    database = Database(path)
    return Store(
        evaluations=EvaluationRepository(database),
        plans=ActionPlanRepository(database),
        accounts=AccountRepository(database),
        sessions=SessionRepository(database),
        attempts=AttemptRepository(database),
        consents=ConsentRepository(database),
        lists=ListRepository(database),
        audit=AuditRepository(database),
        outbox=OutboxRepository(database),
        together=database.transaction,
        close=database.close,
    )
