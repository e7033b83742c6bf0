"""The questionnaire: sections, questions and options, and which question is asked when."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from evaltool.domain.language import Text

DONT_KNOW = "dont_know"
"""The answer "weet ik niet": possible at every question, excludes all else, never compared."""

OTHER = "other"
"""The option that asks for a text of the user's own."""

NOTE_LIMIT = 4000
"""Most characters of a note, and of the text at "other"."""


class Kind(StrEnum):
    """How a question is answered, and so the shape of its answer."""

    SINGLE = "single"
    """One option: ``"yes"``."""
    MULTI = "multi"
    """Any number of options: ``("mayor", "schools")``."""
    TREND = "trend"
    """One option per option chosen at another question: ``{"islamist": "stable"}``."""
    RANKING = "ranking"
    """A few options of other questions, most important first: ``("challenges:hate_speech",)``."""


@dataclass(frozen=True)
class Option:
    """One possible answer.

    ``exclusive`` options cannot go together with another. An option that the survey does
    not have, although it has the question, is not ``surveyed``.
    """

    id: str
    label: Text
    help: Text | None = None
    exclusive: bool = False
    surveyed: bool = True


@dataclass(frozen=True)
class Clause:
    """One demand on an earlier answer: given, and (not) among some options."""

    question: str
    any_of: frozenset[str] = frozenset()
    none_of: frozenset[str] = frozenset()

    def holds(self, chosen: frozenset[str]) -> bool:
        """Whether the options chosen at the question meet the demand; no answer never does."""
        if not chosen or DONT_KNOW in chosen:
            return False
        if self.any_of and not chosen & self.any_of:
            return False
        return not chosen & self.none_of


@dataclass(frozen=True)
class Question:
    """One question of a section.

    ``benchmarked`` questions were put in the survey. ``order`` lists the options of an
    ordered question from least to furthest. ``sources`` names, for a trend, the question
    whose chosen options are asked about and, for a ranking, the questions ranked from.
    ``carried`` says that a new evaluation may begin with the last answer; one about "the past
    3 months" or "now" is asked anew.
    """

    id: str
    section: str
    kind: Kind
    text: Text
    help: Text
    options: tuple[Option, ...] = ()
    asked_if: tuple[Clause, ...] = ()
    benchmarked: bool = False
    order: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    at_most: int | None = None
    page: int = 1
    carried: bool = True

    @cached_property
    def by_id(self) -> Mapping[str, Option]:
        """The options by their code."""
        return {option.id: option for option in self.options}

    @property
    def has_other(self) -> bool:
        """Whether a text of the user's own may go with the answer."""
        return OTHER in self.by_id

    @property
    def exclusive(self) -> frozenset[str]:
        """The codes that cannot go together with another, "weet ik niet" among them."""
        return frozenset(o.id for o in self.options if o.exclusive) | {DONT_KNOW}


@dataclass(frozen=True)
class Section:
    """A part of the walk, answered on one or more pages in about ``minutes`` minutes."""

    id: str
    title: Text
    intro: Text
    minutes: int
    optional: bool
    questions: tuple[Question, ...]

    @cached_property
    def pages(self) -> tuple[tuple[Question, ...], ...]:
        """The questions page by page."""
        numbers = sorted({question.page for question in self.questions})
        return tuple(tuple(q for q in self.questions if q.page == number) for number in numbers)


@dataclass(frozen=True)
class Questionnaire:
    """One edition of the questionnaire. ``survey`` is the survey edition it is compared with."""

    edition: str
    survey: str
    dont_know: Text
    sections: tuple[Section, ...]

    @cached_property
    def by_id(self) -> Mapping[str, Question]:
        """All questions by their code."""
        return {question.id: question for question in self}

    @cached_property
    def section_by_id(self) -> Mapping[str, Section]:
        """All sections by their code."""
        return {section.id: section for section in self.sections}

    def __iter__(self) -> Iterator[Question]:
        for section in self.sections:
            yield from section.questions

    @cached_property
    def depending_on_page(self) -> frozenset[str]:
        """The questions that an answer on their own page can bring up or take away."""
        return frozenset(
            question.id
            for section in self.sections
            for page in section.pages
            for question in page
            if {q.id for q in page} & {*question.sources, *(c.question for c in question.asked_if)}
        )

    def ranked_options(self, question: Question) -> Mapping[str, tuple[Question, Option]]:
        """What a ranking may hold: ``"question:option"`` with both; exclusive options aside."""
        return self._ranked_options[question.id]

    @cached_property
    def _ranked_options(self) -> Mapping[str, Mapping[str, tuple[Question, Option]]]:
        return {
            question.id: {
                f"{source}:{option.id}": (self.by_id[source], option)
                for source in question.sources
                for option in self.by_id[source].options
                if not option.exclusive
            }
            for question in self
        }

    def option_label(self, question: str, code: str) -> Text:
        """The name of an option of a question, "weet ik niet" included.

        Raises:
            KeyError: the question or the option does not exist.
        """
        return self.dont_know if code == DONT_KNOW else self.by_id[question].by_id[code].label


def unreachable(questionnaire: Questionnaire) -> Sequence[tuple[str, str]]:
    """Faults of the routing: ``(question, reason)``, reason one of the codes below.

    ``unknown`` a clause names a question that does not exist; ``later`` it names one that
    comes later in the walk (which also rules out circles); ``impossible`` no option of the
    question named can meet it.
    """
    faults: list[tuple[str, str]] = []
    seen: set[str] = set()
    for question in questionnaire:
        for clause in question.asked_if:
            source = questionnaire.by_id.get(clause.question)
            if source is None:
                faults.append((question.id, "unknown"))
            elif clause.question not in seen:
                faults.append((question.id, "later"))
            elif (clause.any_of | clause.none_of) - set(source.by_id) or not any(
                clause.holds(frozenset({code})) for code in source.by_id
            ):
                faults.append((question.id, "impossible"))
        seen.add(question.id)
    return faults
