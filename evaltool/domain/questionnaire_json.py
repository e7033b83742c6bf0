"""The questionnaire as JSON: everything that another program needs to ask the same questions."""

from collections.abc import Mapping

from evaltool.domain.language import Text
from evaltool.domain.questionnaire import (
    DONT_KNOW,
    NOTE_LIMIT,
    Clause,
    Option,
    Question,
    Questionnaire,
    Section,
)

Json = Mapping[str, object]


def questionnaire_json(questionnaire: Questionnaire) -> Json:
    """One edition with all texts in both languages (``{"nl": ..., "en": ...}``).

    A question is asked if every clause of its ``asked_if`` holds: the question named was asked
    itself, has an answer other than "weet ik niet", with an option of ``any_of`` (where not
    empty) and none of ``none_of``. ``sources`` are the questions that a trend or a ranking
    builds on: it is asked once an option was chosen there. ``order`` lists the options of an
    ordered question, from least to furthest. ``carried`` says that a new evaluation can begin with
    the answer of the last one.
    """
    return {
        "edition": questionnaire.edition,
        "survey": questionnaire.survey,
        "dont_know": {"id": DONT_KNOW, "label": _text(questionnaire.dont_know)},
        "note_limit": NOTE_LIMIT,
        "sections": [_section(section) for section in questionnaire.sections],
    }


def _section(section: Section) -> Json:
    return {
        "id": section.id,
        "title": _text(section.title),
        "intro": _text(section.intro),
        "minutes": section.minutes,
        "optional": section.optional,
        "questions": [_question(question) for question in section.questions],
    }


def _question(question: Question) -> Json:
    return {
        "id": question.id,
        "kind": question.kind.value,
        "page": question.page,
        "text": _text(question.text),
        "help": _text(question.help),
        "benchmarked": question.benchmarked,
        "asked_if": [_clause(clause) for clause in question.asked_if],
        "options": [_option(option) for option in question.options],
        "order": list(question.order),
        "sources": list(question.sources),
        "at_most": question.at_most,
        "carried": question.carried,
    }


def _clause(clause: Clause) -> Json:
    return {
        "question": clause.question,
        "any_of": sorted(clause.any_of),
        "none_of": sorted(clause.none_of),
    }


def _option(option: Option) -> Json:
    return {
        "id": option.id,
        "label": _text(option.label),
        "help": None if option.help is None else _text(option.help),
        "exclusive": option.exclusive,
        "surveyed": option.surveyed,
    }


def _text(text: Text) -> Json:
    return {"nl": text.nl, "en": text.en}
