"""Whether the database can be used at this moment, found out without waiting long."""

import contextlib
import sqlite3
from pathlib import Path

from evaltool.store.errors import translated

WAIT_SECONDS = 1.0
"""How long another process may hold the database before it counts as one that cannot be used."""


def check_usable(path: Path, wait: float = WAIT_SECONDS) -> None:
    """Read the database, and take and give back the right to write. Nothing is changed.

    Over a connection of its own: one that was open before still reaches a file that is gone. A
    disk without room is not noticed, since nothing is written. ``wait`` is in seconds.

    Raises:
        StoreError: the database is not there, is none, is held by another or cannot be written.
    """
    with (
        translated(),
        contextlib.closing(
            sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=wait, isolation_level=None
            )
        ) as connection,
    ):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("SELECT id FROM evaluations LIMIT 1").fetchone()
        connection.execute("ROLLBACK")


def size_of(path: Path) -> int:
    """Bytes of the database and of its write-ahead log; what is not there counts for nothing."""
    total = 0
    for place in (path, path.with_name(f"{path.name}-wal")):
        with contextlib.suppress(OSError):
            total += place.stat().st_size
    return total
