"""The full feedback report."""

from collections.abc import Iterator

from reportlab.platypus import Flowable, PageBreak, Spacer

from evaltool.charts import chart_drawing
from evaltool.domain.language import Texts
from evaltool.domain.report import Chapter, FindingView, QuestionView, Report
from evaltool.pdf.blocks import Figure, Panel, Rule, together
from evaltool.pdf.document import render
from evaltool.pdf.paragraphs import Heading, Tagged, bullets, numbered
from evaltool.pdf.styles import BASELINE, TEXT_WIDTH, TONES
from evaltool.pdf.tables import TaggedTable, data_table

_COVER_DROP = 150.0

_SHORT_NOTE = 600
"""Characters; a longer note need not stay on one page with what it is about."""


def feedback_report(report: Report, texts: Texts) -> bytes:
    """The report as a PDF, in the language it was built in."""
    t = texts.in_language(report.language)
    content = [
        *_cover(report, t),
        *_summary(report, t),
        *(flowable for chapter in report.chapters for flowable in _chapter(chapter, t)),
        *_annexes(report, t),
    ]
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
    yield Rule(weight=4, after=2 * BASELINE)
    yield Tagged(t("document.report.cover"), "title", "H1")
    yield Tagged(report.municipality.name, "place")
    for label, value in report.facts[1:]:
        yield Tagged(f"{label}: {value}", "lead")
    yield Spacer(1, 2 * BASELINE)
    yield Tagged(report.confidential, "label")
    yield PageBreak()


def _summary(report: Report, t: Texts) -> Iterator[Flowable]:
    yield Heading(t("results.in_short"), 1)
    yield from bullets(report.headlines)
    yield _legal(report, t)
    yield Heading(t("results.top"), 2, "h3")
    if report.top:
        for finding in report.top:
            yield _short(finding, t)
    else:
        yield Tagged(t("results.top_none"))
    if report.strengths:
        yield Heading(t("results.strengths"), 2, "h3")
        yield from bullets([finding.title for finding in report.strengths[:3]])
    if report.levels:
        yield Heading(t("results.levels"), 2, "h3")
        yield _levels(report, t)
        yield Tagged(report.levels_note, "small")
    yield PageBreak()


def _legal(report: Report, t: Texts) -> Panel:
    legal = report.legal
    tone = {"met": "strength", "not_met": "legal"}.get(legal.state, "plain")
    state = {True: "results.present", False: "results.absent", None: "results.not_known"}
    return Panel(
        [
            Tagged(t("results.legal"), "label"),
            Heading(legal.title, 2, "h3"),
            Tagged(legal.sentence),
            *bullets([f"{name}: {t(state[there])}" for name, there in legal.members]),
            Tagged(f"{legal.citation} {legal.caveat}", "small"),
        ],
        TONES[tone],
    )


def _short(finding: FindingView, t: Texts) -> Panel:
    content: list[Flowable] = [
        Tagged(f"{finding.kind_label} · {finding.area_label}", "label"),
        Heading(finding.title, 3),
    ]
    if finding.steps:
        content.append(Tagged(f"{t('results.next_step')}: {finding.steps[0]}"))
    return Panel(content, TONES[finding.kind], pad=6)


def _levels(report: Report, t: Texts) -> TaggedTable:
    head = [
        t("overview.tasks"),
        *(f"{n}. {name}" for n, name in enumerate(report.level_names, start=1)),
    ]
    rows: list[list[str]] = []
    for level in report.levels:
        if level.number is None:
            rows.append([level.area_label, level.name, "", "", ""])
            continue
        steps = [
            level.name if step == level.number else ("•" if step < level.number else "")
            for step in range(1, 5)
        ]
        rows.append([level.area_label, *steps])
    first = TEXT_WIDTH * 0.28
    return data_table(head, rows, [first, *[(TEXT_WIDTH - first) / 4] * 4])


def _chapter(chapter: Chapter, t: Texts) -> Iterator[Flowable]:
    yield Heading(chapter.title, 1)
    yield Tagged(chapter.intro, "lead")
    if chapter.level is not None and chapter.level.number is not None:
        level = chapter.level
        step = t("results.level_step", name=level.name, number=level.number)
        yield Tagged(f"{t('results.levels')}: {step}", "label")
        yield from bullets(
            [f"{c.text} – {t('results.met' if c.met else 'results.unmet')}" for c in level.criteria]
        )
    if chapter.findings:
        yield Heading(t("results.findings"), 2)
        for finding in chapter.findings:
            yield _finding(finding, t)
    if chapter.questions:
        yield Heading(t("results.comparison"), 2)
    for question in chapter.questions:
        yield from _question(question, t)
    yield PageBreak()


def _finding(finding: FindingView, t: Texts) -> Panel:
    seen = f"{finding.see} {finding.figure}".strip()
    content: list[Flowable] = [
        Tagged(f"{finding.kind_label} · {finding.area_label}", "label"),
        Heading(finding.title, 3),
        Tagged(seen),
        Tagged(finding.why),
        *bullets([f"{label}: {text}" for label, text in finding.items]),
    ]
    if finding.steps:
        content += [Tagged(t("results.steps"), "label"), *numbered(finding.steps)]
    meta = [
        f"{t('results.who')}: {finding.who}." if finding.who else "",
        f"{finding.effort}." if finding.effort else "",
        f"{t('results.basis')}: {finding.basis} – {finding.source}.",
        f"{t('results.track')}: {finding.track}." if finding.track else "",
    ]
    content.append(Tagged(" ".join(part for part in meta if part), "small"))
    return Panel(content, TONES[finding.kind])


def _question(question: QuestionView, t: Texts) -> Iterator[Flowable]:
    head: list[Flowable] = [Heading(question.text, 3), *_answer(question, t)]
    if question.note:
        note = Tagged(f"{t('results.note')}: {question.note}", "note")
        if len(question.note) <= _SHORT_NOTE:
            head.append(note)
        else:
            yield from (*head, note)
            head = []
    if not question.comparisons:
        yield together(*head, Tagged(t("comparison.not_surveyed"), "small"))
    for compared in question.comparisons:
        chart = compared.chart
        yield together(
            *head,
            Tagged(chart.title, "caption"),
            Figure(chart_drawing(chart, TEXT_WIDTH), chart.alt),
        )
        yield from (Tagged(sentence) for sentence in compared.sentences)
        yield from (Tagged(note, "small") for note in chart.notes)
        yield Spacer(1, BASELINE / 2)
        head = []


def _answer(question: QuestionView, t: Texts) -> Iterator[Flowable]:
    label = t("comparison.your_answer")
    if len(question.answer) > 1:
        yield Tagged(f"{label}: {'; '.join(question.answer)}")
    else:
        given = question.answer[0] if question.answer else t("comparison.no_answer")
        yield Tagged(f"{label}: {given}")


def _annexes(report: Report, t: Texts) -> Iterator[Flowable]:
    if report.annex_findings:
        yield Heading(t("document.report.annex", title=t("results.more_findings")), 1)
        for finding in report.annex_findings:
            yield _finding(finding, t)
        yield PageBreak()
    yield Heading(t("document.report.annex", title=t("results.all_answers")), 1)
    for title, questions in report.answers:
        yield Heading(title, 2)
        for question in questions:
            given = "; ".join(question.answer) or t("comparison.no_answer")
            yield together(Tagged(question.text, "label"), Tagged(given))
            if question.note:
                yield Tagged(f"{t('results.note')}: {question.note}", "note")
    yield PageBreak()
    yield Heading(t("document.report.annex", title=t("results.method")), 1)
    yield Tagged(report.cluster_note)
    for title, text in report.method:
        yield Heading(title, 2, "h3")
        yield Tagged(text)
    yield Heading(t("document.report.annex", title=t("results.sources")), 1)
    for source in report.sources:
        named = f"{source.title} ({source.publisher})" if source.publisher else source.title
        yield together(Tagged(named, "label"), Tagged(source.where, "small"))
        if source.statement:
            yield Tagged(source.statement)
    yield Heading(t("document.report.annex", title=t("results.discrepancies")), 1)
    yield Tagged(t("results.discrepancies_lead"))
    for discrepancy in report.discrepancies:
        yield together(
            Tagged(f"{discrepancy.id} – {discrepancy.place}", "label"),
            Tagged(
                f"{discrepancy.explanation} {t('results.taken', taken=discrepancy.taken)}",
            ),
        )
