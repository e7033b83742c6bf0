"""Several views, one answer: who sees what, where all agree, where they differ most.

No anonymity is promised: a view stands under the discipline of whoever gave it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from evaltool.domain.answers import Answers, asked, reported
from evaltool.domain.benchmark import Benchmark
from evaltool.domain.comparison import (
    Comparison,
    OptionComparison,
    compare,
    compare_reported,
)
from evaltool.domain.evaluation import Evaluation, Status, Supplement, Voice, shown_of
from evaltool.domain.language import Texts, listing
from evaltool.domain.questionnaire import DONT_KNOW, Kind, Question, Questionnaire
from evaltool.domain.supplements import DifferenceView, StanceView
from evaltool.domain.wording import Wording

LEFT_OUT = frozenset({"profile"})
"""Sections that say who answers, not how the table works."""


def supplement(
    questionnaire: Questionnaire,
    *,
    views: Iterable[Evaluation],
    reasons: Mapping[str, str],
    members: Iterable[tuple[str, int]],
) -> Supplement:
    """What a report shows besides the municipality's own answers, from what is kept now.

    Of the ``views`` of contributors the finished ones count: what is still being written is
    nobody else's. ``reasons`` are why common answers were chosen, by question, ``members`` the
    codes and clusters of the other municipalities that take part.
    """
    return Supplement(
        voices=shown_of(_voices(questionnaire, views)),
        reasons=dict(reasons),
        members=tuple(members),
    )


def _voices(questionnaire: Questionnaire, views: Iterable[Evaluation]) -> Iterator[Voice]:
    for given in views:
        view = given.view
        if view is None or given.status is not Status.FINISHED:
            continue
        answers = reported(questionnaire, given.answers).part(
            question
            for question in questionnaire
            if question.section not in LEFT_OUT
            and (not view.sections or question.section in view.sections)
        )
        yield Voice(given.id, view.discipline, view.named, answers)


def differences(
    questionnaire: Questionnaire,
    benchmark: Benchmark,
    wording: Wording,
    texts: Texts,
    *,
    supplement: Supplement,
    names: Mapping[str, str],
    common: Answers,
    cluster: int,
) -> tuple[DifferenceView, ...]:
    """Every question that at least three answered, the one they differ on most first.

    ``names`` are those, by the id of a view, of the contributors who want theirs to be shown;
    ``common`` are the answers of the municipality.
    """
    voices = [(_who(voice, names, wording), voice.answers) for voice in supplement.voices]
    # What others do is the same whoever asks; a question without a common answer is asked by those
    # who did answer it.
    compared: dict[str, Comparison] = {}
    for comparison in chain(
        compare(questionnaire, benchmark, common, cluster),
        *(compare_reported(questionnaire, benchmark, given, cluster) for _, given in voices),
    ):
        compared.setdefault(comparison.question, comparison)
    ours = reported(questionnaire, common)
    found: list[DifferenceView] = []
    for question in questionnaire:
        heard = [(who, items_of(question, a)) for who, a in voices if question.id in a.values]
        if not heard:
            continue
        known = [items for _, items in heard if DONT_KNOW not in items]
        spread = spread_of(known)
        answer = wording.answer(question, ours)
        reason = supplement.reasons.get(question.id, "") if answer else ""
        shared = known[0] if spread == 0 else frozenset[str]()
        own = items_of(question, ours) if question.id in ours.values else None
        found.append(
            DifferenceView(
                question=question.id,
                text=texts.of(question.text),
                section=texts.of(questionnaire.section_by_id[question.section].title),
                stances=_stances(question, heard, wording, texts),
                spread=spread,
                survey=()
                if question.kind is Kind.TREND
                else _survey(compared.get(question.id), wording, texts)
                if question.benchmarked
                else (texts("consensus.survey_not_asked"),),
                common=answer,
                reason=reason,
                common_label=texts("consensus.common" if reason else "consensus.own"),
                shared=tuple(
                    _label(question, item, wording, texts)
                    for item in _order(question, dict.fromkeys(shared, ()))
                ),
                is_unlike=bool(shared) and own != shared,
                undecided=len(heard) - len(known),
            )
        )
    return tuple(sorted(found, key=lambda difference: -difference.spread))


def _who(voice: Voice, names: Mapping[str, str], wording: Wording) -> str:
    """The discipline, with the name of who wanted that then and wants it still."""
    who = wording.member(voice.discipline)
    name = names.get(voice.view) if voice.named else None
    return who if name is None else f"{who} ({name})"


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


def to_answer_first(
    questionnaire: Questionnaire, answers: Answers, question: Question
) -> Question | None:
    """The question to answer otherwise before another is asked; None where that is asked."""
    now_asked = asked(questionnaire, answers)
    if question.id in now_asked:
        return None
    unmet = [
        clause.question
        for clause in question.asked_if
        if clause.question not in now_asked or not clause.holds(answers.chosen(clause.question))
    ]
    source = questionnaire.by_id[(unmet or question.sources)[0]]
    return to_answer_first(questionnaire, answers, source) or source


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
    """Which side most others are on, who they are, and the source; empty where not known."""
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
    return (
        texts(key, **values),
        wording.compared_with(comparison),
        *wording.unsure(comparison, most),
        wording.source(comparison),
    )


_HALF = 0.5


def _figure(comparison: Comparison, option: OptionComparison, wording: Wording) -> str:
    return f"{wording.option(comparison.question, option.option)} ({wording.figure(option)})"
