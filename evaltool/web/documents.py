"""What is taken away: the documents as PDF, and the data."""

import json

from flask import Blueprint, Response, abort, request
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission
from evaltool.domain.evaluation import Snapshot
from evaltool.domain.intake import intake_sheet
from evaltool.domain.meeting import MeetingFormat, meeting_sheet
from evaltool.domain.output import report_json
from evaltool.exports import SHEETS, action_calendar, sheet_csv, workbook
from evaltool.pdf import feedback_report, intake_document, meeting_document, summary_document
from evaltool.web.context import (
    evaluation_or_404,
    language,
    library,
    municipality_of,
    services,
    texts,
)
from evaltool.web.files import attachment, file_name, pdf_response
from evaltool.web.guard import guarded
from evaltool.web.reports import report_of, when_reported

blueprint = Blueprint("documents", __name__)


@blueprint.get("/evaluations/<id_>/report.pdf")
@guarded(Permission.DOCUMENT)
@when_reported
def report(snapshot: Snapshot) -> AnyResponse:
    """The full feedback report."""
    evaluation = snapshot.evaluation
    pdf = feedback_report(report_of(evaluation, snapshot.supplement), texts())
    return pdf_response(pdf, file_name(evaluation, texts()("document.report.file")))


@blueprint.get("/evaluations/<id_>/summary.pdf")
@guarded(Permission.DOCUMENT)
@when_reported
def summary(snapshot: Snapshot) -> AnyResponse:
    """The summary alone, for the mayor or the council."""
    evaluation = snapshot.evaluation
    pdf = summary_document(report_of(evaluation, snapshot.supplement), texts())
    return pdf_response(pdf, file_name(evaluation, texts()("document.summary.file")))


@blueprint.get("/evaluations/<id_>/meeting.pdf")
@guarded(Permission.MEETING)
@when_reported
def meeting(snapshot: Snapshot) -> AnyResponse:
    """The chair's sheet for a meeting of as many minutes as asked."""
    evaluation = snapshot.evaluation
    report = report_of(evaluation, snapshot.supplement)
    sheet = meeting_sheet(report, _format(), texts())
    pdf = meeting_document(sheet, report, texts())
    return pdf_response(
        pdf, file_name(evaluation, f"{texts()('document.meeting.file')}-{sheet.minutes}")
    )


def _format() -> MeetingFormat:
    forms = services().catalogue.meetings
    asked = request.args.get("minutes", str(forms[0].minutes))
    found = next((form for form in forms if str(form.minutes) == asked), None)
    if found is None:
        abort(404)
    return found


@blueprint.get("/evaluations/<id_>/intake.pdf")
@guarded(Permission.INTAKE)
@when_reported
def intake(snapshot: Snapshot) -> AnyResponse:
    """The coach's intake sheet."""
    evaluation = snapshot.evaluation
    report = report_of(evaluation, snapshot.supplement)
    pdf = intake_document(intake_sheet(report, texts()), report, texts())
    return pdf_response(pdf, file_name(evaluation, texts()("document.intake.file")))


@blueprint.get("/evaluations/<id_>/report.json")
@guarded(Permission.EXPORT)
@when_reported
def data(snapshot: Snapshot) -> AnyResponse:
    """The comparisons and findings as data, in the form of the command line."""
    evaluation = snapshot.evaluation
    report = report_of(evaluation, snapshot.supplement)
    text = json.dumps(report_json(report), ensure_ascii=False, indent=2)
    name = file_name(evaluation) + "-report.json"
    return attachment(text.encode(), "application/json", name)


@blueprint.get("/evaluations/<id_>/<any(answers, comparisons, actions):sheet>.csv")
@guarded(Permission.EXPORT)
@when_reported
def csv(snapshot: Snapshot, sheet: str) -> AnyResponse:
    """Answers, comparisons or actions as CSV."""
    evaluation = snapshot.evaluation
    content = sheet_csv(SHEETS[sheet](report_of(evaluation, snapshot.supplement), library()))
    return attachment(content, "text/csv", file_name(evaluation) + f"-{sheet}.csv")


@blueprint.get("/evaluations/<id_>/report.xlsx")
@guarded(Permission.EXPORT)
@when_reported
def spreadsheet(snapshot: Snapshot) -> AnyResponse:
    """Answers, comparisons and actions as one workbook."""
    evaluation = snapshot.evaluation
    report = report_of(evaluation, snapshot.supplement)
    sheets = [make(report, library()) for make in SHEETS.values()]
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    content = workbook(sheets, report.title, language())
    return attachment(content, kind, file_name(evaluation) + ".xlsx")


@blueprint.get("/evaluations/<id_>/actions.ics")
@guarded(Permission.DOCUMENT)
def calendar(id_: str) -> Response:
    """The dates of the action plan, for a calendar."""
    evaluation = evaluation_or_404(id_)
    plan = services().plans.of(id_)
    content = action_calendar(plan, municipality_of(evaluation), texts())
    return attachment(content, "text/calendar", file_name(evaluation) + ".ics")
