"""The blank questionnaire, to gather answers with colleagues."""

from collections.abc import Iterator

from reportlab.platypus import Flowable, Spacer

from evaltool.domain.language import Texts
from evaltool.domain.questionnaire import OTHER, Kind, Question, Questionnaire
from evaltool.domain.reporting import Library
from evaltool.domain.wording import Wording
from evaltool.pdf.blocks import Rule, together
from evaltool.pdf.document import render
from evaltool.pdf.paragraphs import Heading, ListItem, Tagged, bullets
from evaltool.pdf.styles import BASELINE, CONTROL, TEXT_WIDTH
from evaltool.pdf.tables import data_table

_BOX = 8.5
_SHORT_LIST = 9


def blank_questionnaire(library: Library) -> bytes:
    """All questions with their help and conditions, and room to write."""
    t = library.texts
    wording = Wording(t, library.questionnaire, library.register.clusters)
    title = t("document.questionnaire.title")
    return render(
        list(_content(library.questionnaire, wording)),
        t,
        title=title,
        subject=t("document.questionnaire.subject"),
        running_title=t("document.questionnaire.running"),
        cover=False,
    )


class Box(ListItem):
    """An option with a shape to tick: a circle for one answer, a square for several."""

    def __init__(self, text: str, owner: object, *, single: bool) -> None:
        super().__init__(text, "option", owner=owner)
        self.single = single

    def draw(self) -> None:
        """Draw the shape, which says nothing that the text does not say, and the text."""
        canvas = self.canv
        with canvas.artifact():
            canvas.setStrokeColor(CONTROL)
            canvas.setLineWidth(1)
            y = self.height - self.style.fontSize - 1
            if self.single:
                canvas.circle(_BOX / 2 + 1, y + _BOX / 2, _BOX / 2, stroke=1, fill=0)
            else:
                canvas.rect(1, y, _BOX, _BOX, stroke=1, fill=0)
        super().draw()


class WritingLines(Flowable):
    """Empty lines to write on."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: N803
        """See reportlab."""
        self.width = aW
        return aW, self.number * 1.6 * BASELINE + 4

    def draw(self) -> None:
        """Draw them as decoration."""
        canvas = self.canv
        with canvas.artifact():
            canvas.setStrokeColor(CONTROL)
            canvas.setLineWidth(0.5)
            for line in range(self.number):
                y = 4 + line * 1.6 * BASELINE
                canvas.line(0, y, self.width, y)


def _content(questionnaire: Questionnaire, wording: Wording) -> Iterator[Flowable]:
    t = wording.texts
    yield Rule(weight=4)
    yield Heading(t("document.questionnaire.title"), 1)
    yield Tagged(t("document.questionnaire.lead"), "lead")
    yield Heading(t("document.questionnaire.how_title"), 2)
    yield from bullets([t(f"document.questionnaire.how_{n}") for n in (1, 2, 3, 4)])
    for key in ("municipality", "date"):
        yield Tagged(t(f"document.questionnaire.{key}"), "label")
        yield WritingLines(1)
    yield Tagged(t("document.questionnaire.edition", edition=questionnaire.edition), "small")
    for section in questionnaire.sections:
        minutes = t("document.questionnaire.minutes", minutes=section.minutes)
        optional = f", {t('document.questionnaire.optional')}" if section.optional else ""
        yield Spacer(1, BASELINE)
        yield Heading(t.of(section.title), 2)
        yield Tagged(f"{t.of(section.intro)} ({minutes}{optional})")
        for question in section.questions:
            yield from _question(question, questionnaire, wording)


def _question(
    question: Question, questionnaire: Questionnaire, wording: Wording
) -> Iterator[Flowable]:
    t = wording.texts
    head: list[Flowable] = [Heading(t.of(question.text), 3)]
    route = wording.route(question)
    if route:
        only = t("document.questionnaire.only_if", route=route) if question.asked_if else route
        head.append(Tagged(only, "note"))
    head.append(Tagged(t.of(question.help), "small"))
    answers = list(_answers(question, questionnaire, t))
    note = [Tagged(t("document.questionnaire.note"), "small"), WritingLines(2)]
    # The head stays with the first answers, the room for a note with the last; a long list in
    # between may go on overleaf.
    if len(answers) <= _SHORT_LIST:
        yield together(*head, *answers, *note)
    else:
        yield together(*head, *answers[:4])
        yield from answers[4:-3]
        yield together(*answers[-3:], *note)


def _answers(question: Question, questionnaire: Questionnaire, t: Texts) -> Iterator[Flowable]:
    match question.kind:
        case Kind.SINGLE | Kind.MULTI:
            owner = object()
            single = question.kind is Kind.SINGLE
            for option in question.options:
                yield Box(t.of(option.label), owner, single=single)
                if option.id == OTHER:
                    yield Tagged(t("document.questionnaire.which"), "small")
                    yield WritingLines(1)
            yield Box(t.of(questionnaire.dont_know), owner, single=single)
        case Kind.TREND:
            source = questionnaire.by_id[question.sources[0]]
            options = [t.of(option.label) for option in question.options]
            head = [t("section.trend_head"), *options, t.of(questionnaire.dont_know)]
            rows = [
                [t.of(form.label), *[""] * (len(head) - 1)]
                for form in source.options
                if not form.exclusive
            ]
            first = TEXT_WIDTH * 0.4
            rest = (TEXT_WIDTH - first) / (len(head) - 1)
            yield data_table(head, rows, [first, *[rest] * (len(head) - 1)])
        case Kind.RANKING:
            for number in range(1, (question.at_most or 1) + 1):
                yield Tagged(f"{number}.", "body")
                yield WritingLines(1)
