"""What can go wrong with what is kept; each type has a code for a sentence that says what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from sqlite3 import DatabaseError, OperationalError


class StoreError(Exception):
    """Something could not be kept or read; ``code`` names the sentence for the user."""

    code = "store_failed"


class NewerVersion(StoreError):
    """The database was made by a newer version of the tool."""

    code = "store_newer_version"


class NotADatabase(StoreError):
    """The file is no database, or it is damaged."""

    code = "store_not_a_database"


class ReadOnly(StoreError):
    """The database cannot be written to."""

    code = "store_read_only"


class DatabaseLocked(StoreError):
    """Another process held the database for too long."""

    code = "store_locked"


class DatabaseFull(StoreError):
    """There is no room left on the disk."""

    code = "store_full"


class NotWritten(StoreError):
    """The system refused to write, as at a quota, or at the limit on the size of a file."""

    code = "store_not_written"


_BY_ERROR_NAME = {
    "SQLITE_BUSY": DatabaseLocked,
    "SQLITE_LOCKED": DatabaseLocked,
    "SQLITE_FULL": DatabaseFull,
    # The index of the log cannot grow; any other I/O error says nothing about room.
    "SQLITE_IOERR_SHMSIZE": DatabaseFull,
    "SQLITE_IOERR_WRITE": NotWritten,
    "SQLITE_IOERR_FSYNC": NotWritten,
    "SQLITE_IOERR_TRUNCATE": NotWritten,
    "SQLITE_READONLY": ReadOnly,
    "SQLITE_PERM": ReadOnly,
    "SQLITE_CANTOPEN": ReadOnly,
    "SQLITE_NOTADB": NotADatabase,
    "SQLITE_CORRUPT": NotADatabase,
}


@contextmanager
def translated() -> Iterator[None]:
    """Turn errors of the engine into ours, by the name the engine gives them."""
    try:
        yield
    except DatabaseError as error:
        name = getattr(error, "sqlite_errorname", "")
        for prefix, kind in _BY_ERROR_NAME.items():
            if name.startswith(prefix):
                raise kind(str(error)) from error
        if isinstance(error, OperationalError):
            raise StoreError(str(error)) from error
        raise
