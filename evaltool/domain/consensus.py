"""Several views, one answer: who sees what, where all agree, where they differ most.

No anonymity is promised: a view stands under the discipline of whoever gave it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evaltool.domain.answers import Answers, reported
from evaltool.domain.benchmark import Benchmark
from evaltool.domain.comparison import Comparison, OptionComparison, compare
from evaltool.domain.language import Texts, listing
from evaltool.domain.questionnaire import DONT_KNOW, Kind, Question, Questionnaire
from evaltool.domain.supplements import DifferenceView, StanceView
from evaltool.domain.wording import Wording

LEAST_VOICES = 3
"""Differences are shown once so many have answered: of two, each would know the other's."""

LEFT_OUT = frozenset({"profile"})
"""Sections that say who answers, not how the table works."""


@dataclass(frozen=True)
class Voice:
    """What one contributor answered; ``who`` is the discipline, with a name if she wants that.

    ``sections`` are the ones she was asked about.
    """

    who: str
    answers: Answers
    sections: frozenset[str]


def differences(
    questionnaire: Questionnaire,
    benchmark: Benchmark,
    wording: Wording,
    texts: Texts,
    *,
    voices: Sequence[Voice],
    common: Answers,
    cluster: int,
    reasons: Mapping[str, str],
) -> tuple[DifferenceView, ...]:
    """Every question that at least three answered, the one they differ on most first."""
    if len(voices) < LEAST_VOICES:
        return ()
    given = [(voice, reported(questionnaire, voice.answers)) for voice in voices]
    # What others do is the same whoever asks; a question without a common answer is asked by those
    # who did answer it.
    compared: dict[str, Comparison] = {}
    for answers in (common, *(voice.answers for voice in voices)):
        for comparison in compare(questionnaire, benchmark, answers, cluster):
            compared.setdefault(comparison.question, comparison)
    ours = reported(questionnaire, common)
    found: list[DifferenceView] = []
    for question in questionnaire:
        if question.section in LEFT_OUT:
            continue
        heard = [
            (voice.who, items_of(question, answers))
            for voice, answers in given
            if question.section in voice.sections and question.id in answers.values
        ]
        known = [items for _, items in heard if DONT_KNOW not in items]
        if len(known) < LEAST_VOICES:
            continue
        section = questionnaire.section_by_id[question.section]
        found.append(
            DifferenceView(
                question=question.id,
                text=texts.of(question.text),
                section=texts.of(section.title),
                stances=_stances(question, heard, wording, texts),
                answered=len(known),
                spread=spread_of(known),
                survey=()
                if question.kind is Kind.TREND
                else _survey(compared.get(question.id), wording, texts),
                common=wording.answer(question, ours),
                reason=reasons.get(question.id, ""),
            )
        )
    return tuple(sorted(found, key=lambda difference: -difference.spread))


def gates(questionnaire: Questionnaire, sections: frozenset[str]) -> tuple[Question, ...]:
    """The questions outside some sections on which it depends what is asked within them."""
    wanted = [q for q in questionnaire if q.section in sections]
    found: dict[str, Question] = {}
    while wanted:
        question = wanted.pop()
        for id_ in (*(clause.question for clause in question.asked_if), *question.sources):
            source = questionnaire.by_id[id_]
            if source.section not in sections and id_ not in found:
                found[id_] = source
                wanted.append(source)
    return tuple(question for question in questionnaire if question.id in found)


def items_of(question: Question, answers: Answers) -> frozenset[str]:
    """An answer as a set of codes: of options, of ranked options, of forms with their trend."""
    value = answers.values[question.id]
    if isinstance(value, str):
        return frozenset({value})
    if isinstance(value, Mapping):
        return frozenset(f"{form}:{trend}" for form, trend in value.items())
    return frozenset(value)


def spread_of(answers: Sequence[frozenset[str]]) -> float:
    """How far answers lie apart, from 0 (all the same) to 1.

    The mean over all pairs of answers of one less the size of what they share divided by the size
    of what either has (the Jaccard distance). For a single answer that is the share of pairs that
    differ.
    """
    pairs = [(a, b) for i, a in enumerate(answers) for b in answers[i + 1 :]]
    if not pairs:
        return 0.0
    return sum(1 - len(a & b) / len(a | b) for a, b in pairs) / len(pairs)


def _stances(
    question: Question,
    heard: Iterable[tuple[str, frozenset[str]]],
    wording: Wording,
    texts: Texts,
) -> tuple[StanceView, ...]:
    """Who gave which answer: per answer of a single question, per option of another."""
    by_item: dict[str, list[str]] = {}
    for who, items in heard:
        for item in items:
            by_item.setdefault(item, []).append(who)
    order = _order(question, by_item)
    return tuple(
        StanceView(_label(question, item, wording, texts), tuple(sorted(by_item[item])))
        for item in order
    )


def _order(question: Question, by_item: Mapping[str, Sequence[str]]) -> list[str]:
    """Options of a single question in their order, of another the most given first."""
    places = {option.id: number for number, option in enumerate(question.options)}
    last = len(places)
    if question.kind is Kind.SINGLE:
        return sorted(by_item, key=lambda item: places.get(item, last))
    return sorted(
        by_item,
        key=lambda item: (item == DONT_KNOW, -len(by_item[item]), places.get(item, last), item),
    )


def _label(question: Question, item: str, wording: Wording, texts: Texts) -> str:
    if item == DONT_KNOW:
        return texts.of(wording.questionnaire.dont_know)
    if question.kind is Kind.RANKING:
        return wording.option(*item.split(":", 1))
    if question.kind is Kind.TREND:
        form, _, trend = item.partition(":")
        label = wording.option(question.sources[0], form)
        return f"{label}: {wording.option(question.id, trend)}"
    return wording.option(question.id, item)


def _survey(comparison: Comparison | None, wording: Wording, texts: Texts) -> tuple[str, ...]:
    """Which side most others are on, with base and source; empty where it is not known."""
    if comparison is None:
        return ()
    known = [option for option in comparison.options if option.share is not None]
    most = [option for option in known if (option.share or 0) > _HALF]
    key = "consensus.survey_most"
    if not most and not comparison.multi and known:
        key, most = "consensus.survey_largest", [max(known, key=lambda o: o.share or 0)]
    if not most:
        key = "consensus.survey_none"
    values = {"peers": wording.peers(comparison)}
    if most:
        values["options"] = listing(
            [_figure(comparison, option, wording) for option in most], texts("report.and")
        )
    return (texts(key, **values), wording.source(comparison))


_HALF = 0.5


def _figure(comparison: Comparison, option: OptionComparison, wording: Wording) -> str:
    return f"{wording.option(comparison.question, option.option)} ({wording.figure(option)})"
