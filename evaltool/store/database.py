"""The SQLite database: how it is opened, and how a change is made whole or not at all."""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evaltool.store.engine import sqlite_utils
from evaltool.store.errors import NewerVersion, translated
from evaltool.store.migrations import MIGRATIONS

_WAIT_SECONDS = 10.0


class Database:
    """One database file, with a connection per thread.

    Raises:
        StoreError: the file cannot be opened, is no database or belongs to a newer version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with translated():
            known = {migration.name for migration in MIGRATIONS.pending(self._fresh())}
            applied = {migration.name for migration in MIGRATIONS.applied(self.tables)}
            if applied - known:
                raise NewerVersion(", ".join(sorted(applied - known)))
            MIGRATIONS.apply(self.tables)
        with contextlib.suppress(OSError):
            # Not every file system knows modes; where it does, the file is the owner's alone.
            path.chmod(0o600)

    @staticmethod
    def _fresh() -> sqlite_utils.Database:
        """An empty database, in which every migration this version knows is pending."""
        return sqlite_utils.Database(memory=True)

    @property
    def tables(self) -> sqlite_utils.Database:
        """The tables, through the connection of this thread."""
        held: sqlite_utils.Database | None = getattr(self._local, "tables", None)
        if held is None:
            held = sqlite_utils.Database(self._connect())
            self._local.tables = held
        return held

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path,
            timeout=_WAIT_SECONDS,
            # Transactions are ours alone: see transaction().
            isolation_level=None,
            check_same_thread=False,
        )
        for pragma in (
            "journal_mode = WAL",
            # An acknowledged save survives a power cut.
            "synchronous = FULL",
            "foreign_keys = ON",
            # What is deleted is overwritten.
            "secure_delete = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")
        with self._lock:
            self._connections.append(connection)
        return connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite_utils.Database]:
        """A change that happens whole or not at all.

        It takes the right to write at its start: two that begin by reading and then both want
        to write would end with "database is locked" for one of them.
        """
        tables = self.tables
        with translated():
            tables.execute("BEGIN IMMEDIATE")
            try:
                yield tables
            except BaseException:
                # A full disk or an I/O error has undone it already.
                if tables.conn.in_transaction:
                    tables.execute("ROLLBACK")
                raise
            tables.execute("COMMIT")

    def truncate_log(self) -> None:
        """Move what the write-ahead log holds into the database and empty the log."""
        with translated():
            self.tables.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()
        self._local = threading.local()
