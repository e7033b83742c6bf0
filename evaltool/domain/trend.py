"""The survey of 2018 beside that of 2020, for the few figures that the report gives of it."""

from dataclasses import dataclass

from evaltool.domain.comparison import Comparison
from evaltool.domain.survey import CLUSTER_SEGMENTS, FLANDERS, EarlierFigure, Survey


@dataclass(frozen=True)
class Movement:
    """One figure of 2018 and, of the same group, that of 2020.

    ``count`` of ``n`` and ``share`` (0 to 1) are those of 2020, each None where the report does
    not give it or the answer was not among those of 2020. No interval and no test: the base of
    2018 is not published.
    """

    earlier: EarlierFigure
    count: int | None
    n: int | None
    share: float | None


def movements(survey: Survey, comparison: Comparison) -> tuple[Movement, ...]:
    """The figures of 2018 that belong to a comparison: of its own segment, else of Flanders."""
    mine = [f for f in survey.earlier if comparison.question in f.questions]
    here = [f for f in mine if f.segment == comparison.segment]
    if not here and (comparison.segment in CLUSTER_SEGMENTS or comparison.segment == FLANDERS):
        here = [f for f in mine if f.segment not in CLUSTER_SEGMENTS]
    return tuple(_movement(survey, figure) for figure in here)


def _movement(survey: Survey, figure: EarlierFigure) -> Movement:
    # Of 2018 the report names groups by who answered; of 2020 that is the base of the question.
    segment = figure.segment if figure.segment in CLUSTER_SEGMENTS else FLANDERS
    counts: list[int] = []
    shares: list[float] = []
    n: int | None = None
    for question, option in figure.now:
        distribution = survey.get(question, segment)
        cell = None if distribution is None else distribution.by_option.get(option)
        share = None if distribution is None else distribution.share(option)
        if distribution is None or cell is None or share is None:
            return Movement(figure, None, None, None)
        shares.append(share)
        n = distribution.n
        if cell.count is not None:
            counts.append(cell.count)
    if not figure.now:
        return Movement(figure, None, None, None)
    share = 1 - sum(shares) if figure.all_but else sum(shares)
    if n is None or len(counts) < len(figure.now):
        return Movement(figure, None, None, share)
    count = n - sum(counts) if figure.all_but else sum(counts)
    return Movement(figure, count, n, count / n)
