"""Asking members of the LIVC-R for their own view of an evaluation."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission, Role
from evaltool.domain.accounts import Account, AccountState, AddressTaken, LinkPurpose
from evaltool.domain.answers import Answers, SectionState
from evaltool.domain.consensus import LEFT_OUT, gates
from evaltool.domain.evaluation import Evaluation, View
from evaltool.domain.language import listing
from evaltool.domain.questionnaire import Section
from evaltool.domain.wording import MEMBERS
from evaltool.web.accounts.deleting import delete_without_view
from evaltool.web.accounts.inviting import as_known, faults, link_page, lost_password, typed
from evaltool.web.accounts.pages import ConfirmPage, ContributorsPage
from evaltool.web.context import evaluation_or_404, municipality_of, services, texts
from evaltool.web.guard import guarded, write_down
from evaltool.web.questions import wording
from evaltool.web.rendering import messages, render, tell
from evaltool.web.walk import tasks

blueprint = Blueprint("contributing", __name__)


@blueprint.get("/evaluations/<id_>/contributors")
@guarded(Permission.INVITE)
def show(id_: str) -> Response:
    """Who was asked, and asking somebody else."""
    return _page(evaluation_or_404(id_))


def _page(
    evaluation: Evaluation,
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    chosen: frozenset[str] | None = None,
) -> Response:
    held, words, t = services(), wording(), texts()
    sections, views = _sections(), held.evaluations.views_of(evaluation.id)
    page = ContributorsPage(
        title=texts()("contributing.title"),
        messages=messages(errors or {}),
        values=values or {},
        errors=errors or {},
        evaluation=evaluation,
        municipality=municipality_of(evaluation),
        invited=tuple(
            (
                view,
                as_known(held.store.accounts.get(view.view.contributor), evaluation.nis_code),
                words.member(view.view.discipline),
                _may_open(held.store.accounts.get(view.view.contributor), evaluation.nis_code),
            )
            for view in views
            if view.view is not None
        ),
        asked={view.id: tuple(_asked(view, views)) for view in views},
        disciplines=tuple((code, words.member(code)) for code in _disciplines()),
        sections=tuple((id_, t.of(section.title)) for id_, section in sections.items()),
        chosen=frozenset(sections) if chosen is None else chosen,
        lost_password=lost_password(),
    )
    return render(page, 422 if errors else 200)


def _asked(view: Evaluation, views: Iterable[Evaluation]) -> Iterator[str]:
    """About which sections somebody was asked, which are not asked (yet), who else is the same."""
    questionnaire, t = services().catalogue.questionnaire, texts()
    found = tasks(questionnaire, view.answers, view.only)
    titles = [t.of(task.section.title) for task in found]
    everything = t("contributing.asked_all")
    told = t("contributing.asked", sections=listing(titles, t("report.and")))
    yield everything if view.only is None else told
    waiting = [t.of(k.section.title) for k in found if k.state is SectionState.NOT_ASKED]
    if waiting:
        yield t("contributing.not_asked_yet", sections=listing(waiting, t("report.and")))
    same = [v for v in views if v.view and view.view and v.view.discipline == view.view.discipline]
    if len(same) > 1:
        yield t("contributing.same_discipline", number=len(same))


def _disciplines() -> Iterator[str]:
    for option in services().catalogue.questionnaire.by_id[MEMBERS].options:
        if not option.exclusive:
            yield option.id


def _sections() -> Mapping[str, Section]:
    """The sections about which members can be asked: how the table works, not who answers."""
    questionnaire = services().catalogue.questionnaire
    return {s.id: s for s in questionnaire.sections if s.id not in LEFT_OUT and not s.optional}


def _begin_with(evaluation: Evaluation, chosen: frozenset[str]) -> Mapping[str, Answers]:
    """What decides what is asked in the chosen sections, as the municipality answered it.

    Without its notes and other texts: those were not written for who is asked.
    """
    questionnaire = services().catalogue.questionnaire
    needed = gates(questionnaire, chosen)
    bare = replace(evaluation.answers, other_text={}, notes={})
    return {
        section.id: bare.part([q for q in needed if q.section == section.id])
        for section in questionnaire.sections
    }


@blueprint.post("/evaluations/<id_>/contributors")
@guarded(Permission.INVITE)
def invite(id_: str) -> AnyResponse:
    """Ask somebody for a view, and show the link to hand over.

    Whether she has an account already shows only to who follows the link.
    """
    evaluation, held, values = evaluation_or_404(id_), services(), typed()
    errors = faults(values, Role.CONTRIBUTOR, None)
    refused = _refused(values["address"], evaluation.nis_code)
    if refused and "address" not in errors:
        errors["address"] = texts()(refused)
    if values["discipline"] not in set(_disciplines()):
        errors["discipline"] = texts()("contributing.choose_discipline")
    chosen = frozenset(request.form.getlist("section")) & set(_sections())
    if not chosen:
        errors["section"] = texts()("contributing.choose_section")
    if errors:
        return _page(evaluation, values, errors, chosen)
    with held.store.together():
        who, purpose = _account(values, evaluation.nis_code)
        known = [
            v for v in held.evaluations.views_of(id_) if v.view and v.view.contributor == who.id
        ]
        if not known:
            held.evaluations.create(
                nis_code=evaluation.nis_code,
                cluster=evaluation.cluster,
                cluster_proposed=evaluation.cluster_proposed,
                day=held.now().astimezone().date(),
                edition=evaluation.edition,
                survey=evaluation.survey,
                sections=_begin_with(evaluation, chosen),
                at=held.now(),
                view=View(id_, who.id, values["discipline"], chosen),
            )
        write_down("contributor_invited", evaluation.nis_code, id_, who.id)
        # Under the name that was typed: an account that was there before may have another.
        shown = replace(who, name=values["name"])
        return link_page(shown, url_for("contributing.show", id_=id_), purpose, to_ask=True)


def _refused(address: str, nis_code: str) -> str:
    """The text that says why this person gives no view of her own; empty where she can.

    It tells nothing that the page of colleagues, or that of coaches, does not show.
    """
    known = services().store.accounts.by_address(address)
    if known is None:
        return ""
    if known.role is Role.OFFICER and known.nis_code == nis_code:
        return "contributing.not_officer"
    active = known.state is AccountState.ACTIVE
    return "contributing.not_coach" if known.role is Role.COACH and active else ""


def _account(values: dict[str, str], nis_code: str) -> tuple[Account, LinkPurpose]:
    """The account with an address, made where there is none, and what its link may do.

    Only the municipality that made an account may hand over a link that opens it.
    """
    held = services()
    try:
        made = held.store.accounts.create(
            address=values["address"],
            name=values["name"],
            role=Role.CONTRIBUTOR,
            nis_code=None,
            at=held.now(),
            invited_by=nis_code,
        )
    except AddressTaken:
        known = held.store.accounts.by_address(values["address"])
        if known is None:
            raise
        opens = _may_open(known, nis_code)
        return known, LinkPurpose.INVITATION if opens else LinkPurpose.JOIN
    return made, LinkPurpose.INVITATION


def _may_open(account: Account, nis_code: str) -> bool:
    """Whether a municipality may hand over a link that opens an account: it made it, unused yet."""
    ours = account.role is Role.CONTRIBUTOR and account.invited_by == nis_code
    return ours and account.state is AccountState.INVITED


@blueprint.post("/evaluations/<id_>/contributors/link")
@guarded(Permission.INVITE)
def link(id_: str) -> AnyResponse:
    """A new link for somebody who was asked and did not choose a password yet."""
    held = services()
    back = url_for("contributing.show", id_=id_)
    asked = request.form.get("view", "")
    view = next((v for v in held.evaluations.views_of(id_) if v.id == asked), None)
    if view is None or view.view is None:
        return redirect(back, 303)
    who = held.store.accounts.get(view.view.contributor)
    if not _may_open(who, view.nis_code):
        abort(404)
    with held.store.together():
        write_down("link_made", view.nis_code, id_, who.id)
        return link_page(who, back, LinkPurpose.INVITATION)


@blueprint.route("/evaluations/<id_>/contributors/remove", methods=["GET", "POST"])
@guarded(Permission.INVITE)
def remove(id_: str) -> AnyResponse:
    """Take somebody's view away, with what she answered, after asking."""
    held, t = services(), texts()
    back = url_for("contributing.show", id_=id_)
    asked = request.values.get("view", "")
    view = next((v for v in held.evaluations.views_of(id_) if v.id == asked), None)
    if view is None or view.view is None:
        # One that is gone already is no fault.
        return redirect(back, 303)
    if request.method != "POST":
        name = as_known(held.store.accounts.get(view.view.contributor), view.nis_code).name
        page = ConfirmPage(
            title=t("contributing.remove_title"),
            lead=t(
                "contributing.remove_lead",
                name=name,
                discipline=wording().member(view.view.discipline),
            ),
            action=url_for("contributing.remove", id_=id_, view=view.id),
            button=t("contributing.remove"),
            back=back,
        )
        return render(page)
    with held.store.together():
        held.evaluations.delete(view.id)
        write_down("contributor_removed", view.nis_code, id_, view.view.contributor)
        delete_without_view([view.view.contributor])
    tell(t("contributing.removed"))
    return redirect(back, 303)
