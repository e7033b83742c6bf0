"""Small makers of test data; every argument has a default that is valid."""

from evaltool.domain.report import Chart, ChartRow


def a_row(
    label: str = "Ja",
    *,
    chosen: bool = False,
    share: float | None = None,
    count: int | None = None,
    n: int | None = None,
    interval: tuple[float, float] | None = None,
    flanders: float | None = None,
    figure: str | None = None,
) -> ChartRow:
    """A row of a chart; its figure says what is given, as reports write it."""
    parts = [] if share is None else [f"{share:.0%}".replace("%", "\N{NO-BREAK SPACE}%")]
    parts += ["basis niet gepubliceerd"] if count is None else [f"{count} van {n}"]
    written = "\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}".join(parts)
    return ChartRow(
        label, chosen, share, written if figure is None else figure, count, n, interval, flanders
    )


def a_chart(
    *rows: ChartRow,
    id_: str = "livcr-presence-cluster-5",
    title: str = "15 van de 22 centrumgemeenten organiseren de LIVC-R zelf; u ook.",
    alt: str = "Ja: 15 van 22. Nee: 7 van 22.",
    you: str = "u",
    legend: tuple[tuple[str, str], ...] = (("you", "uw antwoord"), ("peers", "centrumgemeenten")),
) -> Chart:
    """A chart of these rows, with a legend of two entries and no table."""
    return Chart(id_, title, alt, rows or (a_row(),), you, legend, (), (), ())
