"""Following a link: it opens an account to choose a password for, or leads to what is asked.

The token of a link stands behind "#" in its address, so that no server and no proxy reads it. It
comes in the body of a form; after that the browser keeps its digest, for a while.
"""

from datetime import timedelta

from flask import Blueprint, Response, redirect, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission, Role
from evaltool.domain.accounts import Account, AccountState, LinkNotFound, LinkPurpose
from evaltool.domain.evaluation import Status
from evaltool.identity.passwords import hashed
from evaltool.identity.tokens import digest, token_of
from evaltool.web.accounts.choosing import keep_password, password_faults
from evaltool.web.accounts.pages import LinkCodePage, PasswordPage
from evaltool.web.accounts.signing import AFTER, JOIN, LINK, enter
from evaltool.web.context import services, texts
from evaltool.web.guard import guarded
from evaltool.web.identity import actor, desk, network
from evaltool.web.rendering import messages, render, tell

blueprint = Blueprint("following", __name__)

OPEN_FOR = timedelta(minutes=15)
"""How long a browser keeps that a link was opened in it: whoever sits there next could use it."""
JOINING = timedelta(hours=1)
"""How long it keeps so of a link to join, which opens nothing without signing in."""

_CODE = "link_code"
_NOT_IN_YET = (Role.NOBODY, Role.HALFWAY, Role.ENROLLING)


@blueprint.route("/link", methods=["GET", "POST"])
@guarded(Permission.SIGN_IN)
def enter_code() -> AnyResponse:
    """Ask for the code of a link, which a script of ours fills in from the address."""
    if request.method != "POST":
        return _code_page()
    t, typed = texts(), request.form.get(_CODE, "").strip()
    if not typed:
        return _code_page(typed, t("signing.link_code_missing"), 422)
    token = token_of(typed)
    if not token:
        return _code_page(typed, t("signing.link_incomplete"), 422)
    key = digest(token)
    try:
        _, purpose = _behind(key)
    except LinkNotFound:
        return _code_page(typed, f"{t('error.link.what')} {t('error.link.now')}", 404)
    session.pop(LINK, None)
    if purpose is LinkPurpose.JOIN:
        _keep(JOIN, key, JOINING)
    else:
        # A link to join stays: who has no password yet is told to use her other link first.
        _keep(LINK, key, OPEN_FOR)
    return redirect(url_for("following.choose"), 303)


def _keep(name: str, key: str, span: timedelta) -> None:
    session[name] = [key, int((services().now() + span).timestamp())]


def _code_page(typed: str = "", error: str = "", status: int = 200) -> Response:
    errors = {_CODE: error} if error else {}
    hosted = services().hosted
    page = LinkCodePage(
        title=texts()("error.link.title" if status == 404 else "signing.link_title"),
        messages=messages(errors),
        values={_CODE: typed},
        errors=errors,
        wrong=texts()("error.link.lost") if status == 404 else "",
        mail=hosted is not None and hosted.mail is not None,
    )
    return render(page, status)


def _behind(key: str) -> tuple[Account, LinkPurpose]:
    """The account that a link is for, and what it does; raises LinkNotFound where it does nothing.

    Used, replaced, past its time and made up are one and the same here.
    """
    held = services()
    who, purpose = held.store.accounts.behind_link(key, held.now())
    if purpose is not LinkPurpose.JOIN and who.subject is not None:
        # A password would go on opening what her organisation no longer lets her in to.
        raise LinkNotFound
    return who, purpose


@blueprint.route("/link/password", methods=["GET", "POST"])
@guarded(Permission.SIGN_IN)
def choose() -> AnyResponse:
    """Choose a password through the link that was opened here, which works once."""
    held, key = services(), _opened(LINK)
    if "forget" in request.form:
        return _forget()
    if key is None:
        joining = _opened(JOIN)
        if joining is not None:
            return _join(_behind(joining)[0])
        tell(texts()("signing.link_again"))
        return redirect(url_for("following.enter_code"), 303)
    who, purpose = _behind(key)
    if request.method != "POST":
        return _password_page(who, purpose)
    if request.form.get("address", who.address) != who.address:
        # The page is of one link, and another was opened since, in another tab.
        return _password_page(who, purpose, {"password": texts()("signing.link_other")})
    password = request.form.get("password", "")
    errors = password_faults(who, password)
    if errors:
        return _password_page(who, purpose, errors)
    made = hashed(password)
    with held.store.together():
        held.store.accounts.use_link(key, held.now())
        who = keep_password(who, made, AccountState.ACTIVE)
        desk().by_link(who, network(), held.now())
    session.pop(LINK, None)
    answer = enter(who)
    # The session that begins there drops what was to be told.
    tell(texts()("signing.password_chosen"))
    return answer


def _forget() -> AnyResponse:
    """Have this browser forget which links were opened in it; they work on for whose they are."""
    session.pop(LINK, None)
    session.pop(JOIN, None)
    if session.get(AFTER) == url_for("following.choose"):
        session.pop(AFTER)
    tell(texts()("signing.forgot_link"))
    return redirect(url_for("following.enter_code"), 303)


def _opened(name: str) -> str | None:
    """The digest of the link that was opened in this browser; None where that is too long ago."""
    match session.get(name):
        case [str(key), int(until)] if services().now().timestamp() < until:
            return key
    return None


def _join(who: Account) -> AnyResponse:
    """To what an account that was there already is asked; by way of signing in, where needed."""
    signed_in = actor()
    if signed_in.role in _NOT_IN_YET:
        session[AFTER] = url_for("following.choose")
        if signed_in.role is Role.NOBODY:
            tell(texts()("signing.join"))
            return redirect(url_for("signing.sign_in"), 303)
        # From there the guard leads to what is still asked of her.
        return redirect(url_for("start.index"), 303)
    session.pop(JOIN, None)
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
