"""Closing and deleting accounts: what goes along, who must stay, and what is asked first."""

from collections.abc import Iterable

from flask import abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.accounts import Account, AccountNotFound, AccountState
from evaltool.store import is_last_administrator, is_last_officer, withdraw_with
from evaltool.web.accounts.pages import ConfirmPage
from evaltool.web.context import services, texts
from evaltool.web.guard import write_down
from evaltool.web.identity import account, actor
from evaltool.web.rendering import render, tell


def delete_without_view(ids: Iterable[str]) -> None:
    """Delete those of these contributors that have no view any more, within a transaction.

    Not the one who asks: whoever takes her own answers away is still signed in.
    """
    others = set(ids) - {actor().account or ""}
    for gone in services().store.accounts.delete_without_view(others):
        write_down("account_deleted", gone.invited_by or "", detail=gone.id)


def still_in() -> None:
    """Refuse, within a transaction, whoever was closed or deleted since the request came in.

    Of two who close or delete each other at the same moment, the second one is nobody any more.
    """
    try:
        state = services().store.accounts.get(account().id).state
    except AccountNotFound:
        abort(401)
    if state is not AccountState.ACTIVE:
        abort(401)


def leave(leaving: Account) -> None:
    """End, within a transaction, the consents that nobody could withdraw after this account."""
    for consent in withdraw_with(services().store, leaving):
        write_down("consent_withdrawn", consent.nis_code, detail=consent.coach)


def delete_account(leaving: Account) -> bool:
    """Delete an account, within a transaction; not where nobody could administer the tool then."""
    store = services().store
    if is_last_administrator(store, leaving):
        return False
    leave(leaving)
    write_down("account_deleted", leaving.nis_code or "", detail=leaving.id)
    store.accounts.delete(leaving.id)
    return True


def warning_of(leaving: Account) -> str:
    """What a municipality can no longer do without this account; empty where it goes on."""
    held = services()
    if not is_last_officer(held.store, leaving):
        return ""
    municipality = held.register.known(leaving.nis_code or "").name
    if leaving.id == account().id:
        return texts()("account.last_officer", municipality=municipality)
    return texts()("accounts.last_officer", name=leaving.name, municipality=municipality)


def delete_other(account_id: str, *, action: str, back: str, afterwards: str) -> AnyResponse:
    """Ask, or delete. The addresses: of this question, of where a no and a yes lead."""
    held, t = services(), texts()
    found = held.store.accounts.get(account_id)
    if found.id == account().id:
        return redirect(url_for("account.delete"), 303)
    if request.method != "POST":
        return render(
            ConfirmPage(
                title=t("colleagues.delete_title", name=found.name),
                lead=t("colleagues.delete_lead"),
                warning=warning_of(found),
                action=action,
                button=t("colleagues.delete_button"),
                back=back,
            )
        )
    with held.store.together():
        still_in()
        deleted = delete_account(held.store.accounts.get(account_id))
    if not deleted:
        tell(t("accounts.last_administrator", name=found.name))
        return redirect(back, 303)
    tell(t("colleagues.deleted", name=found.name))
    return redirect(afterwards, 303)
