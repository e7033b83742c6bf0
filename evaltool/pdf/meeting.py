"""The chair's meeting sheet: agenda, questions, decisions, room to note."""

from collections.abc import Iterator

from reportlab.platypus import Flowable

from evaltool.domain.language import Texts
from evaltool.domain.meeting import AgendaItem, ItemKind, MeetingSheet
from evaltool.domain.report import Report
from evaltool.pdf.blocks import Panel, Rule, together
from evaltool.pdf.document import render
from evaltool.pdf.forms import Choice, ToWrite
from evaltool.pdf.paragraphs import Heading, Tagged, bullets
from evaltool.pdf.styles import BASELINE, TEXT_WIDTH, TONES
from evaltool.pdf.tables import data_table
from evaltool.pdf.text import markup, shortened

_NOTE_LINES = 3
_FEW_LINES = 1

_DECISIONS = 3
"""Decisions that there is room to write down at the end."""

_LONG_LINE = 180
"""Characters of such a line."""


def meeting_document(sheet: MeetingSheet, report: Report, texts: Texts) -> bytes:
    """The sheet as a PDF, in the language of the report."""
    return agenda_document(sheet, report.municipality.name, texts.in_language(report.language))


def agenda_document(sheet: MeetingSheet, municipality: str, t: Texts) -> bytes:
    """The sheet of any agenda as a PDF, for the table of a municipality."""
    return render(
        list(_content(sheet, t)),
        t,
        title=sheet.title,
        subject=t("document.meeting.subject"),
        running_title=t("document.meeting.running", municipality=municipality),
        cover=True,
    )


def _content(sheet: MeetingSheet, t: Texts) -> Iterator[Flowable]:
    yield Rule()
    yield Heading(sheet.title, 1, "top")
    yield Tagged(sheet.subtitle, "lead")
    yield Tagged(sheet.goal)
    if sheet.warning:
        yield Panel([Tagged(sheet.warning)], TONES["attention"], pad=6)
    for label, value in sheet.known:
        yield Tagged(f"<b>{markup(label)}:</b> {markup(value)}", "sentence", raw=True)
    fields = "fields_left" if sheet.known else "fields"
    yield ToWrite(t(f"document.meeting.{fields}"), "body", lines=1 if sheet.known else 2)
    yield Heading(t("document.meeting.agenda"), 2)
    yield _agenda(sheet, t)
    for item in sheet.items:
        head, rest = _item(item, t)
        yield together(*head)
        if rest:
            yield together(*rest)
    if sheet.left_out:
        yield together(Heading(t("document.meeting.left_out"), 2), *bullets(sheet.left_out))


def _agenda(sheet: MeetingSheet, t: Texts) -> Flowable:
    head = [t(f"document.meeting.{key}") for key in ("at", "item", "minutes_head")]
    rows = [
        [_clock(item.start), f"{item.number}. {item.title}", str(item.minutes)]
        for item in sheet.items
    ]
    rows.append([_clock(sheet.minutes), t("document.meeting.total"), str(sheet.minutes)])
    widths = [TEXT_WIDTH * share for share in (0.12, 0.73, 0.15)]
    return data_table(head, rows, widths)


def _clock(minutes: int) -> str:
    """Minutes after the beginning as hours and minutes: ``1:05``."""
    return f"{minutes // 60}:{minutes % 60:02d}"


def _lines(item: AgendaItem, t: Texts) -> Iterator[str]:
    """What an item is about, as much of it as a table can go through."""
    yield from (shortened(line, _LONG_LINE) for line in item.lines)


def _item(item: AgendaItem, t: Texts) -> tuple[list[Flowable], list[Flowable]]:
    """What is said and asked at an item, and what is written there: each stays together."""
    minutes = t("document.meeting.minutes", minutes=item.minutes)
    said: list[Flowable] = [Heading(f"{item.number}. {item.title} ({minutes})", 2, "agenda")]
    if item.kind is ItemKind.FINDING:
        said += [Tagged(line) for line in item.lines]
    else:
        said += bullets(list(_lines(item, t)))
    asked = [Tagged(t("document.meeting.ask"), "label"), Tagged(item.ask, "question")]
    said.append(Panel(asked, TONES["plain"], pad=6))
    written = list(_to_write(item, t))
    # What is short goes along: a line to write on says little at the top of a page.
    return (said, written) if item.choices else ([*said, *written], [])


def _to_write(item: AgendaItem, t: Texts) -> Iterator[Flowable]:
    if item.choices:
        owner = object()
        yield Tagged(t("document.meeting.decide"), "label")
        for choice in item.choices:
            yield Choice(choice, owner=owner, single=False)
        yield ToWrite(t("document.meeting.who_when"))
    if item.kind is ItemKind.CLOSING:
        for number in range(1, _DECISIONS + 1):
            yield ToWrite(t("document.meeting.decided", number=number))
    else:
        lines = _NOTE_LINES if item.choices else _FEW_LINES
        yield ToWrite(t("document.meeting.notes"), lines=lines, after=BASELINE / 2)
    if item.source and item.kind is ItemKind.DIFFERENCE:
        # What the survey says names its source itself.
        yield Tagged(item.source, "small")
    elif item.source:
        yield Tagged(t("document.meeting.rests_on", source=item.source), "small")
