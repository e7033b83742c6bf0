"""The order of the pages, and which questions stand on one."""

from collections.abc import Iterator
from dataclasses import dataclass

from evaltool.domain.answers import Answers, SectionState, asked, open_questions, state
from evaltool.domain.questionnaire import Clause, Question, Questionnaire, Section


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
    here = {question.id for question in page}
    shown: list[Question] = []
    conditional: set[str] = set()
    for question in page:
        depends = _same_page(question, here)
        if depends and _rest_holds(questionnaire, question, answers, here):
            conditional.add(question.id)
            shown.append(question)
        elif question.id in now_asked:
            shown.append(question)
    return Stop(section, number, tuple(shown), frozenset(conditional))


def _same_page(question: Question, here: set[str]) -> bool:
    demands = any(clause.question in here for clause in question.asked_if)
    return demands or any(source in here for source in question.sources)


def _rest_holds(
    questionnaire: Questionnaire, question: Question, answers: Answers, here: set[str]
) -> bool:
    """Whether all that does not depend on this page is met."""

    def met(clause: Clause) -> bool:
        return clause.question in asked(questionnaire, answers) and clause.holds(
            answers.chosen(clause.question)
        )

    return all(met(clause) for clause in question.asked_if if clause.question not in here)


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
    first: dict[str, int] = {}
    for found in stops(questionnaire, answers, only):
        first.setdefault(found.section.id, found.number)
    return tuple(
        Task(
            section,
            state(questionnaire, answers, section.id),
            len(open_questions(questionnaire, answers, section.id)),
            first.get(section.id, 1),
        )
        for section in questionnaire.sections
        if only is None or section.id in only
    )
