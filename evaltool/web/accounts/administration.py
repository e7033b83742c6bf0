"""What an administrator manages: accounts, and a look at what is installed. Never an answer."""

import platform
from importlib.metadata import version

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool import __version__
from evaltool.domain.access import ACCOUNT_ROLES, MUNICIPAL_ROLES, Permission, Role
from evaltool.domain.accounts import Account, AccountState, AddressTaken
from evaltool.identity.leaked import NotSuchAList, check_list
from evaltool.store import ENGINE_VERSION, is_last_administrator
from evaltool.web.accounts.deleting import delete_other, leave, still_in, warning_of
from evaltool.web.accounts.inviting import faults, link_page, typed
from evaltool.web.accounts.pages import (
    AccountRow,
    AccountsPage,
    InstalledPage,
    ManagedAccountPage,
)
from evaltool.web.context import services, texts
from evaltool.web.guard import guarded, write_down
from evaltool.web.identity import account
from evaltool.web.rendering import messages, render, tell

blueprint = Blueprint("administration", __name__)

_INVITED = tuple(role for role in ACCOUNT_ROLES if role is not Role.CONTRIBUTOR)
"""Contributors are invited by the municipality that asks them."""
_OF_NONE = "none"


@blueprint.get("/admin/accounts")
@guarded(Permission.ACCOUNTS)
def accounts() -> Response:
    """All accounts, or those of one municipality. Names stay out of addresses, and so of logs."""
    return _accounts(of=request.args.get("of", ""))


def _accounts(
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    of: str = "",
) -> Response:
    held = services()
    known = tuple(_row(found) for found in held.store.accounts.listing())
    municipalities = tuple(
        sorted(held.register.municipalities.values(), key=lambda found: found.name)
    )
    codes = {row.account.nis_code for row in known}
    wanted = None if of == _OF_NONE else of
    page = AccountsPage(
        title=texts()("accounts.title"),
        messages=messages(errors or {}),
        values=values or {},
        errors=errors or {},
        rows=tuple(row for row in known if wanted in ("", row.account.nis_code)),
        total=len(known),
        of=of,
        present=tuple(found for found in municipalities if found.nis_code in codes),
        municipalities=municipalities,
    )
    return render(page, 422 if errors else 200)


def _row(found: Account) -> AccountRow:
    known = services().register.municipalities.get(found.nis_code or "")
    return AccountRow(account=found, municipality=known.name if known else "")


@blueprint.post("/admin/accounts")
@guarded(Permission.ACCOUNTS)
def invite() -> AnyResponse:
    """Make an account and show its link."""
    held, values = services(), typed()
    role = next((r for r in _INVITED if r == values["role"]), None)
    code = values["nis_code"]
    errors = faults(values, role, code or None)
    if role is not None and role not in MUNICIPAL_ROLES and code:
        none = texts()("accounts.no_municipality")
        errors["nis_code"] = texts()("accounts.municipality_not", none=none)
    elif code and code not in held.register.municipalities:
        errors["nis_code"] = texts()("refusal.account_municipality")
    if errors or role is None:
        return _accounts(values, errors)
    try:
        with held.store.together():
            made = held.store.accounts.create(
                address=values["address"],
                name=values["name"],
                role=role,
                nis_code=code or None,
                at=held.now(),
            )
            write_down("invited", made.nis_code or "", detail=made.id)
            return link_page(made, url_for("administration.accounts"))
    except AddressTaken:
        return _accounts(values, {"address": texts()("accounts.address_taken")})


@blueprint.get("/admin/accounts/<account_id>")
@guarded(Permission.ACCOUNTS)
def managed(account_id: str) -> Response:
    """One account."""
    row = _row(services().store.accounts.get(account_id))
    warning = warning_of(row.account)
    return render(ManagedAccountPage(title=row.account.name, row=row, warning=warning))


@blueprint.post("/admin/accounts/<account_id>/link")
@guarded(Permission.ACCOUNTS)
def link(account_id: str) -> AnyResponse:
    """A new link: to begin, or to choose another password; with a lost second factor, anew."""
    held = services()
    found = held.store.accounts.get(account_id)
    if found.state is AccountState.CLOSED or found.subject is not None:
        abort(404)
    with held.store.together():
        if "second_factor" in request.form:
            held.store.accounts.set_second_factor(found.id, None, ())
            held.store.sessions.end_all(found.id)
            write_down("second_factor_removed", found.nis_code or "", detail=found.id)
        write_down("link_made", found.nis_code or "", detail=found.id)
        return link_page(found, url_for("administration.managed", account_id=account_id))


@blueprint.post("/admin/accounts/<account_id>/close")
@guarded(Permission.ACCOUNTS)
def close(account_id: str) -> AnyResponse:
    """Close an account, or open it again, as the form says; one's own stays open."""
    held, wanted = services(), request.form.get("wanted")
    if account_id == account().id:
        tell(texts()("accounts.not_own"))
        return redirect(url_for("administration.managed", account_id=account_id), 303)
    with held.store.together():
        still_in()
        found = held.store.accounts.get(account_id)
        told = _opened(found) if wanted == "open" else _closed(found)
    tell(texts()(told, name=found.name))
    return redirect(url_for("administration.managed", account_id=account_id), 303)


def _closed(found: Account) -> str:
    """Close an account, within a transaction, and end all that could open it; what is told."""
    store = services().store
    if is_last_administrator(store, found):
        return "accounts.last_administrator"
    if found.state is not AccountState.CLOSED:
        leave(found)
        store.accounts.change(found.id, state=AccountState.CLOSED)
        store.sessions.end_all(found.id)
        store.accounts.end_password_links(found.id)
        write_down("account_closed", found.nis_code or "", detail=found.id)
    return "accounts.closed"


def _opened(found: Account) -> str:
    """Open an account again, within a transaction; what is told."""
    if found.state is AccountState.CLOSED:
        waits = found.password is None and found.subject is None
        state = AccountState.INVITED if waits else AccountState.ACTIVE
        services().store.accounts.change(found.id, state=state)
        write_down("account_reopened", found.nis_code or "", detail=found.id)
    return "accounts.reopened"


@blueprint.route("/admin/accounts/<account_id>/delete", methods=["GET", "POST"])
@guarded(Permission.ACCOUNTS)
def delete(account_id: str) -> AnyResponse:
    """Delete an account; what a municipality answered stays with the municipality."""
    return delete_other(
        account_id,
        action=url_for("administration.delete", account_id=account_id),
        back=url_for("administration.managed", account_id=account_id),
        afterwards=url_for("administration.accounts"),
    )


@blueprint.get("/admin/installed")
@guarded(Permission.ADMINISTER)
def installed() -> Response:
    """Editions, data and versions."""
    t, held = texts(), services()
    survey = held.catalogue.benchmark.survey
    known = held.store.accounts.listing()
    facts = (
        (t("installed.version"), __version__),
        (t("installed.questionnaire"), held.catalogue.questionnaire.edition),
        (t("installed.survey"), survey.edition),
        (t("installed.distributions"), str(len(survey.distributions))),
        (t("installed.discrepancies"), str(len(survey.discrepancies))),
        (t("installed.municipalities"), str(len(held.register.municipalities))),
        (t("installed.rules"), str(len(held.catalogue.rulebook.rules))),
        (t("installed.fingerprint"), held.catalogue.fingerprint),
        (t("installed.accounts"), str(len(known))),
        (t("installed.time_zone"), "" if held.hosted is None else held.hosted.time_zone),
        (t("installed.leaked"), t(f"installed.leaked_{_leaked_list()}")),
        ("Python", platform.python_version()),
        (t("installed.engine"), ENGINE_VERSION),
        *((name, version(name)) for name in ("flask", "waitress", "reportlab", "argon2-cffi")),
    )
    return render(InstalledPage(title=t("installed.title"), facts=facts))


def _leaked_list() -> str:
    """Whether there is a list of leaked passwords besides the built-in one, and it can be used."""
    hosted = services().hosted
    if hosted is None or hosted.leaked_passwords is None:
        return "none"
    try:
        check_list(hosted.leaked_passwords)
    except (OSError, NotSuchAList):
        return "unusable"
    return "there"
