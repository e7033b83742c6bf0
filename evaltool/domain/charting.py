"""From a comparison to a chart: which rows, in which order, with what said under it."""

from evaltool.domain.comparison import Comparison, Fallback, OptionComparison
from evaltool.domain.language import percentage
from evaltool.domain.pictures import Chart, ChartRow, TrendView
from evaltool.domain.survey import CLUSTER_SEGMENTS, FLANDERS, Survey
from evaltool.domain.trend import Movement, movements
from evaltool.domain.wording import COLUMNS, Wording


def chart(wording: Wording, comparison: Comparison) -> Chart:
    """The chart of one comparison, in the language of the wording."""
    t = wording.texts
    options = _ordered(comparison)
    rows = tuple(_row(wording, comparison, option) for option in options)
    title = _title(wording, comparison, options)
    lines = [t("report.alt.row", label=r.label, figure=r.figure) for r in rows if not r.chosen]
    mine = [t("report.alt.yours", label=r.label, figure=r.figure) for r in rows if r.chosen]
    head, table = _table(wording, comparison, options)
    notes = [
        wording.source(comparison),
        wording.compared_with(comparison),
        *wording.unsure(comparison),
        *wording.contradictions(comparison),
    ]
    return Chart(
        id=f"{comparison.question}-{comparison.segment}".replace("_", "-").replace(":", "-"),
        title=title,
        alt=" ".join([title, *mine, *lines]),
        rows=rows,
        you=t("report.you"),
        legend=tuple(_legend(wording, comparison, rows)),
        notes=tuple(notes),
        table_head=head,
        table_rows=table,
    )


def _ordered(comparison: Comparison) -> tuple[OptionComparison, ...]:
    """The options of a multi question by share, of a single one in the order of the survey."""
    if not comparison.multi:
        return comparison.options
    last = ("other", "none")
    return tuple(
        sorted(comparison.options, key=lambda o: (o.option in last, -(o.share or 0), o.option))
    )


def _row(wording: Wording, comparison: Comparison, option: OptionComparison) -> ChartRow:
    label = wording.option(comparison.question, option.option)
    # Where the comparison already is with Flanders, its tick would repeat the bar.
    flanders = option.flanders_share if comparison.segment != FLANDERS else None
    return ChartRow(
        label=label,
        chosen=option.chosen,
        share=option.share,
        figure=wording.figure(option, between=COLUMNS),
        count=option.count,
        n=option.n,
        interval=option.interval,
        flanders=flanders if option.share is not None else None,
    )


def _title(wording: Wording, comparison: Comparison, options: tuple[OptionComparison, ...]) -> str:
    """The finding: at a single question about your answer, else about the one given most."""
    if not comparison.multi and comparison.chosen:
        return wording.sentence(comparison, comparison.chosen[0])
    most = max(options, key=lambda o: o.share if o.share is not None else float(o.count or 0))
    return wording.sentence(comparison, most)


def _legend(
    wording: Wording, comparison: Comparison, rows: tuple[ChartRow, ...]
) -> list[tuple[str, str]]:
    t = wording.texts
    found: list[tuple[str, str]] = []
    if any(row.chosen for row in rows):
        found.append(("you", t("report.legend.you")))
    found.append(("peers", t("report.legend.peers", peers=wording.peers(comparison))))
    if any(row.interval for row in rows):
        found.append(("interval", t("report.legend.interval")))
    if any(row.flanders is not None for row in rows):
        found.append(("flanders", t("report.legend.flanders")))
    if any(row.share is None and row.count is not None for row in rows):
        found.append(("dots", t("report.legend.dots")))
    return found


def _table(
    wording: Wording, comparison: Comparison, options: tuple[OptionComparison, ...]
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The chart's figures as a table, with the estimate where the comparison is with a cluster."""
    t = wording.texts
    cluster = comparison.segment in CLUSTER_SEGMENTS
    beside = comparison.fallback is Fallback.TOO_FEW and comparison.cluster_counts is not None
    head = ["option", "yours", "count", "share", "interval"]
    if cluster:
        head.append("estimate")
    if comparison.segment != FLANDERS:
        head.append("flanders")
    if beside:
        head.append("cluster")
    rows: list[tuple[str, ...]] = []
    for option in options:
        label = wording.option(comparison.question, option.option)
        cells = [
            label,
            t("report.table.yes") if option.chosen else "",
            wording.base(option),
            "–" if option.share is None else percentage(option.share),
            _interval(wording, option),
        ]
        if cluster:
            cells.append("–" if option.estimate is None else percentage(option.estimate))
        if comparison.segment != FLANDERS:
            share = option.flanders_share
            cells.append("–" if share is None else percentage(share))
        if beside and comparison.cluster_counts is not None:
            counts = comparison.cluster_counts
            cells.append(t("report.base", count=counts.counts.get(option.option, 0), n=counts.n))
        rows.append(tuple(cells))
    return tuple(t(f"report.table.{key}") for key in head), tuple(rows)


def _interval(wording: Wording, option: OptionComparison) -> str:
    if option.interval is None:
        return "–"
    low, high = option.interval
    return wording.texts("report.table.interval_range", low=percentage(low), high=percentage(high))


def trend(wording: Wording, survey: Survey, comparison: Comparison) -> TrendView | None:
    """What the report says of 2018 beside a comparison; None where it says nothing."""
    found = movements(survey, comparison)
    if not found:
        return None
    t = wording.texts
    cluster = found[0].earlier.segment in CLUSTER_SEGMENTS
    peers = wording.peers(comparison) if cluster else t("report.trend.flanders")
    rows = tuple(_movement(wording, movement) for movement in found)
    return TrendView(
        title=t("report.trend.title"),
        head=(
            t("report.table.option"),
            t("report.trend.then", peers=peers),
            t("report.trend.now", peers=peers),
        ),
        rows=rows,
        caveat=t("report.trend.caveat"),
    )


def _movement(wording: Wording, movement: Movement) -> tuple[str, str, str]:
    t = wording.texts
    earlier = movement.earlier
    name = (
        wording.option(earlier.question, earlier.option)
        if earlier.label is None
        else t.of(earlier.label)
    )
    if earlier.percent is not None:
        then = percentage(earlier.percent / 100)
    elif earlier.fraction is not None:
        part, whole = earlier.fraction
        then = t("report.trend.fraction", part=part, whole=whole)
    else:
        then = t("report.trend.rank", rank=earlier.rank)
    if movement.share is None:
        return name, then, t("report.trend.not_asked")
    base = (
        t("report.base_not_published")
        if movement.count is None
        else t("report.base", count=movement.count, n=movement.n)
    )
    return name, then, f"{percentage(movement.share)}, {base}"
