"""The blank questionnaire, to gather answers with colleagues."""

from collections.abc import Iterator

from reportlab.platypus import Flowable, Spacer

from evaltool.domain.language import Texts
from evaltool.domain.library import Library
from evaltool.domain.questionnaire import OTHER, Kind, Option, Question, Questionnaire, Section
from evaltool.domain.wording import Wording
from evaltool.pdf.blocks import Panel, Rule, together
from evaltool.pdf.document import render
from evaltool.pdf.forms import Choice, Columns, Tick, ToWrite
from evaltool.pdf.paragraphs import Heading, Tagged, bullets
from evaltool.pdf.styles import BASELINE, TEXT_WIDTH, TONES
from evaltool.pdf.tables import data_table
from evaltool.pdf.text import markup

_LONG_LIST = 9
"""From so many options on, a list stands in two columns."""


def blank_questionnaire(library: Library) -> bytes:
    """The PDF of all questions with their help and conditions in words, and room to write."""
    t = library.texts
    wording = Wording(t, library.questionnaire, library.register.clusters)
    return render(
        list(_content(library.questionnaire, wording)),
        t,
        title=t("document.questionnaire.title"),
        subject=t("document.questionnaire.subject"),
        running_title=t("document.questionnaire.running"),
        cover=True,
    )


def _content(questionnaire: Questionnaire, wording: Wording) -> Iterator[Flowable]:
    t = wording.texts
    yield Rule()
    yield Heading(t("document.questionnaire.title"), 1)
    yield Tagged(t("document.questionnaire.lead"), "lead")
    yield Heading(t("document.questionnaire.how_title"), 2)
    yield from bullets([t(f"document.questionnaire.how_{n}") for n in (1, 2, 3)])
    minutes = sum(section.minutes for section in questionnaire.sections if not section.optional)
    yield from bullets([t("document.questionnaire.total", minutes=minutes)])
    yield Panel([Tagged(t("document.questionnaire.no_names"))], TONES["attention"])
    for key in ("municipality", "date"):
        yield ToWrite(t(f"document.questionnaire.{key}"), "body")
    yield Spacer(1, BASELINE / 2)
    yield Tagged(t("document.questionnaire.edition", edition=questionnaire.edition), "small")
    for section in questionnaire.sections:
        first, *others = section.questions
        yield together(*_head(section, t), *_question(first, questionnaire, wording))
        for question in others:
            yield together(*_question(question, questionnaire, wording))


def _head(section: Section, t: Texts) -> Iterator[Flowable]:
    minutes = t("document.questionnaire.minutes", minutes=section.minutes)
    optional = f", {t('document.questionnaire.optional')}" if section.optional else ""
    yield Heading(t.of(section.title), 2, "section", ruled=True)
    yield Tagged(f"{t.of(section.intro)} ({minutes}{optional})")


def _question(
    question: Question, questionnaire: Questionnaire, wording: Wording
) -> Iterator[Flowable]:
    t = wording.texts
    yield Heading(t.of(question.text), 3)
    route = wording.route(question)
    if route:
        only = t("document.questionnaire.only_if", route=route) if question.asked_if else route
        yield Tagged(only, "note")
    yield Tagged(t.of(question.help), "small")
    yield Spacer(1, 3)
    yield from _answers(question, questionnaire, t)
    yield ToWrite(t("document.questionnaire.note"), lines=2, after=1.5 * BASELINE)


def _answers(question: Question, questionnaire: Questionnaire, t: Texts) -> Iterator[Flowable]:
    match question.kind:
        case Kind.SINGLE | Kind.MULTI:
            yield from _choices(question, questionnaire, t)
        case Kind.TREND:
            source = questionnaire.by_id[question.sources[0]]
            options = [t.of(option.label) for option in question.options]
            head = [t("section.trend_head"), *options, t.of(questionnaire.dont_know)]
            rows = [
                [t.of(form.label), *(Tick() for _ in head[1:])]
                for form in source.options
                if not form.exclusive
            ]
            first = TEXT_WIDTH * 0.4
            rest = (TEXT_WIDTH - first) / (len(head) - 1)
            yield data_table(head, rows, [first, *[rest] * (len(head) - 1)])
        case Kind.RANKING:
            for number in range(1, (question.at_most or 1) + 1):
                yield ToWrite(f"{number}.", "body")


def _choices(question: Question, questionnaire: Questionnaire, t: Texts) -> Iterator[Flowable]:
    """The options; "weet ik niet" is the last item of the same list, a little apart."""
    owner = object()
    single = question.kind is Kind.SINGLE
    choices: list[Flowable] = [
        Choice(_words(option, t), raw=True, owner=owner, single=single, write=option.id == OTHER)
        for option in question.options
    ]
    if len(choices) >= _LONG_LIST:
        yield Columns(choices)
    else:
        yield from choices
    yield Spacer(1, 3)
    yield Choice(t.of(questionnaire.dont_know), owner=owner, single=single)


def _words(option: Option, t: Texts) -> str:
    """The markup of an option, with its help where it has one."""
    words = markup(t.of(option.label))
    if option.help is None:
        return words
    return f'{words}<br/><font size="8.5" color="#4a5a66">{markup(t.of(option.help))}</font>'
