"""The SQLite database: how it is opened, and how a change is made whole or not at all."""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evaltool.store.engine import sqlite_utils
from evaltool.store.errors import NewerVersion, translated
from evaltool.store.migrations import MIGRATIONS

_WAIT_SECONDS = 10.0
_PAUSE_SECONDS = 0.01


class Database:
    """One database file, with a connection per thread.

    Opening it makes the folder and the file where they are missing, for their owner alone, and
    brings the tables up to date. ``wait`` is how many seconds a change waits for its turn.

    Raises:
        StoreError: the file cannot be used, is no database or belongs to a newer version.
        OSError: the folder or the file cannot be made.
    """

    def __init__(self, path: Path, *, wait: float = _WAIT_SECONDS) -> None:
        self.path = path
        self._wait = wait
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make_private(path)
        try:
            self._migrate()
        except BaseException:
            self.close()
            raise

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
            timeout=self._wait,
            # Transactions are ours alone: see transaction().
            isolation_level=None,
            check_same_thread=False,
        )
        # Before anything can fail, so that close() closes it.
        with self._lock:
            self._connections.append(connection)
        self._use_log(connection)
        for pragma in (
            # An acknowledged save survives a power cut.
            "synchronous = FULL",
            "foreign_keys = ON",
            # What is deleted is overwritten.
            "secure_delete = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def _use_log(self, connection: sqlite3.Connection) -> None:
        """Write ahead to a log, so that readers and a writer do not wait for each other.

        Where several open a new file at once, the engine does not wait for its turn but tells
        at once that the file is locked.
        """
        until = time.monotonic() + self._wait
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
                time.sleep(_PAUSE_SECONDS)
            else:
                return

    def _migrate(self) -> None:
        """Apply what is missing, all of it or nothing, and in one process at a time."""
        with contextlib.closing(sqlite3.connect(":memory:")) as empty:
            # In an empty database every migration that this version knows is pending.
            pending = MIGRATIONS.pending(sqlite_utils.Database(empty))
        known = {migration.name for migration in pending}
        with self.transaction() as tables:
            unknown = {migration.name for migration in MIGRATIONS.applied(tables)} - known
            if unknown:
                raise NewerVersion(", ".join(sorted(unknown)))
            MIGRATIONS.apply(tables)

    def transaction(self) -> contextlib.AbstractContextManager[sqlite_utils.Database]:
        """A change that happens whole or not at all.

        It takes the right to write at its start: two that begin by reading and then both want
        to write would end with "database is locked" for one of them. One inside another is part
        of it.
        """
        return self._whole("BEGIN IMMEDIATE")

    def reading(self) -> contextlib.AbstractContextManager[sqlite_utils.Database]:
        """Several readings of one and the same state, whatever others change meanwhile."""
        return self._whole("BEGIN")

    @contextmanager
    def _whole(self, begin: str) -> Iterator[sqlite_utils.Database]:
        with translated():
            tables = self.tables
            if tables.conn.in_transaction:
                yield tables
                return
            tables.execute(begin)
            try:
                yield tables
                tables.execute("COMMIT")
                if getattr(self._local, "truncate", False):
                    self._local.truncate = False
                    self.truncate_log()
            except BaseException:
                self._local.truncate = False
                # A full disk or an I/O error may have undone it already; a commit that failed
                # has not, and would keep everyone else from writing.
                if tables.conn.in_transaction:
                    tables.execute("ROLLBACK")
                raise

    def truncate_log(self) -> None:
        """Move what the write-ahead log holds into the database and empty the log.

        Within a transaction: as soon as that is committed.

        It waits for those who are reading. If one of them reads on for longer than ``wait``,
        the log is emptied by the next call, or when the last connection closes.
        """
        if self.tables.conn.in_transaction:
            self._local.truncate = True
            return
        with translated():
            self.tables.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()
        self._local = threading.local()


def _make_private(path: Path) -> None:
    """Make the file, and make it its owner's alone.

    Before SQLite opens it: the files it lays beside it take over its mode.
    """
    if not path.exists():
        path.touch(mode=0o600)
    elif path.is_file():
        # Not every file system knows modes, and a file can be somebody else's.
        with contextlib.suppress(OSError):
            path.chmod(0o600)
