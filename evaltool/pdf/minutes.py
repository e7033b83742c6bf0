"""The minutes of a meeting: who was there, what was decided, what was said at each item."""

from collections.abc import Iterator

from reportlab.platypus import Flowable

from evaltool.domain.composing import DecisionView, Minutes
from evaltool.domain.language import Texts
from evaltool.pdf.blocks import Panel, Rule, together
from evaltool.pdf.document import render
from evaltool.pdf.paragraphs import Heading, Tagged, bullets
from evaltool.pdf.styles import TEXT_WIDTH, TONES
from evaltool.pdf.tables import data_table
from evaltool.pdf.text import markup

_NONE = "\N{EN DASH}"


def minutes_document(minutes: Minutes, municipality: str, t: Texts) -> bytes:
    """The minutes as a PDF."""
    return render(
        list(_content(minutes, t)),
        t,
        title=minutes.title,
        subject=t("document.minutes.subject"),
        running_title=t("document.minutes.running", municipality=municipality),
        cover=True,
    )


def _content(minutes: Minutes, t: Texts) -> Iterator[Flowable]:
    yield Rule()
    yield Tagged(t("document.minutes.kind"), "label")
    yield Heading(minutes.title, 1, "top")
    for label, value in minutes.facts:
        yield Tagged(f"<b>{markup(label)}:</b> {markup(value)}", "sentence", raw=True)
    if minutes.draft:
        yield Panel([Tagged(minutes.draft)], TONES["attention"], pad=6)
    yield Heading(t("meetings.minutes.decisions"), 2)
    if minutes.decisions:
        yield _table(minutes, t)
        if any(decision.in_plan for decision in minutes.decisions):
            yield Tagged(t("document.minutes.in_plan_note"), "small")
    else:
        yield Tagged(t("meetings.minutes.no_decisions"))
    if minutes.items:
        yield Heading(t("meetings.minutes.discussed"), 2)
    for item in minutes.items:
        first, *rest = _said(item.notes, item.decisions, t)
        yield together(Heading(f"{item.number}. {item.title}", 3), first)
        yield from rest


def _table(minutes: Minutes, t: Texts) -> Flowable:
    head = [t(f"document.minutes.{key}") for key in ("number", "what", "who", "when", "plan")]
    rows = [
        [
            str(decision.number),
            decision.text,
            decision.owner or (t("plan.nobody") if decision.in_plan else _NONE),
            decision.due or (t("plan.no_date") if decision.in_plan else _NONE),
            t("document.minutes.yes" if decision.in_plan else "document.minutes.no"),
        ]
        for decision in minutes.decisions
    ]
    shares = (0.06, 0.44, 0.22, 0.17, 0.11)
    return data_table(head, rows, [TEXT_WIDTH * share for share in shares])


def _said(notes: str, decisions: tuple[DecisionView, ...], t: Texts) -> Iterator[Flowable]:
    """What was noted and decided at an item; that it was nothing, where it was."""
    if notes:
        yield Tagged(notes)
    yield from bullets(
        [t("meetings.minutes.decision", number=d.number, text=d.text) for d in decisions]
    )
    if not notes and not decisions:
        yield Tagged(t("document.minutes.nothing"), "note")
