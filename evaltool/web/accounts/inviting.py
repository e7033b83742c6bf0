"""Making an account with a link to hand over, or a link for one that there is."""

from dataclasses import replace

from flask import Response, request

from evaltool.domain.access import Role
from evaltool.domain.accounts import (
    Account,
    AccountState,
    LinkPurpose,
    address_faults,
    faults_of,
    name_faults,
    normal_address,
)
from evaltool.identity.tokens import digest, link_with, new_token
from evaltool.web.accounts.fields import sentences
from evaltool.web.accounts.pages import LinkPage
from evaltool.web.context import services, texts
from evaltool.web.rendering import moment_text, render


def typed() -> dict[str, str]:
    """The details of somebody to invite, as they were typed."""
    names = ("address", "name", "role", "nis_code", "discipline")
    found = {name: request.form.get(name, "").strip() for name in names}
    return {**found, "address": normal_address(found["address"])}


def faults(values: dict[str, str], role: Role | None, nis_code: str | None) -> dict[str, str]:
    """What is wrong with the details, by field; without a role, the choice of that as well."""
    if role is None:
        of_person = (*address_faults(values["address"]), *name_faults(values["name"]))
        return {**sentences(of_person), "role": texts()("accounts.choose_role")}
    return sentences(faults_of(values["address"], values["name"], role, nis_code))


def as_known(account: Account, nis_code: str) -> Account:
    """An account as a municipality may see it that asked an address for a view.

    One that it did not make itself has only that address: whose it is, it does not learn.
    """
    if nis_code in (account.nis_code, account.invited_by):
        return account
    return replace(account, name=account.address, state=AccountState.INVITED)


def lost_password() -> str:
    """How somebody who chose a password, and lost it, gets another: by mail, or by whom."""
    hosted = services().hosted
    if hosted is None:
        return ""
    key = "accounts.lost_password_mail" if hosted.mail is not None else "accounts.lost_password"
    return texts()(key, forgotten=texts()("signing.forgotten"), contact=hosted.contact)


def make_link(account: Account, purpose: LinkPurpose) -> tuple[str, str]:
    """A link for an account, and until when it works. It cannot be shown a second time."""
    held = services()
    token = new_token()
    expires = held.store.accounts.make_link(account.id, purpose, digest(token), held.now())
    public = "" if held.hosted is None else held.hosted.public_url
    return link_with(public, token), moment_text(expires)


def link_page(
    account: Account, back: str, purpose: LinkPurpose | None = None, *, to_ask: bool = False
) -> Response:
    """Show a link, once, to whoever hands it over.

    ``to_ask`` says that it asks for a view: then the page is the same whether or not there was an
    account already, since that is not for whoever asks to know.
    """
    if purpose is None:
        invited = account.state is AccountState.INVITED
        purpose = LinkPurpose.INVITATION if invited else LinkPurpose.RESET
    link, expires = make_link(account, purpose)
    return render(
        LinkPage(
            title=texts()("accounts.link_title", name=account.name),
            account=account,
            link=link,
            to_ask=to_ask,
            expires=expires,
            back=back,
        )
    )
