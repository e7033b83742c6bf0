"""The survey: distributions of answers, each with its base and where it comes from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from evaltool.domain.language import Text

FLANDERS = "flanders"
"""The segment of all municipalities that answered; ``total`` in the data."""

CLUSTERS: tuple[int, ...] = (1, 2, 3, 4, 5, 6)


def cluster_segment(cluster: int) -> str:
    """The segment of one of the survey's six groups: ``cluster_5``."""
    return f"cluster_{cluster}"


CLUSTER_SEGMENTS: tuple[str, ...] = tuple(cluster_segment(cluster) for cluster in CLUSTERS)


class CountStatus(StrEnum):
    """How the number of municipalities behind an option is known."""

    PRINTED = "printed"
    RECONSTRUCTED = "reconstructed"
    """Not legible, but the only whole number that fits the printed percentage and sums."""
    AMBIGUOUS = "ambiguous"
    """More than one whole number fits."""
    PERCENT_ONLY = "percent_only"
    """The report has a percentage and no count."""


@dataclass(frozen=True)
class Cell:
    """One option: ``count`` municipalities, and ``percent`` as printed (0 to 100)."""

    option: str
    count: int | None
    percent: int | None
    status: CountStatus
    discrepancies: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table, figure or passage of the report, and what is known about its figures.

    ``base`` says in words who answered, ``counts`` how the counts are known;
    ``discrepancies`` are those that touch the table as a whole or the passage about it.
    """

    source: str
    section: str
    title: Text
    base: Text
    counts: Text
    discrepancies: tuple[str, ...] = ()
    sum_of_answers: int | None = None


@dataclass(frozen=True)
class Distribution:
    """The answers of one segment to one question; ``n`` is the base, None where not published."""

    question: str
    segment: str
    n: int | None
    table: Table
    cells: tuple[Cell, ...]

    @cached_property
    def by_option(self) -> Mapping[str, Cell]:
        """The cells by the code of their option."""
        return {cell.option: cell for cell in self.cells}

    def share(self, option: str) -> float | None:
        """Share of the base that gave this answer: count / n, else the printed percentage.

        None where the survey has no such option, or has neither figure.
        """
        cell = self.by_option.get(option)
        if cell is None:
            return None
        if cell.count is not None and self.n:
            return cell.count / self.n
        return None if cell.percent is None else cell.percent / 100


@dataclass(frozen=True)
class Discrepancy:
    """A place where the report contradicts itself: what it says, where, and what we take."""

    id: str
    place: Text
    explanation: Text
    taken: Text


@dataclass(frozen=True)
class EarlierFigure:
    """What the report says of the survey of 2018: a percentage (0 to 100), a fraction or a rank.

    ``now`` names the cells (question, option) that add up to the same in this edition or, with
    ``all_but``, to all the rest; none where it was not asked so. ``fraction`` is
    (part, whole), ``label`` names a figure that is no option of its own.
    """

    section: str
    question: str
    segment: str
    option: str
    percent: int | None
    fraction: tuple[int, int] | None
    rank: int | None
    now: tuple[tuple[str, str], ...]
    all_but: bool = False
    label: Text | None = None
    discrepancies: tuple[str, ...] = ()

    @property
    def questions(self) -> frozenset[str]:
        """The questions of this edition that the figure belongs to."""
        return frozenset(question for question, _ in self.now) or frozenset({self.question})


@dataclass(frozen=True)
class Survey:
    """One edition of a survey with all its published distributions.

    ``method_discrepancies`` touch how the survey was held, and so every report.
    """

    edition: str
    title: Text
    publisher: str
    year: int
    period: Text
    population: Text
    licence: Text
    accessed: date
    distributions: tuple[Distribution, ...]
    discrepancies: Mapping[str, Discrepancy]
    earlier: tuple[EarlierFigure, ...] = ()
    method_discrepancies: tuple[str, ...] = ()

    @cached_property
    def _by_key(self) -> Mapping[tuple[str, str], Distribution]:
        return {(d.question, d.segment): d for d in self.distributions}

    def get(self, question: str, segment: str) -> Distribution | None:
        """The distribution of a question in a segment, None where it was not published."""
        return self._by_key.get((question, segment))

    @cached_property
    def per_cluster(self) -> frozenset[str]:
        """The questions published per cluster."""
        return frozenset(d.question for d in self.distributions if d.segment in CLUSTER_SEGMENTS)

    @cached_property
    def questions(self) -> frozenset[str]:
        """All questions with at least one distribution."""
        return frozenset(d.question for d in self.distributions)

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        """The tables, figures and passages by their Dutch name (``Tabel 8``)."""
        return {d.table.source: d.table for d in self.distributions}

    def touching(self, sources: Iterable[str], cells: Iterable[str]) -> tuple[Discrepancy, ...]:
        """The discrepancies of some tables and cells and of the method, in their order."""
        wanted = {*cells, *self.method_discrepancies}
        for source in sources:
            if source in self.tables:
                wanted.update(self.tables[source].discrepancies)
        return tuple(self.discrepancies[id_] for id_ in sorted(wanted))
