"""All that is kept of a municipality: to take along, or to delete."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission, Role
from evaltool.domain.accounts import Account
from evaltool.domain.composing import Sources, minutes_text, sheet_of
from evaltool.domain.document import document_of, write
from evaltool.domain.evaluation import LEAST_VOICES, Evaluation, Status
from evaltool.domain.municipality import Municipality
from evaltool.domain.personal_export import account_row, coaching_rows, consent_rows, log_rows
from evaltool.web.accounts.municipality import own
from evaltool.web.accounts.pages import ConfirmPage
from evaltool.web.context import services, texts
from evaltool.web.excess import hold_back_documents
from evaltool.web.files import attachment, file_name
from evaltool.web.guard import guarded, write_down
from evaltool.web.identity import emptied, end_session
from evaltool.web.meeting_sources import minutes_on
from evaltool.web.rendering import messages, render, tell

blueprint = Blueprint("municipal_data", __name__)


@blueprint.get("/municipality/data.zip")
@guarded(Permission.ALL_DATA)
def take() -> Response:
    """Everything that is kept of the municipality, as files that can be read elsewhere."""
    hold_back_documents()
    held, municipality = services(), own()
    files: dict[str, str] = {}
    for evaluation in held.evaluations.listing([municipality.nis_code]):
        files.update(_files_of(evaluation, municipality))
    code = municipality.nis_code
    files["accounts.json"] = _json(
        [account_row(found) for found in held.store.accounts.listing(nis_code=code)]
    )
    files["coaches.json"] = _json(consent_rows(held.store.consents.of_municipality(code)))
    files["coaching.json"] = _json(coaching_rows(held.store.coaching.shared_with(code)))
    files["log.json"] = _json(log_rows(reversed(held.store.audit.of_municipality(code))))
    write_down("municipality_exported", code)
    return attachment(_zipped(files), "application/zip", f"livc-r-{code}.zip")


def _files_of(evaluation: Evaluation, municipality: Municipality) -> dict[str, str]:
    """An evaluation, its reports and the views on it as files of answers; minutes as text."""
    held = services()
    actions = [planned.action for planned in held.plans.of(evaluation.id)]
    questionnaire = held.catalogue.questionnaire
    name = f"{file_name(evaluation)}-{evaluation.id[:6]}"
    found = {f"{name}.json": write(document_of(evaluation, municipality, actions), questionnaire)}
    for snapshot in held.evaluations.snapshots(evaluation.id):
        document = document_of(snapshot.evaluation, municipality)
        found[f"{name}-report-{snapshot.number}.json"] = write(document, questionnaire)
    views = [v for v in held.evaluations.views_of(evaluation.id) if v.status is Status.FINISHED]
    # As on every page: what is still being written, and what only one or two said, stays theirs.
    for number, view in enumerate(views if len(views) >= LEAST_VOICES else (), start=1):
        document = document_of(view, municipality)
        found[f"{name}-view-{number}.json"] = write(document, questionnaire)
    for number, meeting in enumerate(held.store.meetings.of(evaluation.id), start=1):
        # Without the report: one of another edition cannot be built.
        sheet = sheet_of(meeting, Sources(municipality.name, None), texts())
        found[f"{name}-meeting-{number}.txt"] = minutes_text(minutes_on(meeting, sheet), texts())
    return found


def _json(held: object) -> str:
    return json.dumps(held, ensure_ascii=False, indent=2)


def _zipped(files: Mapping[str, str]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return held.getvalue()


@blueprint.route("/municipality/delete", methods=["GET", "POST"])
@guarded(Permission.ALL_DATA)
def delete() -> AnyResponse:
    """Delete everything that is kept of the municipality, the accounts of its people included."""
    t, municipality, held = texts(), own(), services()
    errors: dict[str, str] = {}
    if request.method == "POST":
        if request.form.get("name", "").strip() == municipality.name:
            code = municipality.nis_code
            with held.store.together():
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
        errors = {"name": t("municipality.wrong_name", municipality=municipality.name)}
    page = ConfirmPage(
        title=t("municipality.delete_title", municipality=municipality.name),
        messages=messages(errors),
        errors=errors,
        lead=t("municipality.delete_lead"),
        action=url_for("municipal_data.delete"),
        button=t("municipality.delete_button"),
        back=url_for("municipality.show"),
        asks="name",
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
