"""The Report on an evaluation, as it was when it was finished, with its action plan of now."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from flask import abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.carrying import unconfirmed
from evaltool.domain.document import document_of
from evaltool.domain.evaluation import NO_SUPPLEMENT, Evaluation, Snapshot, Supplement
from evaltool.domain.report import Report
from evaltool.domain.reporting import build
from evaltool.web.context import evaluation_or_404, library, municipality_of, services, texts
from evaltool.web.differing import differences_in
from evaltool.web.history import evolution_until
from evaltool.web.rendering import tell
from evaltool.web.zones import zone_in

P = ParamSpec("P")


def report_of(evaluation: Evaluation, supplement: Supplement = NO_SUPPLEMENT) -> Report:
    """The report on an evaluation, in the language of this request.

    ``supplement`` is what was reported besides: nothing that was finished reads what is kept now.
    """
    plan = services().plans.of(evaluation.id)
    document = document_of(
        evaluation, municipality_of(evaluation), (planned.action for planned in plan)
    )
    return build(
        library(),
        document,
        differences=differences_in(evaluation, supplement),
        zone=zone_in(evaluation, supplement),
        carried=unconfirmed(services().catalogue.questionnaire, evaluation),
        evolution=evolution_until(evaluation),
    )


def as_reported(id_: str, *, any_edition: bool = False) -> Snapshot | None:
    """The evaluation as it was reported: the time asked for with ``?version=``, else the last.

    None where it was never finished.
    """
    evaluation_or_404(id_, any_edition=any_edition)
    snapshots = services().evaluations.snapshots(id_)
    if not snapshots:
        return None
    number = request.args.get("version", str(len(snapshots)))
    found = next((s for s in snapshots if str(s.number) == number), None)
    if found is None:
        abort(404)
    return found


def when_reported(
    view: Callable[Concatenate[Snapshot, P], AnyResponse],
) -> Callable[..., AnyResponse]:
    """Give a route the evaluation as it was reported in place of its id.

    Where it was never finished, lead to the page of all answers, to finish it first.
    """

    @wraps(view)
    def wrapped(id_: str, *args: P.args, **kwargs: P.kwargs) -> AnyResponse:
        snapshot = as_reported(id_)
        if snapshot is None:
            return finish_first(id_)
        return view(snapshot, *args, **kwargs)

    return wrapped


def finish_first(id_: str) -> AnyResponse:
    """To the page of all answers, for what is there only once it is finished."""
    tell(texts()("results.finish_first"))
    return redirect(url_for("finishing.check", id_=id_), 303)
