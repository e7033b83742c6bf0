"""What is kept: the only place with SQL."""

from evaltool.store.database import ENGINE_VERSION, Database
from evaltool.store.documents import keep_document
from evaltool.store.errors import (
    DatabaseFull,
    DatabaseLocked,
    NewerVersion,
    NotADatabase,
    NotWritten,
    ReadOnly,
    StoreError,
)
from evaltool.store.evaluations import EvaluationRepository
from evaltool.store.leaving import is_last_administrator, is_last_officer, withdraw_with
from evaltool.store.opening import Store, open_store
from evaltool.store.plans import ActionPlanRepository
from evaltool.store.readiness import check_usable, is_kept, size_of
from evaltool.store.repository import ActionPlans, Evaluations
from evaltool.store.serialising import digest_of

__all__ = [
    "ENGINE_VERSION",
    "ActionPlanRepository",
    "ActionPlans",
    "Database",
    "DatabaseFull",
    "DatabaseLocked",
    "EvaluationRepository",
    "Evaluations",
    "NewerVersion",
    "NotADatabase",
    "NotWritten",
    "ReadOnly",
    "Store",
    "StoreError",
    "check_usable",
    "digest_of",
    "is_kept",
    "is_last_administrator",
    "is_last_officer",
    "keep_document",
    "open_store",
    "size_of",
    "withdraw_with",
]
