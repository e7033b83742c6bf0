"""A municipality over time: how it went, and any two of its reports side by side."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.charts import inline_small_multiples
from evaltool.domain.access import Permission, may
from evaltool.domain.changes import changes
from evaltool.domain.evaluation import NotFound, Reported, Snapshot
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
from evaltool.web.guard import can, guarded
from evaltool.web.history import MOST_SHOWN, evolution_of, loaded, reported_of, when
from evaltool.web.identity import actor
from evaltool.web.over_time_pages import ChangesPage, FinishedRow, TrendPage
from evaltool.web.rendering import moment_text, render, tell
from evaltool.web.reports import report_of, when_reported

blueprint = Blueprint("over_time", __name__)


@blueprint.get("/evaluations/<id_>/trend")
@guarded(Permission.RESULTS)
def trend(id_: str) -> AnyResponse:
    """Levels and legal minimum over the last finished evaluations of the municipality.

    ``?first=`` and ``?second=`` name two of them, also earlier ones, to put side by side.
    """
    evaluation = evaluation_or_404(id_)
    reported = reported_of(evaluation.nis_code)
    named = [request.args.get(name, "") for name in ("first", "second")]
    if all(any(found.id == name for found in reported) for name in named):
        address = url_for("over_time.compare", id_=named[0], other=named[1])
        return redirect(address, 303)
    shown = reported[-MOST_SHOWN:]
    evolution = evolution_of((s.evaluation for s in loaded(shown)), len(reported))
    labels = _labels(reported)
    return render(
        TrendPage(
            title=texts()("over_time.title", municipality=municipality_of(evaluation).name),
            evaluation=evaluation,
            municipality=municipality_of(evaluation),
            evolution=evolution,
            picture="" if evolution.picture is None else inline_small_multiples(evolution.picture),
            rows=tuple(
                FinishedRow(
                    day=labels[here.id],
                    results=url_for("results.show", id_=here.id),
                    comparisons=tuple(
                        (
                            url_for("over_time.compare", id_=here.id, other=before.id),
                            labels[before.id],
                        )
                        for before in reported[max(number - 1, 0) : number]
                    ),
                )
                for number, here in reversed(tuple(enumerate(reported)))
                if here in shown
            ),
            choices=tuple((found.id, labels[found.id]) for found in reversed(reported)),
            document=_document(reported, labels) if evolution.picture is not None else ("", ""),
        )
    )


def _labels(reported: Sequence[Reported]) -> Mapping[str, str]:
    """What each finished evaluation is called: its day, and which of several on that day."""
    days = [found.day for found in reported]
    return {
        found.id: texts()(
            "over_time.day_of_several" if days.count(found.day) > 1 else "over_time.day_alone",
            day=date_text(found.day, language()),
            number=days[: place + 1].count(found.day),
            of=days.count(found.day),
        )
        for place, found in enumerate(reported)
    }


def _document(reported: Sequence[Reported], labels: Mapping[str, str]) -> tuple[str, str]:
    """Address and day of the full report with this evolution; empty where it may not be taken."""
    if not can(Permission.DOCUMENT):
        return "", ""
    last = reported[-1].id
    return url_for("documents.report", id_=last), labels[last]


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
