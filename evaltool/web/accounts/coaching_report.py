"""The report over a trajectory, for the municipalities that a coach chooses."""

import hashlib
import hmac

from flask import Blueprint, Response, abort, current_app, request
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission
from evaltool.domain.coaching import EntryKind
from evaltool.domain.trajectory_report import TrajectoryReport, trajectory_report
from evaltool.domain.trajectory_words import Trajectories
from evaltool.exports.trajectory import trajectory_workbook
from evaltool.pdf import trajectory_document
from evaltool.web.accounts.coaching_pages import Candidate, ReportPage
from evaltool.web.accounts.standings import consents, standings, write_down_each
from evaltool.web.context import language, library, services, texts
from evaltool.web.excess import hold_back_reports
from evaltool.web.files import attachment, pdf_response
from evaltool.web.guard import guarded
from evaltool.web.identity import account
from evaltool.web.rendering import messages, render

blueprint = Blueprint("coaching_report", __name__)

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CHOSEN = "municipality"


@blueprint.get("/coaching/report")
@guarded(Permission.COACHING)
def choose() -> Response:
    """Choose the municipalities; those that the address names are ticked, by default all."""
    return _choose()


def _choose(refused: str = "") -> Response:
    """The form; ``refused`` is the key of the sentence that says why there is no report."""
    error = texts()(f"coaching.report.{refused}") if refused else ""
    wanted = set(request.args.getlist(_CHOSEN))
    known = services().register.known
    let_in = sorted(consents(), key=lambda consent: known(consent.nis_code).name)
    errors = {_CHOSEN: error} if error else {}
    page = ReportPage(
        title=texts()("coaching.report.title"),
        messages=messages(errors, {} if let_in else {_CHOSEN: ""}),
        errors=errors,
        candidates=tuple(
            Candidate(
                nis_code=consent.nis_code,
                name=known(consent.nis_code).name,
                named=consent.named,
                ticked=consent.nis_code in wanted
                if refused
                else not wanted or consent.nis_code in wanted,
            )
            for consent in let_in
        ),
        unnamed=sum(not consent.named for consent in let_in),
    )
    return render(page, 422 if errors else 200)


@blueprint.get("/coaching/report.pdf")
@guarded(Permission.COACHING)
def pdf() -> AnyResponse:
    """The report as a document."""
    found = _report()
    if isinstance(found, str):
        return _choose(found)
    return pdf_response(trajectory_document(found, texts()), _name())


@blueprint.get("/coaching/report.xlsx")
@guarded(Permission.COACHING)
def spreadsheet() -> AnyResponse:
    """The same as a workbook."""
    found = _report()
    if isinstance(found, str):
        return _choose(found)
    return attachment(trajectory_workbook(found, texts()), _XLSX, f"{_name()}-{language()}.xlsx")


def _name() -> str:
    day = services().now().astimezone().date().isoformat()
    return f"{texts()('trajectory.report.file')}-{day}"


def _report() -> TrajectoryReport | str:
    """The report on the chosen ones, written in the log of each; else why there is none.

    With one municipality without a name in it, whoever knows the group knows which it is. Anyone
    who does not let this coach in (any more) is not there for her.
    """
    wanted = set(request.args.getlist(_CHOSEN))
    let_in = [consent for consent in consents() if consent.nis_code in wanted]
    if len(let_in) < len(wanted):
        abort(404)
    if not let_in:
        return "choose"
    if sum(not consent.named for consent in let_in) == 1:
        return "one_unnamed"
    hold_back_reports()
    every = standings(let_in)
    write_down_each("trajectory_taken", wanted)
    today = services().now().astimezone().date()
    coaching, own = services().store.coaching, account().id
    sessions = {
        code: sum(entry.kind is EntryKind.SESSION for entry in coaching.of(code, own))
        for code in wanted
    }
    return trajectory_report(Trajectories(library()), every, today, _key(), sessions)


def _key() -> bytes:
    """What the order of those without a name follows from: another for every coach."""
    secret = str(current_app.secret_key).encode()
    return hmac.new(secret, f"trajectory {account().id}".encode(), hashlib.sha256).digest()
