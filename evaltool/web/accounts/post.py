"""What is sent by mail. It is queued: an answer never waits for a mail server."""

from collections.abc import Callable
from datetime import datetime

from flask import Flask, current_app

from evaltool.domain.access import Role
from evaltool.domain.accounts import Account, AccountNotFound, AccountState, LinkPurpose
from evaltool.domain.attempts import MOST_FROM_ELSEWHERE, must_wait_here
from evaltool.domain.language import date_text, time_text
from evaltool.domain.retention import LETTER as RETENTION
from evaltool.identity.tokens import digest, link_with, new_token
from evaltool.mail import Due, Letter, Mailer, Postman
from evaltool.web.context import Services, services
from evaltool.web.identity import desk
from evaltool.web.keeping import deletion_of
from evaltool.web.settings import Hosted

_POSTMAN = "evaltool postman"

RESET = "reset"


def queue_reset(address: str, network: str) -> None:
    """Queue a mail with a link for the account of an address, if there is one.

    Written in one go, account or not, so that time does not tell which.
    """
    held = services()
    now = held.now()
    # Of another kind than failures of signing in: asking for a link keeps nobody out.
    keys = desk().keyed("reset", address), desk().keyed("reset network", network)
    with held.store.together():
        asked = held.store.attempts.failures(*keys, now)
        if must_wait_here(asked):
            # Nothing is kept either: the table grows no further by what one network asks.
            return
        held.store.attempts.record(*keys, succeeded=False, at=now)
        who = held.store.accounts.by_address(address)
        often = asked.from_here + asked.from_elsewhere >= MOST_FROM_ELSEWHERE
        has_password = who is not None and who.subject is None
        if who is not None and has_password and who.state is AccountState.ACTIVE and not often:
            held.store.outbox.queue(who.id, RESET, now)
    wake()


def wake() -> None:
    """Tell the postman that there is something to send."""
    postman = current_app.extensions.get(_POSTMAN)
    if postman is not None:
        postman.wake()


def start_postman(app: Flask, held: Services, hosted: Hosted) -> None:
    """Send what is queued, in a thread of its own, where a mail server is given."""
    if hosted.mail is None:
        return
    postman = Postman(held.store.outbox, Mailer(hosted.mail), composer(held, hosted), now=held.now)
    app.extensions[_POSTMAN] = postman
    postman.start()


def composer(held: Services, hosted: Hosted) -> Callable[[Due], Letter | None]:
    """What writes the letter that is due."""
    writers = {RESET: _of_reset, RETENTION: _of_retention}

    def compose(due: Due) -> Letter | None:
        try:
            who = held.store.accounts.get(due.account_id)
        except AccountNotFound:
            return None
        write = writers.get(due.purpose)
        if who.state is not AccountState.ACTIVE or write is None:
            return None
        return write(held, hosted, who)

    return compose


def _of_reset(held: Services, hosted: Hosted, who: Account) -> Letter:
    """With a link to choose another password, which is made now and kept nowhere."""
    t = held.catalogue.in_language("nl")
    token = new_token()
    expires = held.store.accounts.make_link(who.id, LinkPurpose.RESET, digest(token), held.now())
    text = t(
        "letter.reset.text",
        name=who.name,
        link=link_with(hosted.public_url, token),
        code=token,
        moment=_moment(expires),
        organisation=hosted.organisation,
    )
    return Letter(who.address, t("letter.reset.subject"), text, "nl")


def _of_retention(held: Services, hosted: Hosted, who: Account) -> Letter | None:
    """That evaluations will be deleted; None where they were kept, or deleted, since."""
    if who.role is not Role.OFFICER or who.nis_code is None:
        return None
    days = [
        day
        for evaluation in held.evaluations.listing([who.nis_code])
        if (day := deletion_of(held, evaluation, hosted.keep_months)) is not None
    ]
    if not days:
        return None
    t = held.catalogue.in_language("nl")
    text = t(
        "letter.retention.one" if len(days) == 1 else "letter.retention.several",
        name=who.name,
        number=len(days),
        day=date_text(min(days), "nl"),
        link=f"{hosted.public_url}/",
        organisation=hosted.organisation,
    )
    return Letter(who.address, t("letter.retention.subject"), text, "nl")


def _moment(at: datetime) -> str:
    local = at.astimezone()
    return f"{date_text(local.date(), 'nl')}, {time_text(local, 'nl')}"
