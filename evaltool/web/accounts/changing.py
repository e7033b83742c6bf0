"""Correcting the details of an account: a name, and for an administrator a role and an address."""

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import ACCOUNT_ROLES, MUNICIPAL_ROLES, Permission, Role
from evaltool.domain.accounts import (
    Account,
    AccountState,
    AddressTaken,
    address_faults,
    name_faults,
    normal_address,
)
from evaltool.store import is_last_officer
from evaltool.web.accounts.changing_pages import ChangePage
from evaltool.web.accounts.deleting import still_in
from evaltool.web.accounts.fields import sentences
from evaltool.web.accounts.inviting import link_page
from evaltool.web.context import services, texts
from evaltool.web.guard import guarded, write_down
from evaltool.web.identity import account
from evaltool.web.rendering import messages, render, tell

blueprint = Blueprint("changing", __name__)


@blueprint.route("/account/name", methods=["GET", "POST"])
@guarded(Permission.ACCOUNT)
def own_name() -> AnyResponse:
    """One's own name."""
    return _name(account(), url_for("changing.own_name"), url_for("account.show"))


@blueprint.route("/municipality/colleagues/<account_id>/name", methods=["GET", "POST"])
@guarded(Permission.COLLEAGUES)
def colleague_name(account_id: str) -> AnyResponse:
    """The name of a colleague; one's own has a page of its own."""
    found = services().store.accounts.get(account_id)
    if found.id == account().id:
        return redirect(url_for("changing.own_name"), 303)
    action = url_for("changing.colleague_name", account_id=account_id)
    return _name(found, action, url_for("municipality.colleagues"))


def _name(found: Account, action: str, back: str) -> AnyResponse:
    name = request.form.get("name", found.name).strip()
    errors = sentences(name_faults(name)) if request.method == "POST" else {}
    if request.method != "POST" or errors:
        page = ChangePage(
            title=texts()("changing.name_title"),
            messages=messages(errors),
            values={"name": name},
            errors=errors,
            action=action,
            back=back,
        )
        return render(page, 422 if errors else 200)
    with services().store.together():
        still_in()
        _rename(found, name)
    tell(texts()("changing.saved"))
    return redirect(back, 303)


def _rename(found: Account, name: str) -> None:
    if name != found.name:
        services().store.accounts.change(found.id, name=name)
        write_down("name_changed", found.nis_code or "", detail=found.id)


@blueprint.route("/admin/accounts/<account_id>/change", methods=["GET", "POST"])
@guarded(Permission.ACCOUNTS)
def managed(account_id: str) -> AnyResponse:
    """Name, role and address of an account; with another address a link to confirm it."""
    held = services()
    found = held.store.accounts.get(account_id)
    if found.id == account().id:
        return redirect(url_for("changing.own_name"), 303)
    if request.method != "POST":
        kept = {"name": found.name, "role": str(found.role), "address": found.address}
        return _managed_page(found, kept, {})
    sent = {
        "name": request.form.get("name", "").strip(),
        "role": request.form.get("role", found.role) if _roles(found) else str(found.role),
        "address": found.address,
    }
    if _can_move(found):
        sent["address"] = normal_address(request.form.get("address", found.address))
    errors = _faults(found, sent)
    if errors:
        return _managed_page(found, sent, errors)
    role, moved = Role(sent["role"]), sent["address"] != found.address
    try:
        with held.store.together():
            still_in()
            _rename(found, sent["name"])
            if role is not found.role:
                held.store.accounts.change(found.id, role=role)
                write_down("role_changed", found.nis_code or "", detail=found.id)
            if moved:
                held.store.accounts.readdress(found.id, sent["address"])
                write_down("address_changed", found.nis_code or "", detail=found.id)
            if moved or role is not found.role:
                # What is open goes on with the powers, or for the person, of before.
                held.store.sessions.end_all(found.id)
    except AddressTaken:
        return _managed_page(found, sent, {"address": texts()("accounts.address_taken")})
    tell(texts()("changing.saved"))
    back = url_for("administration.managed", account_id=account_id)
    changed = held.store.accounts.get(found.id)
    if moved and changed.state is not AccountState.CLOSED:
        return link_page(changed, back)
    return redirect(back, 303)


def _roles(found: Account) -> tuple[Role, ...]:
    """The roles that an account can change to: those of the same kind, not given elsewhere."""
    if found.subject is not None or found.role not in MUNICIPAL_ROLES:
        return ()
    return tuple(role for role in ACCOUNT_ROLES if role in MUNICIPAL_ROLES)


def _can_move(found: Account) -> bool:
    """Whether it is by its address here, and not elsewhere, that somebody signs in."""
    return found.subject is None


def _faults(found: Account, sent: dict[str, str]) -> dict[str, str]:
    t, held = texts(), services()
    errors = sentences((*name_faults(sent["name"]), *address_faults(sent["address"])))
    if sent["role"] not in (*_roles(found), found.role):
        errors["role"] = t("accounts.choose_role")
    elif sent["role"] != found.role and is_last_officer(held.store, found):
        municipality = held.register.known(found.nis_code or "").name
        errors["role"] = t("changing.last_officer", municipality=municipality)
    return errors


def _managed_page(found: Account, values: dict[str, str], errors: dict[str, str]) -> Response:
    t, roles = texts(), _roles(found)
    why = "changing.elsewhere" if found.subject is not None else "changing.role_stays"
    page = ChangePage(
        title=t("changing.title", name=found.name),
        messages=messages(errors),
        values=values,
        errors=errors,
        action=url_for("changing.managed", account_id=found.id),
        back=url_for("administration.managed", account_id=found.id),
        roles=tuple((role, t(f"role.{role}")) for role in roles),
        no_role="" if roles else t(why, role=t(f"role.{found.role}")),
        address=_can_move(found),
    )
    return render(page, 422 if errors else 200)
