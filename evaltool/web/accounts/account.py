"""One's own account: sessions, password, second factor, one's data, and its end."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from flask import Blueprint, Response, abort, redirect, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission
from evaltool.domain.accounts import Session
from evaltool.domain.coaching import CoachEntry
from evaltool.domain.personal_export import account_data
from evaltool.identity.passwords import hashed, is_right
from evaltool.web.accounts.browsers import browser_name
from evaltool.web.accounts.choosing import keep_password, password_faults
from evaltool.web.accounts.deleting import delete_account, still_in, warning_of
from evaltool.web.accounts.pages import AccountPage, ConfirmPage
from evaltool.web.accounts.proving import asked_of, unproven, without_code
from evaltool.web.accounts.second_factor import MAY_REPLACE, REPLACING
from evaltool.web.context import services, texts
from evaltool.web.files import attachment
from evaltool.web.guard import guarded, write_down
from evaltool.web.identity import (
    account,
    actor,
    begin_session,
    current_session,
    emptied,
    end_session,
    session_digest,
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
    errors = unproven("current")
    new = request.form.get("password", "")
    errors = errors or password_faults(who, new)
    if not errors and is_right(new, who.password):
        errors = {"password": texts()("refusal.password_same")}
    if errors:
        return _page(errors, 422)
    made = hashed(new)
    stage = current_session().stage
    with held.store.together():
        still_in()
        keep_password(who, made)
        begin_session(who, stage)
    tell(texts()("account.password_changed"))
    return redirect(url_for("account.show"), 303)


@blueprint.post("/account/sessions/end")
@guarded(Permission.ACCOUNT)
def end_sessions() -> AnyResponse:
    """End one of one's own sessions, or all but this one."""
    who, held = account(), services()
    handle = request.form.get("session", "")
    errors = unproven("session_password")
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
        errors = unproven("password") or without_code()
    if request.method == "POST" and not errors:
        # Until then the same key is shown, however often the page is loaded.
        services().store.sessions.keep_secret(session_digest() or "", None)
        session[MAY_REPLACE] = int((services().now() + REPLACING).timestamp())
        return redirect(url_for("second_factor.enrol"), 303)
    key = "account.replace" if account().second_factor is not None else "account.set_up"
    return _confirm(key, "account.replace_second_factor", errors)


def _confirm(key: str, endpoint: str, errors: dict[str, str]) -> Response:
    t, deletes = texts(), key == "account.delete"
    asks = asked_of("password", *(["code"] if key == "account.replace" else []))
    warning = warning_of(account()) if deletes else ""
    page = ConfirmPage(
        title=t(f"{key}.title"),
        messages=messages(errors, {} if "password" in asks else {"password": ""}),
        errors=errors,
        lead=t(f"{key}.lead"),
        action=url_for(endpoint),
        button=t(f"{key}.button"),
        back=url_for("account.show"),
        danger=deletes,
        asks=asks,
        warning=warning,
        ways=_first() if warning else (),
    )
    return render(page, 422 if errors else 200)


def _first() -> tuple[tuple[str, str], ...]:
    """What the last officer of a municipality can do before she goes."""
    t = texts()
    return (
        (url_for("municipality.colleagues"), t("colleagues.invite_title")),
        (url_for("municipal_data.take"), t("municipality.data_title")),
        (url_for("municipal_data.delete"), t("municipality.delete_link")),
    )


@blueprint.get("/account/data.json")
@guarded(Permission.ACCOUNT)
def data() -> Response:
    """Everything that is kept of this person."""
    who, held = account(), services()
    own = held.store.coaching.of_coach(who.id)
    found = account_data(
        who,
        held.store.sessions.of(who.id),
        held.store.evaluations.views_by(who.id),
        held.store.audit.of_account(who.id),
        held.register,
        coaching=[entry for entry in own if _may_see(entry)],
        coaching_kept=Counter(entry.nis_code for entry in own if not _may_see(entry)),
    )
    write_down("person_exported", who.nis_code or "", detail=who.id)
    text = json.dumps(found, ensure_ascii=False, indent=2)
    return attachment(text, "application/json", "evaltool-account.json")


def _may_see(entry: CoachEntry) -> bool:
    """Whether a coach may read what she wrote: as on every page, while she is let in."""
    return entry.nis_code in actor().let_in


@blueprint.route("/account/delete", methods=["GET", "POST"])
@guarded(Permission.ACCOUNT)
def delete() -> AnyResponse:
    """Delete the account with all that belongs to it alone."""
    who, held = account(), services()
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = unproven("password")
        if not errors:
            with held.store.together():
                still_in()
                deleted = delete_account(who)
            if deleted:
                end_session()
                tell(texts()("account.deleted"))
                return emptied(redirect(url_for("signing.sign_in"), 303))
            errors = {"password": texts()("account.last_administrator")}
    return _confirm("account.delete", "account.delete", errors)
