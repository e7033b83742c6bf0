"""The SQLite database: how it is opened, and how a change is made whole or not at all."""

import contextlib
import math
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evaltool.store.errors import translated

ENGINE_VERSION = f"SQLite {sqlite3.sqlite_version}"

LATEST = "m010_items_on_screen"
"""The last step of the shape of the database that this version knows."""

_WAIT_SECONDS = 10.0
_PAUSE_SECONDS = 0.01
SHORT_WAIT = 0.2
"""Seconds that is waited for a change that nobody asked for and that can as well be made later."""
_LONGEST_TRUNCATION = 1.0
"""Seconds that whoever deletes waits for those who read."""
_RETRY_AFTER = 2.0
"""Seconds; who reads on and on does not slow down every change."""


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
        self._truncating = threading.Lock()
        self._retry_at = math.inf
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make_private(path)
        try:
            self._migrate()
            if _holds_something(path.with_name(f"{path.name}-wal")):
                # A process that was killed may have left what was deleted.
                with translated():
                    self._truncate(0)
        except BaseException:
            self.close()
            raise

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection of this thread."""
        held: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if held is None:
            held = self._local.connection = self._connect()
        return held

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            # A file that is gone is not made anew, empty: nobody would notice.
            f"{self.path.resolve().as_uri()}?mode=rw",
            uri=True,
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
            # KiB for each thread; the system keeps the file in memory for all of them.
            "cache_size = -512",
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
        with self.transaction() as connection:
            if last_step(connection) == LATEST:
                return
            # Loaded here: what changes tables is seldom needed, and takes long to load.
            from evaltool.store.migrating import migrate

            migrate(connection)

    def transaction(
        self, wait: float | None = None
    ) -> contextlib.AbstractContextManager[sqlite3.Connection]:
        """A change that happens whole or not at all.

        It takes the right to write at its start: two that begin by reading and then both want
        to write would end with "database is locked" for one of them. One inside another is part
        of it. ``wait`` is how many seconds it waits for its turn, where that is not as usual.
        """
        return self._whole("BEGIN IMMEDIATE", wait)

    def reading(self) -> contextlib.AbstractContextManager[sqlite3.Connection]:
        """Several readings of one and the same state, whatever others change meanwhile."""
        return self._whole("BEGIN")

    @contextmanager
    def _whole(self, begin: str, wait: float | None = None) -> Iterator[sqlite3.Connection]:
        with translated():
            connection = self.connection
            if connection.in_transaction:
                yield connection
                return
            self._begin(connection, begin, wait)
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                self._local.truncate = False
                # A full disk or an I/O error may have undone it already; a commit that failed
                # has not, and would keep everyone else from writing.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            if getattr(self._local, "truncate", False):
                self._local.truncate = False
                self.truncate_log()
            elif begin != "BEGIN" and self._retry_at < time.monotonic():
                self._truncate(0)

    def _begin(self, connection: sqlite3.Connection, begin: str, wait: float | None) -> None:
        if wait is None:
            connection.execute(begin)
            return
        connection.execute(f"PRAGMA busy_timeout = {round(1000 * wait)}")
        try:
            connection.execute(begin)
        finally:
            connection.execute(f"PRAGMA busy_timeout = {round(1000 * self._wait)}")

    def truncate_log(self) -> None:
        """Move what the write-ahead log holds into the database and empty the log.

        Within a transaction: as soon as that is committed.

        Whoever is reading may need the log. If that takes longer than a second, it is tried again
        after a later change, when all is closed, and when it is opened again.
        """
        if self.connection.in_transaction:
            self._local.truncate = True
            return
        with translated():
            self._truncate(_LONGEST_TRUNCATION)

    def _truncate(self, wait: float) -> None:
        connection = self.connection
        # One at a time: what one thread emptied is not what another still has to.
        with self._truncating:
            connection.execute(f"PRAGMA busy_timeout = {round(1000 * wait)}")
            try:
                (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.OperationalError:
                # What was committed stays so: a full disk or a reader only puts this off.
                busy = True
            finally:
                connection.execute(f"PRAGMA busy_timeout = {round(1000 * self._wait)}")
            self._retry_at = time.monotonic() + _RETRY_AFTER if busy else math.inf

    def close(self) -> None:
        """Close the connections of all threads."""
        if self._retry_at < math.inf:
            # Nothing can be done about a failure now: the next program that opens it goes on.
            with contextlib.suppress(sqlite3.Error):
                self._truncate(_LONGEST_TRUNCATION)
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()
        self._local = threading.local()


def last_step(connection: sqlite3.Connection) -> str:
    """The last step by which the shape of the database was made, empty in an empty one."""
    table = "SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'"
    if connection.execute(table).fetchone() is None:
        return ""
    (name,) = connection.execute(
        "SELECT MAX(name) FROM _sqlite_migrations WHERE migration_set = 'evaltool'"
    ).fetchone()
    return name or ""


def _holds_something(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


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
