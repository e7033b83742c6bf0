"""A municipality over time: how it went, and any two of its reports side by side."""

from collections.abc import Sequence

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.charts import inline_small_multiples
from evaltool.domain.access import Permission, may
from evaltool.domain.changes import changes
from evaltool.domain.evaluation import NotFound, Snapshot
from evaltool.domain.language import date_text
from evaltool.domain.plan import PlannedAction
from evaltool.web.context import (
    evaluation_or_404,
    language,
    library,
    municipality_of,
    services,
    texts,
)
from evaltool.web.guard import guarded
from evaltool.web.history import evolution_of, reported_of, when
from evaltool.web.identity import actor
from evaltool.web.over_time_pages import ChangesPage, FinishedRow, TrendPage
from evaltool.web.rendering import moment_text, render, tell
from evaltool.web.reports import report_of, when_reported

blueprint = Blueprint("over_time", __name__)


@blueprint.get("/evaluations/<id_>/trend")
@guarded(Permission.RESULTS)
def trend(id_: str) -> Response:
    """Levels and legal minimum over all finished evaluations of the municipality."""
    evaluation = evaluation_or_404(id_)
    reported = reported_of(evaluation.nis_code)
    evolution = evolution_of([snapshot.evaluation for snapshot in reported])
    return render(
        TrendPage(
            title=texts()("over_time.title", municipality=municipality_of(evaluation).name),
            evaluation=evaluation,
            municipality=municipality_of(evaluation),
            evolution=evolution,
            picture="" if evolution.picture is None else inline_small_multiples(evolution.picture),
            rows=tuple(_row(reported, number, id_) for number in range(len(reported) - 1, -1, -1)),
        )
    )


def _row(reported: Sequence[Snapshot], number: int, id_: str) -> FinishedRow:
    """One of several finished evaluations, to be compared with the one before it and with ``id_``.

    Any two can be reached so: each has a page like this of its own.
    """
    here = reported[number].evaluation
    mine = next((i for i, s in enumerate(reported) if s.evaluation.id == id_), number)
    places = [number - 1] if number else []
    if mine not in (number - 1, number, number + 1):
        places.append(mine)
    others = [reported[place].evaluation for place in places]
    return FinishedRow(
        day=date_text(here.day, language()),
        results=url_for("results.show", id_=here.id),
        comparisons=tuple(
            (
                url_for("over_time.compare", id_=here.id, other=other.id),
                date_text(other.day, language()),
            )
            for other in others
        ),
    )


@blueprint.get("/evaluations/<id_>/compare/<other>")
@guarded(Permission.RESULTS)
@when_reported
def compare(snapshot: Snapshot, other: str) -> AnyResponse:
    """What changed between two reports of the municipality, whichever of them is named first.

    By default the last report of each; ``?version=`` and ``?other_version=`` name others.
    """
    mine = snapshot.evaluation
    beside = _other(other, mine.nis_code)
    if (mine.id, snapshot.number) == (beside.evaluation.id, beside.number):
        tell(texts()("over_time.same_report"))
        return redirect(url_for("over_time.trend", id_=mine.id), 303)
    then, now = sorted((snapshot, beside), key=lambda s: (*when(s.evaluation), s.number))
    view = changes(
        library(),
        report_of(then.evaluation),
        report_of(now.evaluation),
        since=then.finished_at,
        actions=_actions(then, now),
    )
    same = then.evaluation.id == now.evaluation.id
    return render(
        ChangesPage(
            title=texts()("over_time.changes_title", municipality=municipality_of(mine).name),
            evaluation=services().evaluations.get(mine.id),
            municipality=municipality_of(mine),
            changes=view,
            then=(view.then_day, _address(then)),
            now=(view.now_day, _address(now)),
            moments=(moment_text(then.finished_at), moment_text(now.finished_at)) if same else (),
        )
    )


def _other(id_: str, nis_code: str) -> Snapshot:
    """The report to put beside another; a page that says it is not there, where it may not be.

    What belongs to another municipality, or to a contributor, is answered as what is not there.
    """
    held = services()
    try:
        subject = held.evaluations.subject(id_)
    except NotFound:
        abort(404)
    if not may(actor(), Permission.RESULTS, subject):
        abort(404)
    if subject.nis_code != nis_code or subject.contributor is not None:
        abort(404)
    evaluation_or_404(id_)
    snapshots = held.evaluations.snapshots(id_)
    number = request.args.get("other_version", str(len(snapshots)))
    found = next((s for s in snapshots if str(s.number) == number), None)
    if found is None:
        abort(404)
    return found


def _actions(then: Snapshot, now: Snapshot) -> tuple[PlannedAction, ...]:
    """The actions of both plans, as they are now."""
    ids = dict.fromkeys((then.evaluation.id, now.evaluation.id))
    return tuple(planned for id_ in ids for planned in services().plans.of(id_))


def _address(snapshot: Snapshot) -> str:
    return url_for("results.show", id_=snapshot.evaluation.id, version=snapshot.number)
