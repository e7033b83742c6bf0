"""From a page of questions to a form and back: one handler per kind of question.

WTForms parses what was sent and checks what belongs to the form itself; whether answers are
valid is decided in the domain, so that a page and a file are refused for the same reasons.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import IntegerField, SelectMultipleField, StringField, TextAreaField
from wtforms.form import BaseForm
from wtforms.validators import InputRequired

from evaltool.domain.answers import Answer, Answers
from evaltool.domain.questionnaire import Kind, Question, Questionnaire

NOTE = "note:"
OTHER_TEXT = "other:"
VERSION = "version"
BASE = "base"

FieldMap = dict[str, Any]
"""Fields by name; WTForms makes each when a form is made, so their type is not yet Field."""


def field_name(question: str, part: str) -> str:
    """The name of one of several fields of a question: ``most_pressing:1``."""
    return f"{question}:{part}"


@dataclass(frozen=True)
class Handler:
    """How a kind of question becomes fields, and fields an answer (None: not answered)."""

    fields: Callable[[Question, Questionnaire], FieldMap]
    read: Callable[[Question, Questionnaire, BaseForm], Answer | None]


def _text() -> Any:
    return StringField(default="")


def _single_fields(question: Question, _: Questionnaire) -> FieldMap:
    return {question.id: _text()}


def _single_read(question: Question, _: Questionnaire, form: BaseForm) -> Answer | None:
    return form[question.id].data or None


def _multi_fields(question: Question, _: Questionnaire) -> FieldMap:
    return {question.id: SelectMultipleField(validate_choice=False, choices=[], default=())}


def _multi_read(question: Question, _: Questionnaire, form: BaseForm) -> Answer | None:
    return tuple(form[question.id].data or ()) or None


def _spoken_of(question: Question, questionnaire: Questionnaire) -> tuple[str, ...]:
    source = questionnaire.by_id[question.sources[0]]
    return tuple(option.id for option in source.options if not option.exclusive)


def _trend_fields(question: Question, questionnaire: Questionnaire) -> FieldMap:
    return {field_name(question.id, o): _text() for o in _spoken_of(question, questionnaire)}


def _trend_read(question: Question, questionnaire: Questionnaire, form: BaseForm) -> Answer | None:
    given = {
        option: str(form[field_name(question.id, option)].data)
        for option in _spoken_of(question, questionnaire)
        if form[field_name(question.id, option)].data
    }
    return given or None


def _ranking_fields(question: Question, _: Questionnaire) -> FieldMap:
    return {field_name(question.id, str(i + 1)): _text() for i in range(question.at_most or 1)}


def _ranking_read(question: Question, _: Questionnaire, form: BaseForm) -> Answer | None:
    names = [field_name(question.id, str(i + 1)) for i in range(question.at_most or 1)]
    return tuple(str(form[name].data) for name in names if form[name].data) or None


HANDLERS: Mapping[Kind, Handler] = {
    Kind.SINGLE: Handler(_single_fields, _single_read),
    Kind.MULTI: Handler(_multi_fields, _multi_read),
    Kind.TREND: Handler(_trend_fields, _trend_read),
    Kind.RANKING: Handler(_ranking_fields, _ranking_read),
}


@dataclass(frozen=True)
class Submission:
    """What was sent for some questions, and what it started from.

    ``version`` is that of the section, -1 where it is missing or no number; ``base`` the digest
    of what was kept for these questions, empty where it is missing.
    """

    answers: Answers
    version: int
    base: str


def parse(
    questions: Iterable[Question],
    questionnaire: Questionnaire,
    sent: "MultiDict[str, str]",
) -> Submission:
    """The answers, texts and notes that a page sent for its questions."""
    asked = tuple(questions)
    fields: FieldMap = {VERSION: IntegerField(validators=[InputRequired()])}
    for question in asked:
        fields |= HANDLERS[question.kind].fields(question, questionnaire)
        fields[f"{NOTE}{question.id}"] = TextAreaField(default="")
        if question.has_other:
            fields[f"{OTHER_TEXT}{question.id}"] = StringField(default="")
    form = BaseForm(fields)
    form.process(sent)
    values: dict[str, Answer] = {}
    for question in asked:
        answer = HANDLERS[question.kind].read(question, questionnaire, form)
        if answer is not None:
            values[question.id] = answer
    answers = Answers(
        values,
        _filled(form, OTHER_TEXT, asked),
        _filled(form, NOTE, asked),
    )
    version = form[VERSION].data if form[VERSION].validate(form) else -1
    return Submission(answers, version, sent.get(BASE, ""))


def _filled(form: BaseForm, prefix: str, questions: Iterable[Question]) -> dict[str, str]:
    found: dict[str, str] = {}
    for question in questions:
        name = f"{prefix}{question.id}"
        # Browsers send lines that end in CRLF, which would count double against the limit.
        text = (form[name].data or "").replace("\r\n", "\n") if name in form else ""
        if text.strip():
            found[question.id] = text
    return found
