"""The order of the pages, and which questions stand on one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from evaltool.domain.answers import Answers, SectionState, asked, open_questions, state
from evaltool.domain.questionnaire import Question, Questionnaire, Section


@dataclass(frozen=True)
class Stop:
    """A page of the walk: its section, its number in that section (from 1), its questions.

    ``conditional`` are questions that are shown only if an answer on this same page asks for
    them; all others are asked already.
    """

    section: Section
    number: int
    questions: tuple[Question, ...]
    conditional: frozenset[str]

    @property
    def last(self) -> bool:
        """Whether it is the last page of its section."""
        return self.number == len(self.section.pages)


def stop(questionnaire: Questionnaire, answers: Answers, section: Section, number: int) -> Stop:
    """One page: the questions asked, and those that an answer on it may bring up."""
    now_asked = asked(questionnaire, answers)
    page = section.pages[number - 1]
    conditional = {
        question.id
        for question in page
        if question.id in questionnaire.depending_on_page
        and _rest_holds(question, answers, now_asked, {other.id for other in page})
    }
    shown = tuple(q for q in page if q.id in conditional or q.id in now_asked)
    return Stop(section, number, shown, frozenset(conditional))


def _rest_holds(
    question: Question, answers: Answers, now_asked: frozenset[str], here: set[str]
) -> bool:
    """Whether all that does not depend on this page is met."""
    return all(
        clause.question in now_asked and clause.holds(answers.chosen(clause.question))
        for clause in question.asked_if
        if clause.question not in here
    )


def stops(
    questionnaire: Questionnaire, answers: Answers, only: frozenset[str] | None = None
) -> Iterator[Stop]:
    """Every page that has something to ask, in the order of the walk.

    ``only`` are the ids of the sections that are asked, by default all of them.
    """
    for section in questionnaire.sections:
        if only is not None and section.id not in only:
            continue
        for number in range(1, len(section.pages) + 1):
            found = stop(questionnaire, answers, section, number)
            if found.questions:
                yield found


def minutes_of(
    questionnaire: Questionnaire, asked_about: Iterable[Iterable[str]] | None = None
) -> int:
    """How long filling in takes: all that is not optional, or the sections that views are about."""
    if asked_about is None:
        return sum(s.minutes for s in questionnaire.sections if not s.optional)
    wanted = {id_ for sections in asked_about for id_ in sections}
    return sum(s.minutes for s in questionnaire.sections if s.id in wanted)


def neighbours(
    questionnaire: Questionnaire,
    answers: Answers,
    here: Stop,
    only: frozenset[str] | None = None,
) -> tuple[Stop | None, Stop | None]:
    """The page before and the page after; None at the ends."""
    order = list(stops(questionnaire, answers, only))
    places = [(s.section.id, s.number) for s in order]
    sections = [section.id for section in questionnaire.sections]
    at = (sections.index(here.section.id), here.number)
    ranks = [(sections.index(section), number) for section, number in places]
    before = [s for s, rank in zip(order, ranks, strict=True) if rank < at]
    after = [s for s, rank in zip(order, ranks, strict=True) if rank > at]
    return (before[-1] if before else None), (after[0] if after else None)


@dataclass(frozen=True)
class Task:
    """A section in the list of tasks: how far it is, and where it begins."""

    section: Section
    state: SectionState
    open: int
    first_page: int


def tasks(
    questionnaire: Questionnaire, answers: Answers, only: frozenset[str] | None = None
) -> tuple[Task, ...]:
    """The sections that are asked as a list of tasks."""
    return tuple(
        Task(
            section,
            state(questionnaire, answers, section.id),
            len(open_questions(questionnaire, answers, section.id)),
            _first_page(questionnaire, answers, section),
        )
        for section in questionnaire.sections
        if only is None or section.id in only
    )


def _first_page(questionnaire: Questionnaire, answers: Answers, section: Section) -> int:
    """The first page that has something to ask, and the first of all where none has."""
    numbers = range(1, len(section.pages) + 1)
    return next((n for n in numbers if stop(questionnaire, answers, section, n).questions), 1)
