"""What making a backup and putting it back share: copies that are whole and sound.

A file gets its name when it is finished. Until then it has that name with a dot before it and
``.part`` behind it. The name holds the moment, so that what was broken off can be told by it.
"""

import contextlib
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from evaltool.store.engine import sqlite_utils
from evaltool.store.errors import NewerVersion, NotADatabase, StoreError, translated
from evaltool.store.migrating import steps
from evaltool.store.migrations import MIGRATIONS

_WAIT_SECONDS = 10.0
_MOMENT = "%Y%m%dT%H%M%SZ"
_NAME = r"evaltool-(\d{8}T\d{6}Z)\.sqlite(?:\.enc)?"
_BACKUP = re.compile(_NAME, re.ASCII)
_PART = re.compile(rf"\.{_NAME}(?:\.sha256)?\.part(?:-wal|-shm|-journal)?", re.ASCII)

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite lays beside a database, by the end of its name."""

_BROKEN_OFF = timedelta(days=1)
"""No backup takes this long: a part that is older was left by one that was stopped."""

_UNREADABLE = (sqlite3.DatabaseError, UnicodeDecodeError, LookupError, TypeError)
"""What reading a damaged file can end in: its names of tables and columns need not be text."""


_REFUSED_BY_SYSTEM = frozenset(
    f"SQLITE_IOERR_{what}" for what in ("READ", "WRITE", "FSYNC", "TRUNCATE")
)


class NotOurs(StoreError):
    """The file is no database, or one of another program."""

    code = "backup_not_ours"


class CopyFailed(StoreError):
    """Reading the one or writing the other failed, as at the limit on the size of a file."""

    code = "backup_copy_failed"


class BackupExists(StoreError):
    """A backup of the same second is there already, or being made."""

    code = "backup_exists"


def name_of(at: datetime) -> str:
    """The name of a copy made at an aware moment, to the second in UTC."""
    return f"evaltool-{at.astimezone(UTC):{_MOMENT}}.sqlite"


def moment_of(name: str) -> datetime | None:
    """When a backup was made, by its name; None where the name is not one of a backup."""
    return _moment(_BACKUP, name)


def checksum_of(path: Path) -> Path:
    """Where the checksum of a backup is, in the form that ``sha256sum --check`` reads."""
    return path.with_name(f"{path.name}.sha256")


def _moment(pattern: re.Pattern[str], name: str) -> datetime | None:
    found = pattern.fullmatch(name)
    if found is None:
        return None
    try:
        return datetime.strptime(found[1], _MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return None


@contextmanager
def part_of(path: Path) -> Iterator[Path]:
    """An empty file beside a place, its owner's alone, gone afterwards unless it was moved.

    Raises:
        BackupExists: the place is taken, or somebody has such a file there already.
        OSError: the file cannot be made.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        # A link that leads nowhere is something too.
        if os.path.lexists(path):
            raise FileExistsError
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise BackupExists(str(path)) from None
    try:
        yield part
    finally:
        for end in ("", *BESIDE):
            part.with_name(f"{part.name}{end}").unlink(missing_ok=True)


def remove_broken_off(folder: Path, at: datetime) -> None:
    """Remove the parts that were left by a backup or restore that was stopped from outside.

    Raises:
        OSError: the folder cannot be read.
    """
    for path in folder.iterdir():
        moment = _moment(_PART, path.name)
        if moment is not None and moment < at - _BROKEN_OFF:
            # It may be somebody else's; that is no reason to make no backup.
            with contextlib.suppress(OSError):
                path.unlink()


def copy_database(database: Path, part: Path) -> None:
    """Copy one state of a database that others may be using into an empty file.

    Raises:
        StoreError: the one cannot be read or the other not be written.
    """
    with (
        translated(),
        _told_as_failed(),
        contextlib.closing(_connect(database, "mode=rw")) as source,
        # Nobody else knows the copy, and where it lies (a network share) locks may not work.
        contextlib.closing(_connect(part, "mode=rw&nolock=1")) as target,
    ):
        target.execute("PRAGMA journal_mode = OFF")
        # From its first reading on, this connection sees one state and waits for nobody.
        source.execute("BEGIN")
        source.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        source.backup(target)


@contextmanager
def _told_as_failed() -> Iterator[None]:
    """Tell what the system refused as that, but for a disk that is full."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname in _REFUSED_BY_SYSTEM:
            raise CopyFailed(str(error)) from error
        raise


def _connect(path: Path, how: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.resolve().as_uri()}?{how}", uri=True, timeout=_WAIT_SECONDS, isolation_level=None
    )


def checked(copy: Path) -> int:
    """The number of evaluations in a copy that nobody is using, when it is sound and ours.

    Raises:
        NotADatabase: it is damaged.
        NotOurs: it is no database, or one of another program.
        NewerVersion: it was made by a newer version of the tool.
    """
    try:
        with contextlib.closing(_connect(copy, "immutable=1")) as connection:
            for question in ("integrity_check(1)", "foreign_key_check"):
                found = [row for row in connection.execute(f"PRAGMA {question}") if row != ("ok",)]
                if found:
                    raise NotADatabase(f"{question}: {found[0]}")
            _refuse_strange(sqlite_utils.Database(connection))
            (count,) = connection.execute("SELECT COUNT(*) FROM evaluations").fetchone()
            return int(count)
    except _UNREADABLE as error:
        if getattr(error, "sqlite_errorname", "") == "SQLITE_NOTADB":
            raise NotOurs(str(error)) from error
        raise NotADatabase(str(error)) from error


def _refuse_strange(tables: sqlite_utils.Database) -> None:
    """Refuse a database that no version up to this one can have made."""
    applied = [migration.name for migration in MIGRATIONS.applied(tables)]
    with contextlib.closing(sqlite3.connect(":memory:")) as empty:
        ours = sqlite_utils.Database(empty)
        known = list(steps())
        if unknown := set(applied) - set(known):
            raise NewerVersion(", ".join(sorted(unknown)))
        if not applied or applied != known[: len(applied)]:
            raise NotOurs(f"steps: {applied}")
        MIGRATIONS.apply(ours, stop_before=known[len(applied) :])
        if missing := _columns(ours) - _columns(tables):
            raise NotOurs(f"without {min(missing)}")


def _columns(tables: sqlite_utils.Database) -> set[tuple[str, str]]:
    """Every column, by its table and its name."""
    return {(table.name, column.name) for table in tables.tables for column in table.columns}


def synchronise(path: Path) -> None:
    """Have what was written to a file survive a power cut.

    Raises:
        OSError: it could not be written after all.
    """
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def synchronise_names(folder: Path) -> None:
    """Have the names in a folder survive a power cut, where the system can do that."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
