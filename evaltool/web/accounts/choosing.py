"""Choosing a password, by a link or on the page of one's own account."""

from flask import current_app, request

from evaltool.domain.accounts import Account, AccountState
from evaltool.domain.validation import Problem
from evaltool.identity.leaked import NotSuchAList, is_leaked
from evaltool.identity.passwords import faults_of
from evaltool.web.accounts.fields import sentences
from evaltool.web.context import services, texts
from evaltool.web.guard import write_down


def password_faults(who: Account, password: str) -> dict[str, str]:
    """What is wrong with a password that somebody chooses in the form of this request."""
    held = services()
    municipality = held.register.municipalities.get(who.nis_code or "")
    place = "" if municipality is None else municipality.name
    organisation = "" if held.hosted is None else held.hosted.organisation
    faults = faults_of(password, who.address, who.name, place, organisation)
    errors = sentences(faults or _leaked(password))
    if not errors and password != request.form.get("again", ""):
        errors = {"again": texts()("refusal.password_again")}
    return errors


def _leaked(password: str) -> tuple[Problem, ...]:
    """Whether a password stands in the list that the operator gave, if there is one.

    One that cannot be read keeps nobody from choosing a password: the log says so.
    """
    hosted = services().hosted
    if hosted is None or hosted.leaked_passwords is None:
        return ()
    try:
        found = is_leaked(password, hosted.leaked_passwords)
    except (OSError, NotSuchAList) as error:
        # By its kind alone: nothing of the password may get into the log.
        current_app.logger.error(
            "the list of leaked passwords cannot be used: %s", type(error).__name__
        )
        return ()
    return (Problem("password_leaked", "password"),) if found else ()


def keep_password(who: Account, made: str, state: AccountState | None = None) -> Account:
    """Give an account a password, of which ``made`` is the hash, within a transaction.

    Whatever was open, or could be opened, without it ends: every session, and every link by which
    another one could be chosen. ``state`` is what the account becomes.
    """
    held = services()
    changed = held.store.accounts.change(who.id, password=made, state=state)
    held.store.accounts.end_password_links(who.id)
    held.store.sessions.end_all(who.id)
    write_down("password_chosen", who.nis_code or "", detail=who.id)
    return changed
