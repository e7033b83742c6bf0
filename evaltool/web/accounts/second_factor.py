"""Setting up a second factor, and the recovery codes that belong to it."""

from datetime import timedelta

from flask import Blueprint, Response, redirect, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.charts import qr_svg
from evaltool.domain.access import SECOND_FACTOR_ROLES, Permission
from evaltool.domain.accounts import Stage
from evaltool.identity.sealing import CannotOpen
from evaltool.identity.second_factor import (
    address_of,
    is_sha256,
    letters_of,
    new_recovery_codes,
    new_secret,
    new_secret_sha256,
    normal_recovery_code,
    step_of,
)
from evaltool.identity.tokens import digest
from evaltool.web.accounts.pages import EnrolPage, RecoveryCodesPage
from evaltool.web.accounts.proving import strictly
from evaltool.web.accounts.signing import AFTER, arrived, onwards_kept
from evaltool.web.context import services, texts
from evaltool.web.guard import guarded, write_down
from evaltool.web.identity import (
    account,
    begin_session,
    current_session,
    desk,
    second_factor_roles,
    session_digest,
)
from evaltool.web.rendering import messages, render, tell

blueprint = Blueprint("second_factor", __name__)

MAY_REPLACE = "may_replace"
"""Where a browser keeps until when (seconds since 1970) a second factor can be set up in it."""
REPLACING = timedelta(minutes=10)
"""How long that is after the password was asked."""
SHOWN = timedelta(minutes=10)
"""How long new recovery codes can be looked at, in the session in which they were made."""
_CODES = "CODES:"
"""What stands before recovery codes, and until when they are shown, where a secret is kept else.

By itself it says that a second factor was set up in this session.
"""


@blueprint.route("/account/second-factor", methods=["GET", "POST"])
@guarded(Permission.ENROL)
def enrol() -> AnyResponse:
    """Show a new secret, and keep it once a code shows that the app has it."""
    who, held = account(), services()
    if current_session().stage is Stage.FULL and not _may_replace():
        # Asks for the password first, which whoever has to set one up has just given.
        return _too_late()
    if request.method != "POST":
        secret = _pending()
        if not secret:
            # Once: an app that scanned it must not have to scan another.
            secret = new_secret_sha256() if desk().strict else new_secret()
            _keep(secret)
        return _page(secret)
    secret = _pending()
    if not secret:
        return redirect(url_for("second_factor.enrol"), 303)
    step = step_of(request.form.get("code", ""), secret, held.now(), 0, desk().drift)
    if step is None:
        return _page(secret, texts()(f"second_factor.{strictly('wrong')}"), 422)
    codes, onwards = new_recovery_codes(), onwards_kept()
    with held.store.together():
        held.store.accounts.set_second_factor(
            who.id,
            desk().seal.seal(secret),
            [digest(normal_recovery_code(code)) for code in codes],
        )
        held.store.accounts.use_step(who.id, step)
        held.store.sessions.end_all(who.id)
        # Before she is let in: where it cannot be written down, the session stays as it is.
        write_down("second_factor_set", who.nis_code or "")
        begin_session(who, Stage.FULL)
        until = int((held.now() + SHOWN).timestamp())
        _keep(f"{_CODES}{until} {' '.join(codes)}")
    session.update(onwards)
    return redirect(url_for("second_factor.recovery_codes"), 303)


@blueprint.route("/account/second-factor/codes", methods=["GET", "POST"])
@guarded(Permission.ACCOUNT)
def recovery_codes() -> AnyResponse:
    """Show the recovery codes that were made in this session, until they are kept elsewhere."""
    if request.method == "POST":
        _forget_codes()
        onwards = onwards_kept()
        session.pop(AFTER, None)
        return redirect(arrived(onwards), 303)
    codes = _shown_codes()
    if not codes:
        tell(texts()("second_factor.codes_gone"))
        return redirect(url_for("account.show"), 303)
    return render(RecoveryCodesPage(title=texts()("second_factor.codes_title"), codes=codes))


def _shown_codes() -> tuple[str, ...]:
    """The recovery codes to show; those whose time is over are forgotten here."""
    if not _was_set_up():
        return ()
    until, *codes = _kept().removeprefix(_CODES).split() or ["0"]
    if services().now().timestamp() < int(until):
        return tuple(codes)
    _forget_codes()
    return ()


def _forget_codes() -> None:
    if _was_set_up():
        _keep(_CODES)


def _was_set_up() -> bool:
    """Whether it was in this session that the second factor there is was set up."""
    return _kept().startswith(_CODES)


def _too_late() -> AnyResponse:
    """To the password; a secret that was shown longer ago is none to set up any more."""
    if _pending():
        _keep(None)
    if request.method == "POST" and _was_set_up():
        # The form of another tab, or the same once more.
        tell(texts()("second_factor.set_already"))
        return redirect(url_for("account.show"), 303)
    if request.method == "POST" and MAY_REPLACE in session:
        tell(texts()("second_factor.too_late"))
    session.pop(MAY_REPLACE, None)
    return redirect(url_for("account.replace_second_factor"), 303)


def _may_replace() -> bool:
    """Whether somebody who is signed in proved short enough ago that it is she herself."""
    until = session.get(MAY_REPLACE)
    return isinstance(until, int) and services().now().timestamp() < until


def _keep(text: str | None) -> None:
    """Keep something with this session, sealed; or nothing any more."""
    sealed = None if text is None else desk().seal.seal(text)
    services().store.sessions.keep_secret(session_digest() or "", sealed)


def _kept() -> str:
    """What is kept with this session; empty where that is nothing, or cannot be opened."""
    sealed = services().store.sessions.secret(session_digest() or "")
    try:
        return desk().seal.open(sealed) if sealed else ""
    except CannotOpen:
        return ""


def _pending() -> str:
    """The secret that this session was shown and did not keep yet; empty where there is none."""
    secret = _kept()
    if secret.startswith(_CODES):
        return ""
    # One that was shown before the tool became strict is no longer asked for.
    return "" if desk().strict and not is_sha256(secret) else secret


def _needed() -> str:
    """The text that says why there must be one; empty where there need not be."""
    who = account()
    if current_session().stage is Stage.ENROLLING and who.second_factor is not None:
        return texts()("second_factor.renewed")
    if not who.needs_second_factor(second_factor_roles()):
        return ""
    many = who.role in SECOND_FACTOR_ROLES
    return texts()("second_factor.needed" if many else f"second_factor.{strictly('demanded')}")


def _page(secret: str, error: str = "", status: int = 200) -> Response:
    t, hosted = texts(), services().hosted
    errors = {"code": error} if error else {}
    letters, address = letters_of(secret), address_of(secret, account().address)
    page = EnrolPage(
        title=t("second_factor.title"),
        messages=messages(errors),
        errors=errors,
        secret=" ".join(letters[i : i + 4] for i in range(0, len(letters), 4)),
        picture=qr_svg(address, t("second_factor.picture")),
        address=address,
        needed=_needed(),
        sha256=is_sha256(secret),
        contact="" if hosted is None else hosted.contact,
    )
    return render(page, status)
