"""Signing in and out: password, code, the links that let somebody choose a password."""

from flask import Blueprint, Response, current_app, redirect, request, session, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission, Role
from evaltool.domain.accounts import (
    Account,
    AccountState,
    LinkPurpose,
    Stage,
    normal_address,
)
from evaltool.domain.evaluation import Status
from evaltool.identity.passwords import hashed
from evaltool.identity.signing import MustWait, Wrong, stage_after_password
from evaltool.identity.tokens import digest
from evaltool.web.accounts.choosing import keep_password, password_faults
from evaltool.web.accounts.pages import CodePage, OnwardsPage, PasswordPage, ResetPage, SignInPage
from evaltool.web.accounts.post import queue_reset
from evaltool.web.accounts.proving import wait_text
from evaltool.web.context import services, texts
from evaltool.web.errors import error_page
from evaltool.web.guard import guarded, write_down
from evaltool.web.identity import (
    account,
    actor,
    begin_session,
    current_session,
    desk,
    emptied,
    end_session,
    network,
    second_factor_roles,
    session_digest,
)
from evaltool.web.rendering import messages, render, tell

blueprint = Blueprint("signing", __name__)

AFTER = "after"
"""Where a browser keeps the page that somebody was going to."""


@blueprint.route("/sign-in", methods=["GET", "POST"])
@guarded(Permission.SIGN_IN)
def sign_in() -> AnyResponse:
    """Address and password."""
    if request.method != "POST":
        return _sign_in_page()
    address = request.form.get("address", "")
    try:
        found = desk().by_password(
            address, request.form.get("password", ""), network(), services().now()
        )
    except MustWait:
        _log("refused, too many attempts", address)
        return _sign_in_page(address, texts()("signing.wait"), 429)
    except Wrong as wrong:
        _log("failed", address)
        _write_down_failed(wrong.account)
        return _sign_in_page(address, texts()("signing.wrong"), 422)
    return enter(found)


def _write_down_failed(tried: Account | None) -> None:
    """Tell the municipality that somebody tried one of its accounts; an entry in either case."""
    place = "" if tried is None else tried.nis_code or ""
    write_down("sign_in_failed", place, detail="" if tried is None else tried.id)


def _log(what: str, address: str) -> None:
    """For who runs the tool: digests under the secret key, as in the table of attempts."""
    whose = desk().keyed("account", normal_address(address))[:16]
    place = desk().keyed("network", network())[:16]
    current_app.logger.warning("sign-in %s: %s from %s", what, whose, place)


def _sign_in_page(address: str = "", error: str = "", status: int = 200) -> Response:
    hosted = services().hosted
    errors = {"address": error} if error else {}
    page = SignInPage(
        title=texts()("signing.title"),
        messages=messages(errors),
        values={"address": address},
        errors=errors,
        single_sign_on=hosted is not None and hosted.single_sign_on is not None,
        mail=hosted is not None and hosted.mail is not None,
        contact=_contact(),
        # Its cookie names a session that there is no more: somebody is told why she is asked.
        ended=status == 200 and session_digest() is not None and actor().role is Role.NOBODY,
    )
    return render(page, status)


def _contact() -> str:
    hosted = services().hosted
    return "" if hosted is None else hosted.contact


def enter(who: Account) -> AnyResponse:
    """Let somebody in whose password was right, as far as that goes."""
    stage = stage_after_password(who, second_factor_roles())
    if stage is Stage.FULL:
        return come_in(who, "password")
    after = session.get(AFTER)
    begin_session(who, stage)
    session[AFTER] = after
    place = "signing.code" if stage is Stage.HALFWAY else "second_factor.enrol"
    return redirect(url_for(place), 303)


def come_in(
    who: Account, how: str, *, provider_session: str | None = None, id_token: str | None = None
) -> AnyResponse:
    """Let somebody in wholly, and on to where she was going, if that is a page of ours.

    ``how`` she proved who she is stands in the log; where it cannot, nobody comes in.
    """
    after = session.get(AFTER)
    with services().store.together():
        begin_session(who, Stage.FULL, provider_session=provider_session, id_token=id_token)
        write_down("signed_in", who.nis_code or "", detail=how)
    return redirect(_checked(after) or url_for("start.index"), 303)


def _checked(after: object) -> str | None:
    if not isinstance(after, str) or not after.startswith("/") or after.startswith("//"):
        return None
    if not after.isprintable():
        # A line end in an address would be one in a header.
        return None
    try:
        current_app.create_url_adapter(request).match(after.partition("?")[0], "GET")  # type: ignore[union-attr]
    except HTTPException:
        return None
    return after


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
@guarded(Permission.CODE)
def code() -> AnyResponse:
    """The code of the second factor, or one to recover with."""
    if request.method != "POST":
        return _code_page()
    who = account()
    try:
        desk().by_code(who, request.form.get("code", ""), network(), services().now())
    except MustWait as wait:
        _log("code refused, too many attempts", who.address)
        return _code_page(texts()(wait_text(wait)), 429)
    except Wrong:
        _log("code failed", who.address)
        _write_down_failed(who)
        return _code_page(texts()("signing.wrong_code"), 422)
    answer = come_in(who, "code")
    left = services().store.accounts.recovery_codes_left(who.id)
    if left < _FEW_CODES:
        tell(
            texts()("signing.few_codes", left=left),
            url_for("account.show"),
            texts()("account.title"),
        )
    return answer


_FEW_CODES = 4
"""Fewer recovery codes than this are told of at signing in."""


def _code_page(error: str = "", status: int = 200) -> Response:
    errors = {"code": error} if error else {}
    page = CodePage(
        title=texts()("signing.code_title"),
        messages=messages(errors),
        errors=errors,
        contact=_contact(),
    )
    return render(page, status)


@blueprint.post("/sign-out")
@guarded(Permission.SIGN_OUT)
def sign_out() -> AnyResponse:
    """End the session here, and at the provider of single sign-on if it began there."""
    token = current_session().id_token
    with services().store.together():
        write_down("signed_out", account().nis_code or "")
        end_session()
    hosted = services().hosted
    if token is not None and hosted is not None and hosted.single_sign_on is not None:
        from evaltool.web.accounts.single_sign_on import logout_address

        address = logout_address(token)
        if address is not None:
            return emptied(_onwards(address))
    tell(texts()("signing.signed_out"))
    return emptied(redirect(url_for("signing.sign_in"), 303))


def _onwards(address: str) -> Response:
    """A page that leads on to the provider by itself: our policy lets no form lead elsewhere."""
    page = OnwardsPage(title=texts()("signing.onwards_title"), address=address)
    answer = render(page)
    answer.headers["Refresh"] = f"0; url={address}"
    return answer


@blueprint.route("/link/<token>", methods=["GET", "POST"])
@guarded(Permission.SIGN_IN)
def follow(token: str) -> AnyResponse:
    """Choose a password through a link, which works once."""
    held = services()
    key = digest(token)
    who, purpose = held.store.accounts.behind_link(key, held.now())
    if purpose is LinkPurpose.JOIN:
        return _join(who)
    if who.subject is not None:
        # A password would go on opening what her organisation no longer lets her in to.
        return error_page("error.link", 404)
    if request.method != "POST":
        return _password_page(who, purpose)
    password = request.form.get("password", "")
    errors = password_faults(who, password)
    if errors:
        return _password_page(who, purpose, errors)
    made = hashed(password)
    with held.store.together():
        held.store.accounts.use_link(key, held.now())
        who = keep_password(who, made, AccountState.ACTIVE)
        desk().by_link(who, network(), held.now())
    tell(texts()("signing.password_chosen"))
    return enter(who)


def _join(who: Account) -> AnyResponse:
    """To what an account that was there already is asked; by way of signing in, where needed."""
    signed_in = actor()
    if signed_in.role is Role.NOBODY:
        session[AFTER] = request.path
        tell(texts()("signing.join"))
        return redirect(url_for("signing.sign_in"), 303)
    if signed_in.account != who.id:
        tell(texts()("signing.join_other"))
        return redirect(url_for("start.index"), 303)
    views = services().evaluations.views_by(who.id)
    asked = [view for view in views if view.status is not Status.FINISHED]
    if not asked:
        return redirect(url_for("start.index"), 303)
    newest = max(asked, key=lambda view: view.created_at)
    return redirect(url_for("assess.overview", id_=newest.id), 303)


def _password_page(
    who: Account, purpose: LinkPurpose, errors: dict[str, str] | None = None
) -> Response:
    page = PasswordPage(
        title=texts()(f"signing.{purpose}_title"),
        messages=messages(errors or {}),
        errors=errors or {},
        account=who,
        purpose=purpose,
    )
    return render(page, 422 if errors else 200)


@blueprint.route("/reset", methods=["GET", "POST"])
@guarded(Permission.SIGN_IN)
def reset() -> AnyResponse:
    """Ask for a link by mail; the answer is the same whether or not there is an account."""
    hosted = services().hosted
    if request.method != "POST" or hosted is None or hosted.mail is None:
        page = ResetPage(
            title=texts()("signing.reset_title"),
            mail=hosted is not None and hosted.mail is not None,
            contact="" if hosted is None else hosted.contact,
        )
        return render(page)
    queue_reset(normal_address(request.form.get("address", "")), network())
    tell(texts()("signing.reset_sent"))
    return redirect(url_for("signing.sign_in"), 303)
