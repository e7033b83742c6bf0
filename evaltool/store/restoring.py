"""Putting a backup back: only where there is no database, and only when it is sound."""

import contextlib
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BufferedReader
from pathlib import Path

from evaltool.store.copies import (
    BESIDE,
    checked,
    checksum_of,
    name_of,
    part_of,
    remove_broken_off,
    synchronise,
    synchronise_names,
)
from evaltool.store.database import Database
from evaltool.store.encryption import MAGIC, DamagedBackup, decrypt, is_encrypted
from evaltool.store.errors import NotADatabase, StoreError


class ChecksumDiffers(StoreError):
    """The file is not the one that the checksum beside it was made of."""

    code = "backup_checksum"


class PassphraseNeeded(StoreError):
    """The backup is encrypted and no passphrase was given."""

    code = "backup_encrypted"


class NotEncrypted(StoreError):
    """A passphrase was given for a backup that anybody could have written."""

    code = "backup_not_encrypted"


class PlaceTaken(StoreError):
    """Where a backup is to be put back there is a database, or something left of one."""

    code = "backup_place_taken"


@dataclass(frozen=True)
class Restored:
    """How many evaluations were put back, and whether there was a checksum to hold against."""

    evaluations: int
    had_checksum: bool


def restore(
    backup: Path, database: Path, *, at: datetime, passphrase: bytes | None = None
) -> Restored:
    """Put a backup back where there is no database, brought up to date; ``at`` is now, aware.

    Everything is looked at before the database gets its name. Where an error is raised, nothing is
    left behind.

    Raises:
        StoreError: the backup is not sound, of a newer version, or the place is taken.
        OSError: the backup cannot be read, or the folder not be made or written to.
    """
    _refuse_taken(database)
    backup = backup.resolve()
    with backup.open("rb") as source:
        had_checksum = _matches_checksum(backup, source)
        encrypted = is_encrypted(source.read(len(MAGIC)))
        source.seek(0)
        if encrypted and passphrase is None:
            raise PassphraseNeeded(str(backup))
        if passphrase is not None and not encrypted:
            raise NotEncrypted(str(backup))
        with _folder(database.parent), part_of(database.with_name(name_of(at))) as part:
            remove_broken_off(database.parent, at)
            with part.open("wb") as target:
                if passphrase is None:
                    shutil.copyfileobj(source, target)
                else:
                    decrypt(source, target, passphrase)
            evaluations = _brought_up_to_date(part)
            _move(part, database)
    return Restored(evaluations, had_checksum)


def _matches_checksum(backup: Path, source: BufferedReader) -> bool:
    """Hold a backup against its checksum; whether there is one.

    Raises:
        ChecksumDiffers: it is another, or cannot be read as one.
    """
    try:
        told = checksum_of(backup).read_bytes().split()
    except FileNotFoundError:
        return False
    digest = hashlib.file_digest(source, "sha256").hexdigest()
    source.seek(0)
    if not told or told[0].lower() != digest.encode("ascii"):
        raise ChecksumDiffers(digest)
    return True


def _brought_up_to_date(part: Path) -> int:
    """The number of evaluations in a copy, when it is sound; it then has all that is kept now."""
    try:
        evaluations = checked(part)
        with contextlib.closing(Database(part)) as database:
            database.truncate_log()
    except (NotADatabase, sqlite3.DatabaseError) as error:
        raise DamagedBackup(str(error)) from error
    synchronise(part)
    return evaluations


def _refuse_taken(database: Path) -> None:
    for end in ("", *BESIDE):
        # A link that leads nowhere would be followed too.
        if os.path.lexists(f"{database}{end}"):
            raise PlaceTaken(f"{database}{end}")


def _move(part: Path, database: Path) -> None:
    """Give a database its name, never in the place of another."""
    _refuse_taken(database)
    try:
        os.link(part, database)
    except FileExistsError:
        raise PlaceTaken(str(database)) from None
    except OSError:
        # Not every file system can give a file two names.
        part.rename(database)
    synchronise_names(database.parent)


@contextmanager
def _folder(folder: Path) -> Iterator[None]:
    """A folder, made where it is missing; what was made is gone again after an error."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        yield
    except BaseException:
        for made in missing:
            with contextlib.suppress(OSError):
                made.rmdir()
        raise
