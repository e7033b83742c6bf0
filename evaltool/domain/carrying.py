"""A new evaluation that starts from the last: what is carried over, and what still stands so."""

from collections.abc import Iterable, Mapping
from datetime import date

from evaltool.domain.answers import EMPTY, Answer, Answers, asked, without_dangling
from evaltool.domain.evaluation import Carried, Evaluation
from evaltool.domain.language import Texts, date_text
from evaltool.domain.questionnaire import Questionnaire


def carried_from(
    questionnaire: Questionnaire, last: Evaluation
) -> tuple[Answers, Mapping[str, Carried]]:
    """The answers, texts and notes of an evaluation, and each answer marked with its day.

    That day is the day of ``last``. What was carried into ``last`` itself and never confirmed
    there keeps its first day: nobody has looked at it since. A question about now or about the
    past months is asked anew: it has no answer and no note.
    """
    anew = {question.id for question in questionnaire if not question.carried}
    given = last.answers
    kept = given.with_part([q for q in questionnaire if q.id in anew], EMPTY)
    held = without_dangling(questionnaire, kept)
    known = {question.id for question in questionnaire}
    marks: dict[str, Carried] = {}
    for id_ in held.values:
        before = last.carried.get(id_)
        since = last.day if before is None or before.confirmed else before.since
        if id_ in known:
            marks[id_] = Carried(since)
    return held, marks


def unconfirmed(questionnaire: Questionnaire, evaluation: Evaluation) -> Mapping[str, date]:
    """The answers that nobody looked at since they were carried over, with their day.

    Only those of questions that are asked now, in the order of the questionnaire.
    """
    now_asked = asked(questionnaire, evaluation.answers)
    return {
        question.id: evaluation.carried[question.id].since
        for question in questionnaire
        if question.id in now_asked
        and question.id in evaluation.carried
        and not evaluation.carried[question.id].confirmed
    }


def unlooked(texts: Texts, answered: Iterable[str], carried: Mapping[str, date], where: str) -> str:
    """How many of some answers nobody looked at since they were carried over; empty for none.

    ``answered`` are the questions with an answer, ``carried`` those with the day of a carried
    one; ``where`` is ``report`` or ``part``.
    """
    among = list(answered)
    left = [carried[id_] for id_ in among if id_ in carried]
    if not left:
        return ""
    day = date_text(min(left), texts.language)
    key = f"over_time.unlooked_in.{where}{'_one' if len(left) == 1 else ''}"
    return texts(key, number=len(left), of=len(among), day=day)


def changed_answers(before: Answers, after: Answers) -> frozenset[str]:
    """The questions at which another answer is given: other options, or another own text.

    A note changes no answer. Nor does the order of options, but in a ranking.
    """

    def given(answers: Answers, id_: str) -> tuple[object, str]:
        own = " ".join(answers.other_text.get(id_, "").split())
        return _comparable(answers.values.get(id_, ())), own

    ids = {*before.values, *after.values, *before.other_text, *after.other_text}
    return frozenset(id_ for id_ in ids if given(before, id_) != given(after, id_))


def _comparable(answer: Answer) -> object:
    if isinstance(answer, str):
        return answer
    if isinstance(answer, Mapping):
        return dict(answer)
    # The codes of a ranking name their question: "challenges:hate_speech".
    return answer if any(":" in code for code in answer) else frozenset(answer)
