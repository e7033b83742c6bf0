"""What is kept: the only place with SQL."""

from evaltool.store.database import Database
from evaltool.store.documents import keep_document
from evaltool.store.errors import (
    DatabaseFull,
    DatabaseLocked,
    NewerVersion,
    NotADatabase,
    ReadOnly,
    StoreError,
)
from evaltool.store.evaluations import EvaluationRepository
from evaltool.store.repository import Evaluations

__all__ = [
    "Database",
    "DatabaseFull",
    "DatabaseLocked",
    "EvaluationRepository",
    "Evaluations",
    "NewerVersion",
    "NotADatabase",
    "ReadOnly",
    "StoreError",
    "keep_document",
]
