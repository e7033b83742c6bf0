"""One municipality's answers to one edition of the questionnaire: what is asked and complete."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from evaltool.domain.questionnaire import DONT_KNOW, Kind, Question, Questionnaire

T = TypeVar("T")

Answer = str | tuple[str, ...] | Mapping[str, str]
"""A code (single), codes (multi, ranking) or a code per option of another question (trend)."""


@dataclass(frozen=True)
class Answers:
    """Answers, texts at "other" and notes, each by the code of its question.

    A question without an answer is absent from ``values``.
    """

    values: Mapping[str, Answer]
    other_text: Mapping[str, str]
    notes: Mapping[str, str]
    _asked: list[tuple[Questionnaire, frozenset[str]]] = field(
        default_factory=list, init=False, compare=False, repr=False
    )
    """What :func:`asked` found, kept because one page wants to know it dozens of times."""

    def chosen(self, question: str) -> frozenset[str]:
        """The codes chosen at a question (of a trend: the options it speaks of); empty if none."""
        value = self.values.get(question, ())
        return frozenset({value}) if isinstance(value, str) else frozenset(value)

    def single(self, question: str) -> str | None:
        """The answer to a question that takes one; None where it is open or "weet ik niet"."""
        value = self.values.get(question)
        return value if isinstance(value, str) and value != DONT_KNOW else None

    def part(self, questions: Iterable[Question]) -> "Answers":
        """Only what these questions hold."""
        ids = {question.id for question in questions}
        return Answers(_only(self.values, ids), _only(self.other_text, ids), _only(self.notes, ids))

    def with_part(self, questions: Iterable[Question], part: "Answers") -> "Answers":
        """These answers, with what the questions hold replaced by what ``part`` has for them."""
        ids = {question.id for question in questions}
        return Answers(
            {**_without(self.values, ids), **_only(part.values, ids)},
            {**_without(self.other_text, ids), **_only(part.other_text, ids)},
            {**_without(self.notes, ids), **_only(part.notes, ids)},
        )


EMPTY = Answers({}, {}, {})


def _only(held: Mapping[str, T], ids: set[str]) -> dict[str, T]:
    return {id_: value for id_, value in held.items() if id_ in ids}


def _without(held: Mapping[str, T], ids: set[str]) -> dict[str, T]:
    return {id_: value for id_, value in held.items() if id_ not in ids}


class SectionState(StrEnum):
    """How far a section is."""

    NOT_ASKED = "not_asked"
    """Given the other answers, none of its questions is asked."""
    NOT_STARTED = "not_started"
    BUSY = "busy"
    DONE = "done"


def asked(questionnaire: Questionnaire, answers: Answers) -> frozenset[str]:
    """The questions that are asked, given these answers.

    A demand on an earlier answer only counts if that question is asked itself. A trend or a
    ranking is asked once there is something to speak of. The answers keep what was found.
    """
    for known, found in answers._asked:
        if known is questionnaire:
            return found
    found = _asked(questionnaire, answers)
    answers._asked.append((questionnaire, found))
    return found


def _asked(questionnaire: Questionnaire, answers: Answers) -> frozenset[str]:
    found: set[str] = set()
    for question in questionnaire:
        demands_met = all(
            clause.question in found and clause.holds(answers.chosen(clause.question))
            for clause in question.asked_if
        )
        if not demands_met:
            continue
        if question.kind is Kind.TREND and not trend_options(questionnaire, question, answers):
            continue
        if question.kind is Kind.RANKING and not rankable(
            questionnaire, question, answers, only_of=found
        ):
            continue
        found.add(question.id)
    return frozenset(found)


def trend_options(
    questionnaire: Questionnaire, question: Question, answers: Answers
) -> tuple[str, ...]:
    """The options, chosen at its source, that a trend question asks about, in their order."""
    source = questionnaire.by_id[question.sources[0]]
    chosen = answers.chosen(source.id) - source.exclusive
    return tuple(option.id for option in source.options if option.id in chosen)


def rankable(
    questionnaire: Questionnaire,
    question: Question,
    answers: Answers,
    only_of: Iterable[str] | None = None,
) -> tuple[str, ...]:
    """What a ranking can hold now (``"question:option"``): what was chosen at its sources.

    ``only_of`` limits the sources to some questions, such as those that are asked.
    """
    sources = set(question.sources if only_of is None else only_of)
    return tuple(
        item
        for item, (source, option) in questionnaire.ranked_options(question).items()
        if source.id in sources and option.id in answers.chosen(source.id)
    )


def is_complete(questionnaire: Questionnaire, question: Question, answers: Answers) -> bool:
    """Whether a question is answered: for a trend, whether every chosen option has one."""
    if question.kind is Kind.TREND:
        return set(trend_options(questionnaire, question, answers)) <= answers.chosen(question.id)
    return bool(answers.values.get(question.id))


def open_questions(
    questionnaire: Questionnaire, answers: Answers, section: str
) -> tuple[Question, ...]:
    """The questions of a section that are asked and not yet answered."""
    now_asked = asked(questionnaire, answers)
    return tuple(
        question
        for question in questionnaire.section_by_id[section].questions
        if question.id in now_asked and not is_complete(questionnaire, question, answers)
    )


def state(questionnaire: Questionnaire, answers: Answers, section: str) -> SectionState:
    """How far a section is, given all answers."""
    now_asked = asked(questionnaire, answers)
    questions = [q for q in questionnaire.section_by_id[section].questions if q.id in now_asked]
    if not questions:
        return SectionState.NOT_ASKED
    if not any(answers.values.get(question.id) for question in questions):
        return SectionState.NOT_STARTED
    if all(is_complete(questionnaire, question, answers) for question in questions):
        return SectionState.DONE
    return SectionState.BUSY


def differences(
    mine: Answers, saved: Answers, questions: Iterable[Question]
) -> tuple[Question, ...]:
    """The questions about which two sets of answers do not hold the same."""

    def held(answers: Answers, id_: str) -> tuple[object, str, str]:
        value = answers.values.get(id_, ())
        # The order of the options says nothing but in a ranking.
        comparable = value if isinstance(value, str | Mapping) else tuple(value)
        return comparable, answers.other_text.get(id_, ""), answers.notes.get(id_, "")

    return tuple(q for q in questions if held(mine, q.id) != held(saved, q.id))


def without_dangling(
    questionnaire: Questionnaire, answers: Answers, questions: Iterable[Question] | None = None
) -> Answers:
    """The answers without what speaks of an option that is no longer chosen.

    ``questions`` are the ones that are looked at, by default all.

    Such leftovers (the trend of a form, the rank of a difficulty) are kept while filling in,
    so that choosing the option again brings them back, and left out of reports and files.
    """
    values = dict(answers.values)
    for question in questionnaire if questions is None else questions:
        value = values.get(question.id)
        kept: Answer
        if isinstance(value, Mapping):
            spoken_of = trend_options(questionnaire, question, answers)
            kept = {option: value[option] for option in spoken_of if option in value}
        elif question.kind is Kind.RANKING and isinstance(value, tuple):
            held = {*rankable(questionnaire, question, answers), DONT_KNOW}
            kept = tuple(item for item in value if item in held)
        else:
            continue
        if kept:
            values[question.id] = kept
        else:
            del values[question.id]
    return Answers(values, answers.other_text, answers.notes)


def reported(questionnaire: Questionnaire, answers: Answers) -> Answers:
    """What a report speaks of: only the questions asked, without leftovers.

    A text at "other" counts while "other" is chosen.
    """
    now_asked = asked(questionnaire, answers)
    only_asked = answers.part(question for question in questionnaire if question.id in now_asked)
    # After that: what was ranked of a question no longer asked is a leftover too.
    part = without_dangling(questionnaire, only_asked)
    others = {id_: t for id_, t in part.other_text.items() if "other" in part.chosen(id_)}
    return Answers(part.values, others, part.notes)
