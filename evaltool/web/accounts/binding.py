"""A municipality confirms, or not, that it takes part in an evaluation of its police zone."""

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission
from evaltool.domain.evaluation import Status
from evaltool.domain.language import date_text
from evaltool.domain.zone import MemberState
from evaltool.web.accounts.municipality import own
from evaltool.web.context import language, services, texts
from evaltool.web.guard import guarded, write_down
from evaltool.web.identity import account
from evaltool.web.rendering import messages, render, tell
from evaltool.web.zone_pages import ZoneQuestion, ZonesPage

blueprint = Blueprint("binding", __name__)


@blueprint.get("/municipality/zones")
@guarded(Permission.BIND)
def show() -> Response:
    """What was asked, and what was answered."""
    return _page()


def _page(error: str = "") -> Response:
    held, municipality = services(), own()
    questions: list[ZoneQuestion] = []
    for id_, member in held.store.zones.asked_of(municipality.nis_code):
        evaluation = held.evaluations.get(id_)
        questions.append(
            ZoneQuestion(
                evaluation=id_,
                by=held.register.known(evaluation.nis_code).name,
                day=date_text(evaluation.day, language()),
                cluster=member.cluster,
                state=member.state,
            )
        )
    errors = {"evaluation": error} if error else {}
    page = ZonesPage(
        title=texts()("zone.asked_title"),
        messages=messages(errors, {"evaluation": ""}),
        errors=errors,
        municipality=municipality,
        questions=tuple(questions),
        clusters=tuple(held.register.clusters.values()),
    )
    return render(page, 422 if error else 200)


@blueprint.post("/municipality/zones")
@guarded(Permission.BIND)
def answer() -> AnyResponse:
    """Take part with the own cluster, or not (any longer)."""
    held, who, t = services(), account(), texts()
    code = who.nis_code or ""
    id_ = request.form.get("evaluation", "")
    known = dict(held.store.zones.asked_of(code)).get(id_)
    cluster = request.form.get("cluster", "")
    if known is None or cluster not in {str(number) for number in held.register.clusters}:
        return _page(t("zone.choose_own_cluster"))
    state = MemberState.CONFIRMED if "confirm" in request.form else MemberState.REFUSED
    with held.store.together():
        held.store.zones.answer(id_, code, state, cluster=int(cluster), by=who.id, at=held.now())
        write_down(f"zone_{state}", code, id_)
    later = state is MemberState.CONFIRMED and held.evaluations.get(id_).status is Status.FINISHED
    tell(t("zone.confirmed_later" if later else f"zone.{state}_told"))
    return redirect(url_for("binding.show"), 303)
