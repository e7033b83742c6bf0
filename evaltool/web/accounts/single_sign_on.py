"""Signing in at the provider of one's organisation, and being signed out there."""

import logging
from secrets import compare_digest

from flask import Blueprint, Response, current_app, redirect, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import MUNICIPAL_ROLES, Permission, Role
from evaltool.domain.accounts import (
    LONGEST_NAME,
    Account,
    AccountState,
    AddressTaken,
    faults_of,
    normal_address,
)
from evaltool.domain.kbo import kbo_number, read_organisations
from evaltool.domain.lists import ListKind
from evaltool.identity.oidc import (
    Identity,
    LogoutForm,
    LogoutLink,
    OidcRefused,
    Pending,
    Provider,
    Refusal,
)
from evaltool.identity.sealing import CannotOpen, Seal
from evaltool.identity.tokens import digest, new_token
from evaltool.web.accounts.deleting import leave
from evaltool.web.accounts.signing import come_in
from evaltool.web.context import services, texts
from evaltool.web.errors import error_page
from evaltool.web.guard import guarded, write_down
from evaltool.web.identity import desk, network

blueprint = Blueprint("single_sign_on", __name__)

_PENDING = "single_sign_on"
_LEAVING = "leaving"
_PROVIDER = "evaltool provider"

_log = logging.getLogger(__name__)


def provider() -> Provider:
    """The provider that this installation trusts; it remembers what it read of it."""
    found = current_app.extensions.get(_PROVIDER)
    if found is None:
        hosted = services().hosted
        if hosted is None or hosted.single_sign_on is None:
            raise RuntimeError("single sign-on is not configured")
        found = Provider(hosted.single_sign_on, services().now)
        current_app.extensions[_PROVIDER] = found
    made: Provider = found
    return made


@blueprint.get("/single-sign-on/begin")
@guarded(Permission.SIGN_IN)
def begin() -> AnyResponse:
    """Send the browser to the provider. By a link: our policy lets no form lead elsewhere."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        # A page elsewhere may not sign somebody in who did not ask for it.
        return redirect(url_for("signing.sign_in"), 303)
    try:
        url, pending = provider().begin()
    except OidcRefused as refused:
        return _refused(refused)
    session[_PENDING] = pending.as_json()
    return redirect(url, 303)


@blueprint.get("/single-sign-on/callback")
@guarded(Permission.SIGN_IN)
def callback() -> AnyResponse:
    """Take the browser back: who signed in there gets in where the claims say."""
    begun = session.pop(_PENDING, None)
    try:
        pending = Pending.from_json(begun)
        identity = provider().complete(pending, request.args.to_dict())
    except OidcRefused as refused:
        # Whoever began nothing failed at nothing: such a request is no line in the log.
        if begun is not None:
            _write_down_failed()
        return _refused(refused)
    place = _place(identity)
    if place is None:
        _write_down_failed()
        return error_page("error.oidc_nobody", 403)
    nis_code, role = place
    try:
        who = _account(identity, nis_code, role)
    except AddressTaken:
        _write_down_failed(nis_code)
        return error_page("error.oidc_address", 409)
    if who.state is AccountState.CLOSED:
        _write_down_failed(nis_code, who.id)
        return error_page("error.oidc_nobody", 403)
    return come_in(
        who,
        "provider",
        provider_session=identity.session_id,
        id_token=_seal().seal(identity.id_token),
    )


def _write_down_failed(nis_code: str = "", account: str = "") -> None:
    """Note that somebody did not get in; of one network, so often that the log cannot be filled."""
    with services().store.together():
        if desk().may_still("single sign-on", network(), services().now()):
            write_down("sign_in_failed", nis_code, detail=account)


def _refused(refused: OidcRefused) -> Response:
    # Without tokens, secrets and persons: see OidcRefused.
    _log.warning("single sign-on: %s, %s", refused.code, refused.reason)
    hosted = services().hosted
    whom = (
        (texts()("error.oidc_ours.whom", contact=hosted.contact),)
        if hosted is not None and refused.code is Refusal.OURS
        else ()
    )
    return error_page(f"error.{refused.code}", 503 if refused.code in _THEIRS else 422, whom)


_THEIRS = (Refusal.UNREACHABLE, Refusal.PROVIDER, Refusal.OURS)
"""What is the matter with the provider or with the tool, not with who signs in."""


def _place(identity: Identity) -> tuple[str, Role] | None:
    """The municipality and the role that the claims give; None where one of them is missing."""
    held = services()
    loaded = held.store.lists.current(ListKind.ORGANISATIONS)
    number = kbo_number(identity.organisation or "")
    role = next((found for found in identity.roles if found in MUNICIPAL_ROLES), None)
    if loaded is None or number is None or role is None:
        return None
    organisations, _ = read_organisations(loaded.content, held.register)
    nis_code = organisations.get(number)
    return None if nis_code is None else (nis_code, role)


def _account(identity: Identity, nis_code: str, role: Role) -> Account:
    """The account of an identity, made at the first time, and brought up to date at each.

    Raises:
        AddressTaken: another account has this address; whose that is, nobody checked.
    """
    accounts, now = services().store.accounts, services().now()
    subject = f"{identity.issuer}|{identity.subject}"
    with services().store.together():
        known = accounts.by_subject(subject)
        if known is None:
            made = accounts.create(
                address=_address(identity, subject),
                name=identity.name[:LONGEST_NAME],
                role=role,
                nis_code=nis_code,
                at=now,
            )
            write_down("account_by_single_sign_on", nis_code, detail=made.id)
            return accounts.change(made.id, subject=subject, state=AccountState.ACTIVE)
        if (known.role, known.nis_code) != (role, nis_code):
            # The organisation decides; what was open under the earlier role ends.
            services().store.sessions.end_all(known.id)
            leave(known)
            accounts.change(known.id, role=role)
            write_down("moved_by_single_sign_on", nis_code, detail=known.id)
            return accounts.move(known.id, nis_code)
        return known


def _address(identity: Identity, subject: str) -> str:
    address = normal_address(identity.email or "")
    if faults_of(address, "name", Role.CONTRIBUTOR, None):
        # Nobody can be written to here; it only keeps addresses apart.
        return f"{digest(subject)[:16]}@single-sign-on.invalid"
    return address


@blueprint.post("/single-sign-on/logged-out")
@guarded(Permission.PUBLIC)
def logged_out() -> Response:
    """The provider tells that somebody signed out there (back-channel logout)."""
    try:
        found = provider().logged_out(request.form.get("logout_token", ""))
    except OidcRefused as refused:
        _log.warning("back-channel logout: %s, %s", refused.code, refused.reason)
        return Response(status=400, mimetype="text/plain")
    hosted = services().hosted
    issuer = hosted.single_sign_on.issuer if hosted and hosted.single_sign_on else ""
    sessions = services().store.sessions
    if found.subject is not None:
        who = services().store.accounts.by_subject(f"{issuer}|{found.subject}")
        if who is not None:
            sessions.end_at_provider(who.id, found.session_id)
    elif found.session_id is not None:
        sessions.end_at_provider(None, found.session_id)
    return Response(status=200, mimetype="text/plain")


def way_out_of(sealed: str) -> LogoutForm | LogoutLink | None:
    """By what the browser ends its session at the provider; None where that stays open."""
    state = new_token()
    try:
        way = provider().way_out(_seal().open(sealed), state)
    except CannotOpen:
        _log.warning("signing out at the provider: the ID token cannot be opened")
        return None
    except OidcRefused as refused:
        _log.warning("signing out at the provider: %s, %s", refused.code, refused.reason)
        return None
    if way is not None:
        session[_LEAVING] = state
    return way


def is_back(state: str) -> bool:
    """Whether this browser went to sign out at the provider, and comes from there; told once."""
    known = session.get(_LEAVING)
    if not isinstance(known, str) or not compare_digest(
        known.encode(), state.encode(errors="replace")
    ):
        return False
    del session[_LEAVING]
    return True


def _seal() -> Seal:
    return Seal(desk().secret_key, "id token", desk().before)
