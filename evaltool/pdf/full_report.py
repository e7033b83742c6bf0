"""The full feedback report."""

from collections.abc import Iterator, Sequence
from itertools import chain

from reportlab.platypus import CondPageBreak, Flowable, PageBreak, Spacer

from evaltool.charts import chart_drawing
from evaltool.domain.language import Texts
from evaltool.domain.report import Chapter, ComparedView, QuestionView, Report
from evaltool.pdf.advice import (
    LONG_REMARK,
    brief_finding,
    criteria,
    fine,
    full_finding,
    given_answer,
    level_panel,
    named_answer,
    plan_table,
)
from evaltool.pdf.blocks import Figure, Rule, together, with_next
from evaltool.pdf.differences import differences_part
from evaltool.pdf.document import render
from evaltool.pdf.paragraphs import Heading, Tagged
from evaltool.pdf.styles import BASELINE, FRAME_HEIGHT, TEXT_WIDTH
from evaltool.pdf.summary import summary_page
from evaltool.pdf.tables import data_table
from evaltool.pdf.trend_page import trend_page
from evaltool.pdf.zone import zone_part

_COVER_DROP = 150.0

_SHORT_NOTE = 300
"""Characters; a longer note stands in the annex alone."""

_ROOM_FOR_A_CHAPTER = 0.25 * FRAME_HEIGHT
"""Points that a page must have left for a chapter to begin on it."""


def feedback_report(report: Report, texts: Texts) -> bytes:
    """The report as a PDF, in the language it was built in."""
    t = texts.in_language(report.language)
    content = chain(
        _cover(report, t),
        summary_page(report, t),
        [PageBreak()],
        (flowable for chapter in report.chapters for flowable in _chapter(chapter, t)),
        _zone(report, t),
        _differences(report, t),
        trend_page(report, t),
        _plan(report, t),
        _annexes(report, t),
    )
    return render(
        content,
        t,
        title=report.title,
        subject=t("document.report.subject"),
        running_title=report.running_title,
        cover=True,
    )


def _cover(report: Report, t: Texts) -> Iterator[Flowable]:
    yield Spacer(1, _COVER_DROP)
    yield Rule(after=2 * BASELINE)
    yield Tagged(t("document.report.cover"), "title", "H1")
    yield Tagged(report.municipality.name, "place")
    for label, value in report.facts[1:]:
        yield Tagged(f"{label}: {value}", "lead")
    yield Spacer(1, 2 * BASELINE)
    yield Tagged(report.confidential, "label")
    yield PageBreak()


def _part(title: str, *intro: Flowable) -> Iterator[Flowable]:
    """The beginning of a chapter or annex: its heading and what must not stand alone with it."""
    yield CondPageBreak(_ROOM_FOR_A_CHAPTER)
    yield Heading(title, 1, "part", ruled=True)
    yield from with_next(*intro)


def _chapter(chapter: Chapter, t: Texts) -> Iterator[Flowable]:
    yield from _part(chapter.title, Tagged(chapter.intro, "lead"))
    if chapter.unlooked:
        yield Tagged(chapter.unlooked, "label")
    if chapter.level is not None:
        yield level_panel(chapter.level, t)
    if chapter.findings:
        yield Heading(t("results.findings"), 2)
        yield from (full_finding(finding, t) for finding in chapter.findings)
    compared = [question for question in chapter.questions if question.comparisons]
    if compared:
        yield Heading(t("results.comparison"), 2)
    for question in compared:
        yield from _compared(question, t)
    yield from _others([q for q in chapter.questions if not q.comparisons], t)


def _compared(question: QuestionView, t: Texts) -> Iterator[Flowable]:
    head: list[Flowable] = [Heading(question.text, 3), *_answer(question, t), *_note(question, t)]
    for compared in question.comparisons:
        chart = compared.chart
        yield together(
            *head,
            Tagged(chart.title, "caption"),
            Figure(chart_drawing(chart, TEXT_WIDTH), chart.alt),
            Tagged(" ".join(chart.notes), "source"),
        )
        yield from (Tagged(sentence, "sentence") for sentence in compared.sentences)
        yield from _trend(compared, t)
        head = []


def _trend(compared: ComparedView, t: Texts) -> Iterator[Flowable]:
    trend = compared.trend
    if trend is None:
        return
    table = data_table(trend.head, trend.rows, [TEXT_WIDTH * s for s in (0.44, 0.24, 0.32)])
    yield together(Tagged(trend.title, "label"), table, Tagged(trend.caveat, "source"))


def _answer(question: QuestionView, t: Texts) -> Iterator[Flowable]:
    given = given_answer(question, t, whole=False)
    yield Tagged(f"{t('comparison.your_answer')}: {given}")


def _note(question: QuestionView, t: Texts) -> Iterator[Flowable]:
    if not question.note:
        return
    note = question.note if len(question.note) <= _SHORT_NOTE else t("document.report.note_annex")
    yield Tagged(f"{t('results.note')}: {note}", "note")


def _others(questions: Sequence[QuestionView], t: Texts) -> Iterator[Flowable]:
    """The questions that were not compared, close together."""
    if not questions:
        return
    head: list[Flowable] = [
        Heading(t("document.report.not_compared"), 2),
        Tagged(t("comparison.not_compared"), "small"),
    ]
    for question in questions:
        yield together(*head, named_answer(question, t, whole=False), *_note(question, t))
        head = []


def _zone(report: Report, t: Texts) -> Iterator[Flowable]:
    if report.zone is not None:
        yield from _part(t("zone.report_title"), Tagged(t("zone.report_lead"), "lead"))
        yield from zone_part(report.zone, t)


def _differences(report: Report, t: Texts) -> Iterator[Flowable]:
    if report.differences:
        yield from _part(t("consensus.report_title"), Tagged(t("consensus.report_lead"), "lead"))
        yield from differences_part(report, t)


def _plan(report: Report, t: Texts) -> Iterator[Flowable]:
    if not report.plan:
        return
    yield from _part(t("plan.title"), Tagged(t("document.report.plan"), "lead"))
    yield plan_table(report.plan, t, remarks=True)
    # A row stays on one page, which a long remark might not.
    yield from (fine(f"{a.title}:", a.remark) for a in report.plan if len(a.remark) > LONG_REMARK)


def _annexes(report: Report, t: Texts) -> Iterator[Flowable]:
    more = [chapter for chapter in report.chapters if chapter.rest]
    if more:
        yield from _part(t("document.report.annex", title=t("results.more_findings")))
    for chapter in more:
        yield Heading(chapter.title, 2)
        for finding in chapter.rest:
            yield from brief_finding(finding, t)
    note = Tagged(report.levels_note, "fine")
    yield from _part(t("document.report.annex", title=t("results.criteria_title")), note)
    yield from criteria(report.levels, t)
    yield from _part(t("document.report.annex", title=t("results.all_answers")))
    for title, questions in report.answers:
        yield Heading(title, 2)
        for question in questions:
            yield named_answer(question, t)
            if question.carried:
                yield Tagged(question.carried, "note")
            if question.note:
                yield Tagged(f"{t('results.note')}: {question.note}", "note")
    note = Tagged(report.cluster_note, "fine")
    yield from _part(t("document.report.annex", title=t("results.method")), note)
    for title, text in report.method:
        yield Heading(title, 2, "minor")
        yield Tagged(text, "fine")
    yield from _part(t("document.report.annex", title=t("results.sources")))
    for source in report.sources:
        named = f"{source.title} ({source.publisher})" if source.publisher else source.title
        yield fine(named, " ".join(part for part in (source.where, source.statement) if part))
    lead = Tagged(t("results.discrepancies_lead"), "fine")
    yield from _part(t("document.report.annex", title=t("results.discrepancies")), lead)
    for d in report.discrepancies:
        yield fine(f"{d.id} – {d.place}.", f"{d.explanation} {t('results.taken', taken=d.taken)}")
