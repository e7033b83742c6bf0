"""The commands that make a backup and put one back."""

import argparse
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from evaltool.cli.given import is_open, without_frame
from evaltool.cli.output import REFUSED, SOUND, reason, refuse

if TYPE_CHECKING:
    from evaltool.catalogue import Catalogue
    from evaltool.domain.language import Texts

Command = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]
Load = Callable[[argparse.Namespace], "Catalogue | None"]

SHORTEST_PASSPHRASE = 16
"""Bytes of the passphrase of a new backup; one that was made with a shorter one can be read."""
_LONGEST_PASSPHRASE = 4096
_MOST_DAYS = 36500


def declare(command: Command, load: Load) -> None:
    """Declare the commands with ``command``; they load the catalogue with ``load``."""
    backup = command(
        "backup", partial(_backup, load), "Copy the database, also while the tool is in use."
    )
    backup.add_argument(
        "--to", type=Path, required=True, metavar="FOLDER", help="a folder that is there"
    )
    backup.add_argument(
        "--keep-days",
        type=_days,
        metavar="N",
        help="afterwards remove backups in that folder that are older, but never the newest",
    )
    restore = command(
        "restore", partial(_restore, load), "Put a backup back where there is no database."
    )
    restore.add_argument("backup", metavar="BACKUP", type=Path, help="a file that backup made")
    for added in (backup, restore):
        added.add_argument("--instance", type=Path, help="folder of the database")
        added.add_argument(
            "--passphrase-file",
            type=Path,
            metavar="FILE",
            help="a file that holds the passphrase of an encrypted backup",
        )


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_DAYS:
        raise argparse.ArgumentTypeError(f"a number of days between 1 and {_MOST_DAYS}")
    return int(text)


def _backup(load: Load, options: argparse.Namespace) -> int:
    from evaltool.store import is_kept
    from evaltool.store.backup import back_up

    folder: Path = options.to
    days: int | None = options.keep_days
    at = datetime.now(UTC)

    def work(t: "Texts", database: Path, passphrase: bytes | None) -> int:
        if not is_kept(database):
            return refuse(t("backup.no_database", path=database))
        if not folder.is_dir():
            return refuse(t("cli.no_folder", path=folder, folder=folder))
        if folder.samefile(database.parent):
            return refuse(t("backup.same_folder", path=folder))
        if passphrase is not None and len(passphrase) < SHORTEST_PASSPHRASE:
            path, least = options.passphrase_file, SHORTEST_PASSPHRASE
            return refuse(t("backup.short_passphrase", path=path, least=least))
        made = back_up(database, folder, at=at, passphrase=passphrase)
        print(t("backup.made", path=made.path, size=made.size, evaluations=made.evaluations))
        return SOUND if days is None else _remove_old(folder, at - timedelta(days=days), t)

    return _run(load, options, work, folder)


def _remove_old(folder: Path, before: datetime, t: "Texts") -> int:
    """Remove old backups, and say which; one that cannot be removed does not save the others."""
    from evaltool.store.backup import old_backups, remove_backup

    status = SOUND
    for path in old_backups(folder, before):
        try:
            remove_backup(path)
        except OSError as error:
            status = refuse(t("backup.not_removed", path=path, reason=reason(error, t)))
        else:
            print(t("backup.removed", path=path))
    return status


def _restore(load: Load, options: argparse.Namespace) -> int:
    from evaltool.store.restoring import restore

    backup: Path = options.backup

    def work(t: "Texts", database: Path, passphrase: bytes | None) -> int:
        try:
            if backup.exists() and not backup.is_file():
                # It is read twice, which a pipe cannot be.
                return refuse(t("cli.no_file", path=backup))
            backup.open("rb").close()
        except OSError as error:
            return refuse(t("cli.no_input", path=backup, reason=reason(error, t)))
        restored = restore(backup, database, at=datetime.now(UTC), passphrase=passphrase)
        if not restored.had_checksum:
            print(t("backup.no_checksum", path=backup), file=sys.stderr)
        print(t("backup.restored", path=database, evaluations=restored.evaluations))
        return SOUND

    return _run(load, options, work)


def _run(
    load: Load,
    options: argparse.Namespace,
    work: "Callable[[Texts, Path, bytes | None], int]",
    folder: Path | None = None,
) -> int:
    """Do something with database and passphrase; where that cannot be done, why is printed.

    ``folder`` is the one that is written to, by default that of the database.
    """
    from evaltool.cli.serving import opened
    from evaltool.web.settings import default_instance

    catalogue = load(options)
    if catalogue is None:
        return REFUSED
    t = catalogue.in_language(options.lang)
    instance: Path = default_instance() if options.instance is None else options.instance
    passphrase: bytes | None = None
    if options.passphrase_file is not None:
        passphrase = _passphrase(options.passphrase_file, t)
        if passphrase is None:
            return REFUSED
    database = instance / "evaltool.sqlite"
    status = opened(lambda: work(t, database, passphrase), folder or instance, t, database)
    return REFUSED if status is None else status


def _passphrase(path: Path, t: "Texts") -> bytes | None:
    """What a file holds, but for what editors put around it; where it cannot be, why is printed."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            held = file.read(_LONGEST_PASSPHRASE + 1)
    except OSError as error:
        refuse(t("cli.no_input", path=path, reason=reason(error, t)))
        return None
    if is_open(mode):
        refuse(t("backup.open_passphrase", path=path))
        return None
    passphrase = without_frame(held)
    if not passphrase or len(held) > _LONGEST_PASSPHRASE:
        refuse(t("backup.no_passphrase", path=path, limit=_LONGEST_PASSPHRASE))
        return None
    return passphrase
