"""The coach's intake sheet."""

from collections.abc import Iterator

from reportlab.platypus import Flowable

from evaltool.domain.intake import IntakeSheet
from evaltool.domain.language import Texts
from evaltool.domain.report import Report
from evaltool.pdf.advice import fine, levels_figure
from evaltool.pdf.blocks import Panel, Rule, together
from evaltool.pdf.document import render
from evaltool.pdf.forms import ToWrite
from evaltool.pdf.paragraphs import Heading, Tagged, bullets, numbered
from evaltool.pdf.styles import BASELINE, TEXT_WIDTH, TONES
from evaltool.pdf.tables import data_table


def intake_document(sheet: IntakeSheet, report: Report, texts: Texts) -> bytes:
    """The sheet as a PDF, in the language of the report."""
    t = texts.in_language(report.language)
    return render(
        list(_content(sheet, report, t)),
        t,
        title=sheet.title,
        subject=t("document.intake.subject"),
        running_title=t("document.intake.running", municipality=report.municipality.name),
        cover=True,
    )


def _content(sheet: IntakeSheet, report: Report, t: Texts) -> Iterator[Flowable]:
    yield Rule()
    yield Heading(sheet.title, 1, "top")
    yield Tagged(" · ".join(f"{label}: {value}" for label, value in sheet.facts[1:3]), "source")
    yield _track(sheet, t)
    yield together(
        Heading(t("document.intake.levels"), 2), *levels_figure(report, t), Tagged(sheet.legal)
    )
    if sheet.basics:
        yield Heading(t("document.intake.basics"), 2)
        yield from (fine(question, answer) for question, answer in sheet.basics)
    yield from _difficulties(sheet, t)
    yield from _support(sheet, t)
    if sheet.tracks:
        yield Heading(t("document.intake.tracks"), 2)
        for name, titles in sheet.tracks:
            first, *rest = bullets(titles)
            yield together(Tagged(name, "label"), first)
            yield from rest
    yield Heading(t("document.intake.prepare"), 2)
    yield from bullets(sheet.prepare)
    yield together(
        Heading(t("document.intake.agreed"), 2),
        *(
            ToWrite(t(f"document.intake.agreed_{key}"), "body", lines=1, after=BASELINE / 2)
            for key in ("first", "next", "goal")
        ),
    )


def _track(sheet: IntakeSheet, t: Texts) -> Panel:
    head: list[Flowable] = [Tagged(t("document.intake.track"), "label")]
    if sheet.track is None:
        return Panel([*head, Tagged(t("document.intake.track_none"))], TONES["plain"])
    named = t("document.intake.track_named", name=sheet.track.name)
    content = [*head, Heading(named, 2, "h3"), Tagged(sheet.track.reason)]
    if sheet.track.because:
        content.append(Tagged(t("document.intake.because"), "label"))
        content += bullets(sheet.track.told)
    content.append(Tagged(t("document.intake.proposal_note"), "small"))
    return Panel(content, TONES["plain"])


def _difficulties(sheet: IntakeSheet, t: Texts) -> Iterator[Flowable]:
    yield Heading(t("document.intake.pressing"), 2)
    if sheet.pressing:
        yield from numbered(sheet.pressing)
    else:
        yield Tagged(t("document.intake.pressing_none"))
    yield Heading(t("document.intake.difficulties"), 2)
    if not sheet.difficulties:
        yield Tagged(t("document.intake.difficulties_none"))
    for question in sheet.difficulties:
        first, *rest = bullets(question.answer)
        yield together(Tagged(question.text, "label"), first)
        yield from rest
        if question.note:
            yield Tagged(f"{t('results.note')}: {question.note}", "note")


def _support(sheet: IntakeSheet, t: Texts) -> Iterator[Flowable]:
    yield Heading(t("document.intake.support"), 2)
    if not sheet.support:
        yield Tagged(t("document.intake.support_none"))
        return
    head = [t("document.intake.support_head_asked"), t("document.intake.support_head_offer")]
    rows = [
        [item.label, "\n".join(part for part in (item.text, item.source) if part)]
        for item in sheet.support
    ]
    yield data_table(head, rows, [TEXT_WIDTH * 0.36, TEXT_WIDTH * 0.64])
