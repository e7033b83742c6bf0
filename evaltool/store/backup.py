"""Backups: the database copied while it is used, with a checksum beside it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from evaltool.store.copies import (
    checked,
    checksum_of,
    copy_database,
    moment_of,
    name_of,
    part_of,
    remove_broken_off,
    synchronise,
    synchronise_names,
)
from evaltool.store.encryption import encrypt
from evaltool.store.errors import NotADatabase, StoreError


class UnsoundCopy(StoreError):
    """What was copied is damaged: the database was, or the disk of the copy is."""

    code = "backup_unsound"


@dataclass(frozen=True)
class Backup:
    """A backup that was made: its file, the bytes of that, and the evaluations in it."""

    path: Path
    size: int
    evaluations: int


def back_up(
    database: Path, folder: Path, *, at: datetime, passphrase: bytes | None = None
) -> Backup:
    """Copy a database into a folder that is there, named after the aware moment ``at``.

    Others may use the database meanwhile: the copy is of one state, with everything that was
    saved before. With a passphrase the copy is encrypted, and what is not encrypted never leaves
    the folder of the database.

    Raises:
        StoreError: the database cannot be read or is damaged, or there is such a backup already.
        OSError: the folder cannot be written to.
    """
    for place in (folder, database.parent):
        remove_broken_off(place, at)
    name = name_of(at)
    if passphrase is None:
        path = folder / name
        with part_of(path) as part:
            copy_database(database, part)
            return _finished(part, path, _sound(part))
    path = folder / f"{name}.enc"
    with part_of(path) as part, part_of(database.with_name(name)) as plain:
        copy_database(database, plain)
        evaluations = _sound(plain)
        with plain.open("rb") as source, part.open("wb") as target:
            encrypt(source, target, passphrase)
        return _finished(part, path, evaluations)


def _sound(copy: Path) -> int:
    try:
        return checked(copy)
    except NotADatabase as error:
        raise UnsoundCopy(str(error)) from error


def _finished(part: Path, path: Path, evaluations: int) -> Backup:
    """Give a copy its name, and lay its checksum beside it."""
    synchronise(part)
    with part.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    checksum = checksum_of(path)
    with part_of(checksum) as beside:
        beside.write_text(f"{digest}  {path.name}\n", encoding="utf-8", newline="\n")
        synchronise(beside)
        part.rename(path)
        try:
            beside.rename(checksum)
        except BaseException:
            path.unlink()
            raise
    synchronise_names(path.parent)
    return Backup(path, path.stat().st_size, evaluations)


def old_backups(folder: Path, before: datetime) -> tuple[Path, ...]:
    """The backups in a folder that were made before a moment, oldest first, never the newest.

    Their names tell when; a file with another name is no backup of ours.

    Raises:
        OSError: the folder cannot be read.
    """
    found: list[tuple[datetime, Path]] = []
    for path in folder.iterdir():
        moment = moment_of(path.name)
        if moment is not None and path.is_file() and not path.is_symlink():
            found.append((moment, path))
    found.sort()
    return tuple(path for moment, path in found[:-1] if moment < before)


def remove_backup(path: Path) -> None:
    """Remove a backup and its checksum.

    Raises:
        OSError: it cannot be removed.
    """
    checksum_of(path).unlink(missing_ok=True)
    path.unlink()
