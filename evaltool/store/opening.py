"""All that is kept, from one database."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from evaltool.store.access import Accounts, Attempts, AuditLog, Consents, Lists, Sessions
from evaltool.store.accounts import AccountRepository
from evaltool.store.agendas import Meetings
from evaltool.store.audit import AuditRepository
from evaltool.store.carried import CarriedRepository
from evaltool.store.coaching import CoachingRepository
from evaltool.store.consensus import ConsensusRepository
from evaltool.store.database import Database
from evaltool.store.evaluations import EvaluationRepository
from evaltool.store.following import Coaching, Trajectories
from evaltool.store.meetings import MeetingRepository
from evaltool.store.municipal import ConsentRepository, ListRepository
from evaltool.store.outbox import OutboxRepository
from evaltool.store.plans import ActionPlanRepository
from evaltool.store.reports import ReportRepository
from evaltool.store.repository import (
    ActionPlans,
    Consensus,
    Evaluations,
    Zones,
)
from evaltool.store.sessions import AttemptRepository, SessionRepository
from evaltool.store.trajectories import TrajectoryRepository
from evaltool.store.zones import ZoneRepository


@dataclass(frozen=True)
class Store:
    """The repositories, one per kind of thing; ``close`` lets go of what they stand on.

    What is changed ``with store.together():`` is changed whole or not at all.
    """

    evaluations: Evaluations
    reports: ReportRepository
    carried: CarriedRepository
    plans: ActionPlans
    meetings: Meetings
    accounts: Accounts
    sessions: Sessions
    attempts: Attempts
    consents: Consents
    consensus: Consensus
    coaching: Coaching
    trajectories: Trajectories
    lists: Lists
    audit: AuditLog
    outbox: OutboxRepository
    together: Callable[[], AbstractContextManager[object]]
    zones: Zones
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
        reports=ReportRepository(database),
        carried=CarriedRepository(database),
        plans=ActionPlanRepository(database),
        meetings=MeetingRepository(database),
        accounts=AccountRepository(database),
        sessions=SessionRepository(database),
        attempts=AttemptRepository(database),
        consents=ConsentRepository(database),
        consensus=ConsensusRepository(database),
        coaching=CoachingRepository(database),
        trajectories=TrajectoryRepository(database),
        lists=ListRepository(database),
        audit=AuditRepository(database),
        outbox=OutboxRepository(database),
        together=database.transaction,
        zones=ZoneRepository(database),
        close=database.close,
    )
