"""What a municipality manages of its own: its colleagues, and which coaches it lets in."""

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import MUNICIPAL_ROLES, Permission, Role
from evaltool.domain.accounts import Account, AccountNotFound, AccountState, AddressTaken
from evaltool.domain.municipality import Municipality
from evaltool.web.accounts.deleting import delete_other
from evaltool.web.accounts.inviting import faults, link_page, lost_password, typed
from evaltool.web.accounts.pages import CoachesPage, ColleaguesPage, MunicipalityPage
from evaltool.web.context import services, texts
from evaltool.web.guard import guarded, write_down
from evaltool.web.identity import account
from evaltool.web.rendering import messages, render, tell

blueprint = Blueprint("municipality", __name__)


def own() -> Municipality:
    """The municipality of whoever asks."""
    return services().register.known(account().nis_code or "")


@blueprint.get("/municipality")
@guarded(Permission.LOG)
def show() -> Response:
    """What there is to manage."""
    municipality = own()
    return render(MunicipalityPage(title=municipality.name, municipality=municipality))


@blueprint.get("/municipality/colleagues")
@guarded(Permission.COLLEAGUES)
def colleagues() -> Response:
    """The accounts of the municipality."""
    return _colleagues()


def _colleagues(
    values: dict[str, str] | None = None, errors: dict[str, str] | None = None
) -> Response:
    municipality = own()
    page = ColleaguesPage(
        title=texts()("colleagues.title"),
        messages=messages(errors or {}),
        values=values or {},
        errors=errors or {},
        municipality=municipality,
        accounts=services().store.accounts.listing(nis_code=municipality.nis_code),
        own=account().id,
        lost_password=lost_password(),
    )
    return render(page, 422 if errors else 200)


@blueprint.post("/municipality/colleagues")
@guarded(Permission.COLLEAGUES)
def invite() -> AnyResponse:
    """Make an account for a colleague and show its link."""
    held, values = services(), typed()
    role = next((r for r in MUNICIPAL_ROLES if r == values["role"]), None)
    code = account().nis_code
    errors = faults(values, role, code)
    if errors or role is None:
        return _colleagues(values, errors)
    try:
        with held.store.together():
            made = held.store.accounts.create(
                address=values["address"],
                name=values["name"],
                role=role,
                nis_code=code,
                at=held.now(),
                invited_by=code,
            )
            write_down("invited", code or "", detail=made.id)
            return link_page(made, url_for("municipality.colleagues"))
    except AddressTaken:
        known = held.store.accounts.by_address(values["address"])
        ours = known is not None and known.nis_code == code
        key = "colleagues.there_already" if ours else "accounts.address_unusable"
        return _colleagues(values, {"address": texts()(key)})


@blueprint.post("/municipality/colleagues/<account_id>/link")
@guarded(Permission.COLLEAGUES)
def link(account_id: str) -> AnyResponse:
    """A new link for a colleague who did not choose a password yet.

    Who did may see more than this municipality, such as her own view of another: a link to
    choose another password comes by mail, or from an administrator.
    """
    found = services().store.accounts.get(account_id)
    if found.state is not AccountState.INVITED or found.subject is not None:
        abort(404)
    with services().store.together():
        write_down("link_made", found.nis_code or "", detail=found.id)
        return link_page(found, url_for("municipality.colleagues"))


@blueprint.route("/municipality/colleagues/<account_id>/delete", methods=["GET", "POST"])
@guarded(Permission.COLLEAGUES)
def remove(account_id: str) -> AnyResponse:
    """Delete the account of a colleague; one's own has a page of its own."""
    colleagues_page = url_for("municipality.colleagues")
    return delete_other(
        account_id,
        action=url_for("municipality.remove", account_id=account_id),
        back=colleagues_page,
        afterwards=colleagues_page,
    )


@blueprint.get("/municipality/coaches")
@guarded(Permission.CONSENT)
def coaches() -> Response:
    """Which coaches are let in, since when, and letting in another."""
    return _coaches()


def _coaches(error: str = "") -> Response:
    held, municipality = services(), own()
    known = {
        coach.id: coach
        for coach in held.store.accounts.listing(role=Role.COACH)
        if coach.state is AccountState.ACTIVE
    }
    consents = held.store.consents.of_municipality(municipality.nis_code)
    inside = {consent.coach for consent in consents}
    errors = {"coach": error} if error else {}
    others = tuple(coach for id_, coach in known.items() if id_ not in inside)
    page = CoachesPage(
        title=texts()("coaches.title"),
        messages=messages(errors, {} if others else {"coach": ""}),
        errors=errors,
        municipality=municipality,
        let_in=tuple(
            (held.store.accounts.get(consent.coach), consent.given_at, consent.named)
            for consent in consents
        ),
        others=others,
    )
    return render(page, 422 if error else 200)


@blueprint.post("/municipality/coaches/let-in")
@guarded(Permission.CONSENT)
def let_in() -> AnyResponse:
    """Let a coach in: from now on she reads the evaluations of this municipality."""
    held, who = services(), account()
    coach = _coach()
    if coach is None or coach.state is not AccountState.ACTIVE:
        return _coaches(texts()("coaches.choose"))
    with held.store.together():
        held.store.consents.give(
            who.nis_code or "",
            coach.id,
            by=who.id,
            at=held.now(),
            named="named" in request.form,
        )
        write_down("consent_given", who.nis_code or "", detail=coach.id)
    tell(texts()("coaches.given", name=coach.name))
    return redirect(url_for("municipality.coaches"), 303)


@blueprint.post("/municipality/coaches/withdraw")
@guarded(Permission.CONSENT)
def withdraw() -> AnyResponse:
    """No longer let a coach in, at once."""
    held, who = services(), account()
    coach = _coach()
    if coach is None:
        return _coaches(texts()("coaches.choose"))
    with held.store.together():
        held.store.consents.withdraw(who.nis_code or "", coach.id)
        write_down("consent_withdrawn", who.nis_code or "", detail=coach.id)
    tell(texts()("coaches.withdrawn", name=coach.name))
    return redirect(url_for("municipality.coaches"), 303)


def _coach() -> Account | None:
    try:
        found = services().store.accounts.get(request.form.get("coach", ""))
    except AccountNotFound:
        return None
    return found if found.role is Role.COACH else None
