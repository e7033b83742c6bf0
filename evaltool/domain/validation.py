"""What is wrong with answers: each problem with its code, for a sentence in the user's language."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from evaltool.domain.answers import Answer, Answers, rankable, trend_options
from evaltool.domain.questionnaire import DONT_KNOW, NOTE_LIMIT, Kind, Question, Questionnaire


@dataclass(frozen=True)
class Problem:
    """Why something is refused.

    ``code`` names the sentence (text ``refusal.<code>``), ``where`` the question or key at
    fault, ``values`` what the sentence fills in besides ``{where}``.
    """

    code: str
    where: str
    values: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """Something that does not fit the form; ``problems`` names every fault."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(", ".join(f"{p.code}: {p.where}" for p in problems))
        self.problems = problems


def validate(
    questionnaire: Questionnaire,
    answers: Answers,
    questions: Iterable[Question] | None = None,
    *,
    leftovers: bool = False,
) -> tuple[Problem, ...]:
    """Everything that is wrong with answers, by default with all of them.

    With ``leftovers``, speaking of an option that is not chosen is no fault: see
    :func:`without_dangling`.
    """
    problems: list[Problem] = []
    wanted = None if questions is None else {question.id for question in questions}
    for id_, value in answers.values.items():
        if wanted is not None and id_ not in wanted:
            continue
        question = questionnaire.by_id.get(id_)
        if question is None:
            problems.append(Problem("unknown_question", id_))
        else:
            problems.extend(_faults(questionnaire, question, value, answers, leftovers))
    for held, code in ((answers.other_text, "other_text"), (answers.notes, "note")):
        for id_, text in held.items():
            if wanted is not None and id_ not in wanted:
                continue
            question = questionnaire.by_id.get(id_)
            if question is None:
                problems.append(Problem("unknown_question", id_))
            elif code == "other_text" and not question.has_other:
                problems.append(Problem("no_other", id_))
            elif len(text) > NOTE_LIMIT:
                length = {"length": str(len(text)), "limit": str(NOTE_LIMIT)}
                problems.append(Problem(f"{code}_too_long", id_, length))
    return tuple(problems)


def _faults(
    questionnaire: Questionnaire,
    question: Question,
    value: Answer,
    answers: Answers,
    leftovers: bool,
) -> Iterator[Problem]:
    match question.kind, value:
        case Kind.SINGLE, str():
            yield from _unknown(question, (value,), {*question.by_id, DONT_KNOW})
        case Kind.MULTI, tuple():
            yield from _unknown(question, value, {*question.by_id, DONT_KNOW})
            yield from _set_faults(question, value)
        case Kind.RANKING, tuple():
            possible = {*questionnaire.ranked_options(question), DONT_KNOW}
            yield from _unknown(question, value, possible)
            yield from _set_faults(question, value)
            if question.at_most is not None and len(value) > question.at_most:
                yield Problem("too_many", question.id, {"limit": str(question.at_most)})
            if not leftovers:
                unchosen = (set(value) & possible) - {
                    *rankable(questionnaire, question, answers),
                    DONT_KNOW,
                }
                for item in sorted(unchosen):
                    yield Problem("ranked_not_chosen", question.id, {"option": item})
        case Kind.TREND, Mapping():
            source = questionnaire.by_id[question.sources[0]]
            forms = set(source.by_id) - source.exclusive
            yield from _unknown(question, tuple(value), forms)
            yield from _unknown(question, tuple(value.values()), {*question.by_id, DONT_KNOW})
            if not leftovers:
                chosen = trend_options(questionnaire, question, answers)
                for form in sorted((set(value) & forms) - set(chosen)):
                    yield Problem("trend_not_chosen", question.id, {"option": form})
        case _:
            yield Problem("wrong_shape", question.id)


def _unknown(question: Question, codes: Iterable[str], known: set[str]) -> Iterator[Problem]:
    for code in dict.fromkeys(codes):
        if code not in known:
            yield Problem("unknown_option", question.id, {"option": code})


def _set_faults(question: Question, codes: tuple[str, ...]) -> Iterator[Problem]:
    for code, times in Counter(codes).items():
        if times > 1:
            yield Problem("option_twice", question.id, {"option": code})
    different = set(codes)
    if len(different) > 1:
        for code in sorted(different & question.exclusive):
            yield Problem("exclusive_with_others", question.id, {"option": code})
