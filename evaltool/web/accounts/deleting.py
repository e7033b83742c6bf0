"""Deleting the account of somebody else, after asking; one's own has a page of its own."""

from collections.abc import Iterable

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

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
                action=action,
                button=t("colleagues.delete_button"),
                back=back,
            )
        )
    with held.store.together():
        write_down("account_deleted", found.nis_code or "", detail=found.id)
        held.store.accounts.delete(found.id)
    tell(t("colleagues.deleted", name=found.name))
    return redirect(afterwards, 303)
