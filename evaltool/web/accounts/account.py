"""One's own account: sessions, password, second factor, one's data, and its end."""

import json
from collections.abc import Iterator
from dataclasses import replace

from flask import Blueprint, Response, abort, redirect, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission, Role
from evaltool.domain.accounts import AccountState, Session
from evaltool.domain.personal_export import account_data
from evaltool.identity.passwords import hashed, is_right
from evaltool.identity.signing import MustWait, Wrong
from evaltool.web.accounts.browsers import browser_name
from evaltool.web.accounts.fields import password_faults
from evaltool.web.accounts.pages import AccountPage, ConfirmPage
from evaltool.web.accounts.signing import wait_text
from evaltool.web.context import services, texts
from evaltool.web.files import attachment
from evaltool.web.guard import guarded, write_down
from evaltool.web.identity import (
    account,
    begin_session,
    current_session,
    desk,
    emptied,
    end_session,
    network,
)
from evaltool.web.rendering import messages, render, tell

blueprint = Blueprint("account", __name__)


@blueprint.get("/account")
@guarded(Permission.ACCOUNT)
def show() -> Response:
    """What there is to see and change."""
    return _page()


def _page(
    errors: dict[str, str] | None = None, status: int = 200, values: dict[str, str] | None = None
) -> Response:
    who, held = account(), services()
    sessions = tuple(_sessions())
    # The field of which there is something to say is not on every page.
    asked = who.password is not None and len(sessions) > 1
    page = AccountPage(
        title=texts()("account.title"),
        messages=messages(errors or {}, {} if asked else {"session_password": ""}),
        errors=errors or {},
        values=values or {},
        account=who,
        municipality=held.register.municipalities.get(who.nis_code or ""),
        sessions=sessions,
        current=current_session().handle,
        codes_left=held.store.accounts.recovery_codes_left(who.id),
    )
    return render(page, status)


def _sessions() -> Iterator[Session]:
    """Where this person is signed in at this moment: here first, browsers by their names."""
    here, now = current_session().handle, services().now()
    known = services().store.sessions.of(account().id)
    for found in sorted(known, key=lambda session: session.handle != here):
        if not found.has_ended(now):
            yield replace(found, browser=browser_name(found.browser))


@blueprint.post("/account/password")
@guarded(Permission.ACCOUNT)
def password() -> AnyResponse:
    """Choose another password: every session ends, this one begins anew."""
    who, held = account(), services()
    if who.password is None:
        # A password would go on opening what her organisation no longer lets her in to.
        abort(404)
    errors = _unproven("current")
    new = request.form.get("password", "")
    errors = errors or password_faults(who, new)
    if not errors and is_right(new, who.password):
        errors = {"password": texts()("refusal.password_same")}
    if errors:
        return _page(errors, 422)
    made = hashed(new)
    stage = current_session().stage
    with held.store.together():
        held.store.accounts.change(who.id, password=made)
        held.store.accounts.end_password_links(who.id)
        held.store.sessions.end_all(who.id)
        begin_session(who, stage)
        write_down("password_chosen", who.nis_code or "", detail=who.id)
    tell(texts()("account.password_changed"))
    return redirect(url_for("account.show"), 303)


def _unproven(field: str) -> dict[str, str]:
    """Why it is not certain that this is she herself, asked before what matters."""
    who = account()
    if who.password is None:
        # She signs in elsewhere; what can be asked is that she did so just now.
        fresh = (services().now() - current_session().started_at).total_seconds() < _FRESH_SECONDS
        return {} if fresh else {field: texts()("account.sign_in_again")}
    try:
        right = desk().is_own(who, request.form.get(field, ""), network(), services().now())
    except MustWait:
        return {field: texts()("signing.wait")}
    return {} if right else {field: texts()("account.wrong_password")}


def _without_code() -> dict[str, str]:
    """Why it is not certain that this is who has the second factor that there is."""
    who = account()
    if who.second_factor is None:
        return {}
    try:
        desk().by_code(who, request.form.get("code", ""), network(), services().now())
    except MustWait as wait:
        return {"code": texts()(wait_text(wait))}
    except Wrong:
        return {"code": texts()("signing.wrong_code")}
    return {}


_FRESH_SECONDS = 600


@blueprint.post("/account/sessions/end")
@guarded(Permission.ACCOUNT)
def end_sessions() -> AnyResponse:
    """End one of one's own sessions, or all but this one."""
    who, held = account(), services()
    handle = request.form.get("session", "")
    errors = _unproven("session_password")
    if errors:
        return _page(errors, 422, {"session": handle})
    with held.store.together():
        for known in held.store.sessions.of(who.id):
            if known.handle != current_session().handle and handle in ("", known.handle):
                held.store.sessions.end_one(who.id, known.handle)
        write_down("sessions_ended", who.nis_code or "")
    tell(texts()("account.sessions_ended"))
    return redirect(url_for("account.show"), 303)


@blueprint.route("/account/second-factor/replace", methods=["GET", "POST"])
@guarded(Permission.ACCOUNT)
def replace_second_factor() -> AnyResponse:
    """Ask for the password, and a code of the one there is, before a second factor is set up."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        # A code counts once: it is looked at where the password was right.
        errors = _unproven("password") or _without_code()
    if request.method == "POST" and not errors:
        session["may_replace"] = True
        return redirect(url_for("second_factor.enrol"), 303)
    key = "account.replace" if account().second_factor is not None else "account.set_up"
    return _confirm(key, "account.replace_second_factor", errors)


def _confirm(key: str, endpoint: str, errors: dict[str, str]) -> Response:
    t = texts()
    asks = "password" if account().password is not None else ""
    page = ConfirmPage(
        title=t(f"{key}.title"),
        messages=messages(errors, {} if asks else {"password": ""}),
        errors=errors,
        lead=t(f"{key}.lead"),
        action=url_for(endpoint),
        button=t(f"{key}.button"),
        back=url_for("account.show"),
        danger=key == "account.delete",
        asks=asks,
        asks_code=key == "account.replace",
    )
    return render(page, 422 if errors else 200)


@blueprint.get("/account/data.json")
@guarded(Permission.ACCOUNT)
def data() -> Response:
    """Everything that is kept of this person."""
    who, held = account(), services()
    found = account_data(
        who,
        held.store.sessions.of(who.id),
        held.store.evaluations.views_by(who.id),
        held.store.audit.of_account(who.id),
        held.register,
        coaching=held.store.coaching.of_coach(who.id),
    )
    write_down("person_exported", who.nis_code or "", detail=who.id)
    text = json.dumps(found, ensure_ascii=False, indent=2)
    return attachment(text, "application/json", "evaltool-account.json")


@blueprint.route("/account/delete", methods=["GET", "POST"])
@guarded(Permission.ACCOUNT)
def delete() -> AnyResponse:
    """Delete the account with all that belongs to it alone."""
    who, held = account(), services()
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = _unproven("password")
        if not errors and _is_last_administrator():
            errors = {"password": texts()("account.last_administrator")}
        if not errors:
            with held.store.together():
                write_down("account_deleted", who.nis_code or "", detail=who.id)
                held.store.accounts.delete(who.id)
            end_session()
            tell(texts()("account.deleted"))
            return emptied(redirect(url_for("signing.sign_in"), 303))
    return _confirm("account.delete", "account.delete", errors)


def _is_last_administrator() -> bool:
    if account().role is not Role.ADMINISTRATOR:
        return False
    known = services().store.accounts.listing(role=Role.ADMINISTRATOR)
    return sum(other.state is AccountState.ACTIVE for other in known) < 2
