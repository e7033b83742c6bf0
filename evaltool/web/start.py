"""The start: what this is, a new evaluation, an import, the blank questionnaire."""

import hashlib
from collections.abc import Iterable, Iterator

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evaltool.domain.access import Actor, Permission, Role, Subject, may
from evaltool.domain.answers import SectionState
from evaltool.domain.evaluation import Evaluation
from evaltool.domain.municipality import Municipality
from evaltool.domain.zone import MemberState
from evaltool.pdf import blank_questionnaire
from evaltool.store import keep_document
from evaltool.web.carrying import copied, earlier_of, said_of_actions, source_of, taken_along
from evaltool.web.context import library, services, texts
from evaltool.web.errors import error_page
from evaltool.web.files import pdf_response
from evaltool.web.guard import guarded, write_down
from evaltool.web.identity import actor
from evaltool.web.importing import read_all, tell_imported
from evaltool.web.pages import Message
from evaltool.web.rendering import moment_text, render, tell
from evaltool.web.start_pages import EvaluationRow, NewPage, StartPage
from evaltool.web.tickets import id_by, new_ticket
from evaltool.web.walk import minutes_of, tasks

blueprint = Blueprint("start", __name__)

_MOST_FOUND = 30
_MOST_LISTED = 20
_LAST_PAGE = 1_000_000


@blueprint.get("/")
@guarded(Permission.USE)
def index() -> AnyResponse:
    """What the tool is, and the evaluations that can be opened, some at a time."""
    held, who = services(), actor()
    number = max(request.args.get("page", 1, type=_page_number), 1)
    listed = held.evaluations.listing(
        _codes(who), most=_MOST_LISTED + 1, after=(number - 1) * _MOST_LISTED
    )
    if number > 1 and not listed:
        return redirect(url_for("start.index"), 303)
    shown = listed[:_MOST_LISTED]
    if number == 1:
        shown = (*shown, *_of_others(who))
    if who.role is Role.COACH:
        _write_down_seen(shown)
    return render(
        StartPage(
            title=_title(who),
            rows=tuple(_row(evaluation) for evaluation in shown),
            newer=_list_address(number - 1) if number > 1 else "",
            older=_list_address(number + 1) if len(listed) > _MOST_LISTED else "",
            minutes=minutes_of(
                held.catalogue.questionnaire,
                [e.only or () for e in shown] if who.role is Role.CONTRIBUTOR else None,
            ),
            ticket=new_ticket(),
            role=who.role,
            municipality=held.register.municipalities.get(who.nis_code or ""),
        )
    )


def _write_down_seen(shown: Iterable[Evaluation]) -> None:
    """Tell the municipalities whose progress a coach sees here; as of her overview, once a day."""
    # Loaded here: only a hosted tool has coaches.
    from evaltool.web.accounts.standings import write_down_overview

    write_down_overview(evaluation.nis_code for evaluation in shown if evaluation.view is None)


def _title(who: Actor) -> str:
    own = f"start.title_{who.role}"
    return texts()(own if own in texts() else "start.title")


def _page_number(text: str) -> int:
    """The number of a page; so large a number that no database knows it, is refused.

    Raises:
        ValueError: it is none.
    """
    number = int(text)
    if number > _LAST_PAGE:
        raise ValueError(number)
    return number


def _list_address(number: int) -> str:
    return url_for("start.index", page=number, _anchor="evaluations")


def _row(evaluation: Evaluation) -> EvaluationRow:
    held = services()
    states = [
        task.state
        for task in tasks(held.catalogue.questionnaire, evaluation.answers, evaluation.only)
        if evaluation.view
        or (not task.section.optional and task.state is not SectionState.NOT_ASKED)
    ]
    return EvaluationRow(
        evaluation=evaluation,
        municipality=held.register.known(evaluation.nis_code),
        changed=moment_text(evaluation.changed_at),
        done=sum(state is SectionState.DONE for state in states),
        sections=len(states),
    )


def _codes(who: Actor) -> set[str] | None:
    """The municipalities whose evaluations the actor may open; None: all of them."""
    if who.role is Role.LOCAL:
        return None
    codes = {who.nis_code} if who.nis_code is not None else set(who.let_in)
    return {code for code in codes if may(who, Permission.READ, Subject(code))}


def _of_others(who: Actor) -> Iterator[Evaluation]:
    """What the actor shares with another municipality of the zone, and her own views."""
    held = services()
    if who.nis_code is not None:
        for id_, member in held.store.zones.asked_of(who.nis_code):
            if member.state is MemberState.CONFIRMED:
                yield held.evaluations.get(id_)
    if who.account is not None:
        yield from held.evaluations.views_by(who.account)


@blueprint.get("/evaluations/new")
@guarded(Permission.CREATE)
def new() -> Response:
    """Choose the municipality: by name, from a list where several fit, then its card."""
    wanted = request.args.get("from")
    if (code := actor().nis_code) is not None:
        return _card(services().register.known(code), start_from=wanted)
    typed = request.args.get("name", "").strip()
    found = services().register.search(typed)
    if typed and not found:
        message = Message(texts()("new.nothing_found", typed=typed), "name")
        return _choose(typed, messages=(message,), status=404)
    if len(found) > _MOST_FOUND:
        message = Message(texts()("new.too_many", number=len(found)), "name")
        return _choose(typed, messages=(message,))
    if len(found) == 1:
        return _card(found[0], start_from=wanted)
    return _choose(typed, found=found)


@blueprint.post("/evaluations/new")
@guarded(Permission.CREATE)
def create() -> AnyResponse:
    """Start an evaluation of a municipality in a cluster; a second click finds the same one."""
    held = services()
    municipality = held.register.municipalities.get(request.form.get("nis_code", ""))
    if municipality is None:
        return _choose(
            "", messages=(Message(texts()("new.choose_municipality"), "name"),), status=422
        )
    cluster = request.form.get("cluster", "")
    if not may(actor(), Permission.CREATE, Subject(municipality.nis_code)):
        abort(403)
    wanted = request.form.get("start_from")
    if cluster not in {str(number) for number in held.register.clusters}:
        message = Message(texts()("new.choose_cluster"), "cluster")
        return _card(municipality, (message,), 422, start_from=wanted)
    source = source_of(municipality.nis_code, wanted) if wanted else None
    if wanted and source is None:
        message = Message(texts()("carrying.gone"), "start-from")
        return _card(municipality, (message,), 422)
    sections, carried = copied(held.catalogue.questionnaire, source)
    actions = taken_along(source)
    now = held.now()
    with held.store.together():
        evaluation = held.evaluations.create(
            nis_code=municipality.nis_code,
            cluster=int(cluster),
            # Whoever sends the card has seen the proposal and confirms or changes it.
            cluster_proposed=False,
            day=now.astimezone().date(),
            edition=held.catalogue.questionnaire.edition,
            survey=held.catalogue.benchmark.survey.edition,
            sections=sections,
            at=now,
            id_=id_by(request.form.get("ticket", ""), municipality.nis_code, cluster, wanted or ""),
            started_from=None if source is None else source.evaluation.id,
            carried=carried,
            actions=actions,
        )
        write_down(Permission.CREATE, municipality.nis_code, evaluation.id)
    if actions:
        tell(said_of_actions(actions))
    return redirect(url_for("assess.overview", id_=evaluation.id), 303)


MOST_FILES = 50
"""Files that can be put in at once."""


@blueprint.post("/evaluations/import")
@guarded(Permission.CREATE)
def import_() -> AnyResponse:
    """Files of answers as new evaluations, all of them or none; a second click makes no more."""
    held = services()
    sent = [(file.filename or "", file.read()) for file in request.files.getlist("file")]
    if not any(raw for _, raw in sent):
        return error_page("error.no_file", 422)
    if len(sent) > MOST_FILES:
        return error_page("error.too_many_files", 422)
    documents, problems = read_all(sent)
    problems += tuple(
        texts()("start.import_other", municipality=document.municipality.name)
        for document in documents
        if not may(actor(), Permission.CREATE, Subject(document.municipality.nis_code))
    )
    if problems:
        return error_page("error.import", 422, problems)
    ticket = request.form.get("ticket", "")
    # The number as well: who sends one file twice gets two evaluations, as asked.
    ids = [
        id_by(ticket, str(number), hashlib.sha256(raw).hexdigest())
        for number, (_, raw) in enumerate(sent)
    ]
    with held.store.together():
        kept = [
            keep_document(held.evaluations, held.catalogue.questionnaire, document, held.now(), id_)
            for document, id_ in zip(documents, ids, strict=True)
        ]
        for evaluation in kept:
            write_down(Permission.CREATE, evaluation.nis_code, evaluation.id)
    tell_imported(kept, documents)
    if len(kept) > 1:
        return redirect(url_for("start.index"), 303)
    return redirect(url_for("assess.overview", id_=kept[0].id), 303)


@blueprint.get("/questionnaire.pdf")
@guarded(Permission.USE)
def questionnaire() -> Response:
    """The blank questionnaire, to gather answers with colleagues."""
    pdf = blank_questionnaire(library())
    return pdf_response(pdf, texts()("document.questionnaire.file"))


def _names() -> tuple[str, ...]:
    register = services().register
    present = {m.name for m in register.municipalities.values()}
    former = {f.name for f in register.former.values()}
    return tuple(sorted(present | former))


def _choose(
    typed: str,
    *,
    found: tuple[Municipality, ...] = (),
    messages: tuple[Message, ...] = (),
    status: int = 200,
) -> Response:
    page = NewPage(
        title=texts()("new.title"),
        messages=messages,
        typed=typed,
        names=_names(),
        found=found,
        chosen=None,
        clusters=(),
        cluster=None,
    )
    return render(page, status)


def _card(
    municipality: Municipality,
    messages: tuple[Message, ...] = (),
    status: int = 200,
    *,
    start_from: str | None = None,
) -> Response:
    """The card of a municipality; ``start_from`` is what was chosen, None for what is proposed."""
    earlier = earlier_of(municipality.nis_code, start_from or "")
    known = {choice.id for choice in earlier}
    proposed = next((choice.id for choice in earlier if choice.is_last), "")
    page = NewPage(
        title=texts()("new.title_card", municipality=municipality.name),
        messages=messages,
        typed="",
        names=(),
        found=(),
        chosen=municipality,
        ticket=new_ticket(),
        clusters=tuple(services().register.clusters.values()),
        cluster=municipality.proposal.cluster,
        earlier=earlier,
        start_from=start_from if start_from in {"", *known} else proposed,
    )
    return render(page, status)
