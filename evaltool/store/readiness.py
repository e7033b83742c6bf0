"""Whether the database can be used at this moment, found out without waiting long."""

import contextlib
import os
import sqlite3
from pathlib import Path

from evaltool.store.errors import ReadOnly, translated

WAIT_SECONDS = 1.0
"""How long another process may hold the database before it counts as one that cannot be used."""

_EFFECTIVE = os.access in os.supports_effective_ids
"""Whether the system can tell what this process may do, and not who started it."""


def check_usable(path: Path, wait: float = WAIT_SECONDS) -> None:
    """Read the database, and begin a change that is given back. Nothing is changed.

    Over a connection of its own: one that was open before still reaches a file that is gone. A
    disk without room is not noticed, since nothing gets as far as the disk. ``wait`` is in seconds.

    Raises:
        StoreError: the database is not there, is none, is held by another or cannot be written.
    """
    if (place := closed_place(path)) is not None:
        raise ReadOnly(str(place))
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
        # What may only be read lets the transaction begin, and refuses the first change.
        connection.execute("UPDATE evaluations SET id = id WHERE FALSE")
        connection.execute("ROLLBACK")


def is_kept(path: Path) -> bool:
    """Whether there is a file with something in it: opening a database makes one that is empty."""
    try:
        return path.is_file() and path.stat().st_size > 0
    except OSError:
        return False


def closed_place(path: Path) -> Path | None:
    """The file or folder that keeps this process from writing to a database, if there is one.

    The engine may take up a file that it had opened before, so that it does not notice. Opening
    it to find out is no way: closing it again would let go of the locks of this whole process.
    """
    beside = (path.with_name(f"{path.name}{end}") for end in ("-wal", "-shm"))
    for place in (path, *beside, path.parent):
        may = (os.access(place, how, effective_ids=_EFFECTIVE) for how in (os.F_OK, os.W_OK))
        if tuple(may) == (True, False):
            return place
    return None


def size_of(path: Path) -> int:
    """Bytes of the database and of its write-ahead log; what is not there counts for nothing."""
    total = 0
    for place in (path, path.with_name(f"{path.name}-wal")):
        with contextlib.suppress(OSError):
            total += place.stat().st_size
    return total
