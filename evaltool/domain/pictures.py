"""What is drawn, with words in its place: charts, levels, and the figures of 2018 as a table."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ChartRow:
    """One option: label, share (0 to 1) with 95 % interval and Flanders' share, and ``figure``.

    ``figure`` is share and base ready to print. Without a share, ``count`` of ``n`` is drawn
    as dots.
    """

    label: str
    chosen: bool
    share: float | None
    figure: str
    count: int | None
    n: int | None
    interval: tuple[float, float] | None
    flanders: float | None


@dataclass(frozen=True)
class Chart:
    """A drawing of one comparison, with its text alternative and the same as a table.

    ``title`` says the finding; ``you`` stands before the chosen rows; ``legend`` holds
    (kind, words) with the kinds you, peers, flanders, interval and dots; ``notes`` are the
    lines under it; the first cell of a table row names the row.
    """

    id: str
    title: str
    alt: str
    rows: tuple[ChartRow, ...]
    you: str
    legend: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    table_head: tuple[str, ...]
    table_rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class TrendView:
    """What the survey of 2018 says of the same: a head, rows (name, 2018, 2020) and a caveat."""

    title: str
    head: tuple[str, str, str]
    rows: tuple[tuple[str, str, str], ...]
    caveat: str


@dataclass(frozen=True)
class LevelRow:
    """The steps of an area: ``names`` of all four, or what is said where ``number`` is None.

    ``sentence`` says the same in words.
    """

    label: str
    number: int | None
    names: tuple[str, ...]
    sentence: str


@dataclass(frozen=True)
class LevelPicture:
    """The levels of all areas as a drawing, with a text in its place."""

    title: str
    alt: str
    rows: tuple[LevelRow, ...]


@dataclass(frozen=True)
class Panel:
    """One small chart: whole values between ``lowest`` and ``highest`` over the days.

    ``points`` are (place, value), the place from 0 (the first day) to 1 (the last); the value is
    None where it is not known.
    """

    title: str
    lowest: int
    highest: int
    points: tuple[tuple[float, int | None], ...]


@dataclass(frozen=True)
class SmallMultiples:
    """Small charts over the same days, with a text in their place.

    ``first`` and ``last`` are the ends of the days, ``between`` the days that lie between them,
    each with its place from 0 to 1; ``unknown`` says what an open dot is (empty: there is none).
    """

    title: str
    alt: str
    panels: tuple[Panel, ...]
    first: str
    last: str
    unknown: str
    between: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True)
class EvolutionView:
    """Levels and legal minimum over the finished evaluations of a municipality.

    The table has a row per evaluation, oldest first; its first cell is the day. ``picture`` is
    None where there is one evaluation, or none: there is nothing to see move.
    """

    title: str
    sentences: tuple[str, ...]
    picture: SmallMultiples | None
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
