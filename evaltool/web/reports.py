"""The Report on an evaluation, as it was when it was finished, with its action plan of now."""

from flask import abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.document import document_of
from evaltool.domain.evaluation import Evaluation
from evaltool.domain.report import Report
from evaltool.domain.reporting import build
from evaltool.web.context import evaluation_or_404, library, municipality_of, services, texts
from evaltool.web.rendering import tell


def report_of(evaluation: Evaluation) -> Report:
    """The report on an evaluation, in the language of this request."""
    plan = services().plans.of(evaluation.id)
    document = document_of(
        evaluation, municipality_of(evaluation), (planned.action for planned in plan)
    )
    return build(library(), document)


def as_reported(id_: str) -> tuple[Evaluation | None, int]:
    """The evaluation as it was reported: the time asked for with ``?version=``, else the last.

    None where it was never finished.
    """
    evaluation_or_404(id_)
    snapshots = services().evaluations.snapshots(id_)
    if not snapshots:
        return None, 0
    number = request.args.get("version", str(len(snapshots)))
    found = next((s for s in snapshots if str(s.number) == number), None)
    if found is None:
        abort(404)
    return found.evaluation, found.number


def finish_first(id_: str) -> AnyResponse:
    """To the page of all answers, for what is there only once it is finished."""
    tell(texts()("results.finish_first"))
    return redirect(url_for("finishing.check", id_=id_), 303)
