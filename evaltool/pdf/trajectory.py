"""The report over a trajectory: where each municipality stands, and what the group shares."""

from collections.abc import Iterator

from reportlab.platypus import Flowable

from evaltool.domain.language import Texts
from evaltool.domain.trajectory_report import ReportRow, TrajectoryReport
from evaltool.domain.trajectory_words import GroupQuestion, GroupView
from evaltool.pdf.blocks import Panel, Rule, together
from evaltool.pdf.document import render
from evaltool.pdf.paragraphs import Heading, Tagged, bullets, numbered
from evaltool.pdf.styles import TEXT_WIDTH, TONES
from evaltool.pdf.tables import data_table


def trajectory_document(report: TrajectoryReport, texts: Texts) -> bytes:
    """The report as a PDF, in the language of ``texts``."""
    return render(
        list(_content(report, texts)),
        texts,
        title=report.title,
        subject=texts("trajectory.report.subject"),
        running_title=f"{report.title}, {report.day}",
        cover=True,
    )


def _content(report: TrajectoryReport, t: Texts) -> Iterator[Flowable]:
    yield Rule()
    yield Heading(report.title, 1, "top")
    first, *others = report.lead
    yield Tagged(first, "lead")
    yield from (Tagged(sentence) for sentence in others)
    yield Heading(t("trajectory.report.levels_title"), 2)
    yield Tagged(t("trajectory.report.levels_note"), "small")
    yield _levels(report, t)
    yield Heading(t("trajectory.report.more_title"), 2)
    yield _more(report, t)
    yield Heading(t("trajectory.report.group_title"), 2)
    if report.group is None:
        yield Panel([Tagged(report.too_few)], TONES["plain"])
    else:
        yield from _group(report.group, t)


def _widths(*shares: float) -> list[float]:
    return [TEXT_WIDTH * share for share in shares]


def _place(row: ReportRow, t: Texts) -> str:
    """Name and cluster of a municipality, each on a line."""
    return f"{row.label}\n{row.cluster or t('trajectory.report.cluster_hidden')}"


def _levels(report: TrajectoryReport, t: Texts) -> Flowable:
    head = [t("trajectory.report.place"), *report.areas]
    rows = []
    for row in report.rows:
        cells = [f"{c.text}\n{c.before}" if c.before else c.text for c in row.levels]
        empty = [t("trajectory.report.no_report")] * len(report.areas)
        rows.append([_place(row, t), *(cells or empty)])
    return data_table(head, rows, _widths(0.28, 0.18, 0.18, 0.18, 0.18))


def _more(report: TrajectoryReport, t: Texts) -> Flowable:
    names = ("place", "measured", "track", "legal", "attention", "actions", "sessions")
    rows = [
        [
            row.label,
            "\n".join(row.measured) or t("trajectory.report.no_report"),
            row.track,
            row.legal,
            t("trajectory.report.no_report") if row.attention is None else str(row.attention),
            t("trajectory.report.actions_figure", open=row.open_actions, done=row.done_actions),
            str(row.sessions),
        ]
        for row in report.rows
    ]
    head = [t(f"trajectory.report.{name}") for name in names]
    return data_table(head, rows, _widths(0.18, 0.13, 0.16, 0.13, 0.18, 0.12, 0.1))


def _group(group: GroupView, t: Texts) -> Iterator[Flowable]:
    yield Tagged(group.base)
    yield together(
        Heading(t("coaching.group.levels"), 2, "h3"),
        data_table(group.level_head, group.level_rows, _widths(0.32, 0.17, 0.17, 0.17, 0.17)),
    )
    if group.moved:
        first, *rest = bullets(group.moved)
        yield together(Heading(t("coaching.group.moved"), 2, "h3"), first)
        yield from rest
    if group.tracks:
        yield together(
            Heading(t("coaching.group.tracks"), 2, "h3"),
            *bullets([f"{name}: {figure}" for name, figure in group.tracks]),
        )
    yield together(Tagged(group.legal), Tagged(group.actions))
    for question in group.questions:
        yield from _question(question, t)
    if group.asks:
        first, *rest = numbered(group.asks)
        yield together(Heading(t("coaching.group.asks"), 2, "h3"), first)
        yield from rest


def _question(question: GroupQuestion, t: Texts) -> Iterator[Flowable]:
    head = [Heading(question.title, 2, "h3"), Tagged(question.base, "small")]
    if question.note:
        yield together(*head, Tagged(question.note))
        return
    names = [t("coaching.group.option"), t("coaching.group.count")]
    yield together(*head, data_table(names, question.rows, _widths(0.72, 0.28)))
