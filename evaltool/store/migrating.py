"""Bringing the shape of a database up to date."""

import contextlib
import logging
import sqlite3

from evaltool.store.engine import sqlite_utils
from evaltool.store.errors import NewerVersion
from evaltool.store.migrations import MIGRATIONS

_log = logging.getLogger(__name__)


def steps() -> tuple[str, ...]:
    """The names of all steps that this version knows, in their order."""
    with contextlib.closing(sqlite3.connect(":memory:")) as empty:
        # In an empty database each of them is pending.
        pending = MIGRATIONS.pending(sqlite_utils.Database(empty))
    return tuple(migration.name for migration in pending)


def migrate(connection: sqlite3.Connection) -> None:
    """Take the steps that are missing, within a transaction of the caller's.

    Raises:
        NewerVersion: it has steps that this version does not know.
    """
    tables = sqlite_utils.Database(connection)
    applied, known = [migration.name for migration in MIGRATIONS.applied(tables)], steps()
    if unknown := set(applied) - set(known):
        raise NewerVersion(", ".join(sorted(unknown)))
    MIGRATIONS.apply(tables)
    if applied:
        _log.info("database brought up to date: from %s to %s", max(applied), max(known))
