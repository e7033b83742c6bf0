"""Asking members of the LIVC-R for their own view of an evaluation."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Permission, Role
from evaltool.domain.accounts import Account, AccountState, AddressTaken, LinkPurpose
from evaltool.domain.answers import Answers
from evaltool.domain.consensus import LEFT_OUT, gates
from evaltool.domain.evaluation import Evaluation, View
from evaltool.domain.questionnaire import Section
from evaltool.web.accounts.inviting import as_known, faults, link_page, typed
from evaltool.web.accounts.pages import ContributorsPage
from evaltool.web.context import evaluation_or_404, municipality_of, services, texts
from evaltool.web.differing import MEMBERS
from evaltool.web.guard import guarded, write_down
from evaltool.web.questions import wording
from evaltool.web.rendering import messages, render, tell

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
    sections = _sections()
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
                words.option(MEMBERS, view.view.discipline),
            )
            for view in held.evaluations.views_of(evaluation.id)
            if view.view is not None
        ),
        disciplines=tuple((code, words.option(MEMBERS, code)) for code in _disciplines()),
        sections=tuple((id_, t.of(section.title)) for id_, section in sections.items()),
        chosen=frozenset(sections) if chosen is None else chosen,
    )
    return render(page, 422 if errors else 200)


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
    return link_page(shown, url_for("contributing.show", id_=id_), purpose)


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
        ours = known.role is Role.CONTRIBUTOR and known.invited_by == nis_code
        waiting = known.state is AccountState.INVITED
        return known, LinkPurpose.INVITATION if ours and waiting else LinkPurpose.JOIN
    return made, LinkPurpose.INVITATION


@blueprint.post("/evaluations/<id_>/contributors/remove")
@guarded(Permission.INVITE)
def remove(id_: str) -> AnyResponse:
    """Take somebody's view away, with what she answered."""
    held = services()
    asked = request.form.get("view", "")
    for view in held.evaluations.views_of(id_):
        if view.id == asked and view.view is not None:
            with held.store.together():
                held.evaluations.delete(view.id)
                write_down("contributor_removed", view.nis_code, id_, view.view.contributor)
            tell(texts()("contributing.removed"))
    return redirect(url_for("contributing.show", id_=id_), 303)
