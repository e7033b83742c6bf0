"""Keeping an evaluation that nobody changed for long, and saying when it will be deleted."""

from datetime import date
from typing import Any

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission
from evaltool.domain.evaluation import Evaluation
from evaltool.domain.language import date_text
from evaltool.domain.retention import deletion_day, with_all_changes
from evaltool.web.context import Services, evaluation_or_404, language, services, texts
from evaltool.web.guard import guarded
from evaltool.web.rendering import tell

blueprint = Blueprint("keeping", __name__)


@blueprint.post("/evaluations/<id_>/keep")
@guarded(Permission.KEEP)
def keep(id_: str) -> AnyResponse:
    """Start the time anew for which it is kept, whatever edition it was made with."""
    evaluation_or_404(id_, any_edition=True)
    services().evaluations.keep(id_, at=services().now())
    tell(texts()("retention.kept"))
    return redirect(url_for("assess.overview", id_=id_), 303)


@blueprint.app_context_processor
def _always() -> dict[str, Any]:
    return {"deleted_from": _deleted_from}


def _deleted_from(evaluation: Evaluation) -> str:
    """From which day on it is deleted, in words; empty where nobody was told so yet."""
    held = services()
    if held.hosted is None:
        return ""
    day = deletion_of(held, evaluation, held.hosted.keep_months)
    return "" if day is None else date_text(day, language())


def deletion_of(held: Services, evaluation: Evaluation, keep_months: int) -> date | None:
    """From which day on an evaluation is deleted; None where nobody was told so yet."""
    if evaluation.reminded_at is None:
        return None
    plan, views = held.plans.of(evaluation.id), held.evaluations.views_of(evaluation.id)
    whole = with_all_changes(evaluation, plan, views, held.store.meetings.changed_at(evaluation.id))
    return deletion_day(whole, keep_months)
