"""Signing in and out: password, code, asking for a link to choose another password."""

from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, redirect, request, session, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission, Role
from evaltool.domain.accounts import (
    Account,
    Stage,
    normal_address,
)
from evaltool.identity.signing import MustWait, Wrong, stage_after_password
from evaltool.web.accounts.pages import CodePage, OnwardsPage, ResetPage, SignInPage
from evaltool.web.accounts.post import queue_reset
from evaltool.web.accounts.proving import strictly, wait_text
from evaltool.web.context import services, texts
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
from evaltool.web.security import POLICY, policy_with_form_to

if TYPE_CHECKING:
    from evaltool.identity.oidc_logout import LogoutForm, LogoutLink

blueprint = Blueprint("signing", __name__)

AFTER = "after"
"""Where a browser keeps the page that somebody was going to."""
LINK = "link"
"""Where a browser keeps which link was opened in it: its digest, and until when it asks no more."""
JOIN = "join"
"""Where it keeps so which link to join: it opens nothing, and waits while another link is used."""


@blueprint.route("/sign-in", methods=["GET", "POST"])
@guarded(Permission.SIGN_IN)
def sign_in() -> AnyResponse:
    """Address and password."""
    if request.method != "POST":
        return _signed_out() if _is_back() else _sign_in_page()
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


def _is_back() -> bool:
    """Whether somebody comes from signing out at the provider."""
    hosted, state = services().hosted, request.args.get("state")
    if state is None or hosted is None or hosted.single_sign_on is None:
        return False
    from evaltool.web.accounts.single_sign_on import is_back

    return is_back(state)


def _signed_out(how: str = "signing.signed_out") -> AnyResponse:
    tell(texts()(how))
    return redirect(url_for("signing.sign_in"), 303)


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
    return _halfway(who, stage)


def _halfway(who: Account, stage: Stage) -> AnyResponse:
    """To what is still asked of somebody before she is in; where she was going is kept."""
    onwards = onwards_kept()
    begin_session(who, stage)
    session.update(onwards)
    place = "signing.code" if stage is Stage.HALFWAY else "second_factor.enrol"
    return redirect(url_for(place), 303)


def come_in(
    who: Account, how: str, *, provider_session: str | None = None, id_token: str | None = None
) -> AnyResponse:
    """Let somebody in wholly, and on to where she was going, if that is a page of ours.

    ``how`` she proved who she is stands in the log; where it cannot, nobody comes in.
    """
    onwards = onwards_kept()
    with services().store.together():
        begin_session(who, Stage.FULL, provider_session=provider_session, id_token=id_token)
        write_down("signed_in", who.nis_code or "", detail=how)
    return redirect(arrived(onwards), 303)


def onwards_kept() -> dict[str, object]:
    """Where somebody was going, and by which link to join, if by one.

    A session that begins drops both; whoever begins one puts them back, or calls
    :func:`arrived` where somebody is in.
    """
    after = session.get(AFTER)
    names = (AFTER, JOIN) if after == url_for("following.choose") else (AFTER,)
    return {name: session[name] for name in names if name in session}


def arrived(onwards: dict[str, object]) -> str:
    """The page to go on to for who is in now; of what was kept, its link to join stays."""
    if JOIN in onwards:
        session[JOIN] = onwards[JOIN]
    return _checked(onwards.get(AFTER)) or url_for("start.index")


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
        return _code_page(texts()(f"signing.{strictly('wrong_code')}"), 422)
    if desk().must_renew(who):
        # The one there was stays until another takes its place: whoever stops here begins anew.
        return _halfway(who, Stage.ENROLLING)
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
        from evaltool.web.accounts.single_sign_on import way_out_of

        way = way_out_of(token)
        if way is not None:
            return emptied(_onwards(way))
    return emptied(_signed_out("signing.signed_out" if token is None else "signing.half_out"))


def _onwards(way: "LogoutForm | LogoutLink") -> Response:
    """A page that leads to the provider: by a form, the only one that may lead elsewhere."""
    from evaltool.identity.oidc_logout import LogoutForm

    form = way if isinstance(way, LogoutForm) else None
    page = OnwardsPage(
        title=texts()("signing.onwards_title"),
        address=way.address,
        fields=None if form is None else form.fields,
    )
    answer = render(page)
    if form is not None:
        answer.headers[POLICY] = policy_with_form_to(form.origin)
    return answer


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
