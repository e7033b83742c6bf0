"""The command that reminds of, and deletes, what nobody changed or used for long."""

import argparse
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from evaltool.cli.noting import write_down
from evaltool.cli.output import REFUSED, SOUND, refuse
from evaltool.domain.access import Role
from evaltool.domain.accounts import AccountState, is_last
from evaltool.domain.evaluation import Evaluation, NotFound
from evaltool.domain.language import date_text
from evaltool.domain.retention import (
    LETTER,
    UNUSED,
    deletion_day,
    due_for_deletion,
    due_for_reminder,
    perhaps_due_since,
    with_all_changes,
)

if TYPE_CHECKING:
    from evaltool.catalogue import Catalogue
    from evaltool.domain.language import Texts
    from evaltool.store import Store
    from evaltool.web.settings import Hosted

Command = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]
Load = Callable[[argparse.Namespace], "Catalogue | None"]


def declare(command: Command, load: Load) -> None:
    """Declare the command with ``command``; it loads the catalogue with ``load``."""
    retention = command(
        "retention",
        partial(_retention, load),
        "Remind of self-evaluations that nobody changed for long, delete those past their term "
        "and accounts that nobody uses; to be run every day.",
    )
    retention.add_argument(
        "--settings",
        type=Path,
        metavar="FILE",
        help="TOML file with the settings; EVALTOOL_ variables go before it",
    )
    retention.add_argument(
        "--dry-run", action="store_true", help="say what would be done, and do nothing"
    )


def _retention(load: Load, options: argparse.Namespace) -> int:
    from evaltool.cli.hosting import hosted_run
    from evaltool.cli.serving import opened
    from evaltool.store import is_kept, open_store

    catalogue = load(options)
    if catalogue is None:
        return REFUSED
    t = catalogue.in_language(options.lang)
    run = hosted_run(options.settings, t)
    if run is None:
        return REFUSED
    if not is_kept(run.database):
        # Opening it would make one.
        return refuse(t("retention.no_database", path=run.database))

    def done() -> int:
        with contextlib.closing(open_store(run.database)) as store:
            now = datetime.now(UTC)
            go_round(Round(catalogue, store, run.hosted, t, now, dry=options.dry_run))
        return SOUND

    status = opened(done, run.instance, t)
    return REFUSED if status is None else status


@dataclass(frozen=True)
class Round:
    """One run of the command: on what, by which settings, when, and whether only to say it."""

    catalogue: "Catalogue"
    store: "Store"
    hosted: "Hosted"
    t: "Texts"
    now: datetime
    dry: bool = False
    reminded: list[str] = field(default_factory=list)
    """The evaluations of which was said that they will be deleted."""
    written_to: set[str] = field(default_factory=set)
    """The accounts for which a letter was queued."""

    def say(self, name: str, evaluation: Evaluation, **values: str) -> str:
        """A sentence about an evaluation."""
        municipality = self.catalogue.register.known(evaluation.nis_code).name
        return self.t(f"retention.{name}", id=evaluation.id, municipality=municipality, **values)

    def write_down(
        self, action: str, nis_code: str, evaluation: str = "", detail: str = ""
    ) -> None:
        """Add to the audit log what was done."""
        write_down(self.store, self.now, action, nis_code, evaluation=evaluation, detail=detail)


def go_round(run: Round) -> None:
    """Remind of what is due for it, delete what is past its term, and print each."""
    t, evaluations = run.t, run.store.evaluations
    due = 0
    with run.store.together():
        for line in list(_unused(run)):
            due += 1
            print(line)
    for evaluation in evaluations.untouched_since(
        perhaps_due_since(run.now, run.hosted.keep_months)
    ):
        # One by one, each looked at again: nobody waits long, and nothing goes that was just kept.
        with run.store.together():
            lines = list(_look_at(run, evaluation.id))
        due += bool(lines)
        for line in lines:
            print(line)
    if not due:
        print(t("retention.nothing"))
    elif run.dry:
        print(t("retention.dry"))
    elif run.reminded and run.hosted.mail is None:
        print(t("retention.no_mail"))
    elif run.reminded:
        print(t("retention.letters", number=len(run.written_to)))


def _unused(run: Round) -> Iterator[str]:
    """Delete, within a transaction, the accounts that nobody uses; which, in words."""
    accounts = run.store.accounts
    left = list(accounts.listing(role=Role.ADMINISTRATOR))
    for unused in accounts.left_behind(run.now - UNUSED):
        if unused.role is Role.ADMINISTRATOR:
            if is_last(unused, left):
                # Without anybody to administer it the tool does not start.
                continue
            # Also where it only says what it would do.
            left.remove(unused)
        if not run.dry:
            place = unused.nis_code or unused.invited_by or ""
            run.write_down("retention_account", place, detail=unused.id)
            accounts.delete(unused.id)
        yield run.t(f"retention.account_{'to_delete' if run.dry else 'deleted'}", id=unused.id)


def _look_at(run: Round, id_: str) -> Iterator[str]:
    """Do with one evaluation what is due, within a transaction; what was done, in words."""
    evaluations, months = run.store.evaluations, run.hosted.keep_months
    try:
        found = evaluations.get(id_)
    except NotFound:
        return
    whole = with_all_changes(
        found,
        run.store.plans.of(id_),
        evaluations.views_of(id_),
        run.store.meetings.changed_at(id_),
    )
    if due_for_deletion(whole, run.now, months):
        if not run.dry:
            run.write_down("retention_deleted", found.nis_code, id_)
            asked = [view.view.contributor for view in evaluations.views_of(id_) if view.view]
            evaluations.delete(id_)
            for gone in run.store.accounts.delete_without_view(asked):
                run.write_down("retention_account", gone.invited_by or "", detail=gone.id)
        yield run.say("to_delete" if run.dry else "deleted", found)
    elif due_for_reminder(whole, run.now, months):
        if run.dry:
            yield run.say("to_remind", found)
        else:
            yield from _remind(run, whole)


def _remind(run: Round, evaluation: Evaluation) -> Iterator[str]:
    run.store.evaluations.remind(evaluation.id, at=run.now)
    run.write_down("retention_reminded", evaluation.nis_code, evaluation.id)
    run.reminded.append(evaluation.id)
    day = deletion_day(replace(evaluation, reminded_at=run.now), run.hosted.keep_months)
    yield run.say("reminded", evaluation, day="" if day is None else date_text(day, run.t.language))
    if run.hosted.mail is None:
        return
    officers = [
        account.id
        for account in run.store.accounts.listing(role=Role.OFFICER, nis_code=evaluation.nis_code)
        if account.state is AccountState.ACTIVE
    ]
    if not officers:
        yield run.say("nobody", evaluation)
    for officer in officers:
        # In the same transaction: nothing is noted as said of which no letter goes out.
        run.store.outbox.queue(officer, LETTER, run.now)
        run.written_to.add(officer)
