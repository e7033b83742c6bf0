"""One LIVC-R for a police zone: which municipalities an evaluation is of."""

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission
from evaltool.domain.evaluation import Evaluation, Status, Supplement
from evaltool.domain.municipality import Municipality
from evaltool.domain.supplements import ZoneView
from evaltool.domain.zone import MemberState, proposed, zone_view
from evaltool.web.context import evaluation_or_404, municipality_of, services, texts
from evaltool.web.guard import guarded
from evaltool.web.questions import wording
from evaltool.web.rendering import messages, render, tell
from evaltool.web.zone_pages import ZoneChoice, ZonePage

blueprint = Blueprint("zones", __name__)


@blueprint.route("/evaluations/<id_>/zone", methods=["GET", "POST"])
@guarded(Permission.ZONE)
def choose(id_: str) -> AnyResponse:
    """Choose the municipalities; where there are accounts each must confirm before it is bound."""
    evaluation = evaluation_or_404(id_)
    if request.method != "POST":
        return _page(evaluation)
    if evaluation.status is Status.FINISHED:
        tell(texts()("zone.reopen_first"))
        return redirect(url_for("zones.choose", id_=id_), 303)
    ticked = set(request.form.getlist("municipality"))
    members: dict[str, int] = {}
    errors: dict[str, str] = {}
    for other in proposed(services().register, municipality_of(evaluation)):
        if other.nis_code not in ticked:
            continue
        cluster = request.form.get(f"cluster-{other.nis_code}", "")
        if cluster in {str(number) for number in services().register.clusters}:
            members[other.nis_code] = int(cluster)
        else:
            errors[f"cluster-{other.nis_code}"] = texts()("zone.choose_cluster", name=other.name)
    if errors:
        return _page(evaluation, errors, ticked)
    asked = services().store.zones.ask(id_, members.items(), at=services().now())
    told = "zone.asked" if asked and services().hosted is not None else "zone.saved"
    tell(texts()(told))
    return redirect(url_for("zones.choose", id_=id_), 303)


def _page(
    evaluation: Evaluation,
    errors: dict[str, str] | None = None,
    ticked: set[str] | None = None,
) -> Response:
    known = {member.nis_code: member for member in services().store.zones.of(evaluation.id)}
    # One that refused is asked again only where that is wanted.
    still = {code for code, member in known.items() if member.state is not MemberState.REFUSED}
    page = ZonePage(
        title=texts()("zone.title"),
        messages=messages(errors or {}),
        evaluation=evaluation,
        municipality=municipality_of(evaluation),
        choices=tuple(
            ZoneChoice(
                municipality=other,
                ticked=other.nis_code in (still if ticked is None else ticked),
                cluster=_cluster(other, ticked is not None)
                if other.nis_code not in known
                else known[other.nis_code].cluster,
                state=known[other.nis_code].state if other.nis_code in known else "",
            )
            for other in proposed(services().register, municipality_of(evaluation))
        ),
        clusters=tuple(services().register.clusters.values()),
        errors=errors or {},
    )
    return render(page, 422 if errors else 200)


def _cluster(other: Municipality, typed: bool) -> int | None:
    """The cluster that was typed, else the one that the register proposes."""
    sent = request.form.get(f"cluster-{other.nis_code}", "") if typed else ""
    known = (number for number in services().register.clusters if str(number) == sent)
    return next(known, other.proposal.cluster)


def zone_in(evaluation: Evaluation, known: Supplement) -> ZoneView | None:
    """The municipalities that took part side by side, for the report."""
    held = services()
    members = [(municipality_of(evaluation), evaluation.cluster)]
    members += [(held.register.known(code), cluster) for code, cluster in known.members]
    return zone_view(
        held.catalogue.questionnaire,
        held.catalogue.benchmark,
        wording(),
        texts(),
        answers=evaluation.answers,
        members=members,
    )
