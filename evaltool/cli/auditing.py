"""The audit log: does every entry stand where it was written, and taking it to another machine."""

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from evaltool.cli.hosting import hosted_run
from evaltool.cli.output import REFUSED, SOUND, refuse
from evaltool.cli.serving import opened
from evaltool.domain.audit import START, Entry, Verdict, verify
from evaltool.domain.language import Texts
from evaltool.domain.personal_export import log_rows
from evaltool.store import Store, is_kept, open_store


def verify_log(
    instance: Path | None, settings: Path | None, expected: tuple[int, str] | None, t: Texts
) -> int:
    """Say how long the log is and how its chain ends, or which entry is the first not to fit.

    Without ``instance`` the settings say where the database is. ``expected`` is the number and
    the digest of an entry, as they were printed before.
    """

    def work(store: Store) -> int:
        followed = _Followed(store.audit.entries(), 0 if expected is None else expected[0])
        return _tell(followed.verdict(), followed.digest, expected, t)

    return _with_log(instance, settings, work, t)


def export_log(instance: Path | None, settings: Path | None, after: int | None, t: Texts) -> int:
    """Print the entries, or those after a number, a line of JSON each, for a log system elsewhere.

    The database is found as in ``verify_log``. What cannot be read as an entry ends it, and is
    told on standard error.
    """

    def work(store: Store) -> int:
        last = after or 0
        try:
            for entry in store.audit.entries(after):
                (row,) = log_rows([entry])
                print(json.dumps(row))
                last = entry.number
        except (TypeError, ValueError, OverflowError):
            return refuse(t("audit_command.unreadable", number=last))
        return SOUND

    return _with_log(instance, settings, work, t)


def _with_log(
    instance: Path | None, settings: Path | None, work: Callable[[Store], int], t: Texts
) -> int:
    if instance is None:
        run = hosted_run(settings, t)
        if run is None:
            return REFUSED
        instance = run.instance
    database = instance / "evaltool.sqlite"

    def done() -> int:
        if not is_kept(database):
            # Opening it would make one, with an empty log that is sound.
            return refuse(t("audit_command.no_database", path=database))
        with contextlib.closing(open_store(database)) as store:
            return work(store)

    status = opened(done, instance, t)
    return REFUSED if status is None else status


class _Followed:
    """The entries of a log, with what was sound of them and the digest of one in particular."""

    def __init__(self, entries: Iterable[Entry], wanted: int) -> None:
        self._entries = entries
        self._wanted = wanted
        self._sound, self._head = 0, START
        self.digest = START if wanted == 0 else None

    def verdict(self) -> Verdict:
        """What comes of following them."""
        try:
            return verify(self)
        except (TypeError, ValueError, OverflowError):
            # What cannot even be read as an entry was not written as one.
            return Verdict(self._sound, self._head, self._sound + 1)

    def __iter__(self) -> Iterator[Entry]:
        for entry in self._entries:
            yield entry
            # Whoever asks for the next one has found this one sound.
            self._sound, self._head = entry.number, entry.digest
            if entry.number == self._wanted:
                self.digest = entry.digest


def _tell(verdict: Verdict, digest: str | None, expected: tuple[int, str] | None, t: Texts) -> int:
    problems: list[str] = []
    if verdict.broken_at is not None:
        problems.append(t("audit_command.broken", number=verdict.broken_at, sound=verdict.sound))
    if expected is not None:
        number, wanted = expected
        if digest is not None and digest != wanted:
            problems.append(t("audit_command.other_digest", number=number))
        elif digest is None and verdict.broken_at is None:
            problems.append(t("audit_command.no_entry", number=number, sound=verdict.sound))
    if problems:
        return refuse(*problems)
    print(t("audit_command.sound", number=verdict.sound, digest=verdict.head))
    return SOUND
