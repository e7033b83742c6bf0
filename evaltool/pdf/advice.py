"""The parts that documents share: legal minimum, levels, findings, action plan."""

from collections.abc import Iterator, Sequence

from reportlab.platypus import Flowable

from evaltool.charts import levels_drawing
from evaltool.domain.language import Texts
from evaltool.domain.report import (
    ActionView,
    FindingView,
    ItemView,
    LevelView,
    QuestionView,
    Report,
)
from evaltool.pdf.blocks import Figure, Panel, together
from evaltool.pdf.forms import Columns
from evaltool.pdf.paragraphs import Heading, Tagged, bullets, numbered
from evaltool.pdf.styles import BASELINE, TEXT_WIDTH, TONES
from evaltool.pdf.tables import TaggedTable, data_table
from evaltool.pdf.text import markup, shortened

_MOST_IN_A_COLUMN = 4
"""Items of a finding up to which they stand under each other."""

_LONG_REASONS = 320
"""Characters; a longer list of answers is not repeated, since the annex has them all."""

_LONG_ANSWER = 240
"""Characters of one answer in a chapter; the annex has it whole."""

LONG_REMARK = 300
"""Characters of a remark up to which it stands in the table of the plan."""

_LEGAL_TONES = {"met": "strength", "not_met": "legal"}
_STATES = {True: "results.present", False: "results.absent", None: "results.not_known"}


def legal_panel(report: Report, t: Texts, *, level: int = 2, members: bool = True) -> Panel:
    """The legal minimum, apart from everything else."""
    legal = report.legal
    there = [f"{name}: {t(_STATES[state])}" for name, state in legal.members] if members else []
    return Panel(
        [
            Tagged(t("results.legal"), "label"),
            Heading(legal.title, level, "h3"),
            Tagged(legal.sentence),
            *bullets(there),
            Tagged(f"{legal.citation} {legal.caveat}", "small"),
        ],
        TONES[_LEGAL_TONES.get(legal.state, "plain")],
    )


def levels_figure(report: Report, t: Texts) -> Iterator[Flowable]:
    """The four rows of steps, and what they are."""
    picture = report.level_picture
    if report.unlooked:
        yield Tagged(report.unlooked, "sentence")
    yield Figure(levels_drawing(picture, TEXT_WIDTH), picture.alt, after=BASELINE / 2)
    yield Tagged(report.levels_note, "source")


def listed_findings(findings: Sequence[FindingView]) -> list[Flowable]:
    """Findings as a list: the title, and the first step."""
    lines = [f"<b>{markup(f.title)}.</b> {markup(f.steps[0])}" for f in findings]
    return numbered(lines, raw=True)


def short_finding(finding: FindingView, t: Texts, *, level: int = 3) -> Panel:
    """A finding with its first step."""
    return Panel(
        [
            Tagged(f"{finding.kind_label} · {finding.area_label}", "label"),
            Heading(finding.title, level, "h3"),
            Tagged(f"{t('results.next_step')}: {finding.steps[0]}"),
        ],
        TONES[finding.kind],
        pad=5,
    )


def full_finding(finding: FindingView, t: Texts) -> Panel:
    """A finding with everything that is known of it."""
    strength = finding.kind == "strength"
    content: list[Flowable] = [
        Tagged(finding.kind_label, "label"),
        Heading(finding.title, 3),
        Tagged(f"{finding.see} {finding.figure}".strip(), "tight"),
        Tagged(finding.why, "tight"),
    ]
    content += _items(finding.items, t)
    steps = t("results.keep" if strength else "results.steps")
    if len(finding.steps) == 1:
        content.append(Tagged(f"{steps}: {finding.steps[0]}", "tight"))
    else:
        content += [Tagged(steps, "label"), *numbered(finding.steps, "tightitem")]
    content.append(Tagged(_meta(finding, t), "small"))
    return Panel(content, TONES[finding.kind], pad=7)


def brief_finding(finding: FindingView, t: Texts) -> Iterator[Flowable]:
    """The same in the small type of annexes, running on from page to page."""
    yield Heading(f"{finding.title} ({finding.kind_label.lower()})", 3)
    yield Tagged(f"{finding.see} {finding.figure} {finding.why}".replace("  ", " "), "fine")
    for item in finding.items:
        yield _item(item, t, "fine")
    yield from numbered(finding.steps, "fineitem")
    yield Tagged(_meta(finding, t), "small")


def _meta(finding: FindingView, t: Texts) -> str:
    """Who, when, on what it rests, the track, and why it is shown."""
    said = (
        f"{t('results.who')}: {finding.who}. {finding.effort}. {t('results.basis')}: "
        f"{finding.basis} – {finding.source}. {t('results.track')}: {finding.track}."
    )
    reasons = "; ".join(finding.because)
    if len(reasons) > _LONG_REASONS:
        return f"{said} {t('results.why_shown')} {t('document.report.reasons_annex')}"
    return f"{said} {t('results.why_shown')} {reasons}." if reasons else said


def _items(items: Sequence[ItemView], t: Texts) -> Iterator[Flowable]:
    """What a finding says per option; many of them in two columns."""
    many = len(items) > _MOST_IN_A_COLUMN
    written = [_item(item, t, "finecell" if many else "tight") for item in items]
    if many:
        yield Columns(written)
    else:
        yield from written


def _item(item: ItemView, t: Texts, style: str) -> Tagged:
    figure = f" ({markup(item.figure)})" if item.figure else ""
    source = f" {t('results.item_source', source=item.source)}" if item.source else ""
    words = f"<b>{markup(item.label)}</b>{figure}<br/>{markup(item.text + source)}"
    return Tagged(words, style, raw=True)


def level_panel(level: LevelView, t: Texts) -> Panel:
    """The level of an area, and what is still needed for the next."""
    content: list[Flowable] = [Tagged(t("document.report.level"), "label")]
    content.append(Tagged(_level_name(level, t), "caption"))
    if level.missing:
        content.append(Tagged(f"{t('results.missing_for_next')} {' '.join(level.missing)}"))
    return Panel(content, TONES["plain"], pad=6)


def criteria(levels: Sequence[LevelView], t: Texts) -> Iterator[Flowable]:
    """What the levels rest on, criterion by criterion."""
    head = [t(f"document.report.{key}") for key in ("step", "criterion", "met")]
    for level in levels:
        rows = [
            [str(c.level), c.text, t("results.met" if c.met else "results.unmet")]
            for c in level.criteria
        ]
        table = data_table(head, rows, [TEXT_WIDTH * share for share in (0.08, 0.77, 0.15)])
        yield together(
            Heading(level.area_label, 2, "minor"), Tagged(_level_name(level, t), "tight"), table
        )


def _level_name(level: LevelView, t: Texts) -> str:
    if level.number is None:
        return level.name
    return t("results.level_step", name=level.name, number=level.number)


def fine(name: str, text: str) -> Tagged:
    """A name in bold and what belongs to it, in the small type of annexes."""
    return Tagged(f"<b>{markup(name)}</b> {markup(text)}", "fine", raw=True)


def given_answer(question: QuestionView, t: Texts, *, whole: bool) -> str:
    """The answer in words; what somebody typed is cut short unless it is given ``whole``."""
    parts = question.answer if whole else [shortened(a, _LONG_ANSWER) for a in question.answer]
    return "; ".join(parts) or t("comparison.no_answer")


def named_answer(question: QuestionView, t: Texts, *, whole: bool = True) -> Tagged:
    """A question and its answer in one paragraph."""
    return fine(question.text, given_answer(question, t, whole=whole))


def _action(action: ActionView, remark: str) -> Tagged:
    more = [markup(part) for part in (action.finding_title, remark) if part]
    return Tagged("<br/>".join([f"<b>{markup(action.title)}</b>", *more]), "cell", raw=True)


def plan_table(actions: Sequence[ActionView], t: Texts, *, remarks: bool = False) -> TaggedTable:
    """The action plan; with ``remarks`` those that are short enough for a row."""
    head = [t(f"plan.field.{key}") for key in ("title", "owner", "due", "state")]
    rows = [
        [
            _action(a, a.remark if remarks and len(a.remark) <= LONG_REMARK else ""),
            a.owner or t("plan.nobody"),
            (f"{a.due}\n{a.late}" if a.late else a.due) or t("plan.no_date"),
            a.state_label,
        ]
        for a in actions
    ]
    shares = (0.46, 0.22, 0.17, 0.15)
    return data_table(head, rows, [TEXT_WIDTH * share for share in shares])
