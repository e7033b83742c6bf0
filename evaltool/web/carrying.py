"""Starting from the last evaluation, and confirming what was carried over from it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import request, url_for

from evaltool.domain.answers import Answers, asked
from evaltool.domain.carrying import carried_from, unconfirmed
from evaltool.domain.evaluation import Carried, Evaluation, NotFound, Snapshot
from evaltool.domain.language import date_text
from evaltool.domain.plan import Action, actions_along
from evaltool.domain.questionnaire import Questionnaire
from evaltool.web.context import language, services, texts
from evaltool.web.history import loaded, reported_of
from evaltool.web.walk import Stop, stops

STILL, SHOWN, ALL = "still", "still-shown", "still-all"
"""Fields of a page: which carried answers still hold, which of them the page showed as such
already, and the button that says so of all on it."""


@dataclass(frozen=True)
class Earlier:
    """A finished evaluation that a new one can start from."""

    id: str
    day: str
    is_last: bool


@dataclass(frozen=True)
class Mark:
    """A carried answer on a page of questions: of which day, and whether it is confirmed."""

    day: str
    confirmed: bool


@dataclass(frozen=True)
class CarriedView:
    """What the overview says of an evaluation that began with the answers of another.

    ``day`` and ``address`` are of that other one, both empty where it is gone; ``number`` are
    the answers that nobody looked at yet, ``by_section`` the same per section, ``first`` the page
    of the first of them.
    """

    day: str
    address: str
    number: int
    by_section: Mapping[str, int]
    first: Stop | None


def earlier_of(nis_code: str, wanted: str = "") -> tuple[Earlier, ...]:
    """What a new evaluation can start from: the last finished one, and the one that is wanted."""
    reported = reported_of(nis_code)
    last = reported[-1].id if reported else ""
    return tuple(
        Earlier(found.id, date_text(found.day, language()), found.id == last)
        for found in reversed(reported)
        if found.id in (last, wanted)
    )


def source_of(nis_code: str, id_: str) -> Snapshot | None:
    """The report of an evaluation that a new one of this municipality may start from, or None."""
    wanted = [found for found in reported_of(nis_code) if found.id == id_]
    return next(iter(loaded(wanted)), None)


def copied(
    questionnaire: Questionnaire, snapshot: Snapshot | None
) -> tuple[Mapping[str, Answers], Mapping[str, Carried]]:
    """The answers of a report by section, and the marks of a new evaluation that starts from it."""
    if snapshot is None:
        return {}, {}
    answers, marks = carried_from(questionnaire, snapshot.evaluation)
    return {s.id: answers.part(s.questions) for s in questionnaire.sections}, marks


def taken_along(snapshot: Snapshot | None) -> tuple[Action, ...]:
    """The actions that a new evaluation takes along of the plan of the one it starts from."""
    return () if snapshot is None else actions_along(services().plans.of(snapshot.evaluation.id))


def said_of_actions(actions: Sequence[Action]) -> str:
    """How many actions came along."""
    key = "carrying.actions_one" if len(actions) == 1 else "carrying.actions"
    return texts()(key, number=len(actions))


def carried_view(evaluation: Evaluation) -> CarriedView | None:
    """What the overview says of carried answers; None where there never were any."""
    if not evaluation.carried and evaluation.started_from is None:
        return None
    questionnaire = services().catalogue.questionnaire
    left = unconfirmed(questionnaire, evaluation)
    first = next(
        (
            found
            for found in stops(questionnaire, evaluation.answers)
            if any(question.id in left for question in found.questions)
        ),
        None,
    )
    day, address = "", ""
    if evaluation.started_from is not None:
        try:
            source = services().evaluations.get(evaluation.started_from)
        except NotFound:
            pass
        else:
            day = date_text(source.day, language())
            address = url_for("assess.overview", id_=source.id)
    by_section = Counter(questionnaire.by_id[id_].section for id_ in left)
    return CarriedView(day, address, len(left), by_section, first)


def said_of(evaluation: Evaluation) -> Mapping[str, str]:
    """Per question whose carried answer nobody looked at yet, that this is so."""
    left = unconfirmed(services().catalogue.questionnaire, evaluation)
    return {
        id_: texts()("over_time.report.not_looked_at", day=date_text(since, language()))
        for id_, since in left.items()
    }


def marks_on(evaluation: Evaluation, here: Stop, *, as_sent: bool = False) -> Mapping[str, Mark]:
    """The marks of a page, with the ticks that are kept or, ``as_sent``, those of the form."""
    ticked = set(request.form.getlist(STILL)) if as_sent else None
    return {
        question.id: Mark(
            date_text(mark.since, language()),
            mark.confirmed if ticked is None else question.id in ticked,
        )
        for question in here.questions
        if (mark := evaluation.carried.get(question.id)) is not None
    }


def shown_as_still(evaluation: Evaluation, here: Stop, *, as_sent: bool = False) -> str:
    """The questions that a page shows as confirmed, for its form to carry."""
    if as_sent:
        return request.form.get(SHOWN, "")
    marks = marks_on(evaluation, here)
    return " ".join(id_ for id_, mark in marks.items() if mark.confirmed)


def confirmed(evaluation: Evaluation, here: Stop) -> Evaluation:
    """The evaluation once the ticks that were sent are kept; only what the user ticked counts.

    A form says what it showed as confirmed: what somebody else ticked meanwhile stays so.

    Raises:
        Finished: it was finished in the meantime.
    """
    on_page = {question.id for question in here.questions} & set(evaluation.carried)
    ticked = on_page & set(request.form.getlist(STILL))
    before = on_page & set(request.form.get(SHOWN, "").split())
    if ALL in request.form:
        ticked = on_page & asked(services().catalogue.questionnaire, evaluation.answers)
    changes = dict.fromkeys(ticked - before, True) | dict.fromkeys(before - ticked, False)
    if not _different(evaluation.carried, changes.items()):
        return evaluation
    services().store.carried.confirm(evaluation.id, changes, at=services().now())
    return services().evaluations.get(evaluation.id)


def _different(marks: Mapping[str, Carried], changes: Iterable[tuple[str, bool]]) -> bool:
    return any(marks[id_].confirmed is not is_so for id_, is_so in changes)
