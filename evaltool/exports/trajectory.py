"""The report over a trajectory as tables of cells, and as a workbook."""

from collections.abc import Iterator

from evaltool.domain.language import Texts
from evaltool.domain.trajectory_report import ReportRow, TrajectoryReport
from evaltool.domain.trajectory_words import GroupView
from evaltool.exports.tables import Cell, Row, Sheet
from evaltool.exports.workbook import workbook


def trajectory_workbook(report: TrajectoryReport, texts: Texts) -> bytes:
    """The XLSX file: a row per municipality, and what they share where it can be told.

    In the language of ``texts``, which is that of the report.
    """
    sheets = [places_sheet(report, texts), together_sheet(report, texts)]
    if report.group is not None and report.group.asks:
        sheets.append(_asks_sheet(report.group, texts))
    return workbook(sheets, report.title, texts.language)


def places_sheet(report: TrajectoryReport, texts: Texts) -> Sheet:
    """A row per municipality; levels are numbers from 1 to 4, None where not known.

    Numbers of actions and of findings are counts.
    """
    t = texts
    names = ("place", "cluster", "evaluations", "first_measured", "last_measured")
    head = [t(f"trajectory.report.{name}") for name in names]
    for area in report.areas:
        head += [t("trajectory.report.then", area=area), t("trajectory.report.now", area=area)]
    more = ("track", "legal", "attention", "open_actions", "done_actions", "sessions")
    head += [t(f"trajectory.report.{name}") for name in more]
    rows = tuple(_place(row, len(report.areas), t) for row in report.rows)
    return Sheet(t("trajectory.report.sheet_places"), tuple(head), rows)


def _place(row: ReportRow, areas: int, t: Texts) -> Row:
    levels: list[Cell] = []
    for cell in row.levels:
        levels += [cell.before_number, cell.number]
    return (
        row.label,
        row.cluster or t("trajectory.report.cluster_hidden"),
        row.evaluations,
        row.measured[0] if row.measured else "",
        row.measured[-1] if row.measured else "",
        *(levels or [None] * (2 * areas)),
        row.track,
        row.legal,
        row.attention,
        row.open_actions,
        row.done_actions,
        row.sessions,
    )


def together_sheet(report: TrajectoryReport, texts: Texts) -> Sheet:
    """What the municipalities share, as it is said; or why it is not said."""
    t = texts
    head = tuple(t(f"trajectory.report.{name}") for name in ("theme", "item", "number"))
    if report.group is None:
        rows: tuple[Row, ...] = ((t("trajectory.report.group_title"), report.too_few, ""),)
    else:
        rows = tuple(_together(report.group, t))
    return Sheet(t("trajectory.report.sheet_group"), head, rows)


def _together(group: GroupView, t: Texts) -> Iterator[Row]:
    title = t("trajectory.report.group_title")
    for sentence in (group.base, group.legal, group.actions):
        yield title, sentence, ""
    for area, *numbers in group.level_rows:
        for step, number in zip(group.level_head[1:], numbers, strict=True):
            yield area, step, number
    for sentence in group.moved:
        yield t("coaching.group.moved"), sentence, ""
    for track, figure in group.tracks:
        yield t("coaching.group.tracks"), track, figure
    for question in group.questions:
        if question.note:
            yield question.title, question.note, ""
        for label, figure in question.rows:
            yield question.title, label, figure


def _asks_sheet(group: GroupView, t: Texts) -> Sheet:
    head = (t("coaching.group.asks"),)
    return Sheet(t("trajectory.report.sheet_asks"), head, tuple((ask,) for ask in group.asks))
