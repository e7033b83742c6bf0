"""All that is kept of a municipality: to take along, or to delete."""

from collections.abc import Iterator

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission, Role
from evaltool.domain.accounts import Account
from evaltool.web.accounts.deleting import still_in
from evaltool.web.accounts.municipal_files import zipped
from evaltool.web.accounts.municipality import own
from evaltool.web.accounts.pages import ConfirmPage
from evaltool.web.accounts.proving import asked_of, unproven
from evaltool.web.context import services, texts
from evaltool.web.excess import hold_back_documents
from evaltool.web.files import attachment
from evaltool.web.guard import guarded, write_down
from evaltool.web.identity import emptied, end_session
from evaltool.web.rendering import messages, render, tell

blueprint = Blueprint("municipal_data", __name__)


@blueprint.route("/municipality/data.zip", methods=["GET", "POST"])
@guarded(Permission.ALL_DATA)
def take() -> Response:
    """Everything that is kept of the municipality, as files, once it is certain who asks."""
    errors = unproven("password") if request.method == "POST" else {}
    if request.method != "POST" or errors:
        return _ask_first(errors)
    hold_back_documents()
    municipality = own()
    code, content = municipality.nis_code, zipped(municipality)
    write_down("municipality_exported", code)
    return attachment(content, "application/zip", f"livc-r-{code}.zip")


def _ask_first(errors: dict[str, str]) -> Response:
    t, asks = texts(), asked_of("password")
    page = ConfirmPage(
        title=t("municipality.data_title"),
        messages=messages(errors, {} if asks else {"password": ""}),
        errors=errors,
        lead=t("municipality.data_lead" if asks else "municipality.data_lead_elsewhere"),
        action=url_for("municipal_data.take"),
        button=t("municipality.data_button"),
        back=url_for("municipality.show"),
        danger=False,
        asks=asks,
    )
    return render(page, 422 if errors else 200)


@blueprint.route("/municipality/delete", methods=["GET", "POST"])
@guarded(Permission.ALL_DATA)
def delete() -> AnyResponse:
    """Delete everything that is kept of the municipality, the accounts of its people included."""
    t, municipality, held = texts(), own(), services()
    errors: dict[str, str] = {}
    if request.method == "POST":
        if request.form.get("name", "").strip() != municipality.name:
            errors = {"name": t("municipality.wrong_name", municipality=municipality.name)}
        errors = errors or unproven("password")
        if not errors:
            code = municipality.nis_code
            with held.store.together():
                still_in()
                write_down("municipality_deleted", code)
                for evaluation in held.evaluations.listing([code]):
                    held.evaluations.delete(evaluation.id)
                for id_, _ in held.store.zones.asked_of(code):
                    held.store.zones.leave(id_, code)
                for consent in held.store.consents.of_municipality(code):
                    held.store.consents.withdraw(code, consent.coach)
                held.store.coaching.forget(code)
                for found in _accounts_of(code):
                    held.store.accounts.delete(found.id)
            end_session()
            tell(t("municipality.deleted", municipality=municipality.name))
            return emptied(redirect(url_for("signing.sign_in"), 303))
    asks = asked_of("name", "password")
    page = ConfirmPage(
        title=t("municipality.delete_title", municipality=municipality.name),
        messages=messages(errors, {} if "password" in asks else {"password": ""}),
        errors=errors,
        lead=t("municipality.delete_lead"),
        action=url_for("municipal_data.delete"),
        button=t("municipality.delete_button"),
        back=url_for("municipality.show"),
        asks=asks,
        expected=municipality.name,
    )
    return render(page, 422 if errors else 200)


def _accounts_of(nis_code: str) -> Iterator[Account]:
    """The accounts of a municipality's people, and of those whom it alone asked for a view."""
    held = services()
    yield from held.store.accounts.listing(nis_code=nis_code)
    for found in held.store.accounts.listing(role=Role.CONTRIBUTOR):
        if found.invited_by == nis_code and not held.evaluations.views_by(found.id):
            yield found
